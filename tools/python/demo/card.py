"""Measures a model and writes what its card quotes: the blocks between `<!-- begin NAME -->` and `<!-- end NAME -->`,
and the two pictures.

    python3 tools/python/demo/card.py                            the bundled model's card, in place
    python3 tools/python/demo/card.py --check                    fails if the card says anything else than this prints
    python3 tools/python/demo/card.py --model DIR --out DIR      the card of a model that was just trained
"""

import fixed_sums  # isort: skip  (before numpy and torch read the environment)

import argparse
import contextlib
import hashlib
import io
import re
import sys
from pathlib import Path

import needed  # noqa: F401, before what it speaks of
import torch

import evaluate
import figures
import interventions
import patterns
import tuned_lens
from bpe import RESOURCES, Tokenizer
from model import load
from packed import BUNDLED, checkpoint

HERE = Path(__file__).resolve().parent
CARD, HISTOGRAM, CURVES = "MODEL_CARD.md", "decision_layers.svg", "accuracy_by_layer.svg"
LABELLED_ROW = 4  # of the curves: after layer 3 the kinds lie far apart


def printed(print_something, *args):
    """What a function prints, without blank lines at the ends and spaces at the ends of lines."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        print_something(*args)
    return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").split("\n"))


def print_hashes(directory):
    print(f"{hashlib.sha256(checkpoint(directory)).hexdigest()}  model.safetensors")
    print(f"{hashlib.sha256((directory / tuned_lens.FILE).read_bytes()).hexdigest()}  {tuned_lens.FILE}")


def measure(directory, tokenizer):
    """The card's blocks by name, and the pictures by file name."""
    model = load(directory).requires_grad_(False)
    results = evaluate.measured(model, tokenizer)

    def fenced(*args):
        return "```text\n" + printed(*args) + "\n```"

    def facts():
        evaluate.print_accuracy(results)
        evaluate.print_confusion(results)

    blocks = {
        "hashes": fenced(print_hashes, directory),
        "facts": fenced(facts),
        "layers": fenced(evaluate.print_layers, results),
        "examples": fenced(evaluate.print_examples, model, tokenizer),
        "patterns": printed(patterns.print_patterns, results, 4),
        "interventions": fenced(interventions.print_interventions, model, tokenizer, interventions.PAIRS, interventions.FACTS),
        "tuned lens": fenced(tuned_lens.print_divergences, model, tuned_lens.TunedLens.load(directory / tuned_lens.FILE).requires_grad_(False), tokenizer),
        "text": fenced(evaluate.print_text, model, tokenizer),
    }
    kinds = sorted({e.kind for e, _ in results})
    pictures = {
        HISTOGRAM: figures.histogram(evaluate.decision_layers(results)),
        CURVES: figures.curves({k: evaluate.accuracy_by_layer(results, k) for k in kinds},
                               evaluate.accuracy_by_layer(results), LABELLED_ROW),
    }
    return blocks, pictures


def filled(card, blocks):
    """The card with its blocks replaced; every block must be there once."""
    for name, block in blocks.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        card, count = re.subn(f"{begin}.*?{end}", lambda _: f"{begin}\n{block}\n{end}", card, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"{CARD}: expected one block {name!r}, got {count}")
    return card


def files(directory, tokenizer):
    """name -> content of everything that quotes the model in `directory`."""
    blocks, pictures = measure(Path(directory), tokenizer)
    return {CARD: filled((HERE / CARD).read_text(encoding="utf-8"), blocks), **pictures}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=BUNDLED)
    parser.add_argument("--tokenizer", type=Path, default=RESOURCES)
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    args = parser.parse_args()
    torch.set_num_threads(1)
    stale = []
    for name, content in files(args.model, Tokenizer(args.tokenizer)).items():
        path = args.out / name
        if not args.check:
            path.write_text(content, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != content:
            stale.append(name)
    if stale:
        sys.exit(f"not what is measured now: {', '.join(stale)}")


if __name__ == "__main__":
    main()
