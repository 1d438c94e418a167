"""GPT-2's byte-level BPE, enough of it to prepare training text (standard library only)."""

import json
import re
import sys
import unicodedata
from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[3] / "lens-tokenizer/src/main/resources/io/github/logitlens/tokenizer"


def _byte_alphabet():
    """GPT-2's table from bytes to printable characters."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {b: chr(b) for b in printable}
    spare = 256
    for b in range(256):
        if b not in table:
            table[b] = chr(spare)
            spare += 1
    return table


def _char_class(prefix):
    """The body of a character class holding every code point whose category starts with `prefix`."""
    parts, start = [], None
    for cp in range(sys.maxunicode + 2):
        inside = cp <= sys.maxunicode and unicodedata.category(chr(cp)).startswith(prefix)
        if inside and start is None:
            start = cp
        elif not inside and start is not None:
            parts.append(f"\\U{start:08x}-\\U{cp - 1:08x}")
            start = None
    return "".join(parts)


def _pattern():
    letter, number = _char_class("L"), _char_class("N")
    space = r"\t\n\x0b\x0c\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    return re.compile(
        rf"'s|'t|'re|'ve|'m|'ll|'d| ?[{letter}]+| ?[{number}]+"
        rf"| ?[^{space}{letter}{number}]+|[{space}]+(?![^{space}])|[{space}]+"
    )


class Tokenizer:
    """Encodes text to GPT-2 ids and back."""

    def __init__(self, directory=RESOURCES):
        directory = Path(directory)
        self.ids = json.loads((directory / "vocab.json").read_text(encoding="utf-8"))
        lines = (directory / "merges.txt").read_text(encoding="utf-8").split("\n")
        merges = [tuple(line.split()) for line in lines if line and not line.startswith("#version")]
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.tokens = {i: t for t, i in self.ids.items()}
        self.byte_to_char = _byte_alphabet()
        self.char_to_byte = {c: b for b, c in self.byte_to_char.items()}
        self.pattern = _pattern()
        self.cache = {}

    @property
    def vocab_size(self):
        return len(self.ids)

    def _word(self, word):
        """Ids of one pre-token."""
        if word not in self.cache:
            parts = [self.byte_to_char[b] for b in word.encode("utf-8")]
            while len(parts) > 1:
                pairs = [(self.ranks.get(p, sys.maxsize), i) for i, p in enumerate(zip(parts, parts[1:]))]
                rank, at = min(pairs)
                if rank == sys.maxsize:
                    break
                parts[at : at + 2] = [parts[at] + parts[at + 1]]
            self.cache[word] = [self.ids[p] for p in parts]
        return self.cache[word]

    def encode(self, text):
        """Ids of `text`, without any beginning-of-text token."""
        return [i for word in self.pattern.findall(text) for i in self._word(word)]

    def decode(self, ids):
        """Text of `ids`; bytes that are not UTF-8 become the replacement character."""
        chars = "".join(self.tokens[i] for i in ids)
        return bytes(self.char_to_byte[c] for c in chars if c in self.char_to_byte).decode("utf-8", "replace")

    def single(self, text):
        """The one id of `text`, which must be a single token."""
        ids = self.encode(text)
        if len(ids) != 1:
            raise ValueError(f"{text!r}: expected one token, got {[self.decode([i]) for i in ids]}")
        return ids[0]
