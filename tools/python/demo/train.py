"""Trains the demo model from nothing and writes an ordinary GPT-2 checkpoint and its tuned lens.

    OMP_WAIT_POLICY=passive /usr/bin/python3 tools/python/demo/train.py --out DIR

Four things are asked of the model: the next token (answers of facts count more); that the lens of no layer puts
tokens that were never seen on top; that the lens of the lower layers says what usually follows the last one, two or
three tokens (`CONTEXT`); and that the lowest layers look no further back than a few tokens. The last two give the
layers their order: without them a model this small looks a fact up in its first block, and there is nothing to watch.
"""

import argparse
import math
import random
import time
from concurrent.futures import ThreadPoolExecutor
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
WORKERS = 2  # threads; each takes a batch of facts and a batch of text per step
TEXT_LENGTHS, TEXT_TOKENS, FACT_TOKENS = (64, 64, 64, 128, 255), 704, 384
CONTEXT = {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 3}  # lens row -> how many tokens back its teacher looks
KIND_WEIGHTS = {"arithmetic": 3, "sequence": 3, "opposite": 2, "capital": 2, "code": 2, "saying": 2}
LENS_WEIGHT, FAR_WEIGHT, UNSEEN_WEIGHT, OTHER_WEIGHT, HIDDEN = 0.2, 1.0, 0.1, 0.1, 0.02


def lens_losses(model, rows, ids, answer_at, followers, rng):
    """The loss of the lower layers against what follows short contexts, and of all layers for liking unseen tokens.

    `rows` are the residuals, `ids` the full-vocabulary sequences; `answer_at`, if given, are positions always asked.
    """
    asked, targets, anywhere = [], [], []
    for i, sequence in enumerate(ids):
        last = len(sequence) - 1
        chosen = {rng.randrange(last) for _ in range(max(1, last // 10))}
        if answer_at is not None:
            chosen.add(answer_at[i] - 1)
        for at in sorted(chosen):
            row = rng.choice(list(CONTEXT))
            target = followers.draw(sequence, at + 1, CONTEXT[row], rng)
            if target is not None:
                asked.append((row, i, at))
                targets.append(target)
        anywhere.append((rng.randrange(len(rows) - 1), i, rng.randrange(last)))
    states = torch.stack(rows)
    logits = model.unembed(states[tuple(torch.tensor(asked + anywhere).T)])
    taught = F.cross_entropy(logits[: len(asked)], torch.from_numpy(model.vocabulary.to_compact[targets]))
    share = logits[len(asked) :].log_softmax(-1)[:, -1].exp()
    return taught, -torch.log1p(-share.clamp(max=0.9999)).mean()


def next_token_losses(model, inputs, targets):
    """The residuals of every layer, the loss of every next token, and how much the lower layers look far back."""
    far_shares = []
    rows = model.residuals(inputs[:, :-1], far_shares=far_shares)
    logits = model.unembed(rows[-1])
    return rows, F.cross_entropy(logits.flatten(0, 1), targets[:, 1:].flatten(), reduction="none").view_as(targets[:, 1:]), sum(far_shares)


def fact_losses(model, facts, followers, rng):
    """The loss of a batch of facts, whose answers count more than other tokens; the answers' loss; the far share; the two lens losses."""
    sequences, answer_at = [r[0] for r in facts], [r[1] for r in facts]
    ids = torch.from_numpy(model.vocabulary.to_compact[np.array(sequences)])
    rows, losses, far = next_token_losses(model, ids, ids)
    answers = losses[torch.arange(len(facts)), torch.tensor(answer_at) - 1]
    loss = (answers.sum() + OTHER_WEIGHT * losses.sum()) / (len(facts) + OTHER_WEIGHT * losses.numel())
    return loss, answers.mean(), far, *lens_losses(model, rows, sequences, answer_at, followers, rng)


def text_losses(model, sequences, followers, rng):
    """The loss of a batch of text, of which some words are hidden behind the unseen class; the far share; the two lens losses."""
    text = model.vocabulary.to_compact[np.array(sequences)]
    inputs = np.where(np.random.default_rng(rng.getrandbits(32)).random(text.shape) < HIDDEN, model.vocabulary.unseen, text)
    rows, losses, far = next_token_losses(model, torch.from_numpy(inputs), torch.from_numpy(text))
    return losses.mean(), far, *lens_losses(model, rows, sequences, None, followers, rng)


def gradients(model, facts, sequences, followers, rng):
    """Gradients and figures of one batch of facts and one of text; runs in a thread of its own."""
    fact_loss, answers, fact_far, fact_taught, fact_unseen = fact_losses(model, facts, followers, rng)
    text_loss, text_far, text_taught, text_unseen = text_losses(model, sequences, followers, rng)
    loss = (fact_loss + text_loss + LENS_WEIGHT * (fact_taught + text_taught) + FAR_WEIGHT * (fact_far + text_far)
            + UNSEEN_WEIGHT * (fact_unseen + text_unseen))
    report = {"answers": answers, "text": text_loss, "facts taught": fact_taught, "text taught": text_taught,
              "far": fact_far + text_far, "unseen": text_unseen}
    return torch.autograd.grad(loss, list(model.parameters())), {name: value.item() for name, value in report.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="directory of config.json and the two safetensors files")
    parser.add_argument("--tokenizer", type=Path, default=RESOURCES, help="directory of vocab.json and merges.txt")
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--minutes", type=float, default=0, help="hurry the schedule so that it ends after this time (not repeatable)")
    parser.add_argument("--rate", type=float, default=2e-3)
    args = parser.parse_args()

    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # the workers run beside each other instead
    pool = ThreadPoolExecutor(WORKERS)
    rng, *worker_rngs = (random.Random(SEED + i) for i in range(1 + WORKERS))
    tokenizer = Tokenizer(args.tokenizer)
    examples = phrasings()
    trained = [e for e in examples if e.split == "trained"]
    rows = fact_rows(tokenizer, trained)
    docs = documents(tokenizer, rng, trained, 30000)
    used = {END} | {i for d in docs for i in d} | {i for e in examples for i in tokenizer.encode(e.prompt + e.answer + e.rest)}
    vocabulary = Vocabulary(used, tokenizer.vocab_size)
    followers = Followers([d + [END] for d in docs] + [r[0] for r in rows] * 3, max(CONTEXT.values()), rng)
    stream, batches = TextStream(docs, rng), FactBatches(rows, FACT_TOKENS, KIND_WEIGHTS, rng)
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

        jobs = []
        for worker in range(WORKERS):
            facts, length = batches.next(), rng.choice(TEXT_LENGTHS)
            sequences = stream.rows(TEXT_TOKENS // length, length)
            jobs.append(pool.submit(gradients, model, facts, sequences, followers, worker_rngs[worker]))
            seen += sum(len(r[0]) for r in facts) + sum(map(len, sequences))
        results = [job.result() for job in jobs]
        for p, *parts in zip(model.parameters(), *(g for g, _ in results)):
            p.grad = sum(parts) / WORKERS
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()

        for name in results[0][1]:
            value = sum(report[name] for _, report in results) / WORKERS
            means[name] = 0.98 * means.get(name, value) + 0.02 * value
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
