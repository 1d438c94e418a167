"""GPT-2's byte-level BPE, short and slow: text -> ids, for the prompts of the goldens."""
import json
import os
import re
import sys
import unicodedata


def _category(letter):
    """The inside of a character class: all code points whose general category starts with `letter`."""
    points = [cp for cp in range(sys.maxunicode + 1) if unicodedata.category(chr(cp))[0] == letter]
    starts = [cp for i, cp in enumerate(points) if i == 0 or points[i - 1] != cp - 1]
    ends = [cp for i, cp in enumerate(points) if i == len(points) - 1 or points[i + 1] != cp + 1]
    return "".join(f"\\U{a:08x}-\\U{b:08x}" for a, b in zip(starts, ends))


def _byte_symbols():
    """GPT-2's printable stand-in for every byte: itself where it prints, else the next free code point from 256."""
    prints = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [b for b in range(256) if b not in prints]
    return {**{b: chr(b) for b in prints}, **{b: chr(256 + i) for i, b in enumerate(others)}}


class Bpe:
    """Reads vocab.json and merges.txt from `folder`."""

    def __init__(self, folder):
        with open(os.path.join(folder, "vocab.json"), encoding="utf-8") as f:
            self.ids = json.load(f)
        with open(os.path.join(folder, "merges.txt"), encoding="utf-8") as f:
            pairs = [tuple(line.split()) for line in f.read().split("\n") if line and not line.startswith("#version")]
        self.ranks = {pair: rank for rank, pair in enumerate(pairs)}
        self.symbols = _byte_symbols()
        letter, number = _category("L"), _category("N")
        white = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # Unicode White_Space, not Python's \s
        self.words = re.compile(f"'s|'t|'re|'ve|'m|'ll|'d| ?[{letter}]+| ?[{number}]+| ?[^{white}{letter}{number}]+"
                                f"|[{white}]+(?![^{white}])|[{white}]+")

    def encode(self, text):
        return [self.ids[piece] for word in self.words.findall(text) for piece in self.merge(word)]

    def merge(self, word):
        """Merges the lowest-ranked pair of neighbours, everywhere, until no pair has a rank."""
        parts = [self.symbols[b] for b in word.encode("utf-8")]
        while len(parts) > 1:
            best = min(zip(parts, parts[1:]), key=lambda pair: self.ranks.get(pair, len(self.ranks)))
            if best not in self.ranks:
                break
            merged, i = [], 0
            while i < len(parts):
                hit = tuple(parts[i:i + 2]) == best
                merged.append("".join(best) if hit else parts[i])
                i += 2 if hit else 1
            parts = merged
        return parts
