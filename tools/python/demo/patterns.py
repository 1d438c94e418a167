"""Finds, among the facts the model answers rightly, examples of each pattern a reader of the lens should know.

    python3 tools/python/demo/patterns.py [--model DIR] [--each N] [--all-rows]
"""

import argparse
from pathlib import Path

import numpy as np
import torch

import readout
from bpe import RESOURCES, Tokenizer
from evaluate import BUNDLED, measured
from model import load


def gradual(r):
    """The answer climbs over at least five rows, never falling much, without one large step."""
    p = r.answer_probability
    steps = np.diff(p)
    return steps.min() > -0.03 and steps.max() < 0.4 and (steps > 0.03).sum() >= 4, -steps.max()


def early(r):
    """The answer is top-1 from one of the first two blocks on (but not at the embedding)."""
    return 0 < r.decision_layer <= 2, r.answer_probability[2]


def late(r):
    """The row before the last still has another token, and is fairly sure of it."""
    return r.decision_layer == len(r.top) - 1 and r.probability[-2] > 0.25, r.probability[-2]


def jump(r):
    """One block raises the answer from nearly nothing to nearly certain."""
    steps = np.diff(r.answer_probability)
    at = steps.argmax()
    return steps[at] > 0.6 and r.answer_probability[at] < 0.1, steps[at]


def changed(r):
    """One other token leads two rows or more with a fifth of the probability, and then loses."""
    best = 0.0
    for a, b, p, q in zip(r.top, r.top[1:], r.probability, r.probability[1:]):
        if a == b != r.answer and a != -1:
            best = max(best, min(p, q))
    return best > 0.2 and r.decision_layer < len(r.top), best


PATTERNS = {
    "gradual refinement": gradual,
    "early knowing": early,
    "late correction": late,
    "confidence jump": jump,
    "changed mind": changed,
}


def find(results, each):
    """name -> (how many right answers show it, the clearest examples, at most two of one kind)."""
    right = [(e, r) for e, r in results if r.right and "\n" not in e.prompt and '"' not in e.prompt]
    found = {}
    for name, test in PATTERNS.items():
        scored = sorted(((test(r)[1], e, r) for e, r in right if test(r)[0]), key=lambda s: (-s[0], s[1].prompt))
        chosen, per_kind = [], {}
        for _, e, r in scored:
            if per_kind.get(e.kind, 0) < 2 and len(chosen) < each:
                chosen.append((e, r))
                per_kind[e.kind] = per_kind.get(e.kind, 0) + 1
        found[name] = (len(scored), chosen)
    return found, len(right)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=BUNDLED)
    parser.add_argument("--tokenizer", type=Path, default=RESOURCES)
    parser.add_argument("--each", type=int, default=5)
    parser.add_argument("--all-rows", action="store_true", help="print the whole table of the first example of each")
    args = parser.parse_args()
    torch.set_num_threads(1)
    model, tokenizer = load(args.model), Tokenizer(args.tokenizer)
    found, total = find(measured(model, tokenizer), args.each)
    for name, (count, examples) in found.items():
        print(f"\n## {name}: {count} of {total}\n{PATTERNS[name].__doc__.strip()}\n")
        for e, r in examples:
            path = " ".join(f"{p:.2f}" for p in r.answer_probability)
            print(f"    tools/bin/lens \"{e.prompt}\"   # {e.answer.strip()}: {path}")
        if args.all_rows and examples:
            print("\n" + readout.table(model, tokenizer, examples[0][0].prompt))


if __name__ == "__main__":
    main()
