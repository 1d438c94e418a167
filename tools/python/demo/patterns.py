"""Finds, among the facts the model answers rightly, examples of each pattern a reader of the lens should know.

    python3 tools/python/demo/patterns.py [--model DIR] [--each N]
"""

import argparse
from pathlib import Path

import needed  # noqa: F401, before what it speaks of
import numpy as np
import torch

from bpe import RESOURCES, Tokenizer
from evaluate import measured
from model import load
from packed import BUNDLED


def gradual(r, rivals):
    """The answer climbs to near certainty over four rows or more, never falling much, without one large step."""
    p = r.answer_probability
    steps = np.diff(p)
    return steps.min() > -0.03 and steps.max() < 0.4 and (steps > 0.03).sum() >= 4 and p[-1] > 0.8, -steps.max()


def early(r, rivals):
    """The answer is top-1 from one of the first two blocks on (but not at the embedding)."""
    return 0 < r.decision_layer <= 2, r.answer_probability[2]


def late(r, rivals):
    """The row before the last still has another token, and is fairly sure of it."""
    return r.decision_layer == len(r.top) - 1 and r.probability[-2] > 0.25, r.probability[-2]


def jump(r, rivals):
    """One block above the first raises the answer from nearly nothing to most of the probability."""
    steps = np.diff(r.answer_probability)
    at = steps.argmax()
    return at > 0 and steps[at] > 0.5 and r.answer_probability[at] < 0.1, steps[at]


def changed(r, rivals):
    """A wrong answer of the same kind leads, with a quarter of the probability or more, and then loses."""
    best = max((p for t, p in zip(r.top, r.probability) if t in rivals and t != r.answer), default=0.0)
    return best > 0.25, best


PATTERNS = {
    "gradual refinement": gradual,
    "early knowing": early,
    "late correction": late,
    "confidence jump": jump,
    "changed mind": changed,
}


def find(results, each):
    """name -> (how many right answers show it, the clearest examples, one per subject and two per kind)."""
    right = [(e, r) for e, r in results if r.right and not set(e.prompt) & set('\n"`!$')]
    answers = {}
    for e, r in results:
        answers.setdefault(e.kind, set()).add(r.answer)
    found = {}
    for name, test in PATTERNS.items():
        tested = [(*test(r, answers[e.kind]), e, r) for e, r in right]
        scored = sorted((s[1:] for s in tested if s[0]), key=lambda s: (-s[0], s[1].prompt))
        chosen, subjects, kinds = [], set(), []
        for _, e, r in scored:
            if e.subject not in subjects and kinds.count(e.kind) < 2 and len(chosen) < each:
                chosen.append((e, r))
                subjects.add(e.subject)
                kinds.append(e.kind)
        found[name] = (len(scored), chosen)
    return found, len(right)


def print_patterns(results, each):
    found, total = find(results, each)
    for name, (count, examples) in found.items():
        print(f"### {name}: {count} of {total}\n{PATTERNS[name].__doc__.strip()}\n")
        for e, r in examples:
            path = " ".join(f"{p:.2f}" for p in r.answer_probability)
            print(f"    tools/bin/lens \"{e.prompt}\"   # {e.answer.strip() or repr(e.answer)}: {path}")
        print()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=BUNDLED)
    parser.add_argument("--tokenizer", type=Path, default=RESOURCES)
    parser.add_argument("--each", type=int, default=4)
    args = parser.parse_args()
    torch.set_num_threads(1)
    model, tokenizer = load(args.model), Tokenizer(args.tokenizer)
    print_patterns(measured(model, tokenizer), args.each)


if __name__ == "__main__":
    main()
