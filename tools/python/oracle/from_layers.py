"""What runs that begin at a layer lead to, in float64: patching sweeps, ablations, and the extended decoder.

Nothing is replaced inside a run here: what stands at a place is put together from two runs' activations, and the rest of the
model is computed from there.
"""
import needed  # noqa: F401, before what it speaks of
import torch

from reference import ACTIVATIONS, residuals


def blocks(model, first, x):
    """The residual stream after the last block, of what block `first` receives."""
    for layer in range(first, model.config.n_layer):
        x = model.block(layer, x, {})
    return x


def from_mid(model, layer, mid, mlp_out=None):
    """The same of what stands between a block's attention and its MLP; with another write of the MLP where one is given."""
    p = f"h.{layer}."
    if mlp_out is None:
        hidden = model.linear(model.layer_norm(mid, p + "ln_2")[0], p + "mlp.c_fc")
        mlp_out = model.linear(ACTIVATIONS[model.config.activation_function](hidden), p + "mlp.c_proj")
    return blocks(model, layer + 1, mid + mlp_out)


def end(model, site, layer, acts, there):
    """The last residual of a run in which `there` stands at a site of a layer, and everything before is as in `acts`."""
    hook = f"blocks.{layer}."
    pre = acts[hook + "hook_resid_pre"]
    if site == "resid_pre":
        return blocks(model, layer, there)
    if site == "head":
        return from_mid(model, layer, pre + model.linear(there.reshape(len(pre), -1), f"h.{layer}.attn.c_proj"))
    if site == "attn_out":
        return from_mid(model, layer, pre + there)
    return from_mid(model, layer, acts[hook + "hook_resid_mid"], there)


def name(site, layer):
    return f"blocks.{layer}." + ("attn.hook_z" if site == "head" else "hook_" + site)


def sweep(model, acts, others, site, metric):
    """[nLayers, columns]: the metric of runs that differ from `acts` in one place, which `others` (layer -> activation) has."""
    values = []
    for layer in range(model.config.n_layer):
        own, other = acts[name(site, layer)], others(layer)
        columns = model.config.n_head if site == "head" else len(own)
        row = []
        for column in range(columns):
            there = own.clone()
            where = (slice(None), column) if site == "head" else column
            there[where] = other[where]
            row.append(metric(end(model, site, layer, acts, there)))
        values.append(torch.stack(row))
    return torch.stack(values)


def whole(model, acts, site, metric):
    """[nLayers, 1]: the metric of runs without a layer's write."""
    return torch.stack([metric(end(model, site, layer, acts, torch.zeros_like(acts[name(site, layer)])))[None]
                        for layer in range(model.config.n_layer)])


def tensors(model, clean_ids, corrupted_ids, token, other, positions):
    clean, corrupted = model.run(clean_ids), model.run(corrupted_ids)

    def difference(x):
        logits = model.unembed(x[-1])
        return logits[token] - logits[other]
    result = {}
    for direction, acts, source in (("denoise", corrupted, clean), ("noise", clean, corrupted)):
        for site in ("resid_pre", "attn_out", "mlp_out", "head"):
            result[f"{direction}.{site}"] = sweep(model, acts, lambda layer: source[name(site, layer)], site, difference)
    nothing = torch.zeros_like(clean[name("head", 0)])
    result["zero.head"] = sweep(model, clean, lambda layer: nothing, "head", difference)
    result["zero.mlp_out"] = whole(model, clean, "mlp_out", difference)
    result["zero.attn_out"] = whole(model, clean, "attn_out", difference)
    n = model.config.n_layer
    result["values"] = torch.stack([difference(blocks(model, n, acts[f"blocks.{n - 1}.hook_resid_post"]))
                                    for acts in (clean, corrupted)])
    points = residuals(clean, n)[0]
    for k in range(1, n + 1):
        decoded = torch.stack([blocks(model, max(i, n - k), rows) for i, rows in enumerate(points)])[:, positions]
        result[f"extended.{k}.logits"] = model.unembed(decoded)
    return result


def golden(model, single, clean_ids, corrupted_ids, token, other, positions):
    """-> tensors and entries of the goldens; `single` is the same model in float32."""
    exact = tensors(model, clean_ids, corrupted_ids, token, other, positions)
    rough = tensors(single, clean_ids, corrupted_ids, token, other, positions)
    entries = {"clean": clean_ids, "corrupted": corrupted_ids, "token": token, "other": other, "positions": positions,
               "float32_error": {key: float((exact[key] - rough[key]).abs().max()) for key in exact}}
    return exact, entries
