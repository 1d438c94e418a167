"""Trains the demo model from nothing and writes an ordinary GPT-2 checkpoint, its tuned lens, and the model card with
everything measured on them (facts, layers, patterns, interventions, KL, sha256).

    /usr/bin/python3 tools/python/demo/train.py --out DIR

A run that was stopped goes on where it last saved when the same command is given again, to the same bits. With
`--steps 150` the whole way is walked in two minutes; the model then knows next to nothing.

Four things are asked of the model: the next token (answers of facts count more); that the lens of no layer puts
tokens that were never seen on top; that the lens of the lower layers says what usually follows the last one, two or
three tokens (`CONTEXT`); and that the lowest layers look no further back than a few tokens. The last two give the
layers their order: without them a model this small looks a fact up in its first block, and there is nothing to watch.
"""

import fixed_sums  # isort: skip  (before numpy and torch read the environment)

import argparse
import math
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import needed  # noqa: F401, before what it speaks of
import numpy as np
import torch
import torch.nn.functional as F

import card
import tuned_lens
from bpe import RESOURCES, Tokenizer
from corpus import END, SEED, FactBatches, Followers, TextStream, fact_rows, training_documents
from facts import phrasings
from model import Gpt2, Shape, Vocabulary, export, load

WORKERS = 2  # threads; each takes a batch of facts and a batch of text per step
TEXT_LENGTHS, TEXT_TOKENS, FACT_TOKENS = (64, 64, 64, 128, 255), 704, 384
CONTEXT = {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 3}  # lens row -> how many tokens back its teacher looks
KIND_WEIGHTS = {"arithmetic": 3, "sequence": 3, "opposite": 2, "capital": 2, "code": 2, "saying": 2}
TAIL, TAIL_RATE = 0.25, 0.25  # as shares of the steps and the rate: what the run ends with
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


class Training:
    """Everything that changes from step to step; `save` and `resume` carry it over a stop without changing a bit."""

    def __init__(self, tokenizer, steps, rate):
        torch.manual_seed(SEED)
        self.steps, self.all_steps, self.rate = steps, steps + round(TAIL * steps), rate
        self.step, self.seen, self.means = 0, 0, {}
        self.rng, *self.worker_rngs = (random.Random(SEED + i) for i in range(1 + WORKERS))
        examples = phrasings()
        trained = [e for e in examples if e.split == "trained"]
        self.facts = fact_rows(tokenizer, trained)
        self.docs = training_documents(tokenizer, trained, self.rng)
        used = {END} | {i for d in self.docs for i in d} | {i for e in examples for i in tokenizer.encode(e.prompt + e.answer + e.rest)}
        self.followers = Followers([d + [END] for d in self.docs] + [r[0] for r in self.facts] * 3, max(CONTEXT.values()), self.rng)
        self.stream, self.batches = TextStream(self.docs, self.rng), FactBatches(self.facts, FACT_TOKENS, KIND_WEIGHTS, self.rng)
        self.model = Gpt2(Shape(), Vocabulary(used, tokenizer.vocab_size))
        print(f"{len(used)} tokens in use, {len(trained)} trained phrasings, {sum(map(len, self.docs))} ids of text", flush=True)
        matrices = [p for n, p in self.model.named_parameters() if p.ndim == 2 and n.startswith("blocks")]
        others = [p for n, p in self.model.named_parameters() if not (p.ndim == 2 and n.startswith("blocks"))]
        self.optimiser = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}], betas=(0.9, 0.98))

    def save(self, path):
        """Writes the state to `path`, whole or not at all."""
        state = {"schedule": (self.steps, self.all_steps, self.rate), "step": self.step, "seen": self.seen, "means": self.means,
                 "rngs": [r.getstate() for r in (self.rng, *self.worker_rngs)],
                 "batches": (self.batches.by_length, self.batches.queue),
                 "model": self.model.state_dict(), "optimiser": self.optimiser.state_dict()}
        unfinished = path.with_suffix(".unfinished")
        torch.save(state, unfinished)
        unfinished.replace(path)

    def resume(self, path):
        """Goes on from what `save` wrote; refuses a state of another schedule."""
        state = torch.load(path)
        schedule = (self.steps, self.all_steps, self.rate)
        if state["schedule"] != schedule:
            raise SystemExit(f"{path}: expected a run of steps, all steps, rate {schedule}, got {state['schedule']}; delete it to start anew")
        self.step, self.seen, self.means = state["step"], state["seen"], state["means"]
        for r, kept in zip((self.rng, *self.worker_rngs), state["rngs"]):
            r.setstate(kept)
        self.batches.by_length, self.batches.queue = state["batches"]
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])

    def rate_now(self):
        """The next step's rate: up, down along a cosine to 2 %; then the tail, from a quarter down in a straight line."""
        if self.step >= self.steps:
            return self.rate * (TAIL_RATE * (self.all_steps - self.step) / (self.all_steps - self.steps))
        warm, decay = min(1, (self.step + 1) / 200), 0.5 * (1 + math.cos(math.pi * self.step / self.steps))
        return self.rate * warm * (0.02 + 0.98 * decay)

    def advance(self, pool):
        """One step: each worker takes a batch of facts and one of text, their gradients are added in a fixed order."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate_now()
        jobs = []
        for worker_rng in self.worker_rngs:
            facts, length = self.batches.next(), self.rng.choice(TEXT_LENGTHS)
            sequences = self.stream.rows(TEXT_TOKENS // length, length)
            jobs.append(pool.submit(gradients, self.model, facts, sequences, self.followers, worker_rng))
            self.seen += sum(len(r[0]) for r in facts) + sum(map(len, sequences))
        results = [job.result() for job in jobs]
        for p, *parts in zip(self.model.parameters(), *(g for g, _ in results)):
            p.grad = sum(parts) / WORKERS
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        for name in results[0][1]:
            value = sum(report[name] for _, report in results) / WORKERS
            self.means[name] = 0.98 * self.means.get(name, value) + 0.02 * value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="directory of the model, its tuned lens and its card")
    parser.add_argument("--tokenizer", type=Path, default=RESOURCES, help="directory of vocab.json and merges.txt")
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--rate", type=float, default=2e-3)
    args = parser.parse_args()

    torch.set_num_threads(1)  # the workers run beside each other instead
    args.out.mkdir(parents=True, exist_ok=True)
    unfinished = args.out / "training.pt"
    tokenizer = Tokenizer(args.tokenizer)
    training = Training(tokenizer, args.steps, args.rate)
    if unfinished.exists():
        training.resume(unfinished)
        print(f"going on from step {training.step} of {unfinished}", flush=True)
    start, seen = time.time(), training.seen
    with ThreadPoolExecutor(WORKERS) as pool:
        while training.step < training.all_steps:
            training.advance(pool)
            if training.step % 50 == 0 or training.step == training.all_steps:
                print(f"step {training.step} " + " ".join(f"{k} {v:.4f}" for k, v in training.means.items())
                      + f" {(training.seen - seen) / (time.time() - start):.0f} ids/s", flush=True)
                training.save(unfinished)

    export(training.model.eval(), args.out)
    model = load(args.out)
    lens = tuned_lens.train(model, training.docs, training.facts, tuned_lens.RECIPES["published"])
    lens.save(args.out / tuned_lens.FILE, model)
    card.print_hashes(args.out)
    for name, content in card.files(args.out, tokenizer).items():
        (args.out / name).write_text(content, encoding="utf-8")
    print(f"measured in {args.out / card.CARD}", flush=True)


if __name__ == "__main__":
    main()
