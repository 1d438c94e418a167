"""What single components write, read through the unembedding in three layer norm modes, and direct logit attribution.

Everything is float64 and written from the definitions in README.md, independently of the Java library: there a contribution
is one dot product with a centred direction; here the write itself is centred and scaled.
"""
import needed  # noqa: F401, before what it speaks of
import torch

MODES = ("recomputed", "frozen", "none")


def head_writes(model, acts, layer):
    """z_h W_O^h without the bias: [seqLen, nHeads, dModel]."""
    c = model.config
    z = acts[f"blocks.{layer}.attn.hook_z"]
    w = model.w[f"h.{layer}.attn.c_proj.weight"].reshape(c.n_head, c.n_embd // c.n_head, c.n_embd)
    return torch.einsum("qhd,hdm->qhm", z, w)


def kinds(model, acts, positions):
    """Name -> rows [..., positions, dModel], the layer being the first axis."""
    layers = range(model.config.n_layer)
    stack = lambda name: torch.stack([acts[f"blocks.{i}.{name}"][positions] for i in layers])
    return {"head": torch.stack([head_writes(model, acts, i)[positions].transpose(0, 1) for i in layers]),
            "attn_out": stack("hook_attn_out"), "mlp_out": stack("hook_mlp_out"), "resid_post": stack("hook_resid_post")}


def scale(model, rows):
    centred = rows - rows.mean(-1, keepdim=True)
    return torch.sqrt((centred ** 2).mean(-1) + model.config.layer_norm_epsilon)


def normalised(model, rows, mode, final_scale, residual):
    """What meets W_U; `final_scale` [positions] is that of the final residual."""
    if mode == "none":
        return rows
    gain, bias = model.w["ln_f.weight"], model.w["ln_f.bias"]
    centred = rows - rows.mean(-1, keepdim=True)
    if mode == "recomputed":
        return centred / scale(model, rows)[..., None] * gain + bias
    out = centred / final_scale[:, None] * gain
    return out + bias if residual else out


def attribution(model, acts, position, token, versus=None):
    """Every component's share of a logit, or of a difference, in the order of the forward pass; the shares' magnitudes;
    the share of the final LayerNorm's bias; and every neuron's share [nLayers, dMlp]."""
    c, w_u = model.config, model.w[model.unembedding_name()]
    direction = w_u[token] - (w_u[versus] if versus is not None else 0)
    final = acts[f"blocks.{c.n_layer - 1}.hook_resid_post"][position]
    s, gain = scale(model, final), model.w["ln_f.weight"]
    terms = lambda write: (write - write.mean(-1, keepdim=True)) / s * gain * direction
    writes, neurons = [acts["hook_embed"][position], acts["hook_pos_embed"][position]], []
    for layer in range(c.n_layer):
        writes += list(head_writes(model, acts, layer)[position])
        writes += [model.w[f"h.{layer}.attn.c_proj.bias"], acts[f"blocks.{layer}.hook_mlp_out"][position]]
        post = acts[f"blocks.{layer}.mlp.hook_post"][position]
        neurons.append(terms(post[:, None] * model.w[f"h.{layer}.mlp.c_proj.weight"]).sum(-1))
    shares = terms(torch.stack(writes))
    bias = model.w["ln_f.bias"] @ direction
    logits = model.unembed(final)
    logit = logits[token] - (logits[versus] if versus is not None else 0)
    assert abs(shares.sum() + bias - logit) < 1e-9 * (1 + shares.abs().sum()), "the shares do not add up to the logit"
    return shares.sum(-1), shares.abs().sum(-1), bias, logit, torch.stack(neurons)


def golden(model, acts, positions, ids):
    """-> tensors, and entries for the JSON file, of some positions; logits of some `ids` only."""
    w_u, gain = model.w[model.unembedding_name()], model.w["ln_f.weight"]
    final = acts[f"blocks.{model.config.n_layer - 1}.hook_resid_post"][positions]
    final_scale = scale(model, final)
    tensors, entries = {"final_scale": final_scale}, {}
    for kind, rows in kinds(model, acts, positions).items():
        tensors[f"{kind}.rows"] = rows
        for mode in MODES:
            n = normalised(model, rows, mode, final_scale, kind == "resid_post")
            logits = n @ w_u.T
            tensors[f"{kind}.{mode}.logits"] = logits[..., ids]
            tensors[f"{kind}.{mode}.logsumexp"] = torch.logsumexp(logits, -1)
            tensors[f"{kind}.{mode}.magnitude"] = torch.stack(
                [(n.abs() @ part.T.abs()).amax(-1) for part in w_u.split(8192)]).amax(0)
        tensors[f"{kind}.scale"] = scale(model, rows)
    final_logits = model.unembed(final)
    tokens = torch.argsort(-final_logits, dim=-1, stable=True)[:, :2].tolist()
    for name, pair in (("attribution", False), ("difference", True)):
        parts = [attribution(model, acts, p, t, v if pair else None) for p, (t, v) in zip(positions, tokens)]
        for i, part in enumerate(("shares", "magnitude", "bias", "logit", "neurons")):
            if part != "neurons" or not pair:
                tensors[f"{name}.{part}"] = torch.stack([p[i] for p in parts])
    for name, directions in (("scaled", w_u * gain), ("bare", w_u)):
        lengths = directions.norm(dim=-1)
        tensors[f"direction.{name}"], tensors[f"direction.{name}.longest"] = lengths[ids], lengths.max().reshape(1)
    tensors["attribution.direction"] = torch.stack([(gain * w_u[t]).norm() for t, v in tokens])
    tensors["difference.direction"] = torch.stack([(gain * (w_u[t] - w_u[v])).norm() for t, v in tokens])
    entries.update(positions=positions, ids=ids, tokens=tokens)
    return tensors, entries
