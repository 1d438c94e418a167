"""What interventions find in the demo model: patching the subject flips answers; ablating some heads breaks kinds.

    python3 tools/python/demo/interventions.py [--model DIR] [--pairs N] [--write FILE]
"""

import argparse
import json
import random
from pathlib import Path

import needed  # noqa: F401, before what it speaks of
import numpy as np
import torch

import readout
from bpe import RESOURCES, Tokenizer
from facts import phrasings
from model import load
from packed import BUNDLED

PAIRS, FACTS, HEADS = 300, 600, 8
KINDS = ("landmark", "city", "capital", "person", "opposite")


def subject_pairs(tokenizer, results, count, rng):
    """Pairs of right answers with one wording, one length, subjects ending at one position, and different answers."""
    groups = {}
    for e, r in results:
        if r.right and e.kind in KINDS and e.subject in e.prompt:
            ids = tokenizer.encode(e.prompt)
            before = tokenizer.encode(e.prompt[: e.prompt.index(e.subject) + len(e.subject)])
            if ids[: len(before)] == before:
                groups.setdefault((e.kind, e.template, len(ids), len(before) - 1), []).append((e, r, ids))
    pairs = []
    for key in sorted(groups):
        members = groups[key]
        rng.shuffle(members)
        pairs += [(key, a, b) for a, b in zip(members[::2], members[1::2]) if a[1].answer != b[1].answer]
    rng.shuffle(pairs)
    return pairs[:count]


def patch_flips(model, pairs):
    """For each row: on how many pairs the other run's residual at the subject's last token brings the other answer."""
    layers = model.shape.n_layer + 1
    flips = np.zeros((len(pairs), layers), dtype=bool)
    with torch.no_grad():
        for i, ((_, _, _, at), a, b) in enumerate(pairs):
            one, two = (torch.from_numpy(model.vocabulary.to_compact[np.array([x[2]])]) for x in (a, b))
            source = model.residuals(two)
            wanted = model.vocabulary.to_compact[b[1].answer]
            for row in range(layers):
                def patch(h, row=row):
                    h = h.clone()
                    h[:, at] = source[row][:, at]
                    return h
                last = model.residuals(one, {("resid", row): patch})[-1][0, -1]
                flips[i, row] = model.lens_logits(last).argmax().item() == wanted
    return flips


def silenced(head):
    """A change of z that leaves nothing of a head."""
    def silence(z):
        z = z.clone()
        z[:, :, head] = 0
        return z
    return silence


def head_drops(model, examples, prompts, answers):
    """`[nLayers, nHeads, kinds]`: how far top-1 accuracy falls when one head's output is set to zero."""
    kinds = sorted({e.kind for e in examples})
    member = {k: np.array([e.kind == k for e in examples]) for k in kinds}
    base = np.array([r.right for r in readout.read(model, prompts, answers)])
    drops = np.zeros((model.shape.n_layer, model.shape.n_head, len(kinds)))
    for layer in range(model.shape.n_layer):
        for head in range(model.shape.n_head):
            right = np.array([r.right for r in readout.read(model, prompts, answers, {("z", layer): silenced(head)})])
            drops[layer, head] = [base[member[k]].mean() - right[member[k]].mean() for k in kinds]
    return kinds, drops


def percent(flipped):
    """The share of true values; of none, nothing."""
    return 100 * flipped.mean() if flipped.size else 0.0


def strongest(drops):
    """The heads whose absence costs most, `[(layer, head)]`."""
    return list(zip(*np.unravel_index(np.argsort(-drops.max(-1), axis=None)[:HEADS], drops.shape[:2])))


def write_expected(path, model, pairs, flips, prompts, answers, heads):
    """What the library has to find again: of each pair, at which rows the patch brings the other answer; of each phrasing, whether
    the answer is right without a head."""
    right = [[r.right for r in readout.read(model, prompts, answers)]]
    for layer, head in heads:
        right.append([r.right for r in readout.read(model, prompts, answers, {("z", layer): silenced(head)})])
    with open(path, "w") as f:
        f.write('{"pairs": [\n' + ",\n".join(json.dumps({
            "kind": kind, "at": at, "ids": a[2], "other": b[2], "otherAnswer": int(b[1].answer), "flips": np.flatnonzero(flip).tolist()})
            for ((kind, _, _, at), a, b), flip in zip(pairs, flips)))
        f.write('\n], "heads": ' + json.dumps([[int(layer), int(head)] for layer, head in heads]) + ', "phrasings": [\n')
        f.write(",\n".join(json.dumps({"ids": ids, "answer": int(answer), "right": [int(r[i]) for r in right]})
                           for i, (ids, answer) in enumerate(zip(prompts, answers))))
        f.write("\n]}\n")


def print_interventions(model, tokenizer, pair_count, facts, expected=None):
    rng = random.Random(7)
    held_out = [e for e in phrasings() if e.split == "held-out pair"]
    held_out = rng.sample(held_out, min(facts, len(held_out)))
    prompts = [tokenizer.encode(e.prompt) for e in held_out]
    answers = [tokenizer.encode(e.prompt + e.answer + e.rest)[len(p)] for e, p in zip(held_out, prompts)]

    pool = [e for e in phrasings() if e.split != "trained"]
    pool_prompts = [tokenizer.encode(e.prompt) for e in pool]
    pool_answers = [tokenizer.encode(e.prompt + e.answer + e.rest)[len(p)] for e, p in zip(pool, pool_prompts)]
    pairs = subject_pairs(tokenizer, list(zip(pool, readout.read(model, pool_prompts, pool_answers))), pair_count, rng)
    flips = patch_flips(model, pairs)
    print(f"{len(pairs)} held-out pairs; the other subject's answer comes after patching the subject's last token at")
    names = ["embedding"] + [f"layer {i}" for i in range(model.shape.n_layer)]
    for row, name in enumerate(names):
        shares = " ".join(f"{k} {percent(flips[[p[0][0] == k for p in pairs], row]):5.1f} %" for k in KINDS)
        print(f"  {name:10} {percent(flips[:, row]):5.1f} %   {shares}")
    print("some pairs (the latest row that still flips):")
    for (kind, *_), flip, a, b in sorted(((p[0], f, p[1], p[2]) for p, f in zip(pairs, flips) if f.any()),
                                         key=lambda s: (s[0][0], -np.flatnonzero(s[1])[-1]))[:: max(1, len(pairs) // 10)]:
        print(f"  {kind}: {a[0].prompt!r} with {b[0].subject!r}: {a[0].answer} -> {b[0].answer}, up to {names[np.flatnonzero(flip)[-1]]}")

    kinds, drops = head_drops(model, held_out, prompts, answers)
    print(f"\nzeroing one head, {len(held_out)} held-out phrasings: the heads that matter most (points of accuracy lost)")
    for layer, head in strongest(drops):
        print(f"  layer {layer} head {head}: " + ", ".join(f"{k} {100 * d:.0f}" for k, d in zip(kinds, drops[layer, head]) if d > 0.02))
    if expected:
        write_expected(expected, model, pairs, flips, prompts, answers, strongest(drops))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=BUNDLED)
    parser.add_argument("--tokenizer", type=Path, default=RESOURCES)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--facts", type=int, default=FACTS, help="phrasings per head ablation")
    parser.add_argument("--write", type=Path, help="also write what LensInterventionsTest expects")
    args = parser.parse_args()
    torch.set_num_threads(1)
    print_interventions(load(args.model), Tokenizer(args.tokenizer), args.pairs, args.facts, args.write)


if __name__ == "__main__":
    main()
