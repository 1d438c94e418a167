#!/usr/bin/env python3
"""Compares a dump of the Java library with the float64 oracle, at any size; meant for GPT-2 small's full size.

    make_weights.py OUT --size small
    compare_full_size.py OUT --ids 464,412,733,417 --dump DUMP.safetensors [--tolerance 2e-4] [--dtype float64]

The dump holds `resid` F32 [nLayers + 1, seqLen, dModel] (embedding, then every resid_post) and `logits` F32
[nLayers + 1, n, vocabSize], the lens at the last n positions: n = seqLen, or 1 where that would be large.
Exit code 1 when a logit is off by the tolerance or more, or when an id of the top 10 differs although its
logit is further than the tolerance from both neighbours.
"""
import argparse
import sys

import needed  # noqa: F401, before what it speaks of
import numpy as np
import torch

import safetensors_io
from reference import Gpt2, residuals, top_ids

TOP = 10


def undecided(logits, tolerance):
    """[..., TOP] bool: whose logit is so near a neighbour's in rank that float32 may order the two either way."""
    ranked = np.sort(logits.numpy(), axis=-1)[..., ::-1][..., :TOP + 1]
    near = ranked[..., :-1] - ranked[..., 1:] <= tolerance  # rank r and rank r + 1
    above = np.concatenate([np.zeros_like(near[..., :1]), near[..., :-1]], -1)
    return near | above


def dumped(dump, name, expected):
    """A tensor of the dump as float64, its shape checked; None in `expected` stands for any length."""
    values = dump[name]
    if values.ndim != len(expected) or any(e is not None and e != got for e, got in zip(expected, values.shape)):
        sys.exit(f"dump, tensor '{name}': expected shape {expected}, got {values.shape}")
    return torch.from_numpy(values).double()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("folder", help="config.json and model.safetensors")
    ap.add_argument("--ids", required=True)
    ap.add_argument("--dump", required=True)
    ap.add_argument("--tolerance", type=float, default=2e-4)
    ap.add_argument("--dtype", choices=["float64", "float32"], default="float64",
                    help="float32 takes half the memory (xl: 7 GB, not 13) and has rounding errors of its own")
    a = ap.parse_args()
    ids = [int(x) for x in a.ids.split(",")]

    model = Gpt2(a.folder, getattr(torch, a.dtype))
    n_points = model.config.n_layer + 1
    dump = safetensors_io.read(a.dump)
    resid_java = dumped(dump, "resid", (n_points, len(ids), model.config.n_embd))
    logits_java = dumped(dump, "logits", (n_points, None, model.config.vocab_size))
    resid, _ = residuals(model.run(ids), model.config.n_layer)

    print("point   max|resid|  max|Δresid|  max|logit|  max|Δlogit|  top-10 ids: equal, undecided, wrong")
    worst, wrong_total = 0.0, 0
    for point in range(n_points):  # one point at a time: [n, vocabSize] of float64 is enough to hold
        logits = model.unembed(resid[point, -logits_java.shape[1]:]).double()
        delta_resid = (resid_java[point] - resid[point]).abs().max().item()
        delta = (logits_java[point] - logits).abs().max().item()
        differ = top_ids(logits, TOP) != top_ids(logits_java[point], TOP)
        wrong = int((differ & ~undecided(logits, a.tolerance)).sum())
        print(f"{point:5d} {resid[point].abs().max():12.4f} {delta_resid:12.3g} {logits.abs().max():11.4f} {delta:12.3g}"
              f"  {(~differ).sum()}, {int(differ.sum()) - wrong}, {wrong}")
        worst, wrong_total = np.maximum(worst, delta), wrong_total + wrong  # a NaN stays
    ok = worst < a.tolerance and wrong_total == 0
    print(f"{'ok' if ok else 'FAILED'}: max|Δlogit| {worst:.3g} (tolerance {a.tolerance:g}), {wrong_total} wrong ids")
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
