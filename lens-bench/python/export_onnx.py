#!/usr/bin/env python3
"""Writes a GPT-2 checkpoint as an ONNX graph, for ONNX Runtime to run beside the library.

    export_onnx.py DIR OUT --kind prefill|lens|lens-last|decode

DIR holds config.json and model.safetensors in Hugging Face's layout, float32. Needs Python with PyTorch and NumPy, as
Debian 12's python3-torch has them.

Inputs and outputs (points = nLayers + 1, the embedding first):
    prefill    ids [n]                               -> logits [1, vocab], the last position's
    lens       ids [n]                               -> ids_top, p_top [points, n, 10], entropy, kl [points, n]
    lens-last  ids [n]                               -> ids_top, p_top [points, 10], entropy, kl [points]
    decode     ids [1], k0, v0 ... [heads, past, dHead] -> logits [1, vocab], new_k0, new_v0 ... [heads, past + 1, dHead]
"""
import argparse
import json
import math
import os
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F

TOP = 10


def read_safetensors(path):
    data = np.memmap(path, np.uint8, "c")
    length = struct.unpack("<Q", data[:8].tobytes())[0]
    header = json.loads(data[8:8 + length].tobytes())
    header.pop("__metadata__", None)
    tensors = {}
    for name, info in header.items():
        if name.endswith((".attn.bias", ".attn.masked_bias")):
            continue
        if info["dtype"] != "F32":
            sys.exit(f"{name}: expected F32, got {info['dtype']} (in {path})")
        begin, end = (8 + length + offset for offset in info["data_offsets"])
        values = data[begin:end].view("<f4").reshape(info["shape"])
        tensors[name.removeprefix("transformer.")] = torch.from_numpy(values)
    return tensors


class Gpt2(torch.nn.Module):
    """GPT-2 without a batch dimension: x is [n, dModel]."""

    def __init__(self, folder, kind):
        super().__init__()
        with open(os.path.join(folder, "config.json")) as f:
            config = json.load(f)
        self.kind = kind
        self.n_layers, self.n_heads, self.d_model = config["n_layer"], config["n_head"], config["n_embd"]
        self.d_head = self.d_model // self.n_heads
        self.epsilon = config["layer_norm_epsilon"]
        for name, values in read_safetensors(os.path.join(folder, "model.safetensors")).items():
            self.register_buffer(name.replace(".", "_"), values)
        n_ctx = config["n_positions"]
        self.register_buffer("mask", torch.tril(torch.ones(n_ctx, n_ctx, dtype=torch.bool)))

    def weight(self, name):
        return getattr(self, name.replace(".", "_"))

    def norm(self, x, name):
        return F.layer_norm(x, (self.d_model,), self.weight(name + ".weight"), self.weight(name + ".bias"), self.epsilon)

    def linear(self, x, name):
        return torch.matmul(x, self.weight(name + ".weight")) + self.weight(name + ".bias")

    def unembed(self, x):
        return torch.matmul(self.norm(x, "ln_f"), self.weight("wte.weight").t())

    def block(self, layer, x, past_keys=None, past_values=None):
        p = f"h.{layer}."
        qkv = self.linear(self.norm(x, p + "ln_1"), p + "attn.c_attn").split(self.d_model, dim=1)
        q, k, v = (t.reshape(-1, self.n_heads, self.d_head).transpose(0, 1) for t in qkv)
        if past_keys is not None:
            k, v = torch.cat((past_keys, k), 1), torch.cat((past_values, v), 1)
        scores = torch.matmul(q, k.transpose(1, 2)) * (1 / math.sqrt(self.d_head))
        if past_keys is None:
            n = x.shape[0]
            scores = torch.where(self.mask[:n, :n], scores, torch.tensor(-1e30))
        z = torch.matmul(torch.softmax(scores, -1), v).transpose(0, 1).reshape(-1, self.d_model)
        x = x + self.linear(z, p + "attn.c_proj")
        h = self.linear(self.norm(x, p + "ln_2"), p + "mlp.c_fc")
        h = 0.5 * h * (1 + torch.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h * h * h)))
        return x + self.linear(h, p + "mlp.c_proj"), k, v

    def log_probabilities(self, residual):
        return torch.log_softmax(self.unembed(residual), -1)

    @staticmethod
    def readings(logp, final):
        values, ids = logp.topk(TOP, -1)
        return ids, values.exp(), -(logp.exp() * logp).sum(-1), (final.exp() * (final - logp)).sum(-1)

    def forward(self, ids, *cache):
        embedded = F.embedding(ids, self.weight("wte.weight"))
        if self.kind == "decode":
            past = cache[0].shape[1]
            x = embedded + self.weight("wpe.weight")[past:past + 1]
            grown = []
            for layer in range(self.n_layers):
                x, k, v = self.block(layer, x, cache[2 * layer], cache[2 * layer + 1])
                grown += [k, v]
            return (self.unembed(x), *grown)
        x = embedded + self.weight("wpe.weight")[:ids.shape[0]]
        residuals = [x]
        for layer in range(self.n_layers):
            x, _, _ = self.block(layer, x)
            residuals.append(x)
        if self.kind == "prefill":
            return self.unembed(x[-1:])
        if self.kind == "lens-last":  # all points in one product
            logp = self.log_probabilities(torch.cat([r[-1:] for r in residuals]))
            return self.readings(logp, logp[-1:])
        final = self.log_probabilities(x)
        columns = [self.readings(self.log_probabilities(r), final) for r in residuals[:-1]]
        columns.append(self.readings(final, final))
        return tuple(torch.stack(column) for column in zip(*columns))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir")
    parser.add_argument("out")
    parser.add_argument("--kind", choices=["prefill", "lens", "lens-last", "decode"], required=True)
    args = parser.parse_args()
    torch.set_grad_enabled(False)
    model = Gpt2(args.dir, args.kind).eval()
    example, inputs, outputs, dynamic = (torch.arange(7),), ["ids"], ["logits"], {"ids": {0: "n"}}
    if args.kind == "decode":
        cache = [torch.zeros(model.n_heads, 3, model.d_head) for _ in range(2 * model.n_layers)]
        names = [f"{letter}{layer}" for layer in range(model.n_layers) for letter in "kv"]
        example, inputs, dynamic = (example[0][:1], *cache), inputs + names, {name: {1: "past"} for name in names}
        outputs += ["new_" + name for name in names]
    elif args.kind != "prefill":
        outputs = ["ids_top", "p_top", "entropy", "kl"]
    unfinished = args.out + ".part"
    torch.onnx.export(model, example, unfinished, input_names=inputs, output_names=outputs, dynamic_axes=dynamic,
                      opset_version=14, do_constant_folding=True)
    os.replace(unfinished, args.out)


if __name__ == "__main__":
    main()
