#!/usr/bin/env python3
"""PyTorch as a peer of the library, on the same float32 weights.

    torch_peer.py DIR --threads N                   answers requests on standard input, see below
    torch_peer.py DIR --threads N --ids 464,412     cold start: loads, runs, prints the lens at the last position, ends

A request is a line, its answer another:
    prepare TASK ID...     TASK is prefill, lens, lens-last or decode (of the last id, the others being in the cache);
                           the answer is the task's result as JSON
    run TASK               does the task again, with the ids it was last prepared with; the answer is "done"
The first answer, before any request, is PyTorch's version. DIR is as for export_onnx.py.
"""
import argparse
import json
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
            task, ids = words[0], [int(word) for word in words[1:]]
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
