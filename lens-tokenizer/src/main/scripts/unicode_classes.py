#!/usr/bin/env python3
"""Writes Unicode14.java: the letters and numbers of Unicode 14, as ranges of code points.

    unicode_classes.py > ../java/io/github/logitlens/tokenizer/Unicode14.java

Needs a Python whose unicodedata is exactly Unicode 14.0.0 (Python 3.11 has it); it refuses any other.
"""
import sys
import textwrap
import unicodedata

if unicodedata.unidata_version != "14.0.0":
    sys.exit(f"unicodedata: expected Unicode 14.0.0, got {unicodedata.unidata_version} (Python 3.11 has 14.0.0)")


def group(code_point):
    return unicodedata.category(chr(code_point))[0]


def block(wanted):
    ranges = []
    start = 0
    for end in range(1, 0x110001):
        if end == 0x110000 or group(end) != group(start):
            if group(start) == wanted:
                ranges.append(f"{start:X}" if end == start + 1 else f"{start:X}-{end - 1:X}")
            start = end
    return textwrap.fill(" ".join(ranges), 112, initial_indent=" " * 12, subsequent_indent=" " * 12,
                         break_on_hyphens=False)


print(f'''package io.github.logitlens.tokenizer;

/// The letters and numbers of Unicode 14, written by `src/main/scripts/unicode_classes.py`; not to be edited.
final class Unicode14 {{
    /// General categories Lu, Ll, Lt, Lm and Lo: code points and ranges of them, in hexadecimal.
    static final String LETTERS = """
{block("L")}
            """;
    /// General categories Nd, Nl and No.
    static final String NUMBERS = """
{block("N")}
            """;

    private Unicode14() {{
    }}
}}''')
