"""What heads attend to, and four numbers about each head.

Everything is float64 and written from the definitions in README.md, independently of the Java library: there one loop goes over
queries and keys; here each number is a sum over masked matrices.
"""
import needed  # noqa: F401, before what it speaks of
import torch


def patterns(model, acts):
    """[nLayers, nHeads, query, key]"""
    return torch.stack([acts[f"blocks.{i}.attn.hook_pattern"] for i in range(model.config.n_layer)])


def scores(pattern, ids):
    """Name -> [nLayers, nHeads], of `pattern` [nLayers, nHeads, query, key]: means over the queries after the first."""
    n, later = len(ids), pattern[..., 1:, :]
    ids = torch.tensor(ids)
    follows = torch.zeros(n, n, dtype=torch.bool)  # [query, key]: the key's predecessor is the query's token, key <= query
    follows[:, 1:] = ids[:, None] == ids[None, :-1]
    follows = follows.tril()
    repeated = follows.any(-1)
    return {
        "entropy": -torch.special.xlogy(later, later).sum(-1).mean(-1),
        "previous": torch.diagonal(pattern, -1, -2, -1).mean(-1),
        "first": later[..., 0].mean(-1),
        "induction": (pattern * follows).sum(-1)[..., repeated].mean(-1),
    }


def golden(model, model32, ids):
    """-> tensors, and entries for the JSON file."""
    pattern = patterns(model, model.run(ids))
    noise = (patterns(model32, model32.run(ids)) - pattern).abs().amax((1, 2, 3))
    return {"pattern": pattern, **scores(pattern, ids)}, {"ids": ids, "float32_error": [float(f"{x:.6g}") for x in noise.tolist()]}
