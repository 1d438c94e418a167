"""Makes a trained model the bundled one, and brings everything up to date that quotes it.

    python3 tools/python/demo/bundle.py DIR      a directory that train.py wrote
    python3 tools/python/demo/bundle.py          nothing new to bundle; only what quotes the model

Packs the model into the library's resources, then writes the model card and its pictures, the tests' goldens, what
`lens verify` expects, the outputs in README.md and tools/docs, and the numbers in documentation comments that `QUOTED`
lists. Left to a person: the pictures in tools/images, and sentences that interpret what is shown.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

import packed

ROOT = Path(__file__).resolve().parents[3]
GOLDENS = "lens-core/src/test/resources/goldens/"
SCRIPTS = [["tools/python/demo/card.py"], ["tools/python/oracle/make_goldens.py", "--only", "demo"],
           ["tools/python/demo/interventions.py", "--write", GOLDENS + "demo/interventions.json"],
           ["tools/python/demo/tuned_lens.py", "--measured", GOLDENS + "lenses/measured"],
           ["tools/src/main/scripts/demo_references.py"]]
DOCS = ["mvn", "-q", "-pl", "tools", "-am", "test", "-Dtest=DocsTest", "-Dsurefire.failIfNoSpecifiedTests=false",
        "-Dlens.test.writeDocs=true"]
PROMPT = "The Eiffel Tower is in"
CORE = "lens-core/src/main/java/io/github/logitlens/"
QUOTED = [  # file, what stands before a number, the number
    (CORE + "LensMetric.java", "r.value(LensMetric.ENTROPY, r.layer(5), -1)    // ", "entropy"),
    (CORE + "Attribution.java", "a.logit()                             // ", "difference"),
    (CORE + "Attribution.java", "a.strongest().getFirst().logit()      // ", "strongest"),
]


def lens(*words):
    """What the command prints."""
    return subprocess.run([ROOT / "tools/bin/lens", *words], check=True, capture_output=True, text=True).stdout


def measured():
    """The numbers that `QUOTED` names, as they are shown, and the label of the strongest component."""
    readings = json.loads(lens("--json", PROMPT))["readings"]
    attribution = json.loads(lens("attribute", "--json", "--token", " Paris", "--versus", " London", PROMPT))
    strongest = max(attribution["components"], key=lambda c: abs(c["logit"]))
    numbers = {
        "entropy": f"{readings[6]['entropy']:.3f}",
        "difference": f"{attribution['logit']:.2f}",
        "strongest": f"{strongest['logit']:.2f}",
    }
    return numbers, strongest["label"]


def replace(name, before, pattern, new):
    """Replaces what stands behind `before`, once in a file."""
    path = ROOT / name
    text, count = re.subn(re.escape(before) + pattern, lambda _: before + new, path.read_text(encoding="utf-8"))
    if count != 1:
        sys.exit(f"{name}: expected {before!r} with a quotation behind it once, got it {count} times")
    path.write_text(text, encoding="utf-8")


def write_quotations():
    numbers, label = measured()
    for name, before, number in QUOTED:
        replace(name, before, r"-?\d+\.\d+", numbers[number])
    replace(CORE + "Attribution.java", 'a.strongest().getFirst().label()      // "', r'[^"]*"', label + '"')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path, nargs="?")
    args = parser.parse_args()
    if args.directory:
        print(f"{packed.bundle(args.directory)}  {packed.PLAIN}")
    for script in SCRIPTS:
        subprocess.run([sys.executable, *script], cwd=ROOT, check=True)
    subprocess.run(DOCS, cwd=ROOT, check=True)
    write_quotations()


if __name__ == "__main__":
    main()
