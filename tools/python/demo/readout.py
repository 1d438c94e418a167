"""What the lens says about many prompts at once, at their last position."""

from dataclasses import dataclass

import needed  # noqa: F401, before what it speaks of
import numpy as np
import torch


@dataclass(frozen=True)
class Readout:
    """The lens at one prompt's last position; every array starts with `nLayers + 1` rows, the embedding first."""

    top: np.ndarray  # the most likely token of each row; -1 for a token never seen in training
    probability: np.ndarray  # of that token
    answer_probability: np.ndarray
    answer_rank: np.ndarray  # 1 is the most likely
    answer: int

    @property
    def right(self):
        return self.top[-1] == self.answer

    @property
    def decision_layer(self):
        """The first row from which on the most likely token is the final one."""
        different = np.flatnonzero(self.top != self.top[-1])
        return 0 if different.size == 0 else int(different[-1]) + 1


def read(model, prompts, answers, edits=None, batch=256):
    """Readouts of `prompts` (lists of full ids), in their order; `answers` are full ids."""
    vocabulary = model.vocabulary
    used = np.array(vocabulary.used + [-1])
    by_length = {}
    for i, ids in enumerate(prompts):
        by_length.setdefault(len(ids), []).append(i)
    out = [None] * len(prompts)
    with torch.no_grad():
        for members in by_length.values():
            for at in range(0, len(members), batch):
                part = members[at : at + batch]
                ids = torch.from_numpy(vocabulary.to_compact[np.array([prompts[i] for i in part])])
                rows = torch.stack([h[:, -1] for h in model.residuals(ids, edits)], dim=1)
                logits = model.lens_logits(rows)
                p = (logits - (logits + model.offset).logsumexp(-1, keepdim=True)).exp()
                best, top = p.max(-1)
                target = torch.from_numpy(vocabulary.to_compact[np.array([answers[i] for i in part])])
                mine = p.gather(-1, target[:, None, None].expand(-1, p.shape[1], 1))
                rank = 1 + (p > mine).sum(-1)
                for k, i in enumerate(part):
                    out[i] = Readout(used[top[k].numpy()], best[k].numpy(), mine[k, :, 0].numpy(), rank[k].numpy(), answers[i])
    return out


def table(model, tokenizer, prompt, top_k=4):
    """The layer-by-layer table of one prompt as text."""
    used = model.vocabulary.used
    ids = torch.from_numpy(model.vocabulary.to_compact[np.array([tokenizer.encode(prompt)])])
    lines = [repr(prompt)]
    with torch.no_grad():
        for row, h in enumerate(model.residuals(ids)):
            logits = model.lens_logits(h[0, -1])
            p = (logits - (logits + model.offset).logsumexp(-1)).exp()
            best = p.topk(top_k)
            cells = [f"{tokenizer.decode([used[i]]) if i < len(used) else '(unseen)'!r}: {v:.3f}".replace("\n", "\\n")
                     for v, i in zip(best.values.tolist(), best.indices.tolist())]
            lines.append(f"{'Embedding' if row == 0 else f'Layer {row - 1}':10}|" + " |".join(cells))
    return "\n".join(lines)


def continuation(model, tokenizer, prompt, length, temperature=0.0, seed=0):
    """`prompt` written on by `length` tokens, greedily or sampled."""
    generator = torch.Generator().manual_seed(seed)
    ids = tokenizer.encode(prompt)
    used = model.vocabulary.used
    with torch.no_grad():
        for _ in range(length):
            window = torch.from_numpy(model.vocabulary.to_compact[np.array([ids[-model.shape.n_positions :]])])
            logits = model.lens_logits(model.residuals(window)[-1][0, -1])[:-1]
            if temperature:
                chosen = torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator).item()
            else:
                chosen = logits.argmax().item()
            if used[chosen] == 50256:
                break
            ids.append(used[chosen])
    return tokenizer.decode(ids)
