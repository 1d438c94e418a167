#!/usr/bin/env python3
"""Writes the Java tests' goldens: float64 activations and lens readings of tiny random GPT-2s and of the bundled model.

    make_goldens.py                  all fixtures
    make_goldens.py --only demo      one of them (after the bundled model changed); may be repeated

Output: lens-core/src/test/resources/goldens/<name>/, see README.md for the tensors and their definitions.
"""
import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile

import needed  # noqa: F401, before what it speaks of
import numpy as np
import torch

import attention
import components
import edits
import from_layers
import lenses
import safetensors_io
from bpe import Bpe
from make_weights import Shape, write_model
from reference import Gpt2, bottom_ids, change, next_ranks, readings, residuals

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
GOLDENS = os.path.join(ROOT, "lens-core/src/test/resources/goldens")
UNPACK_DEMO = os.path.join(ROOT, "tools/python/demo/packed.py")
TOKENIZER = os.path.join(ROOT, "lens-tokenizer/src/main/resources/io/github/logitlens/tokenizer")

# name -> (sequence length, whether to write every hook's activations, arguments of write_model).
# The gain spreads the logits as wide at these tiny dModel as a trained model's are.
FIXTURES = {
    "tiny-a": (12, False, dict(shape=Shape(2, 2, 16, 32, 97), seed=11, wte_gain=5)),
    "tiny-odd": (17, True, dict(shape=Shape(3, 3, 21, 40, 131, d_mlp=50), seed=12, wte_gain=5, prefix=True, buffers=True)),
    "tiny-untied": (9, False, dict(shape=Shape(2, 4, 32, 24, 200, untied=True), seed=13, wte_gain=4, dtype="F16")),
    "tiny-wide": (70, False, dict(shape=Shape(2, 1, 80, 96, 70), seed=14, wte_gain=1.5, dtype="BF16")),
    "tiny-options": (11, True, dict(shape=Shape(3, 2, 24, 16, 65), seed=15, wte_gain=4, dtype="F64",
                                    activation_function="gelu", layer_norm_epsilon=1e-3,
                                    scale_attn_by_inverse_layer_idx=True)),
}

# Whose interventions are computed: the reference's shape, and one whose scores and activation function are others.
EDITED = ("tiny-odd", "tiny-options")

# Whose sweeps and extended decoders are computed: the reference's shape, and one whose scores and activation function are others.
FROM_LAYERS = ("tiny-odd", "tiny-options")

DEMO_PROMPTS = ["The Eiffel Tower is in", "The capital of France is", "import numpy as", "The quick brown fox",
                "Barack Obama was the", "def fibonacci(n):", "Once upon a time"]
# What was there before comes again, for heads that look for that.
DEMO_REPETITION = "The cat sat on the mat. The cat sat on the"
# Two facts and a program: what components write is large, and the same code reads all of it.
DEMO_COMPONENTS = (0, 1, 5)


def random_ids(seq_len, vocab, seed):
    """Ids with the first and the last of the vocabulary among them, and a repetition."""
    ids = np.random.default_rng(seed).integers(0, vocab, seq_len)
    ids[1], ids[2], ids[-1] = 0, vocab - 1, ids[-2]
    return ids.tolist()


def significant(values):
    """A tensor as nested lists of six significant digits, for numbers that are only magnitudes."""
    def cut(v):
        return [cut(x) for x in v] if isinstance(v, list) else float(f"{v:.6g}")
    return cut(values.tolist())


def write_golden(folder, model_folder, ids, whole_vocabulary, hooks, **about):
    """Runs the model in float64 and writes the folder's golden.safetensors and golden.json."""
    model = Gpt2(model_folder)
    n_layers = model.config.n_layer
    acts = model.run(ids)
    resid, mid = residuals(acts, n_layers)
    logits = model.unembed(resid)
    final = logits[-1]
    tensors = {"resid": resid, **readings(logits, final)}
    tensors["resid_norm"] = resid.norm(dim=-1)
    tensors["cos_to_final"] = (resid * resid[-1]).sum(-1) / (tensors["resid_norm"] * resid[-1].norm(dim=-1))
    tensors["next_surprisal"] = tensors["logsumexp"][:, :-1] - logits[:, range(len(ids) - 1), ids[1:]]
    tensors["change"] = change(logits)
    bottom = torch.from_numpy(bottom_ids(logits, 5))
    tensors["bottom_logits"] = logits.gather(-1, bottom)
    ids_json = {"top_ids": tensors.pop("top_ids").tolist(), "bottom_ids": bottom.tolist(),
                "next_ranks": next_ranks(logits, ids).tolist()}
    magnitudes = {"logit_scale": model.logit_scale(resid), "resid_max": resid.abs().amax(-1)}
    if whole_vocabulary:
        mid_logits = model.unembed(mid)
        mid_readings = readings(mid_logits, final)
        ids_json["mid_top_ids"] = mid_readings.pop("top_ids").tolist()
        tensors.update({"mid_" + name: t for name, t in mid_readings.items()})
        tensors.update({"logits": logits, "resid_mid": mid, "mid_logits": mid_logits})
        magnitudes.update({"mid_logit_scale": model.logit_scale(mid), "mid_resid_max": mid.abs().amax(-1)})
    if hooks:
        tensors.update(acts)

    model32 = Gpt2(model_folder, torch.float32)
    resid32, _ = residuals(model32.run(ids), n_layers)
    noise = {"resid": (resid32 - resid).abs().amax((1, 2)), "logits": (model32.unembed(resid32) - logits).abs().amax((1, 2))}

    os.makedirs(folder, exist_ok=True)
    safetensors_io.write(os.path.join(folder, "golden.safetensors"),
                         [(name, "F64", tuple(t.shape), t.numpy) for name, t in tensors.items()])
    with open(os.path.join(model_folder, "model.safetensors"), "rb") as f:
        model_hash = hashlib.sha256(f.read()).hexdigest()
    entries = {
        "generator": "tools/python/oracle/make_goldens.py",
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__},
        "model_sha256": model_hash, **about, "ids": ids, **ids_json,
        **{name: significant(t) for name, t in magnitudes.items()},
        "float32_error": {name: significant(t) for name, t in noise.items()},
    }
    with open(os.path.join(folder, "golden.json"), "w") as f:
        f.write("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in entries.items()) + "\n}\n")
    print(f"{os.path.relpath(folder, ROOT)}: {len(tensors)} tensors, float32 error in the logits {noise['logits'].max():.2g}")


def write_components(folder, model_folder, ids, positions, wanted):
    """Writes the folder's components.safetensors and components.json: writes, modes, attribution; logits of ids `wanted`."""
    model = Gpt2(model_folder)
    tensors, entries = components.golden(model, model.run(ids), positions, wanted)
    safetensors_io.write(os.path.join(folder, "components.safetensors"),
                         [(name, "F64", tuple(t.shape), t.contiguous().numpy) for name, t in tensors.items()])
    with open(os.path.join(folder, "components.json"), "w") as f:
        f.write("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in entries.items()) + "\n}\n")


def write_edits(folder, model_folder, ids, seed, positions, every=1):
    """Writes the folder's edits.safetensors and edits.json: what interventions lead to."""
    model, rng = Gpt2(model_folder), np.random.default_rng(seed)
    others = [rng.integers(0, model.config.vocab_size, len(ids)).tolist() for _ in range(2)]
    vector = torch.from_numpy(rng.standard_normal(model.config.n_embd).astype(np.float32)).double()
    tensors, entries = edits.golden(model, Gpt2(model_folder, torch.float32), ids, others, vector, positions, every)
    safetensors_io.write(os.path.join(folder, "edits.safetensors"),
                         [(name, "F64", tuple(t.shape), t.contiguous().numpy) for name, t in tensors.items()])
    with open(os.path.join(folder, "edits.json"), "w") as f:
        json.dump(entries, f)
        f.write("\n")
    print(f"{os.path.relpath(folder, ROOT)}: {len(entries['edits'])} edits")


def write_attention(folder, model_folder, ids):
    """Writes the folder's attention.safetensors and attention.json: every head's pattern and scores."""
    tensors, entries = attention.golden(Gpt2(model_folder), Gpt2(model_folder, torch.float32), ids)
    os.makedirs(folder, exist_ok=True)
    safetensors_io.write(os.path.join(folder, "attention.safetensors"),
                         [(name, "F64", tuple(t.shape), t.contiguous().numpy) for name, t in tensors.items()])
    with open(os.path.join(folder, "attention.json"), "w") as f:
        f.write("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in entries.items()) + "\n}\n")


def write_from_layers(folder, ids, seed):
    """Writes the folder's from_layers.safetensors and from_layers.json: sweeps of two prompts, and the extended decoder."""
    model = Gpt2(folder)
    corrupted = list(ids)
    for position in range(1, len(ids), 3):
        corrupted[position] = (ids[position] + seed) % model.config.vocab_size
    tensors, entries = from_layers.golden(model, Gpt2(folder, torch.float32), ids, corrupted, 7, 50, [0, len(ids) // 2, len(ids) - 1])
    safetensors_io.write(os.path.join(folder, "from_layers.safetensors"),
                         [(name, "F64", tuple(t.shape), t.contiguous().numpy) for name, t in tensors.items()])
    with open(os.path.join(folder, "from_layers.json"), "w") as f:
        f.write("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in entries.items()) + "\n}\n")


def write_lenses(model_name):
    """Writes the lenses of a tiny model, as their authors' programs would, and what they read."""
    folder, model_folder = os.path.join(GOLDENS, "lenses"), os.path.join(GOLDENS, model_name)
    seq_len, _, weights = FIXTURES[model_name]
    ids = random_ids(seq_len, weights["shape"].vocab, weights["seed"])
    tensors, entries = lenses.write(folder, model_folder, ids, [0, seq_len // 2, seq_len - 1], weights["seed"])
    for shards in (1, 2):
        lenses.write_torch_model(os.path.join(GOLDENS, f"tiny-a-torch-{shards}"), os.path.join(GOLDENS, "tiny-a"), shards)
    hashes = {name: lenses.unembed_hash(Gpt2(os.path.join(GOLDENS, name))) for name in FIXTURES}
    safetensors_io.write(os.path.join(folder, "golden.safetensors"),
                         [(name, "F64", tuple(t.shape), t.contiguous().numpy) for name, t in tensors.items()])
    about = {"generator": "tools/python/oracle/make_goldens.py", "model": model_name,
             "versions": {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__}}
    with open(os.path.join(folder, "golden.json"), "w") as f:
        json.dump({**about, **entries, "unembed_hash": hashes}, f, indent=1)
        f.write("\n")
    print(f"{os.path.relpath(folder, ROOT)}: {len(tensors)} tensors")


def tiny(name):
    seq_len, hooks, weights = FIXTURES[name]
    folder = os.path.join(GOLDENS, name)
    write_model(folder, **weights)
    ids = random_ids(seq_len, weights["shape"].vocab, weights["seed"])
    write_golden(folder, folder, ids, whole_vocabulary=True, hooks=hooks)
    write_components(folder, folder, ids, [0, seq_len // 2, seq_len - 1], list(range(weights["shape"].vocab)))
    if name in EDITED:
        write_edits(folder, folder, ids, weights["seed"], list(range(seq_len)))
    write_attention(folder, folder, ids)
    if name in FROM_LAYERS:
        write_from_layers(folder, ids, weights["seed"])


def demo():
    bpe = Bpe(TOKENIZER)
    with tempfile.TemporaryDirectory() as model:
        subprocess.run([sys.executable, UNPACK_DEMO, "unpack", model], check=True)
        for number, prompt in enumerate(DEMO_PROMPTS):
            folder, ids = os.path.join(GOLDENS, "demo", f"p{number}"), bpe.encode(prompt)
            write_golden(folder, model, ids, whole_vocabulary=False, hooks=False, prompt=prompt)
            if number in DEMO_COMPONENTS:
                write_components(folder, model, ids, [len(ids) - 1], list(range(0, 50257, 1733)))
            if number == 0:
                write_edits(folder, model, ids, seed=16, positions=[len(ids) - 1], every=2)
        write_attention(os.path.join(GOLDENS, "demo", "attention"), model, bpe.encode(DEMO_REPETITION))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--only", action="append", choices=[*FIXTURES, "demo", "lenses"])
    a = ap.parse_args()
    torch.set_num_threads(1)  # the same sums on every machine with the same libraries
    for name in a.only or [*FIXTURES, "demo", "lenses"]:
        demo() if name == "demo" else write_lenses("tiny-odd") if name == "lenses" else tiny(name)


if __name__ == "__main__":
    main()
