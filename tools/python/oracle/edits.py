"""Interventions in float64: the forward pass once more, with a function that may change each activation on its way.

An edit is written here as what it does to an activation, beside the text by which the Java library knows it; no grammar is read.
"""
import math

import needed  # noqa: F401, before what it speaks of
import torch

from reference import ACTIVATIONS, residuals


def run(model, ids, change=lambda name, x: x):
    """All activations of one pass in which `change(name, activation)` gives what the model goes on with."""
    c, n, acts = model.config, len(ids), {}
    d_head = c.n_embd // c.n_head

    def at(name, x):
        acts[name] = change(name, x.clone())
        return acts[name]

    x = at("hook_embed", model.w["wte.weight"][ids]) + at("hook_pos_embed", model.w["wpe.weight"][:n])
    for i in range(c.n_layer):
        p, hook = f"h.{i}.", f"blocks.{i}."
        x = at(hook + "hook_resid_pre", x)
        normal = model.layer_norm(x, p + "ln_1")[0]
        heads = lambda part: model.linear(normal, p + "attn.c_attn")[:, part * c.n_embd:][:, :c.n_embd].reshape(n, c.n_head, d_head)
        q, k, v = (at(hook + "attn.hook_" + name, heads(part)) for part, name in enumerate("qkv"))
        scores = torch.einsum("qhd,khd->hqk", q, k)
        scores = scores / (math.sqrt(d_head) if c.scale_attn_weights else 1) / (i + 1 if c.scale_attn_by_inverse_layer_idx else 1)
        scores = at(hook + "attn.hook_attn_scores", scores.masked_fill(torch.ones(n, n).triu(1).bool(), -math.inf))
        pattern = at(hook + "attn.hook_pattern", torch.softmax(scores, -1))
        z = at(hook + "attn.hook_z", torch.einsum("hqk,khd->qhd", pattern, v))
        x = x + at(hook + "hook_attn_out", model.linear(z.reshape(n, c.n_embd), p + "attn.c_proj"))
        x = at(hook + "hook_resid_mid", x)
        pre = model.linear(model.layer_norm(x, p + "ln_2")[0], p + "mlp.c_fc")
        post = at(hook + "mlp.hook_post", ACTIVATIONS[c.activation_function](at(hook + "mlp.hook_pre", pre)))
        x = x + at(hook + "hook_mlp_out", model.linear(post, p + "mlp.c_proj"))
        x = at(hook + "hook_resid_post", x)
    return acts


def on(name, function):
    """A change of one activation."""
    return lambda at, x: function(x) if at == name else x


def assign(x, place, values):
    x[place] = values
    return x


def swapped(x, d, e):
    """Coordinates along d and e exchanged: least squares gives them, what is left stays."""
    basis = torch.stack([d, e], 1)
    coordinates = torch.linalg.lstsq(basis, x.T).solution
    return x - (basis @ coordinates).T + (basis @ coordinates.flip(0)).T


def cases(model, ids, others, vector):
    """[(text of the edit, prompts it takes from, change)]; `others` are two more prompts, `vector` is in a file that Java reads."""
    other, third = others
    w_u, w_e = model.w[model.unembedding_name()], model.w["wte.weight"]
    clean, one, two = run(model, ids), run(model, other), run(model, third)
    resid, z = "blocks.1.hook_resid_post", "blocks.1.attn.hook_z"
    d, e, last, d_head = w_u[7], w_u[20], len(ids) - 1, model.config.n_embd // model.config.n_head
    inf = float("inf")
    return [
        ("zero:L1H1", [], on(z, lambda x: assign(x, (slice(None), 1), 0))),
        ("zero:L1H0-1@2:5", [], on(z, lambda x: assign(x, (slice(2, 5), slice(0, 2)), 0))),
        ("zero:L0.mlp_out@3", [], on("blocks.0.hook_mlp_out", lambda x: assign(x, 3, 0))),
        ("zero:embed@0", [], on("hook_embed", lambda x: assign(x, 0, 0))),
        ("scale:L1.n7*-2", [], on("blocks.1.mlp.hook_post", lambda x: assign(x, (slice(None), 7), -2 * x[:, 7]))),
        ("mean:L0.attn_out", [], on("blocks.0.hook_attn_out", lambda x: x.mean(0).expand_as(x))),
        ("mean:L1H0@-1", [other, third], on(z, lambda x: assign(
            x, (-1, 0), torch.cat([one[z][:, 0], two[z][:, 0]]).mean(0)))),
        ("resample:L1H1", [other], on(z, lambda x: assign(x, (slice(None), 1), one[z][:, 1]))),
        ("patch:L1.resid_post@5", [other], on(resid, lambda x: assign(x, 5, one[resid][5]))),
        ("patch:L0.resid_post@4=L1.resid_pre@2", [third], on("blocks.0.hook_resid_post", lambda x: assign(
            x, 4, two["blocks.1.hook_resid_pre"][2]))),
        ("patch:L0-1.mlp_out@-1", [other], lambda at, x: assign(x, -1, one[at][-1])
            if at in ("blocks.0.hook_mlp_out", "blocks.1.hook_mlp_out") else x),
        ("patch:L1.attn.q@3", [other], on("blocks.1.attn.hook_q", lambda x: assign(x, 3, one["blocks.1.attn.hook_q"][3]))),
        ("steer:L0.resid_mid*2.5=unembed:id:7", [], on("blocks.0.hook_resid_mid", lambda x: x + 2.5 * d)),
        ("steer:L1.resid_post@0*-1=embed:id:9", [], on(resid, lambda x: assign(x, 0, x[0] - w_e[9]))),
        ("steer:L1.resid_pre*3=diff", [other, third], on("blocks.1.hook_resid_pre", lambda x: x + 3 * (
            one["blocks.1.hook_resid_pre"][-1] - two["blocks.1.hook_resid_pre"][-1]))),
        ("steer:L0.attn_out@2*0.5=FILE", [], on("blocks.0.hook_attn_out", lambda x: assign(x, 2, x[2] + 0.5 * vector))),
        ("replace:L1.resid_mid@1,-1=FILE", [], on("blocks.1.hook_resid_mid", lambda x: assign(x, [1, last], vector))),
        ("erase:L1.resid_pre=unembed:id:7", [], on("blocks.1.hook_resid_pre", lambda x: x - (x @ d / (d @ d))[:, None] * d)),
        ("swap:L1.resid_pre@-1=unembed:id:7|unembed:id:20", [], on("blocks.1.hook_resid_pre", lambda x: assign(
            x, -1, swapped(x[-1:], d, e)[0]))),
        ("cut:L1H1@6/0", [], on("blocks.1.attn.hook_pattern", lambda x: assign(x, (1, 6, 0), 0))),
        ("cut:L0.attn.pattern@2:7/1,renorm", [], on("blocks.0.attn.hook_attn_scores", lambda x: assign(
            x, (slice(None), slice(2, 7), 1), -inf))),
    ]


def golden(model, single, ids, others, vector, positions, every=1):
    """-> tensors and entries: of every so many edits the points of the edited run, and how far they are from the clean run's, at some
    positions."""
    layers = model.config.n_layer
    clean = model.run(ids)
    log_p = torch.log_softmax(model.unembed(residuals(clean, layers)[0][:, positions]), -1)
    for name, activation in run(model, ids).items():  # the pass written here is that of the reference
        assert name not in clean or torch.equal(torch.nan_to_num(activation), torch.nan_to_num(clean[name])) \
            or (activation - clean[name]).abs().nan_to_num().max() < 1e-12, name
    tensors, entries = {"vector": vector}, []
    for (text, sources, change), (_, _, change32) in zip(
            cases(model, ids, others, vector)[::every], cases(single, ids, others, vector.float())[::every]):
        resid, number = residuals(run(model, ids, change), layers)[0][:, positions], len(entries)
        resid32 = residuals(run(single, ids, change32), layers)[0][:, positions]
        logits = model.unembed(resid)
        log_q = torch.log_softmax(logits, -1)
        p, q = log_p.exp(), log_q.exp()
        log_m = torch.logaddexp(log_p, log_q) - math.log(2)
        some = slice(None, None, 1 + logits.shape[-1] // 100)
        tensors.update({
            f"{number}.resid": resid, f"{number}.kl": (p * (log_p - log_q)).sum(-1), f"{number}.tv": (p - q).abs().sum(-1) / 2,
            f"{number}.jsd": ((p * (log_p - log_m)).sum(-1) + (q * (log_q - log_m)).sum(-1)) / 2,
            f"{number}.logits": logits[:, -1, some]})
        entries.append({"edit": text, "from": sources,
                        "float32_error": [float(f"{e:.3g}") for e in (resid32 - resid).abs().amax((1, 2)).tolist()],
                        "logit_error": float(f"{(single.unembed(resid32) - logits).abs().max():.3g}")})
    return tensors, {"others": others, "positions": positions, "edits": entries}
