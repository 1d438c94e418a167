#!/usr/bin/env python3
"""Writes unicode-14-classes.txt: the letters and numbers of Unicode 14, as ranges of code points.

    unicode_classes.py > ../resources/io/github/logitlens/tokenizer/unicode-14-classes.txt

Needs a Python whose unicodedata is exactly Unicode 14.0.0 (Python 3.11 has it); it refuses any other.
One line a range: first and last code point in hexadecimal, then L (general category L*) or N (N*).
"""
import sys
import unicodedata

if unicodedata.unidata_version != "14.0.0":
    sys.exit(f"unicodedata: expected Unicode 14.0.0, got {unicodedata.unidata_version} (Python 3.11 has 14.0.0)")


def group(code_point):
    return unicodedata.category(chr(code_point))[0]


start = 0
for end in range(1, 0x110001):
    if end == 0x110000 or group(end) != group(start):
        if group(start) in "LN":
            print(f"{start:X} {end - 1:X} {group(start)}")
        start = end
