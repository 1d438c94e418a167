"""GPT-2 in PyTorch over a compact vocabulary: the tokens of the training text, and one class for all others.

Tokens that never occur in training share one embedding row, so for a softmax over the full vocabulary they are one
class whose logit has ln(how many there are) added. Nothing else differs from GPT-2, and `export` writes an ordinary
GPT-2 checkpoint.
"""

import hashlib
import json
import math
import struct
from dataclasses import asdict, dataclass
from pathlib import Path

import needed  # noqa: F401, before what it speaks of
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from packed import checkpoint

EPS = 1e-5
LOCAL_LAYERS, REACH = 3, 2


@dataclass(frozen=True)
class Shape:
    """The sizes of a model, named as in Hugging Face's configuration."""

    n_layer: int = 8
    n_head: int = 4
    n_embd: int = 128
    n_positions: int = 256
    vocab_size: int = 50257


class Vocabulary:
    """Maps full GPT-2 ids to compact ones; every id outside `used` becomes the last class, `unseen`."""

    def __init__(self, used, vocab_size):
        self.used = sorted(used)
        self.vocab_size = vocab_size
        self.unseen = len(self.used)
        self.log_count = math.log(vocab_size - len(self.used))
        self.to_compact = np.full(vocab_size, self.unseen, dtype=np.int64)
        self.to_compact[self.used] = np.arange(len(self.used))

    def __len__(self):
        return len(self.used) + 1


class Block(nn.Module):
    """One pre-LayerNorm transformer block."""

    def __init__(self, shape):
        super().__init__()
        d = shape.n_embd
        self.n_head = shape.n_head
        self.ln_1, self.ln_2 = nn.LayerNorm(d, eps=EPS), nn.LayerNorm(d, eps=EPS)
        self.c_attn, self.attn_proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.c_fc, self.mlp_proj = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x, mask, edit=None, far=None):
        """`x` is `[rows, seqLen, dModel]`; `edit`, if given, changes the heads' outputs `z`.

        With `far`, a `[seqLen, seqLen]` mask, also returns the mean share of attention that falls on it.
        """
        rows, seq, d = x.shape
        q, k, v = self.c_attn(self.ln_1(x)).view(rows, seq, 3, self.n_head, d // self.n_head).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) / math.sqrt(d // self.n_head) + mask
        pattern = scores.softmax(-1)
        z = (pattern @ v).transpose(1, 2)
        if edit is not None:
            z = edit(z)
        x = x + self.attn_proj(z.reshape(rows, seq, d))
        h = F.gelu(self.c_fc(self.ln_2(x)), approximate="tanh")
        x = x + self.mlp_proj(h)
        return x if far is None else (x, (pattern * far).sum(-1).mean())


class Gpt2(nn.Module):
    """The whole model; ids are compact (see `Vocabulary`)."""

    def __init__(self, shape, vocabulary):
        super().__init__()
        self.shape, self.vocabulary = shape, vocabulary
        self.wte = nn.Parameter(torch.randn(len(vocabulary), shape.n_embd) * 0.05)
        self.wpe = nn.Parameter(torch.randn(shape.n_positions, shape.n_embd) * 0.01)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.n_layer))
        self.ln_f = nn.LayerNorm(shape.n_embd, eps=EPS)
        for name, p in self.named_parameters():
            if name.endswith("proj.weight"):
                nn.init.normal_(p, std=0.05 / math.sqrt(2 * shape.n_layer))
            elif name.endswith(("c_attn.weight", "c_fc.weight")):
                nn.init.normal_(p, std=0.05)
            elif name.endswith("bias"):
                nn.init.zeros_(p)
        offset = torch.zeros(len(vocabulary))
        offset[vocabulary.unseen] = vocabulary.log_count
        self.register_buffer("offset", offset, persistent=False)
        mask = torch.full((shape.n_positions, shape.n_positions), float("-inf")).triu(1)
        self.register_buffer("mask", mask, persistent=False)

    def embed(self, ids):
        """Row 0 of the lens, `[rows, seqLen, dModel]`."""
        return self.wte[ids] + self.wpe[: ids.shape[1]]

    def residuals(self, ids, edits=None, far_shares=None):
        """The residual stream at the embedding and after every block: `nLayers + 1` tensors.

        `edits` maps ("resid", row) to a function of that residual and ("z", layer) to a function of the head outputs.
        `far_shares`, a list, receives how much the `LOCAL_LAYERS` lowest layers look further back than `REACH` tokens.
        """
        edits = edits or {}
        mask = self.mask[: ids.shape[1], : ids.shape[1]]
        rows = [edits.get(("resid", 0), lambda h: h)(self.embed(ids))]
        for layer, block in enumerate(self.blocks):
            if far_shares is not None and layer < LOCAL_LAYERS:
                far = torch.ones_like(mask).tril(-REACH - 1)
                h, share = block(rows[-1], mask, edits.get(("z", layer)), far)
                far_shares.append(share)
            else:
                h = block(rows[-1], mask, edits.get(("z", layer)))
            rows.append(edits.get(("resid", layer + 1), lambda h: h)(h))
        return rows

    def unembed(self, h):
        """Class scores of a residual; the unseen class carries its ln(count)."""
        return F.linear(self.ln_f(h), self.wte) + self.offset

    def lens_logits(self, h):
        """The lens as a user sees it: one unseen token stands for all."""
        return F.linear(self.ln_f(h), self.wte)


def write_safetensors(path, tensors, metadata):
    """Writes `name -> float array` as F16."""
    header, blobs, at = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors):
        a = np.ascontiguousarray(tensors[name], dtype="<f2")
        header[name] = {"dtype": "F16", "shape": list(a.shape), "data_offsets": [at, at + a.nbytes]}
        blobs.append(a.tobytes())
        at += a.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read_safetensors(raw):
    """The F16 tensors among a file's bytes as float32 arrays."""
    (size,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + size])
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(raw, "<f2", count=(t["data_offsets"][1] - t["data_offsets"][0]) // 2,
                            offset=8 + size + t["data_offsets"][0]).reshape(t["shape"]).astype(np.float32)
        for name, t in header.items()
    }


PARTS = {
    "ln_1": "ln_1", "attn.c_attn": "c_attn", "attn.c_proj": "attn_proj",
    "ln_2": "ln_2", "mlp.c_fc": "c_fc", "mlp.c_proj": "mlp_proj",
}


def export(model, directory):
    """Writes config.json and model.safetensors (Hugging Face's GPT-2 layout, tied head); returns the sha256."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    state = {name: p.detach().float().cpu().numpy() for name, p in model.state_dict().items()}
    tensors = {
        "wte.weight": state["wte"][model.vocabulary.to_compact],
        "wpe.weight": state["wpe"],
        "ln_f.weight": state["ln_f.weight"],
        "ln_f.bias": state["ln_f.bias"],
    }
    for layer in range(model.shape.n_layer):
        for theirs, ours in PARTS.items():
            for kind in ("weight", "bias"):
                a = state[f"blocks.{layer}.{ours}.{kind}"]
                tensors[f"h.{layer}.{theirs}.{kind}"] = a.T if a.ndim == 2 else a
    write_safetensors(directory / "model.safetensors", tensors, {"format": "pt"})
    config = {
        "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "activation_function": "gelu_new",
        **asdict(model.shape), "n_ctx": model.shape.n_positions, "layer_norm_epsilon": EPS,
        "tie_word_embeddings": True, "bos_token_id": 50256, "eos_token_id": 50256, "torch_dtype": "float16",
    }
    (directory / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    return hashlib.sha256((directory / "model.safetensors").read_bytes()).hexdigest()


def load(directory):
    """The exported checkpoint as a `Gpt2` in evaluation mode; its vocabulary is found from the shared row."""
    directory = Path(directory)
    config = json.loads((directory / "config.json").read_text())
    tensors = read_safetensors(checkpoint(directory))
    rows, counts = np.unique(tensors["wte.weight"], axis=0, return_counts=True)
    shared = rows[counts.argmax()]
    used = np.flatnonzero((tensors["wte.weight"] != shared).any(axis=1))
    vocabulary = Vocabulary(used.tolist(), config["vocab_size"])
    shape = Shape(**{field: config[field] for field in Shape.__dataclass_fields__})
    model = Gpt2(shape, vocabulary)
    state = {
        "wte": np.concatenate([tensors["wte.weight"][used], shared[None]]),
        "wpe": tensors["wpe.weight"], "ln_f.weight": tensors["ln_f.weight"], "ln_f.bias": tensors["ln_f.bias"],
    }
    for layer in range(shape.n_layer):
        for theirs, ours in PARTS.items():
            for kind in ("weight", "bias"):
                a = tensors[f"h.{layer}.{theirs}.{kind}"]
                state[f"blocks.{layer}.{ours}.{kind}"] = a.T.copy() if a.ndim == 2 else a
    model.load_state_dict({name: torch.from_numpy(np.ascontiguousarray(a)) for name, a in state.items()})
    return model.eval()
