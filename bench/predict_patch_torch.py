#!/usr/bin/env python3
"""`tacet predict` over all heads and `tacet patch --by head,position` against the PyTorch loop.

    python3 bench/predict_patch_torch.py TACET FOLDER [--cells 4] [--tokens 15] [--threads 2]

The loop is the usual one: for every cell a forward pre-hook on attn.c_proj, one whole forward and
the logits of every position. It runs a few cells, spread over the blocks, and takes their median for
every cell; tacet runs all of them. The prompts are random ids that differ in one token, the first unless
--differ says otherwise (`patch` skips what stands before it, the loop does not). FOLDER is a checkpoint in F32, such as
make_random_model.py makes. Needs PyTorch.
"""

import argparse
import json
import pathlib
import random
import statistics
import subprocess
import time

import torch

from gpt2_torch import Block, load_tensors


class Loop:
    """One forward with one slice of one block's heads' outputs changed."""

    def __init__(self, folder, ids):
        self.config = json.loads((folder / "config.json").read_text())
        self.tensors = load_tensors(folder / "model.safetensors", mapped=False)
        self.blocks = [Block(self.tensors, i, self.config) for i in range(self.config["n_layer"])]
        self.ids = torch.tensor(ids)
        self.d_head = self.config["n_embd"] // self.config["n_head"]

    def seconds(self, layer, head, rows):
        """Time of the forward with the slice at `rows` set to 0, logits and softmax included."""
        columns = slice(head * self.d_head, (head + 1) * self.d_head)

        def change(_, inputs):
            z = inputs[0].clone()
            z[0, rows, columns] = 0
            return (z,)

        start = time.perf_counter()
        hook = self.blocks[layer].c_proj.register_forward_pre_hook(change)
        x = self.tensors["wte.weight"][self.ids] + self.tensors["wpe.weight"][: len(self.ids)]
        x = x[None]
        for block in self.blocks:
            x = block(x)
        normed = torch.nn.functional.layer_norm(
            x, x.shape[-1:], self.tensors["ln_f.weight"], self.tensors["ln_f.bias"])
        (normed @ self.tensors["wte.weight"].T).log_softmax(-1)
        hook.remove()
        return time.perf_counter() - start


def tool_seconds(tool, *arguments):
    start = time.perf_counter()
    subprocess.run([tool, *arguments, "--format", "csv"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--cells", type=int, default=4)
    parser.add_argument("--tokens", type=int, default=15)
    parser.add_argument("--differ", type=int, default=0, help="the position that differs")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(1)  # OpenBLAS has threads of its own; two pools would fight
    torch.set_grad_enabled(False)

    random.seed(1)
    ids = [random.randrange(1000) for _ in range(options.tokens)]
    corrupt = list(ids)
    corrupt[options.differ] += 1
    loop = Loop(options.folder, ids)
    n_layer, n_head = loop.config["n_layer"], loop.config["n_head"]
    loop.seconds(0, 0, slice(None))  # pages of the weights
    each = statistics.median(
        loop.seconds(i * n_layer // options.cells, i % n_head, slice(None))
        for i in range(options.cells))
    del loop

    common = ("--model", str(options.folder), "--threads", str(options.threads), "--quiet",
              "--target-id", "5", "--contrast-id", "6")
    text = ",".join(map(str, ids))
    cases = (
        ("predict --heads all", n_layer * n_head, ("predict", "--token-ids", text)),
        ("patch --by head,position", n_layer * n_head * options.tokens,
         ("patch", "--by", "head,position", "--clean-ids", text, "--corrupt-ids",
          ",".join(map(str, corrupt)))),
    )
    print(f"loop: {each:.3f} s a cell, {options.threads} threads, {options.tokens} tokens")
    for name, cells, command in cases:
        ours = tool_seconds(options.tool, *command, *common)
        print(f"{name}: {cells} cells, loop {cells * each:.0f} s (extrapolated), "
              f"tacet {ours:.1f} s, {cells * each / ours:.1f} x")


if __name__ == "__main__":
    main()
