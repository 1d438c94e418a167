"""The training text as token ids: rows of facts, rows of free text, and what usually follows the last n tokens."""

import random
from pathlib import Path

import prose
import snippets

SEED = 20
END = 50256  # <|endoftext|>
PROSE = Path(__file__).with_name("prose.txt")
PROGRAMS = Path(__file__).with_name("programs.txt")


def fact_rows(tokenizer, examples):
    """(ids, index of the answer, kind) of each phrasing."""
    return [
        (tokenizer.encode(e.prompt + e.answer + e.rest) + [END], len(tokenizer.encode(e.prompt)), e.kind)
        for e in examples
    ]


def documents(tokenizer, rng, examples, count):
    """`count` documents as id lists: written prose and programs, grammar text, and facts one after another."""
    pieces = PROSE.read_text(encoding="utf-8").strip().split("\n\n")
    programs = PROGRAMS.read_text(encoding="utf-8").strip().split("\n---\n")

    def excerpt():
        sentences = rng.choice(pieces).replace("\n", " ").split(". ")
        start = rng.randrange(len(sentences)) if rng.random() < 0.4 else 0
        return ". ".join(sentences[start:])

    makers = [
        (excerpt, 4),
        (lambda: prose.story(rng), 3),
        (lambda: prose.passage(rng), 4),
        (lambda: snippets.program(rng), 2),
        (lambda: rng.choice(programs) + "\n", 1.5),
        (lambda: " ".join(e.prompt + e.answer + e.rest for e in rng.sample(examples, rng.randrange(2, 5))), 2.5),
    ]
    functions, weights = zip(*makers)
    return [tokenizer.encode(rng.choices(functions, weights)[0]()) for _ in range(count)]


def training_documents(tokenizer, examples, rng=None):
    """The documents that every training draws from; with an `rng` in its first state, leaves it where they end."""
    return documents(tokenizer, rng or random.Random(SEED), examples, 30000)


class TextStream:
    """Rows of `length + 1` ids; most begin where a document begins, without <|endoftext|>."""

    def __init__(self, docs, rng):
        self.docs, self.rng = docs, rng

    def row(self, length):
        ids = [END] if self.rng.random() < 0.15 else []
        doc = self.rng.choice(self.docs)
        ids += doc[self.rng.randrange(len(doc)) :] if self.rng.random() < 0.2 else doc
        while len(ids) <= length:
            ids += [END] + self.rng.choice(self.docs)
        return ids[: length + 1]

    def rows(self, count, length):
        return [self.row(length) for _ in range(count)]


class FactBatches:
    """Batches of phrasings of one length, about `tokens` ids each; a phrasing is met `weights[kind]` times an epoch."""

    def __init__(self, rows, tokens, weights, rng):
        self.rng, self.tokens = rng, tokens
        self.by_length = {}
        for row in rows:
            for _ in range(weights.get(row[2], 1)):
                self.by_length.setdefault(len(row[0]), []).append(row)
        self.queue = []

    def next(self):
        if not self.queue:
            for length, rows in self.by_length.items():
                self.rng.shuffle(rows)
                size = max(1, self.tokens // length)
                self.queue += [rows[i : i + size] for i in range(0, len(rows), size)]
            self.rng.shuffle(self.queue)
        return self.queue.pop()


class Followers:
    """Which tokens follow the last 1 to `longest` tokens in the training text; at most `keep` are remembered of each."""

    def __init__(self, sequences, longest, rng, keep=48):
        self.longest = longest
        self.table, counts = {}, {}
        for ids in sequences:
            for end in range(1, len(ids)):
                for n in range(1, min(longest, end) + 1):
                    key = tuple(ids[end - n : end])
                    seen = counts[key] = counts.get(key, 0) + 1
                    kept = self.table.setdefault(key, [])
                    if seen <= keep:
                        kept.append(ids[end])
                    else:
                        at = rng.randrange(seen)
                        if at < keep:
                            kept[at] = ids[end]

    def draw(self, ids, end, n, rng):
        """A token drawn from what follows `ids[end - n : end]`, or a shorter context if that one is not known."""
        for size in range(min(n, end, self.longest), 0, -1):
            found = self.table.get(tuple(ids[end - size : end]))
            if found:
                return rng.choice(found)
        return None
