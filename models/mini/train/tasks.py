"""What the model is asked: fixed, seeded prompts, and how it answers them."""
from dataclasses import dataclass, replace
import random

import torch

import model
import sentences
from words import CAPITALS, FOODS, NAMES


@dataclass(frozen=True)
class Task:
    """Prompts with the right answer and, where there is one, the wrong one."""

    name: str
    about: str
    items: list  # (prompt, right) or (prompt, right, wrong)

    def first(self, n):
        """The task with its first `n` prompts only."""
        return replace(self, items=self.items[:n])


def _capitals():
    return [(f"{city} is the capital of", f" {country}") for city, country, _ in CAPITALS]


def _capitals_new_phrasing():
    return [
        (frame.format(city=city), f" {country}")
        for frame in sentences.HELD_OUT_CAPITAL_FRAMES
        for city, country, _ in CAPITALS
    ]


def _famous_io():
    return ("When Mary and John went to the store, John gave a drink to", " Mary", " John")


def _indirect_objects():
    rng = random.Random(101)
    rest = [sentences.io_prompt(rng, pair) for pair in sentences.HELD_OUT_PAIRS[1:100]]
    return [_famous_io(), *((p, f" {right}", f" {wrong}") for p, right, wrong in rest)]


def _indirect_objects_new_phrasing():
    rng = random.Random(102)
    prompts = (
        sentences.io_prompt(
            rng, pair, sentences.HELD_OUT_IO_OPENINGS, sentences.HELD_OUT_IO_ENDINGS
        )
        for pair in sentences.HELD_OUT_PAIRS[100:200]
    )
    return [(p, f" {right}", f" {wrong}") for p, right, wrong in prompts]


def _three_people():
    rng = random.Random(103)
    items = []
    for pair in sentences.HELD_OUT_PAIRS[:50]:
        third = rng.choice([n for n in NAMES if n not in pair])
        names = rng.sample([*sorted(pair), third], 3)
        prompt, answer = sentences.three_people_prompt(rng, names)
        items.append((prompt, f" {answer}"))
    return items


def _agreement():
    rng = random.Random(104)
    forms = (" is", " are")
    drawn = (sentences.agreement_prompt(rng) for _ in range(50))
    return [(prompt, forms[n], forms[1 - n]) for prompt, n in drawn]


def _lists():
    rng = random.Random(105)
    drawn = (sentences.list_prompt(rng, rng.randint(4, 8)) for _ in range(50))
    return [(prompt, f" {word}") for prompt, word in drawn]


def _jokes():
    rng = random.Random(106)
    drawn = (sentences.joke_prompt(rng, food) for food in FOODS)
    return [(prompt, f" {quality}") for prompt, quality in drawn]


def all_tasks():
    """The tasks, in the order of the card."""
    return [
        Task("capitals", "a capital's country, phrased as in training", _capitals()),
        Task(
            "capitals_new_phrasing",
            "the same after two beginnings that training never shows",
            _capitals_new_phrasing(),
        ),
        Task(
            "indirect_objects",
            "100 pairs of names never together in one training document",
            _indirect_objects(),
        ),
        Task(
            "indirect_objects_new_phrasing",
            "100 further such pairs, in openings and endings never shown",
            _indirect_objects_new_phrasing(),
        ),
        Task("three_people", "the one of three who is left, with such a pair", _three_people()),
        Task("agreement", "is or are, with a noun of the other number between", _agreement()),
        Task("lists", "a list of words said again", _lists()),
        Task("jokes", "the quality of the food that is told a joke", _jokes()),
    ]


class Encoded:
    """A task as tensors: padded prompts, last positions, ids of the answers."""

    def __init__(self, task, tok):
        rows = [tok.encode(item[0]) for item in task.items]
        width = max(map(len, rows))
        self.tokens = torch.tensor([r + [tok.end] * (width - len(r)) for r in rows])
        self.last = torch.tensor([len(r) - 1 for r in rows])
        self.right = torch.tensor([tok.one(item[1]) for item in task.items])
        self.wrong = None
        if len(task.items[0]) > 2:
            self.wrong = torch.tensor([tok.one(item[2]) for item in task.items])

    def logits_at_end(self, params, x):
        """Logits after each prompt, from the last block's output `x`."""
        return model.unembed(params, x[torch.arange(len(x)), self.last])

    def log_prob(self, params, x):
        """Mean log-probability of the right answers."""
        logp = torch.log_softmax(self.logits_at_end(params, x), -1)
        return logp.gather(1, self.right[:, None]).mean().item()


def answer(params, cfg, encoded):
    """How the model does on one task."""
    logits = encoded.logits_at_end(params, model.states(params, cfg, encoded.tokens)[-1])
    right = logits.gather(1, encoded.right[:, None])[:, 0]
    logp = torch.log_softmax(logits, -1).gather(1, encoded.right[:, None])[:, 0]
    result = {
        "n": len(right),
        "top1": int((logits.argmax(-1) == encoded.right).sum()),
        "mean_probability": logp.exp().mean().item(),
        "mean_log_probability": logp.mean().item(),
    }
    if encoded.wrong is not None:
        difference = right - logits.gather(1, encoded.wrong[:, None])[:, 0]
        result["right_above_wrong"] = int((difference > 0).sum())
        result["mean_logit_difference"] = difference.mean().item()
    return result
