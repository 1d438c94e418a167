#!/usr/bin/env python3
"""GPT-2 and its logit lens, written plainly in PyTorch: the float64 oracle of the Java library's tests.

    reference.py DIR --ids 464,412,733 [--top 5]      prints the lens at the last position

DIR holds config.json and model.safetensors in Hugging Face's GPT-2 layout. Everything is written out from
elementary operations and slow on purpose; definitions are in README.md.
"""
import argparse
import json
import math
import os
from dataclasses import dataclass

import needed  # noqa: F401, before what it speaks of
import numpy as np
import torch

import safetensors_io

torch.set_grad_enabled(False)

ACTIVATIONS = {
    "gelu_new": lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3))),
    "gelu": lambda x: 0.5 * x * (1 + torch.erf(x / math.sqrt(2))),
    "relu": lambda x: x.clamp(min=0),
    "silu": lambda x: x * torch.sigmoid(x),
    "tanh": torch.tanh,
}


@dataclass(frozen=True)
class Config:
    """What the forward pass needs of config.json, with the defaults that transformers has."""
    n_layer: int = 12
    n_head: int = 12
    n_embd: int = 768
    n_positions: int = 1024
    vocab_size: int = 50257
    n_inner: int = None
    layer_norm_epsilon: float = 1e-5
    activation_function: str = "gelu_new"
    scale_attn_weights: bool = True
    scale_attn_by_inverse_layer_idx: bool = False
    tie_word_embeddings: bool = True

    @staticmethod
    def read(path):
        with open(path) as f:
            entries = json.load(f)
        return Config(**{k: v for k, v in entries.items() if k in Config.__dataclass_fields__})


class Gpt2:
    """A loaded model, computing in `dtype`. Arrays carry no batch: residuals are [seqLen, dModel]."""

    def __init__(self, folder, dtype=torch.float64):
        self.config = Config.read(os.path.join(folder, "config.json"))
        self.w = {}
        for name, values in safetensors_io.read(os.path.join(folder, "model.safetensors")).items():
            name = name[len("transformer."):] if name.startswith("transformer.") else name
            if not name.endswith((".attn.bias", ".attn.masked_bias")):
                self.w[name] = torch.from_numpy(values).to(dtype)
        self.check_shapes()
        # Ids with equal rows must get equal logits, whatever order the matrix product sums in: each distinct row once.
        self.rows, self.row_of_id = torch.unique(self.w[self.unembedding_name()], dim=0, return_inverse=True)

    def unembedding_name(self):
        return "wte.weight" if self.config.tie_word_embeddings else "lm_head.weight"

    def check_shapes(self):
        """Broadcasting would hide a misshapen tensor."""
        c, d = self.config, self.config.n_embd
        inner = c.n_inner or 4 * d
        expected = {"wte.weight": (c.vocab_size, d), "wpe.weight": (c.n_positions, d),
                    "ln_f.weight": (d,), "ln_f.bias": (d,), self.unembedding_name(): (c.vocab_size, d)}
        for layer in range(c.n_layer):
            for name, n_in, n_out in (("attn.c_attn", d, 3 * d), ("attn.c_proj", d, d),
                                      ("mlp.c_fc", d, inner), ("mlp.c_proj", inner, d)):
                expected[f"h.{layer}.{name}.weight"], expected[f"h.{layer}.{name}.bias"] = (n_in, n_out), (n_out,)
            for name in ("ln_1.weight", "ln_1.bias", "ln_2.weight", "ln_2.bias"):
                expected[f"h.{layer}.{name}"] = (d,)
        for name, shape in expected.items():
            got = tuple(self.w[name].shape)
            assert got == shape, f"tensor '{name}': expected shape {shape}, got {got}"

    def layer_norm(self, x, name):
        """-> the normalised rows, and their scale sqrt(variance + epsilon)."""
        centred = x - x.mean(-1, keepdim=True)
        scale = torch.sqrt((centred ** 2).mean(-1, keepdim=True) + self.config.layer_norm_epsilon)
        return centred / scale * self.w[name + ".weight"] + self.w[name + ".bias"], scale[..., 0]

    def linear(self, x, name):
        return x @ self.w[name + ".weight"] + self.w[name + ".bias"]  # Conv1D: weight is [in, out]

    def run(self, ids):
        """All activations of one forward pass, by TransformerLens name."""
        n, acts = len(ids), {}
        acts["hook_embed"] = self.w["wte.weight"][ids]
        acts["hook_pos_embed"] = self.w["wpe.weight"][:n]
        x = acts["hook_embed"] + acts["hook_pos_embed"]
        for layer in range(self.config.n_layer):
            x = self.block(layer, x, acts)
        _, acts["ln_final.hook_scale"] = self.layer_norm(x, "ln_f")
        return acts

    def block(self, layer, resid_pre, acts):
        """[seqLen, dModel] -> [seqLen, dModel]; records the block's activations in `acts`."""
        p, hook = f"h.{layer}.", f"blocks.{layer}."
        normal, acts[hook + "ln1.hook_scale"] = self.layer_norm(resid_pre, p + "ln_1")
        attn_out = self.attention(layer, normal, acts)
        resid_mid = resid_pre + attn_out
        normal, acts[hook + "ln2.hook_scale"] = self.layer_norm(resid_mid, p + "ln_2")
        pre = self.linear(normal, p + "mlp.c_fc")
        post = ACTIVATIONS[self.config.activation_function](pre)
        mlp_out = self.linear(post, p + "mlp.c_proj")
        resid_post = resid_mid + mlp_out
        acts.update({hook + "hook_resid_pre": resid_pre, hook + "hook_attn_out": attn_out,
                     hook + "hook_resid_mid": resid_mid, hook + "mlp.hook_pre": pre, hook + "mlp.hook_post": post,
                     hook + "hook_mlp_out": mlp_out, hook + "hook_resid_post": resid_post})
        return resid_post

    def attention(self, layer, x, acts):
        c, n, name, hook = self.config, x.shape[0], f"h.{layer}.attn.", f"blocks.{layer}.attn."
        d_head = c.n_embd // c.n_head
        qkv = self.linear(x, name + "c_attn").reshape(n, 3, c.n_head, d_head)
        q, k, v = qkv.unbind(1)  # each [seqLen, nHeads, dHead]
        scores = torch.einsum("qhd,khd->hqk", q, k)
        if c.scale_attn_weights:
            scores = scores / math.sqrt(d_head)
        if c.scale_attn_by_inverse_layer_idx:
            scores = scores / (layer + 1)
        scores = scores.masked_fill(torch.ones(n, n).triu(1).bool(), -math.inf)
        pattern = torch.softmax(scores, -1)
        z = torch.einsum("hqk,khd->qhd", pattern, v)
        acts.update({hook + "hook_q": q, hook + "hook_k": k, hook + "hook_v": v, hook + "hook_attn_scores": scores,
                     hook + "hook_pattern": pattern, hook + "hook_z": z})
        return self.linear(z.reshape(n, c.n_embd), name + "c_proj")

    def unembed(self, resid):
        """The logit lens: [..., dModel] -> [..., vocabSize]; LayerNorm statistics are those of each row."""
        return (self.layer_norm(resid, "ln_f")[0] @ self.rows.T)[..., self.row_of_id]

    def logit_scale(self, resid):
        """[...]: max over the vocabulary of sum_d |LN_f(resid)[d] W_U[d, v]|, the condition of a row's logits."""
        return (self.layer_norm(resid, "ln_f")[0].abs() @ self.rows.T.abs()).amax(-1)


def residuals(acts, n_layers):
    """-> the lens's points [nLayers + 1, seqLen, dModel] (embedding, then every resid_post), and resid_mid."""
    points = [acts["blocks.0.hook_resid_pre"]] + [acts[f"blocks.{i}.hook_resid_post"] for i in range(n_layers)]
    return torch.stack(points), torch.stack([acts[f"blocks.{i}.hook_resid_mid"] for i in range(n_layers)])


def top_ids(logits, k):
    """The k highest logits' ids along the last axis, best first; equal logits by lower id."""
    return np.argsort(-logits.numpy(), axis=-1, kind="stable")[..., :k]


def readings(logits, final, k=10):
    """What the lens reads from `logits` [nPoints, seqLen, vocabSize]; `final` [seqLen, vocabSize] is the model's output."""
    lse = torch.logsumexp(logits, -1)
    log_p, log_f = logits - lse[..., None], final - torch.logsumexp(final, -1)[..., None]
    p, f = log_p.exp(), log_f.exp()
    log_m = torch.logaddexp(log_p, log_f) - math.log(2)
    ids = torch.from_numpy(top_ids(logits, k))
    return {
        "top_ids": ids, "top_logits": logits.gather(-1, ids), "top_probs": p.gather(-1, ids),
        "logsumexp": lse, "entropy": -(p * log_p).sum(-1),
        "kl_to_final": (f * (log_f - log_p)).sum(-1), "kl_from_final": (p * (log_p - log_f)).sum(-1),
        "jsd": ((p * (log_p - log_m)).sum(-1) + (f * (log_f - log_m)).sum(-1)) / 2,
        "tv": (p - f).abs().sum(-1) / 2,
    }


def bottom_ids(logits, k):
    """The k lowest logits' ids along the last axis, lowest first; equal logits by lower id."""
    return np.argsort(logits.numpy(), axis=-1, kind="stable")[..., :k]


def change(logits):
    """KL(p_l || p_{l-1}) of `logits` [nPoints, seqLen, vocabSize], point by point from the second on."""
    log_p = torch.log_softmax(logits, -1)
    return (log_p[1:].exp() * (log_p[1:] - log_p[:-1])).sum(-1)


def next_ranks(logits, ids):
    """[nPoints, seqLen - 1]: 1 + how many tokens rank before the next one, equal logits by lower id."""
    target = torch.tensor(ids[1:])[None, :, None]
    logits = logits[:, :-1]
    of_target = logits.gather(-1, target.expand(len(logits), -1, 1))
    lower_id = torch.arange(logits.shape[-1]) < target
    return 1 + ((logits > of_target) | ((logits == of_target) & lower_id)).sum(-1)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("folder")
    ap.add_argument("--ids", required=True)
    ap.add_argument("--top", type=int, default=5)
    a = ap.parse_args()
    model = Gpt2(a.folder)
    resid, _ = residuals(model.run([int(x) for x in a.ids.split(",")]), model.config.n_layer)
    logits = model.unembed(resid[:, -1:])
    r = readings(logits, logits[-1], a.top)
    for point in range(len(resid)):
        cells = "  ".join(f"{i}: {p:.4f}" for i, p in zip(r["top_ids"][point, 0].tolist(), r["top_probs"][point, 0]))
        print(f"{point:3d}  H={r['entropy'][point, 0]:.4f}  KL={r['kl_to_final'][point, 0]:.4f}  {cells}")


if __name__ == "__main__":
    main()
