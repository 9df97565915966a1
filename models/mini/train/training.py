"""One stage of training: AdamW on random windows, resumable, seeded.

A step's batch is cut into parts whose gradients are added in a fixed order, so
the result does not depend on the number of threads that work on the parts.
"""
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
import time

import numpy as np
import torch

import model

PARTS = 2  # parts of a batch
PART_TOKENS = 512
CHECKPOINT_EVERY = 50
REPORT_EVERY = 250


@dataclass(frozen=True)
class Stage:
    """Depth, length and settings of one stage."""

    name: str
    n_layer: int
    steps: int
    rate: float
    lengths: tuple  # window lengths of successive steps, in turn
    shares: dict  # of the tokens, by kind of document
    warm_up: int = 300  # steps
    decays: bool = True  # the learning rate, over the last half of the steps
    spreads: bool = False  # the work of the old blocks over all blocks, before the first step
    stream_tokens: int = 4_000_000  # tokens that the windows are drawn from


def learning_rate(stage, step):
    """Linear warm-up, flat, then linear decay where the stage has it."""
    rising = min(1.0, (step + 1) / stage.warm_up)
    falling = min(1.0, 2 * (1 - step / stage.steps)) if stage.decays else 1.0
    return stage.rate * rising * falling


def _optimizer(params):
    matrices = [p for p in params.values() if p.dim() == 2]
    vectors = [p for p in params.values() if p.dim() == 1]
    groups = [
        {"params": matrices, "weight_decay": 0.05},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.95), foreach=True)


class Trainer:
    """Runs a stage from its last checkpoint, or from given parameters."""

    def __init__(self, stage, cfg, params, stream, seed, threads, checkpoint, log):
        self.stage, self.cfg, self.stream, self.seed = stage, cfg, stream, seed
        self.params = {n: p.clone().requires_grad_() for n, p in params.items()}
        self.optimizer = _optimizer(self.params)
        self.pool = ThreadPoolExecutor(threads)
        self.checkpoint, self.log = checkpoint, log
        self.step = 0
        if checkpoint.exists():
            self._load()

    def _load(self):
        saved = torch.load(self.checkpoint)
        with torch.no_grad():
            for name, p in self.params.items():
                p.copy_(saved["params"][name])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.step = saved["step"]
        self.log(f"{self.stage.name}: goes on at step {self.step}")

    def save(self):
        """Writes the checkpoint, whole or not at all."""
        part = self.checkpoint.with_suffix(".part")
        state = {
            "params": {n: p.detach() for n, p in self.params.items()},
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
        }
        torch.save(state, part)
        part.replace(self.checkpoint)

    def _gradients(self, windows):
        """Loss and gradients of one part, on leaves that share the parameters' storage."""
        leaves = {n: p.detach().requires_grad_() for n, p in self.params.items()}
        loss = model.loss(leaves, self.cfg, windows[:, :-1], windows[:, 1:])
        return loss.item(), torch.autograd.grad(loss, list(leaves.values()))

    def _one_step(self):
        length = self.stage.lengths[self.step % len(self.stage.lengths)]
        gen = np.random.default_rng([self.seed, self.stage.n_layer, self.step])
        windows = self.stream.windows(gen, PARTS * PART_TOKENS // length, length)
        results = list(self.pool.map(self._gradients, windows.chunk(PARTS)))
        for i, p in enumerate(self.params.values()):
            p.grad = sum(gradients[i] for _, gradients in results) / PARTS
        torch.nn.utils.clip_grad_norm_(self.params.values(), 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.stage, self.step)
        self.optimizer.step()
        self.step += 1
        return sum(loss for loss, _ in results) / PARTS

    def run(self, report):
        """Trains to the end of the stage; `report(params)` returns text for the log."""
        losses, began = [], time.time()
        while self.step < self.stage.steps:
            losses.append(self._one_step())
            if self.step % REPORT_EVERY == 0 or self.step == self.stage.steps:
                speed = len(losses) * PARTS * PART_TOKENS / (time.time() - began)
                self.log(
                    f"{self.stage.name}: step {self.step} of {self.stage.steps},"
                    f" loss {np.mean(losses):.3f}, {speed:.0f} tokens/s, {report(self.trained())}"
                )
                losses, began = [], time.time()
            if self.step % CHECKPOINT_EVERY == 0:
                self.save()
        self.save()
        return self.trained()

    def trained(self):
        """The parameters, detached."""
        return {n: p.detach() for n, p in self.params.items()}
