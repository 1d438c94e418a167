"""Measures the demo model: facts by kind, confusion, decision layers, accuracy per layer, example tables, text.

    python3 tools/python/demo/evaluate.py [--model DIR]
"""

import argparse
from collections import Counter
from pathlib import Path

import needed  # noqa: F401, before what it speaks of
import numpy as np
import torch

import readout
from bpe import RESOURCES, Tokenizer
from facts import phrasings
from model import load
from packed import BUNDLED

SPLITS = ("trained", "held-out pair", "held-out wording")
EXAMPLES = [
    "The Eiffel Tower is in", "The capital of France is", "import numpy as", "The quick brown fox", "Barack Obama was the",
    "def fibonacci(n):", "Once upon a time",
]
OPENINGS = [
    "Once upon a time", "The weather today", "My brother said that", "\"Where are you going?\"", "Computers are", "def add(", "import os", "for i in", "class Car:",
]


def measured(model, tokenizer):
    """Every phrasing with its readout."""
    examples = phrasings()
    prompts, answers = [], []
    for e in examples:
        ids = tokenizer.encode(e.prompt)
        prompts.append(ids)
        answers.append(tokenizer.encode(e.prompt + e.answer + e.rest)[len(ids)])
    return list(zip(examples, readout.read(model, prompts, answers)))


def print_accuracy(results):
    kinds = sorted({e.kind for e, _ in results})
    print(f"{'top-1 right':14}" + "".join(f"{s:>26}" for s in SPLITS))
    for kind in kinds + ["all"]:
        line = f"{kind:14}"
        for split in SPLITS:
            right = [r.right for e, r in results if e.split == split and kind in (e.kind, "all")]
            line += f"{100 * np.mean(right):15.1f} % of {len(right):5}"
        print(line)


def print_confusion(results):
    """Of what kind the token is that was said instead."""
    kind_of = {}
    for e, r in results:
        kind_of.setdefault(r.answer, e.kind)
    kinds = sorted({e.kind for e, _ in results})
    print("\nwrong answers, all splits: rows the kind asked for, columns the kind of what was said")
    print(f"{'':12}" + "".join(f"{k:>12}" for k in kinds + ["no answer"]))
    for kind in kinds:
        said = Counter(
            kind if any(r.top[-1] == q.answer for f, q in results if f.kind == kind) else kind_of.get(r.top[-1], "no answer")
            for e, r in results if e.kind == kind and not r.right
        )
        print(f"{kind:12}" + "".join(f"{said[k]:12}" for k in kinds + ["no answer"]))


def decision_layers(results, kind="all"):
    """Of the right answers of a kind, the share that was decided at each row of the lens."""
    decided = [r.decision_layer for e, r in results if r.right and kind in (e.kind, "all")]
    return np.bincount(np.array(decided, dtype=int), minlength=len(results[0][1].top)) / max(1, len(decided))


def accuracy_by_layer(results, kind="all"):
    """Of the phrasings of a kind, the share whose answer is top-1 at each row of the lens."""
    return np.mean([r.top == r.answer for e, r in results if kind in (e.kind, "all")], axis=0)


def print_layers(results):
    columns = sorted({e.kind for e, _ in results}) + ["all"]
    layers = len(results[0][1].top)
    for title, shares in [("decision layer of right answers, % of each kind", decision_layers),
                          ("accuracy of the lens by layer, all phrasings, %", accuracy_by_layer)]:
        print(f"\n{title}\n{'':12}" + "".join(f"{k:>12}" for k in columns))
        table = [shares(results, k) for k in columns]
        for row in range(layers):
            print(f"{'embedding' if row == 0 else f'layer {row - 1}':12}" + "".join(f"{100 * t[row]:12.1f}" for t in table))
    unseen = [np.mean([r.top[row] == -1 for _, r in results]) for row in range(layers)]
    print("\na token never seen is top-1, % by layer: " + " ".join(f"{100 * u:.1f}" for u in unseen))
    inside = decision_layers(results)[1:-1].sum()
    print(f"decided strictly inside the stack: {100 * inside:.1f} % of right answers")


def print_examples(model, tokenizer):
    print("\n\n".join(readout.table(model, tokenizer, prompt) for prompt in EXAMPLES))


def print_text(model, tokenizer):
    for prompt in OPENINGS:
        print(f"--- greedy\n{readout.continuation(model, tokenizer, prompt, 40)}")
        print(f"--- sampled at 0.8\n{readout.continuation(model, tokenizer, prompt, 40, 0.8)}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=BUNDLED)
    parser.add_argument("--tokenizer", type=Path, default=RESOURCES)
    args = parser.parse_args()
    torch.set_num_threads(1)
    model, tokenizer = load(args.model), Tokenizer(args.tokenizer)
    results = measured(model, tokenizer)
    print_accuracy(results)
    print_confusion(results)
    print_layers(results)
    print()
    print_examples(model, tokenizer)
    print()
    print_text(model, tokenizer)


if __name__ == "__main__":
    main()
