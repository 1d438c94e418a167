#!/usr/bin/env python3
"""Writes the files of `torch.save` that the Java reader is tested with.

Output: lens-weights/src/test/resources/io/github/logitlens/weights/torch/
"""
import os
from collections import OrderedDict

import needed  # noqa: F401, before what it speaks of
import torch

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
FILES = os.path.join(ROOT, "lens-weights/src/test/resources/io/github/logitlens/weights/torch")

FLOATS = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16, "f64": torch.float64}
INTEGERS = {"i64": torch.int64, "i32": torch.int32, "i16": torch.int16, "i8": torch.int8, "u8": torch.uint8, "bool": torch.bool}


def everything():
    """Every type, tensors that share a storage, and every kind of value that may stand beside tensors."""
    halves = torch.arange(6).reshape(2, 3) / 2
    whole = torch.arange(6, dtype=torch.float32)
    return {
        **{name: halves.to(dtype) for name, dtype in FLOATS.items()},
        **{name: torch.tensor([0, 1]).to(dtype) for name, dtype in INTEGERS.items()},
        "scalar": torch.tensor(7.0), "empty": torch.zeros(0, 3), "parameter": torch.nn.Parameter(torch.ones(2)),
        "whole": whole, "part": whole[2:5],
        "deep": OrderedDict({1: {"x": torch.zeros(1)}, -2: [torch.ones(1)]}),
        "text": "h\u00e9llo", "int": 3, "large": 12345678901, "negative": -5, "float": 0.25, "true": True, "none": None,
        "list": [1, "two"], "tuple": (300, 70000),
    }


def main():
    os.makedirs(FILES, exist_ok=True)
    save = lambda value, name, **how: torch.save(value, os.path.join(FILES, name), **how)
    save(everything(), "everything.pt")
    save({"w": torch.zeros(2, 3).T}, "strided.pt")
    save({"w": torch.zeros(2)}, "old.pt", _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    main()
