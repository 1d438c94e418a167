"""Trains a tuned lens: one affine translator per row of the lens, so that it reads like the final layer.

The published form, loss and recipe: `h' = h + W_i h + b_i` for the rows i = 0 .. nLayers - 1, then the final LayerNorm
and the unembedding; `KL(model || lens)` is minimised by SGD from the identity, on less text than the original. Another
recipe is here to compare with: from the least-squares map of each row to the last one, with Adam. Written as
`tuned_lens.safetensors`, "<i>.weight" `[out, in]` and "<i>.bias", in F16.

    python3 tools/python/demo/tuned_lens.py [--model DIR]                    measures KL per layer, tuned against plain
    python3 tools/python/demo/tuned_lens.py --train published --out DIR      trains it again and measures it
    python3 tools/python/demo/tuned_lens.py --train fitted --out DIR         with the other recipe
    python3 tools/python/demo/tuned_lens.py --measured DIR                   writes what KL is measured on, as token ids
"""

import fixed_sums  # isort: skip  (before numpy and torch read the environment)

import argparse
import gzip
import hashlib
import random
import time
from dataclasses import dataclass
from pathlib import Path

import needed  # noqa: F401, before what it speaks of
import numpy as np
import torch
from torch import nn

from bpe import RESOURCES, Tokenizer
from corpus import FactBatches, TextStream, documents, fact_rows, training_documents
from facts import phrasings
from model import load, read_safetensors, write_safetensors
from packed import BUNDLED

SEED, LENGTH = 21, 64


@dataclass(frozen=True)
class Recipe:
    """How the translators are found; the rate falls to nothing over the steps in a straight line."""

    fit_batches: int  # of the least squares to start from; none: start at the identity
    steps: int
    positions: int  # in each step
    optimiser: object  # of the parameters


RECIPES = {
    # 250 steps as published, each of 2^9 positions where the original has 2^18
    "published": Recipe(0, 250, 512, lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-3)),
    "fitted": Recipe(40, 150, 128, lambda p: torch.optim.Adam(p, lr=5e-4)),
}
FILE = "tuned_lens.safetensors"


class TunedLens(nn.Module):
    """The translators; as built they change nothing."""

    def __init__(self, layers, d):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(layers, d, d))
        self.bias = nn.Parameter(torch.zeros(layers, d))

    def forward(self, rows):
        """`rows` is `[nLayers, n, dModel]`, one residual per row of the lens."""
        return rows + torch.einsum("lnd,led->lne", rows, self.weight) + self.bias[:, None]

    def fit(self, rows):
        """Sets the translators to the ridge regression of the last row on each other; `rows` is `[nLayers + 1, n, dModel]`."""
        rows = rows.double()
        ones = torch.ones(rows.shape[1], 1, dtype=torch.double)
        with torch.no_grad():
            for i in range(len(self.bias)):
                x = torch.cat([rows[i], ones], dim=1)
                ridge = 1e-4 * (x.T @ x).diagonal().mean() * torch.eye(x.shape[1], dtype=torch.double)
                solution = torch.linalg.solve(x.T @ x + ridge, x.T @ (rows[-1] - rows[i]))
                self.weight[i], self.bias[i] = solution[:-1].T.float(), solution[-1].float()

    def save(self, path, model):
        """Writes the lens with the fields of tuned-lens' configuration, among them the hash of `model`'s unembedding."""
        tensors = {}
        for i in range(len(self.bias)):
            tensors[f"{i}.weight"] = self.weight[i].detach().numpy()
            tensors[f"{i}.bias"] = self.bias[i].detach().numpy()
        write_safetensors(path, tensors, {
            "lens_type": "linear_tuned_lens", "base_model_name_or_path": "demo", "d_model": str(self.bias.shape[1]),
            "num_hidden_layers": str(len(self.bias)), "bias": "true", "unembed_hash": unembed_hash(model)})

    @staticmethod
    def load(path):
        tensors = read_safetensors(Path(path).read_bytes())
        layers = len(tensors) // 2
        lens = TunedLens(layers, len(tensors["0.bias"]))
        with torch.no_grad():
            for i in range(layers):
                lens.weight[i] = torch.from_numpy(tensors[f"{i}.weight"])
                lens.bias[i] = torch.from_numpy(tensors[f"{i}.bias"])
        return lens


def unembed_hash(model):
    """tuned-lens' hash of an unembedding: what NumPy prints of it with one digit, and so of its corners alone."""
    with torch.no_grad():
        rows = model.wte[model.vocabulary.to_compact].half().float().numpy()
    return hashlib.sha256(np.array_str(rows, precision=1).encode()).hexdigest()


def divergences(model, translated, final):
    """`KL(model || lens)` per row, `[nLayers]`, over the full vocabulary; `final` is `[n, dModel]`."""
    with torch.no_grad():
        p = model.unembed(final).log_softmax(-1)
    q = model.unembed(translated).log_softmax(-1)
    return (p.exp() * (p - q)).sum(-1).mean(-1)


def residuals(model, ids):
    """`[nLayers + 1, n, dModel]` of a batch, all positions."""
    with torch.no_grad():
        rows = torch.stack(model.residuals(torch.from_numpy(model.vocabulary.to_compact[np.array(ids)])))
    return rows.flatten(1, 2)


def train(model, docs, facts, recipe):
    """A lens for `model`, trained on rows of text and of facts."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    rng = random.Random(SEED)
    model.requires_grad_(False)
    lens = TunedLens(model.shape.n_layer, model.shape.n_embd)
    optimiser = recipe.optimiser(lens.parameters())
    rate = optimiser.param_groups[0]["lr"]
    stream, batches = TextStream(docs, rng), FactBatches(facts, 256, {}, rng)

    def batch():
        text = residuals(model, [row[:-1] for row in stream.rows(4, LENGTH)])
        return torch.cat([text, residuals(model, [r[0][:-1] for r in batches.next()])], dim=1)

    def positions():
        """`recipe.positions` of them, from as many batches as that takes."""
        rows = batch()
        while rows.shape[1] < recipe.positions:
            rows = torch.cat([rows, batch()], dim=1)
        return rows[:, torch.randperm(rows.shape[1])[: recipe.positions]]

    if recipe.fit_batches:
        lens.fit(torch.cat([batch() for _ in range(recipe.fit_batches)], dim=1))
    for step in range(recipe.steps):
        for group in optimiser.param_groups:
            group["lr"] = rate * (1 - step / recipe.steps)
        rows = positions()
        loss = divergences(model, lens(rows[:-1]), rows[-1]).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 20 == 0:
            print(f"tuned lens: step {step} KL summed over the layers {loss.item():.3f}", flush=True)
    return lens


def measured(tokenizer):
    """Text that is not the training's, and phrasings that were never trained, up to the answer, as rows of ids."""
    examples = phrasings()
    held_out = fact_rows(tokenizer, [e for e in examples if e.split != "trained"])
    fresh = TextStream(documents(tokenizer, random.Random(99), [e for e in examples if e.split == "trained"], 500), random.Random(99))
    return [row[:-1] for row in fresh.rows(64, LENGTH)], [ids[:at] for ids, at, _ in held_out]


def write_measured(tokenizer, directory):
    """`text.ids.gz`, read at every position, and `facts.ids.gz`, read at the last one; a row a line."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, rows in zip(("text", "facts"), measured(tokenizer)):
        lines = "".join(",".join(map(str, row)) + "\n" for row in rows)
        (directory / f"{name}.ids.gz").write_bytes(gzip.compress(lines.encode("ascii"), mtime=0))


def print_divergences(model, lens, tokenizer):
    """KL per row on text at every position, and on facts at the answer."""
    text, facts = measured(tokenizer)
    by_length = {}
    for ids in facts:
        by_length.setdefault(len(ids), []).append(ids)
    answers = torch.cat([residuals(model, b).unflatten(1, (len(b), -1))[:, :, -1] for b in by_length.values()], dim=1)
    text = residuals(model, text)
    print(f"{'KL to the model, nats':24}{'text, plain':>14}{'text, tuned':>14}{'facts, plain':>14}{'facts, tuned':>14}")
    columns = [divergences(model, f(rows[:-1]), rows[-1]).tolist() for rows in (text, answers) for f in (lambda h: h, lens)]
    for row, values in enumerate(zip(*columns)):
        print(f"{'embedding' if row == 0 else f'layer {row - 1}':24}" + "".join(f"{v:14.3f}" for v in values))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=BUNDLED)
    parser.add_argument("--tokenizer", type=Path, default=RESOURCES)
    parser.add_argument("--train", choices=RECIPES)
    parser.add_argument("--out", type=Path, help="directory for the trained tuned_lens.safetensors")
    parser.add_argument("--measured", type=Path, help="directory for text.ids.gz and facts.ids.gz, and nothing else")
    args = parser.parse_args()
    if args.measured:
        write_measured(Tokenizer(args.tokenizer), args.measured)
        return
    if (args.train is None) != (args.out is None):
        parser.error("--train and --out: expected both or neither")
    torch.set_num_threads(1)
    tokenizer, model = Tokenizer(args.tokenizer), load(args.model).requires_grad_(False)
    file = (args.out or args.model) / FILE
    if args.train:
        start = time.time()
        trained = [e for e in phrasings() if e.split == "trained"]
        lens = train(model, training_documents(tokenizer, trained), fact_rows(tokenizer, trained), RECIPES[args.train])
        file.parent.mkdir(parents=True, exist_ok=True)
        lens.save(file, model)
        print(f"{time.time() - start:.0f} s, sha256 {hashlib.sha256(file.read_bytes()).hexdigest()}")
    print_divergences(model, TunedLens.load(file).requires_grad_(False), tokenizer)


if __name__ == "__main__":
    main()
