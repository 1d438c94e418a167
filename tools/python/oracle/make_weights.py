#!/usr/bin/env python3
"""Deterministic random weights in GPT-2's layout: OUT/config.json and OUT/model.safetensors.

    make_weights.py OUT [--size tiny|mini|small|medium|large|xl] [--dtype f32|f16|bf16|f64] [--seed N]
                    [--prefix] [--buffers] [--untied]
                    [--layers N] [--heads N] [--d-model N] [--d-mlp N] [--n-ctx N] [--vocab N] [--wte-gain X]

The statistics follow GPT-2's initialisation (std 0.02, residual projections / sqrt(2 nLayers), wpe std 0.01)
and then add what a *trained* GPT-2 shows and a fresh one does not: LayerNorm gains that are not one, biases
that are not zero, and a few outlier channels in the residual stream, so that a wrong LayerNorm shows.
Nothing here is a trained model. Needs only numpy.
"""
import argparse
import json
import os
import zlib
from dataclasses import dataclass, replace

import numpy as np

import safetensors_io


@dataclass(frozen=True)
class Shape:
    """A model's dimensions. `d_mlp` None means 4 dModel; `untied` adds a separate `lm_head.weight`."""
    n_layers: int
    n_heads: int
    d_model: int
    n_ctx: int
    vocab: int
    d_mlp: int = None
    untied: bool = False


SIZES = {
    "tiny":   Shape(2, 2, 16, 32, 97),
    "mini":   Shape(4, 4, 128, 128, 1000),
    "small":  Shape(12, 12, 768, 1024, 50257),
    "medium": Shape(24, 16, 1024, 1024, 50257),
    "large":  Shape(36, 20, 1280, 1024, 50257),
    "xl":     Shape(48, 25, 1600, 1024, 50257),
}


def tensors(shape, seed=1, wte_gain=1.0):
    """A list of (name, shape, draw); each tensor has a random stream of its own, seeded by its name."""
    n_layers, d = shape.n_layers, shape.d_model
    d_mlp = shape.d_mlp or 4 * d
    residual_std = 0.02 / np.sqrt(2 * n_layers)
    matrix_gain = np.sqrt(768 / d)
    out = []

    def rng(name):
        return np.random.default_rng([seed, zlib.crc32(name.encode())])

    def normal(name, dims, std):
        return rng(name).standard_normal(dims, dtype=np.float32) * np.float32(std)

    def add(name, dims, draw):
        out.append((name, dims, draw))

    def add_normal(name, dims, std, shift=0.0):
        add(name, dims, lambda: normal(name, dims, std) + np.float32(shift))

    outliers = rng("outlier").choice(d, size=max(1, d // 192), replace=False)  # 4 channels at dModel = 768

    def add_norm(name, mean, bias_std):
        def gain():
            g = mean * (1 + 0.15 * normal(name + ".weight", d, 1))
            g[outliers] *= 0.35  # trained models damp their outlier channels here
            return g.astype(np.float32)
        add(name + ".weight", (d,), gain)
        add_normal(name + ".bias", (d,), bias_std)

    def wpe():
        w = normal("wpe.weight", (shape.n_ctx, d), 0.01)
        w[0] += normal("wpe0", d, 0.05)  # the first position is special in trained models
        return w

    def sink_bias(p, size):
        b = normal(p + "mlp.c_proj.bias", d, 0.05)
        b[outliers] += rng(p + "sink").choice([-1, 1], len(outliers)).astype(np.float32) * np.float32(size)
        return b

    add_normal("wte.weight", (shape.vocab, d), 0.14 * wte_gain)  # about what a trained GPT-2 has
    add("wpe.weight", (shape.n_ctx, d), wpe)
    for layer in range(n_layers):
        p, depth = f"h.{layer}.", (layer + 1) / n_layers
        add_norm(p + "ln_1", 0.25 + 0.5 * depth, 0.03)
        add_normal(p + "attn.c_attn.weight", (d, 3 * d), 0.14 * matrix_gain)
        add_normal(p + "attn.c_attn.bias", (3 * d,), 0.1)
        add_normal(p + "attn.c_proj.weight", (d, d), 6 * residual_std)
        add_normal(p + "attn.c_proj.bias", (d,), 0.05)
        add_norm(p + "ln_2", 0.3 + 0.7 * depth, 0.03)
        add_normal(p + "mlp.c_fc.weight", (d, d_mlp), 0.13 * matrix_gain)
        add_normal(p + "mlp.c_fc.bias", (d_mlp,), 0.1, shift=-0.2)
        add_normal(p + "mlp.c_proj.weight", (d_mlp, d), 10 * residual_std)
        add(p + "mlp.c_proj.bias", (d,), lambda p=p, size=4.0 if layer < 3 else 0.5: sink_bias(p, size))
    add_norm("ln_f", 1.3, 0.05)
    if shape.untied:
        add_normal("lm_head.weight", (shape.vocab, d), 0.14 * wte_gain)
    return out


def mask_buffers(shape):
    """The causal-mask buffers of old checkpoints, which a reader must ignore: F32 in even blocks, BOOL in odd ones."""
    dims = (1, 1, shape.n_ctx, shape.n_ctx)
    for layer in range(shape.n_layers):
        yield f"h.{layer}.attn.bias", "BOOL" if layer % 2 else "F32", dims, lambda: np.tril(np.ones(dims[2:]))[None, None]
        yield f"h.{layer}.attn.masked_bias", "F32", (), lambda: np.array(-1e4)


def write_model(folder, shape, dtype="F32", seed=1, prefix=False, buffers=False, wte_gain=1.0, **config):
    """Writes the folder's config.json and model.safetensors; `config` adds to or replaces entries of config.json.
    Values are drawn as float32 whatever `dtype` is. Returns the number of data bytes."""
    end_of_text = min(50256, shape.vocab - 1)
    entries = dict(
        architectures=["GPT2LMHeadModel"], model_type="gpt2", activation_function="gelu_new",
        n_layer=shape.n_layers, n_head=shape.n_heads, n_embd=shape.d_model,
        n_ctx=shape.n_ctx, n_positions=shape.n_ctx, vocab_size=shape.vocab, layer_norm_epsilon=1e-5,
        bos_token_id=end_of_text, eos_token_id=end_of_text, initializer_range=0.02,
        torch_dtype={"F32": "float32", "F16": "float16", "BF16": "bfloat16", "F64": "float64"}[dtype])
    if shape.d_mlp:
        entries["n_inner"] = shape.d_mlp
    if shape.untied:
        entries["tie_word_embeddings"] = False
    entries.update(config)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "config.json"), "w") as f:
        json.dump(entries, f, indent=2)
        f.write("\n")
    rows = [(name, dtype, dims, draw) for name, dims, draw in tensors(shape, seed, wte_gain)]
    if buffers:
        rows += mask_buffers(shape)
    if prefix:  # lm_head stands beside the transformer, not in it
        rows = [(name if name.startswith("lm_head.") else "transformer." + name, *rest) for name, *rest in rows]
    return safetensors_io.write(os.path.join(folder, "model.safetensors"), rows)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("out")
    ap.add_argument("--size", choices=SIZES, default="small")
    ap.add_argument("--dtype", choices=["f32", "f16", "bf16", "f64"], default="f32")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--prefix", action="store_true", help="name the tensors transformer.*, as GPT2LMHeadModel saves them")
    ap.add_argument("--buffers", action="store_true", help="also write the mask buffers that old checkpoints have")
    ap.add_argument("--untied", action="store_true", default=None, help="a separate lm_head.weight")
    for option, field in {"layers": "n_layers", "heads": "n_heads", "d-model": "d_model", "d-mlp": "d_mlp",
                          "n-ctx": "n_ctx", "vocab": "vocab"}.items():
        ap.add_argument("--" + option, dest=field, type=int, metavar="N", help="instead of the size's own")
    ap.add_argument("--wte-gain", type=float, default=1.0, metavar="X", help="factor on the (un)embedding: spreads the logits")
    a = ap.parse_args()
    given = {f: getattr(a, f) for f in Shape.__dataclass_fields__ if getattr(a, f) is not None}
    size = write_model(a.out, replace(SIZES[a.size], **given), a.dtype.upper(), a.seed, a.prefix, a.buffers, a.wte_gain)
    print(f"{a.out}: {size} bytes of data")


if __name__ == "__main__":
    main()
