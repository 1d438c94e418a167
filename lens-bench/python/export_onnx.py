#!/usr/bin/env python3
"""Writes a GPT-2 checkpoint as an ONNX graph, for ONNX Runtime to run beside the library.

    export_onnx.py DIR OUT --kind prefill|prefill-cut|lens|lens-last|decode

DIR holds config.json and model.safetensors in Hugging Face's layout, float32. Needs Python with NumPy and PyTorch, as
Debian 12's python3-torch has them; PyTorch 2 or later wants the package onnx as well.

Inputs and outputs (points = nLayers + 1, the embedding first):
    prefill      ids [n]                             -> logits [1, vocab], the last position's
    prefill-cut  the same; of the last block only what the last position needs, and all keys and values
    lens         ids [n]                             -> ids_top, p_top [points, n, 10], entropy, kl [points, n]
    lens-last    ids [n]                             -> ids_top, p_top [points, 10], entropy, kl [points]
    decode       ids [1], k0, v0 ... [heads, past, dHead] -> logits [1, vocab], new_k0, new_v0 ... [heads, past + 1, dHead]
"""
import argparse
import importlib.util
import inspect
import os
import sys

import torch

from gpt2_torch import Gpt2

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir")
    parser.add_argument("out")
    parser.add_argument("--kind", choices=["prefill", "prefill-cut", "lens", "lens-last", "decode"], required=True)
    args = parser.parse_args()
    torch.set_grad_enabled(False)
    exporter = {}
    if "dynamo" in inspect.signature(torch.onnx.export).parameters:
        exporter["dynamo"] = False  # the newer exporter needs onnxscript, and its graphs are other graphs
    if int(torch.__version__.split(".")[0]) >= 2 and importlib.util.find_spec("onnx") is None:
        sys.exit(f"export_onnx.py: PyTorch {torch.__version__} writes graphs with the package onnx only: expected it beside "
                 "PyTorch, found none (pip install onnx; PyTorch 1.13 does without)")
    model = Gpt2(args.dir, args.kind).eval()
    example, inputs, outputs, dynamic = (torch.arange(7),), ["ids"], ["logits"], {"ids": {0: "n"}}
    if args.kind == "decode":
        cache = [torch.zeros(model.n_heads, 3, model.d_head) for _ in range(2 * model.n_layers)]
        names = [f"{letter}{layer}" for layer in range(model.n_layers) for letter in "kv"]
        example, inputs, dynamic = (example[0][:1], *cache), inputs + names, {name: {1: "past"} for name in names}
        outputs += ["new_" + name for name in names]
    elif not args.kind.startswith("prefill"):
        outputs = ["ids_top", "p_top", "entropy", "kl"]
    unfinished = args.out + ".part"
    torch.onnx.export(model, example, unfinished, input_names=inputs, output_names=outputs, dynamic_axes=dynamic,
                      opset_version=14, do_constant_folding=True, **exporter)
    os.replace(unfinished, args.out)


if __name__ == "__main__":
    main()
