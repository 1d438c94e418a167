"""Trains the demo model from nothing and writes an ordinary GPT-2 checkpoint and its tuned lens.

    OMP_WAIT_POLICY=passive /usr/bin/python3 tools/python/demo/train.py --out DIR

Three things are asked of the model: the next token (answers of facts count more), that the lens of no layer puts
tokens that were never seen on top, and that the lens of the lower layers says what usually follows the last one, two
or three tokens (`CONTEXT`). The last one gives the layers their order: without it a model this small looks a fact up
in its first block, and there is nothing to watch.
"""

import argparse
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import tuned_lens
from bpe import RESOURCES, Tokenizer
from corpus import END, FactBatches, Followers, TextStream, documents, fact_rows
from facts import phrasings
from model import Gpt2, Shape, Vocabulary, export

SEED = 20
TEXT_ROWS, TEXT_LENGTH, FACT_TOKENS = 16, 64, 1024
CONTEXT = {1: 1, 2: 1, 3: 2, 4: 2, 5: 3}  # lens row -> how many tokens back its teacher looks
KIND_WEIGHTS = {"arithmetic": 3, "sequence": 3, "opposite": 2, "capital": 2, "code": 2, "saying": 2}
LENS_WEIGHT, UNSEEN_WEIGHT, OTHER_WEIGHT = 0.3, 0.1, 0.1


def lens_losses(model, rows, ids, answer_at, followers, rng):
    """The loss of the lower layers against what follows short contexts, and of all layers for liking unseen tokens.

    `rows` are the residuals, `ids` the full-vocabulary sequences; `answer_at`, if given, are positions always asked.
    """
    compact = model.vocabulary.to_compact
    states, targets, anywhere = [], [], []
    for i, sequence in enumerate(ids):
        last = len(sequence) - 1
        chosen = {rng.randrange(last) for _ in range(max(1, last // 10))}
        if answer_at is not None:
            chosen.add(answer_at[i] - 1)
        for at in sorted(chosen):
            row = rng.choice(list(CONTEXT))
            target = followers.draw(sequence, at + 1, CONTEXT[row])
            if target is not None:
                states.append(rows[row][i, at])
                targets.append(compact[target])
        anywhere.append(rows[rng.randrange(len(rows) - 1)][i, rng.randrange(last)])
    logits = model.unembed(torch.stack(states))
    taught = F.cross_entropy(logits, torch.tensor(targets))
    share = model.unembed(torch.stack(anywhere)).log_softmax(-1)[:, -1].exp()
    return taught, -torch.log1p(-share.clamp(max=0.9999)).mean()


def next_token_losses(model, inputs, targets):
    """The residuals of every layer, and the loss of every next token."""
    rows = model.residuals(inputs[:, :-1])
    logits = model.unembed(rows[-1])
    return rows, F.cross_entropy(logits.flatten(0, 1), targets[:, 1:].flatten(), reduction="none").view_as(targets[:, 1:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="directory of config.json and the two safetensors files")
    parser.add_argument("--tokenizer", type=Path, default=RESOURCES, help="directory of vocab.json and merges.txt")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--minutes", type=float, default=0, help="hurry the schedule so that it ends after this time (not repeatable)")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()

    torch.manual_seed(SEED)
    torch.set_num_threads(args.threads)
    rng = random.Random(SEED)
    tokenizer = Tokenizer(args.tokenizer)
    examples = phrasings()
    trained = [e for e in examples if e.split == "trained"]
    rows = fact_rows(tokenizer, trained)
    docs = documents(tokenizer, rng, trained, 30000)
    used = {END} | {i for d in docs for i in d} | {i for e in examples for i in tokenizer.encode(e.prompt + e.answer + e.rest)}
    vocabulary = Vocabulary(used, tokenizer.vocab_size)
    compact = vocabulary.to_compact
    followers = Followers([d + [END] for d in docs] + [r[0] for r in rows] * 3, max(CONTEXT.values()), rng)
    stream, batches = TextStream(docs, TEXT_LENGTH, rng), FactBatches(rows, FACT_TOKENS, KIND_WEIGHTS, rng)
    model = Gpt2(Shape(), vocabulary)
    print(f"{len(used)} tokens in use, {len(trained)} trained phrasings, {sum(map(len, docs))} ids of text", flush=True)

    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and n.startswith("blocks")]
    others = [p for n, p in model.named_parameters() if not (p.ndim == 2 and n.startswith("blocks"))]
    optimiser = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}], betas=(0.9, 0.98))
    start, seen, means = time.time(), 0, {}
    for step in range(args.steps):
        done = step / args.steps
        if args.minutes:
            done = max(done, (time.time() - start) / 60 / args.minutes)
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = args.rate * min(1, (step + 1) / 200) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))

        facts = batches.next()
        fact_ids, answer_at = [r[0] for r in facts], [r[1] for r in facts]
        ids = torch.from_numpy(compact[np.array(fact_ids)])
        fact_states, losses = next_token_losses(model, ids, ids)
        answers = losses[torch.arange(len(facts)), torch.tensor(answer_at) - 1]
        fact_loss = (answers.sum() + OTHER_WEIGHT * losses.sum()) / (len(facts) + OTHER_WEIGHT * losses.numel())
        fact_taught, fact_unseen = lens_losses(model, fact_states, fact_ids, answer_at, followers, rng)

        text_ids = stream.rows(TEXT_ROWS)
        text = torch.from_numpy(compact[np.array(text_ids)])
        hidden = torch.rand(text.shape) < 0.02
        text_states, losses = next_token_losses(model, text.masked_fill(hidden, vocabulary.unseen), text)
        text_loss = losses.mean()
        text_taught, text_unseen = lens_losses(model, text_states, text_ids, None, followers, rng)

        loss = fact_loss + text_loss + LENS_WEIGHT * (fact_taught + text_taught) + UNSEEN_WEIGHT * (fact_unseen + text_unseen)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()

        seen += ids.numel() + text.numel()
        for name, value in (("answers", answers.mean()), ("text", text_loss), ("taught", fact_taught + text_taught),
                            ("unseen", fact_unseen + text_unseen)):
            means[name] = 0.98 * means.get(name, value.item()) + 0.02 * value.item()
        if step % 100 == 0:
            print(f"step {step} done {done:.3f} " + " ".join(f"{k} {v:.4f}" for k, v in means.items())
                  + f" {seen / (time.time() - start):.0f} ids/s", flush=True)
        if step % 500 == 499:
            export(model, args.out)

    digest = export(model.eval(), args.out)
    print(f"{seen} ids in {time.time() - start:.0f} s, sha256 {digest}", flush=True)
    tuned_lens.train(args.out, docs, rows)


if __name__ == "__main__":
    main()
