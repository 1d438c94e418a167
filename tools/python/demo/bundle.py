"""Makes a trained model the bundled one, and brings everything up to date that quotes it.

    python3 tools/python/demo/bundle.py DIR      a directory that train.py wrote
    python3 tools/python/demo/bundle.py          nothing new to bundle; only what quotes the model

Packs the model into the library's resources, then writes the model card and its pictures, the tests' goldens, what
`lens verify` expects, and the table in README.md. Examples in documentation comments are not rewritten: where they
quote the model is printed, for a person to compare.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

import packed

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = [["tools/python/demo/card.py"], ["tools/python/oracle/make_goldens.py", "--only", "demo"],
           ["tools/src/main/scripts/demo_references.py"]]
README_TABLE = re.compile(r"(\$ tools/bin/lens \"(?P<prompt>[^\"\n]*)\".*?The first prints:\n\n```text\n)(?P<table>.*?)(\n```)", re.DOTALL)


def write_readme():
    """Replaces the table in README.md by what its command prints now."""
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    found = README_TABLE.search(text)
    if found is None:
        sys.exit("README.md: expected a table after 'The first prints:', got none")
    run = subprocess.run([ROOT / "tools/bin/lens", found["prompt"]], check=True, capture_output=True, text=True)
    path.write_text(text[: found.start("table")] + run.stdout.rstrip("\n") + text[found.end("table") :], encoding="utf-8")


def quotations():
    """Lines of documentation that seem to quote a number of the bundled model."""
    sources = [ROOT / "README.md", *ROOT.glob("*/src/main/java/**/*.java")]
    for path in sources:
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if re.search(r"//.*\b\d+\.\d{3}\b|//.*Layer \d", line):
                yield f"{path.relative_to(ROOT)}:{number}: {line.strip()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path, nargs="?")
    args = parser.parse_args()
    if args.directory:
        print(f"{packed.bundle(args.directory)}  {packed.PLAIN}")
    for script in SCRIPTS:
        subprocess.run([sys.executable, *script], cwd=ROOT, check=True)
    write_readme()
    print("compare by hand:", *quotations(), sep="\n")


if __name__ == "__main__":
    main()
