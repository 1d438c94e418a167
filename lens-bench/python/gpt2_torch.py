"""GPT-2 and its logit lens in float32 PyTorch, written for speed: what ONNX Runtime's graphs are traced from, and a peer."""
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
        self.register_buffer("masked", torch.tensor(-1e30))

    def weight(self, name):
        return getattr(self, name.replace(".", "_"))

    def norm(self, x, name):
        return F.layer_norm(x, (self.d_model,), self.weight(name + ".weight"), self.weight(name + ".bias"), self.epsilon)

    def linear(self, x, name):
        return torch.matmul(x, self.weight(name + ".weight")) + self.weight(name + ".bias")

    def gelu(self, x):
        return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))

    def unembed(self, x):
        return torch.matmul(self.norm(x, "ln_f"), self.weight("wte.weight").t())

    def block(self, layer, x, past_keys=None, past_values=None, last_only=False):
        p = f"h.{layer}."
        qkv = self.linear(self.norm(x, p + "ln_1"), p + "attn.c_attn").split(self.d_model, dim=1)
        q, k, v = (t.reshape(-1, self.n_heads, self.d_head).transpose(0, 1) for t in qkv)
        if past_keys is not None:
            k, v = torch.cat((past_keys, k), 1), torch.cat((past_values, v), 1)
        if last_only:
            q, x = q[:, -1:], x[-1:]
        scores = torch.matmul(q, k.transpose(1, 2)) * (1 / math.sqrt(self.d_head))
        if past_keys is None and not last_only:
            n = x.shape[0]
            scores = torch.where(self.mask[:n, :n], scores, self.masked)
        z = torch.matmul(torch.softmax(scores, -1), v).transpose(0, 1).reshape(-1, self.d_model)
        x = x + self.linear(z, p + "attn.c_proj")
        h = self.linear(self.norm(x, p + "ln_2"), p + "mlp.c_fc")
        return x + self.linear(self.gelu(h), p + "mlp.c_proj"), k, v

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
            x, _, _ = self.block(layer, x, last_only=self.kind == "prefill-cut" and layer == self.n_layers - 1)
            residuals.append(x)
        if self.kind.startswith("prefill"):
            return self.unembed(x[-1:])
        if self.kind == "lens-last":  # all points in one product
            logp = self.log_probabilities(torch.cat([r[-1:] for r in residuals]))
            return self.readings(logp, logp[-1:])
        final = self.log_probabilities(x)
        columns = [self.readings(self.log_probabilities(r), final) for r in residuals[:-1]]
        columns.append(self.readings(final, final))
        return tuple(torch.stack(column) for column in zip(*columns))
