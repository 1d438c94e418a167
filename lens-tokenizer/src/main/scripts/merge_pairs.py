#!/usr/bin/env python3
"""Writes merges.pairs: GPT-2's merges as pairs of token ids, which a program reads faster than text.

    merge_pairs.py          reads and writes ../resources/io/github/logitlens/tokenizer

For each merge, in order, the ids of its left and its right token, 16 bits each, little-endian.
"""
import array
import json
import sys
from pathlib import Path

FILES = Path(__file__).parent.parent / "resources/io/github/logitlens/tokenizer"

ids = json.loads((FILES / "vocab.json").read_text(encoding="utf-8"))
merges = (FILES / "merges.txt").read_text(encoding="utf-8").splitlines()[1:]
pairs = array.array("H", [ids[symbol] for merge in merges for symbol in merge.split(" ")])
if sys.byteorder == "big":
    pairs.byteswap()
(FILES / "merges.pairs").write_bytes(pairs.tobytes())
