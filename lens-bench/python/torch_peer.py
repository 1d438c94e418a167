#!/usr/bin/env python3
"""PyTorch as a peer of the library, on the same float32 weights.

    torch_peer.py DIR --threads N                   answers requests on standard input, see below
    torch_peer.py DIR --threads N --ids 464,412     cold start: loads, runs, prints the lens at the last position, ends

A request is a line, its answer another:
    prepare TASK ID...     TASK is prefill, lens, lens-last, decode (of the last id, the others being in the cache),
                           patch-SITE-WAY, SITE resid_pre or head, WAY runs or batches (of two prompts of one length, the clean
                           one first), or batch-POSITIONS-SIZE, POSITIONS last or all (of prompts with / between them); the
                           answer is the task's result as JSON
    run TASK               does the task again, with the ids it was last prepared with; the answer is "done"
The first answer, before any request, is PyTorch's version. DIR is as for export_onnx.py.
"""
import argparse
import json
import math
import sys

import torch
import torch.nn.functional as F

from gpt2_torch import Gpt2


class Peer(Gpt2):
    """With PyTorch's fused operations where the graphs of export_onnx.py have several."""

    def linear(self, x, name):
        return torch.addmm(self.weight(name + ".bias"), x, self.weight(name + ".weight"))

    def gelu(self, x):
        return F.gelu(x, approximate="tanh")

    def cache(self, ids):
        """Keys and values of some positions, token by token."""
        d_head = self.d_model // self.n_heads
        cache = [torch.zeros(self.n_heads, 0, d_head) for _ in range(2 * self.n_layers)]
        for i in ids:
            cache = list(self(torch.tensor([i]), *cache)[1:])
        return cache


class Layers:
    """The forward pass with a batch dimension: x is [batch, n, dModel]."""

    def __init__(self, folder):
        self.model = Peer(folder, "prefill")

    def block(self, layer, x, hook):
        """hook may replace what stands at a place."""
        model, p = self.model, f"h.{layer}."
        x = hook("resid_pre", layer, x)
        batch, n, d = x.shape
        linear = lambda t, name: model.linear(t.reshape(batch * n, -1), name).reshape(batch, n, -1)
        q, k, v = (t.reshape(batch, n, model.n_heads, model.d_head).transpose(1, 2)
                   for t in linear(model.norm(x, p + "ln_1"), p + "attn.c_attn").split(d, dim=2))
        scores = torch.matmul(q, k.transpose(2, 3)) * (1 / math.sqrt(model.d_head))
        scores = torch.where(model.mask[:n, :n], scores, model.masked)
        z = hook("head", layer, torch.matmul(torch.softmax(scores, -1), v).transpose(1, 2))
        x = x + linear(z.reshape(batch, n, d), p + "attn.c_proj")
        return x + linear(model.gelu(linear(model.norm(x, p + "ln_2"), p + "mlp.c_fc")), p + "mlp.c_proj")

    def residuals(self, ids, hook=lambda site, layer, t: t):
        """Of the embedding and of each block, from ids [batch, n]."""
        x = F.embedding(ids, self.model.weight("wte.weight")) + self.model.weight("wpe.weight")[:ids.shape[1]]
        yield x
        for layer in range(self.model.n_layers):
            x = self.block(layer, x, hook)
            yield x


class Batches(Layers):
    """The lens of many prompts as it is usually written, at its best: sorted by length and cut into batches of a size, the
    shorter prompts of each padded behind their end, where causal attention does not see it."""

    def __init__(self, folder, positions, size):
        super().__init__(folder)
        self.positions, self.size = positions, int(size)

    def __call__(self, prompts):
        """What is read at each prompt's last position."""
        order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
        found = [None] * len(prompts)
        for start in range(0, len(order), self.size):
            some = order[start:start + self.size]
            lengths = torch.tensor([len(prompts[i]) for i in some])
            ids = torch.nn.utils.rnn.pad_sequence([prompts[i] for i in some], batch_first=True)
            read = torch.arange(ids.shape[1]) < lengths[:, None]
            if self.positions == "last":
                read &= torch.arange(ids.shape[1]) == lengths[:, None] - 1
            residuals = [x[read] for x in self.residuals(ids)]
            readings = self.together(residuals) if self.positions == "last" else self.by_point(residuals)
            at = range(len(some)) if self.positions == "last" else (torch.cumsum(lengths, 0) - 1).tolist()
            for i, row in zip(some, at):
                found[i] = [t[:, row] for t in readings]
        return found

    def together(self, residuals):
        """All points in one product: there are few rows."""
        logp = self.model.log_probabilities(torch.cat(residuals)).reshape(len(residuals), -1, len(self.model.weight("wte.weight")))
        return self.model.readings(logp, logp[-1])

    def by_point(self, residuals):
        final = self.model.log_probabilities(residuals[-1])
        columns = [self.model.readings(self.model.log_probabilities(r), final) for r in residuals[:-1]]
        return tuple(torch.stack(column) for column in zip(*columns, self.model.readings(final, final)))


class Patching(Layers):
    """A denoising sweep as it is usually written: the clean run's activations are kept once; then a run for each patch, a hook
    writing into it, or a batch for each layer, whose runs are patched each in its own place."""

    TOKENS = (4, 44)  # Patching.TOKEN, OTHER

    def __init__(self, folder, site, way):
        super().__init__(folder)
        self.site, self.way = site, way

    def run(self, ids, hook):
        """The logit difference at the last position, [batch]."""
        for x in self.residuals(ids, hook):
            pass
        logits = self.model.unembed(x[:, -1])
        return logits[:, self.TOKENS[0]] - logits[:, self.TOKENS[1]]

    def __call__(self, clean, corrupted):
        kept = {}

        def keep(site, layer, t):
            if site == self.site:
                kept[layer] = t.clone()
            return t

        self.run(clean[None], keep)
        columns = self.model.n_heads if self.site == "head" else len(clean)
        values = []
        for layer in range(self.model.n_layers):
            for some in [range(columns)] if self.way == "batches" else [[column] for column in range(columns)]:
                def patch(site, at, t):
                    if site == self.site and at == layer:
                        t = t.clone()
                        for row, column in enumerate(some):
                            t[row, ..., column, :] = kept[layer][0][..., column, :]
                    return t
                values.append(self.run(corrupted.expand(len(some), -1), patch))
        return torch.cat(values)


def last_readings(ids, probabilities, entropy, kl):
    """The lens at the last position, whether the task read all positions ([points, n, ...]) or that one."""
    if entropy.dim() == 2:
        ids, probabilities, entropy, kl = ids[:, -1], probabilities[:, -1], entropy[:, -1], kl[:, -1]
    return {"ids": ids.tolist(), "probabilities": probabilities.tolist(), "entropy": entropy.tolist(), "kl": kl.tolist()}


def serve(folder):
    models, inputs = {}, {}
    print(torch.__version__, flush=True)
    for line in sys.stdin:
        request, *words = line.split()
        if request == "prepare":
            task = words[0]
            if task.startswith("batch-"):
                model = models.setdefault(task, Batches(folder, *task.split("-")[1:]))
                prompts = " ".join(words[1:]).split("/")
                inputs[task] = [torch.tensor([int(word) for word in prompt.split()]) for prompt in prompts],
                print(json.dumps([last_readings(*readings) for readings in model(*inputs[task])]), flush=True)
                continue
            ids = [int(word) for word in words[1:]]
            if task.startswith("patch-"):
                model = models.setdefault(task, Patching(folder, *task.split("-")[1:]))
                inputs[task] = torch.tensor(ids[:len(ids) // 2]), torch.tensor(ids[len(ids) // 2:])
                print(json.dumps({"values": model(*inputs[task]).tolist()}), flush=True)
                continue
            model = models.setdefault(task, Peer(folder, task))
            inputs[task] = (torch.tensor(ids[-1:]), *model.cache(ids[:-1])) if task == "decode" else (torch.tensor(ids),)
            result = model(*inputs[task])
            if task == "prefill":
                answer = {"logits": result[0].tolist()}
            elif task == "decode":
                answer = {"logits": result[0][0].tolist()}
            else:
                answer = last_readings(*result)
            print(json.dumps(answer), flush=True)
        elif request == "run":
            models[words[0]](*inputs[words[0]])
            print("done", flush=True)
        else:
            sys.exit(f"torch_peer.py: expected prepare or run, got {line!r}")


def print_lens(folder, ids):
    ids_top, probabilities, entropy, kl = Peer(folder, "lens-last")(torch.tensor(ids))
    for point in range(len(entropy)):
        cells = "  ".join(f"{i}: {p:.4f}" for i, p in zip(ids_top[point, :5].tolist(), probabilities[point].tolist()))
        print(f"{point:3d}  H={entropy[point]:.4f}  KL={kl[point]:.4f}  {cells}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--ids")
    args = parser.parse_args()
    torch.set_grad_enabled(False)
    torch.set_num_threads(args.threads)
    if args.ids:
        print_lens(args.dir, [int(i) for i in args.ids.split(",")])
    else:
        serve(args.dir)


if __name__ == "__main__":
    main()
