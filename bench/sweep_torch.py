#!/usr/bin/env python3
"""The sweep over every head in PyTorch, three ways: the yardsticks for `tacet sweep`.

    python3 bench/sweep_torch.py FOLDER --token-ids 1,2,3 --way hooks|batch|restart

hooks    one head a forward, silenced by a forward pre-hook on attn.c_proj: how a user writes it
batch    the heads of a block as one batch, each silenced in its own entry
restart  the same, each batch started from what the clean forward left at the cut, with neither
         the blocks below nor the cut's attention computed again: the best that is written by hand

Each takes the cosine of all pairs in every block (the Gram matrix of the unit vectors, in double),
the mean of its change and the paired t, and prints one JSON object with the seconds that import,
load and sweep took. `--mean-delta FILE` writes mean_delta and t [heads, blocks]. Needs PyTorch
alone, and uses it at its best on a CPU: OpenBLAS with its own threads and its own choice of kernel,
one OpenMP thread beside it, no gradients, weights copied into aligned memory.
"""

import time

START = time.perf_counter()

# pylint: disable=wrong-import-position
import argparse
import json
import os
import pathlib
import platform

os.environ.pop("OPENBLAS_CORETYPE", None)  # a kernel that is not this machine's halves the speed

import torch
from torch.nn import functional

from gpt2_torch import Block, load_tensors


class Sweep:
    """A model, a prompt, and its clean forward."""

    def __init__(self, config, tensors, ids):
        self.d_head = config["n_embd"] // config["n_head"]
        self.blocks = [Block(tensors, i, config) for i in range(config["n_layer"])]
        self.embedding = (tensors["wte.weight"][ids] + tensors["wpe.weight"][: len(ids)])[None]
        self.pairs = torch.triu_indices(len(ids), len(ids), 1)
        self.entering, self.heads_out, self.clean = [], [], []
        x = self.embedding
        for block in self.blocks:
            self.entering.append(x)
            self.heads_out.append(block.attend(x))
            x = block.finish(x, self.heads_out[-1])
            self.clean.append(self.similarity(x))

    def similarity(self, x):
        """Cosine of every pair of tokens, for each entry of a batch of states: [batch, pairs]."""
        unit = functional.normalize(x.double(), dim=-1)
        return (unit @ unit.transpose(-1, -2))[:, self.pairs[0], self.pairs[1]]

    def statistics(self, layer, x):
        """Mean change of the pairs' cosine and its paired t, for each entry: two of [batch]."""
        delta = self.similarity(x) - self.clean[layer]
        mean = delta.mean(-1)
        return mean, mean / (delta.std(-1) / delta.shape[-1] ** 0.5)

    def silence(self, z, heads):
        """A copy of z in which each entry has the slice of its own head at 0."""
        z = z.clone()
        for entry, head in enumerate(heads):
            z[entry, :, head * self.d_head : (head + 1) * self.d_head] = 0
        return z

    def forward(self, x, first=0):
        """Goes up from block `first`; its statistics in every block: two of [batch, blocks]."""
        found = []
        for layer in range(first, len(self.blocks)):
            x = self.blocks[layer](x)
            found.append(self.statistics(layer, x))
        return found

    def hooked(self, layer, heads):
        """A whole forward with a hook at the cut; a batch entry for each head."""
        def hook(_, inputs):
            return (self.silence(inputs[0], heads),)

        handle = self.blocks[layer].c_proj.register_forward_pre_hook(hook)
        found = self.forward(self.embedding.expand(len(heads), -1, -1))
        handle.remove()
        return found

    def restarted(self, layer, heads):
        """From the clean states at the cut upwards; a batch entry for each head."""
        z = self.silence(self.heads_out[layer].expand(len(heads), -1, -1), heads)
        x = self.blocks[layer].finish(self.entering[layer], z)
        zero = torch.zeros(len(heads), dtype=torch.float64)
        below = [(zero, zero / zero)] * layer  # nothing changes there, and there is no t
        return below + [self.statistics(layer, x)] + self.forward(x, layer + 1)


def sweep(model, way, n_cuts, n_heads):
    """mean_delta and t, [heads, blocks] each, in the order of cut and head."""
    means, ts = [], []
    for layer in range(n_cuts):
        every = list(range(n_heads))
        for heads in ([head] for head in every) if way == "hooks" else [every]:
            found = (model.restarted if way == "restart" else model.hooked)(layer, heads)
            mean, t = (torch.stack(part, -1) for part in zip(*found))
            means += mean.tolist()
            ts += t.tolist()
    return means, ts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--token-ids", required=True)
    parser.add_argument("--way", choices=("hooks", "batch", "restart"), required=True)
    parser.add_argument("--blocks", type=int, help="cut in the first N blocks only")
    parser.add_argument("--heads-per-block", type=int, help="the first N heads only")
    parser.add_argument("--mapped", action="store_true", help="use the weights in the file's map")
    parser.add_argument("--openmp-threads", type=int, default=1)
    parser.add_argument("--mean-delta", type=pathlib.Path, help="write mean_delta and t as JSON")
    options = parser.parse_args()
    imported = time.perf_counter()

    torch.set_num_threads(options.openmp_threads)  # OpenBLAS has its own; two pools would fight
    config = json.loads((options.folder / "config.json").read_text())
    tensors = load_tensors(options.folder / "model.safetensors", options.mapped)
    loaded = time.perf_counter()

    n_cuts = min(options.blocks or config["n_layer"], config["n_layer"])
    n_heads = min(options.heads_per_block or config["n_head"], config["n_head"])
    with torch.inference_mode():
        model = Sweep(config, tensors, torch.tensor([int(i) for i in options.token_ids.split(",")]))
        means, ts = sweep(model, options.way, n_cuts, n_heads)
    swept = time.perf_counter()

    if options.mean_delta:
        specs = [f"L{layer}H{head}" for layer in range(n_cuts) for head in range(n_heads)]
        # What has no t (a block that did not change) is null.
        ts = [[t if t == t and abs(t) != float("inf") else None for t in row] for row in ts]
        text = json.dumps({"specs": specs, "mean_delta": means, "t": ts})
        options.mean_delta.write_text(text)
    print(json.dumps({
        "way": options.way, "heads": n_cuts * n_heads, "tokens": len(options.token_ids.split(",")),
        "import_s": imported - START, "load_s": loaded - imported, "sweep_s": swept - loaded,
        "total_s": time.perf_counter() - START,
        "python": platform.python_version(), "torch": torch.__version__,
    }))


if __name__ == "__main__":
    main()
