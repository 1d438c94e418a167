"""Lenses that map residuals before the unembedding, as their authors publish them, and what they read, in float64.

The tuned lens is random; the Jacobian lens is the real one of the tiny model, by automatic differentiation. Files are written
by `torch.save`, with the keys of tuned-lens and of jacobian-lens.
"""
import hashlib
import json
import os
import shutil
from collections import OrderedDict

import needed  # noqa: F401, before what it speaks of
import numpy as np
import torch

import safetensors_io
from reference import Gpt2, residuals

SKIPPED = 1  # positions at the start that the Jacobian lens's mean leaves out, as it does the last


def unembed_hash(model):
    """tuned-lens' hash of the unembedding: what NumPy prints of it, with one digit."""
    printed = np.array_str(model.w[model.unembedding_name()].float().numpy(), precision=1)
    return hashlib.sha256(printed.encode()).hexdigest()


def write_torch_model(folder, model_folder, shards):
    """Writes a model's weights as transformers did before safetensors: pytorch_model.bin, or shards and their index. The head
    is there too, over the token embedding's storage."""
    os.makedirs(folder, exist_ok=True)
    weights = {"transformer." + name: torch.from_numpy(values.copy())
               for name, values in safetensors_io.read(os.path.join(model_folder, "model.safetensors")).items()}
    weights["lm_head.weight"] = weights["transformer.wte.weight"]
    shutil.copyfile(os.path.join(model_folder, "config.json"), os.path.join(folder, "config.json"))
    if shards == 1:
        torch.save(OrderedDict(weights), os.path.join(folder, "pytorch_model.bin"))
        return
    names, files = sorted(weights), [f"pytorch_model-{i + 1:05}-of-{shards:05}.bin" for i in range(shards)]
    where = {name: files[i * shards // len(names)] for i, name in enumerate(names)}
    for file in files:
        torch.save({name: weights[name] for name in names if where[name] == file}, os.path.join(folder, file))
    with open(os.path.join(folder, "pytorch_model.bin.index.json"), "w") as f:
        json.dump({"metadata": {}, "weight_map": where}, f)


def translators(model, seed):
    """A tuned lens's modules, small enough that the residual shows through."""
    c, generator = model.config, torch.Generator().manual_seed(seed)
    layers = torch.nn.ModuleList([torch.nn.Linear(c.n_embd, c.n_embd) for _ in range(c.n_layer)])
    for layer in layers:
        layer.weight.data = 0.3 * torch.randn(c.n_embd, c.n_embd, generator=generator)
        layer.bias.data = 0.5 * torch.randn(c.n_embd, generator=generator)
    return layers


def jacobian(model, ids, layer):
    """Mean over source positions p of sum over p' >= p of d h_L(p') / d h_l(p), h_l the output of block `layer`."""
    acts = model.run(ids)

    def rest(h):
        for block in range(layer + 1, model.config.n_layer):
            h = model.block(block, h, {})
        return h
    j = torch.autograd.functional.jacobian(rest, acts[f"blocks.{layer}.hook_resid_post"])  # [p', out, p, in]
    return j.sum(0).permute(1, 0, 2)[SKIPPED:-1].mean(0)


def read(model, acts, positions, maps):
    """Rows [P, positions, dModel] and their logits where `maps` has a function for the point, else the logit lens's."""
    points = residuals(acts, model.config.n_layer)[0][:, positions]
    rows = torch.stack([maps[i](rows) if i in maps else rows for i, rows in enumerate(points)])
    return rows, model.unembed(rows)


def affine(weight, bias, adds, dtype):
    weight, bias = weight.detach().to(dtype), bias.detach().to(dtype)
    return lambda h: h @ weight.T + bias + (h if adds else 0)


def write(folder, model_folder, ids, positions, seed):
    """Writes the published files of a tuned and a Jacobian lens into `folder`. -> tensors and entries of the goldens."""
    model, single = Gpt2(model_folder), Gpt2(model_folder, torch.float32)
    c = model.config
    os.makedirs(os.path.join(folder, "tuned"), exist_ok=True)
    os.makedirs(os.path.join(folder, "parts"), exist_ok=True)
    tuned = translators(model, seed)
    torch.save(tuned.state_dict(), os.path.join(folder, "tuned", "params.pt"))
    with open(os.path.join(folder, "tuned", "config.json"), "w") as f:
        json.dump({"base_model_name_or_path": "tiny", "d_model": c.n_embd, "num_hidden_layers": c.n_layer, "bias": True,
                   "base_model_revision": None, "unembed_hash": unembed_hash(model), "lens_type": "linear_tuned_lens"}, f)

    layers = list(range(c.n_layer - 1))
    sums = []
    for part, prompts in (("a", 2), ("b", 3)):
        rng = np.random.default_rng(seed + len(sums))
        texts = [rng.integers(0, c.vocab_size, len(ids)).tolist() for _ in range(prompts)]
        sums.append({layer: sum(jacobian(model, text, layer) for text in texts).float() for layer in layers})
        torch.save({"jacobian_sum": sums[-1], "n_done": prompts, "next_idx": prompts, "source_layers": layers,
                    "target_layer": c.n_layer - 1, "skip_first": SKIPPED, "model_name": "tiny"},
                   os.path.join(folder, "parts", part + ".pt"))
    mean = {layer: (sums[0][layer].double() + sums[1][layer].double()) / 5 for layer in layers}
    half = {layer: mean[layer].half() for layer in layers}
    torch.save({"J": half, "n_prompts": 5, "source_layers": layers, "d_model": c.n_embd, "metadata": {"model_name": "tiny"}},
               os.path.join(folder, "jacobian.pt"))

    none, tensors, entries = torch.zeros(c.n_embd), {}, {"positions": positions, "ids": ids, "prompts": 5}
    for kind, maps in (
            ("tuned", lambda dtype: {i: affine(m.weight, m.bias, True, dtype) for i, m in enumerate(tuned)}),
            ("jacobian", lambda dtype: {l + 1: affine(half[l].float(), none, False, dtype) for l in layers}),
            ("parts", lambda dtype: {l + 1: affine(mean[l].float(), none, False, dtype) for l in layers})):
        rows, logits = read(model, model.run(ids), positions, maps(torch.float64))
        rows32, logits32 = read(single, single.run(ids), positions, maps(torch.float32))
        tensors.update({f"{kind}.rows": rows, f"{kind}.logits": logits})
        entries[f"{kind}_float32_error"] = {"rows": float((rows - rows32).abs().max()),
                                            "logits": float((logits - logits32).abs().max())}
    w_u = model.w[model.unembedding_name()]
    tensors["jacobian.directions"] = torch.stack([w_u @ half[layer].double() for layer in layers])
    tensors["tuned.directions"] = torch.stack([w_u + w_u @ m.weight.detach().double() for m in tuned])
    return tensors, entries
