#!/usr/bin/env python3
"""The experiment as a careful PyTorch user writes it: the yardstick for whole commands.

    python3 bench/silence_torch.py FOLDER --token-ids 1,2,3 --head 3.5

Loads the checkpoint in place (mapped, no copy), runs the clean and the silenced forward as one
batch of two with a forward pre-hook on attn.c_proj, takes the cosine of all pairs in every block
and a paired t-test with Bonferroni's correction. Needs PyTorch and SciPy.
"""

import argparse
import json
import mmap
import pathlib
import struct

import numpy as np
import torch
from scipy import stats
from torch import nn
from torch.nn import functional


def load_tensors(path):
    """Every tensor of a safetensors file as a view of its map."""
    with open(path, "rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    return {
        name: torch.from_numpy(
            np.frombuffer(
                data, np.uint8, entry["data_offsets"][1] - entry["data_offsets"][0],
                8 + size + entry["data_offsets"][0],
            ).view(np.float32).reshape(entry["shape"])
        )
        for name, entry in header.items() if name != "__metadata__"
    }


class Conv1D(nn.Module):
    """GPT-2's linear layer: weight [in, out]."""

    def __init__(self, tensors, name):
        super().__init__()
        self.weight, self.bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]

    def forward(self, x):
        flat = torch.addmm(self.bias, x.reshape(-1, x.shape[-1]), self.weight)
        return flat.view(*x.shape[:-1], -1)


class Block(nn.Module):
    """One transformer block."""

    def __init__(self, tensors, index, config):
        super().__init__()
        self.n_head, self.eps = config["n_head"], config["layer_norm_epsilon"]
        self.norms = [
            [tensors[f"h.{index}.{name}.{part}"] for part in ("weight", "bias")]
            for name in ("ln_1", "ln_2")
        ]
        self.c_attn = Conv1D(tensors, f"h.{index}.attn.c_attn")
        self.c_proj = Conv1D(tensors, f"h.{index}.attn.c_proj")
        self.c_fc = Conv1D(tensors, f"h.{index}.mlp.c_fc")
        self.mlp_c_proj = Conv1D(tensors, f"h.{index}.mlp.c_proj")

    def forward(self, x):
        batch, tokens, width = x.shape
        normed = functional.layer_norm(x, (width,), *self.norms[0], self.eps)
        q, k, v = (
            part.view(batch, tokens, self.n_head, -1).transpose(1, 2)
            for part in self.c_attn(normed).split(width, dim=2)
        )
        scores = q @ k.transpose(-1, -2) / (width / self.n_head) ** 0.5
        future = torch.ones(tokens, tokens, dtype=torch.bool).triu(1)
        weights = scores.masked_fill(future, float("-inf")).softmax(-1)
        x = x + self.c_proj((weights @ v).transpose(1, 2).reshape(batch, tokens, width))
        normed = functional.layer_norm(x, (width,), *self.norms[1], self.eps)
        hidden = functional.gelu(self.c_fc(normed), approximate="tanh")
        return x + self.mlp_c_proj(hidden)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--token-ids", required=True)
    parser.add_argument("--head", default="3.5")
    options = parser.parse_args()
    torch.set_num_threads(1)  # OpenBLAS has threads of its own; two pools would fight
    torch.set_grad_enabled(False)

    config = json.loads((options.folder / "config.json").read_text())
    tensors = load_tensors(options.folder / "model.safetensors")
    ids = torch.tensor([int(i) for i in options.token_ids.split(",")])
    layer, head = map(int, options.head.split("."))
    d_head = config["n_embd"] // config["n_head"]

    def silence(_, inputs):
        z = inputs[0].clone()
        z[1, :, head * d_head : (head + 1) * d_head] = 0
        return (z,)

    blocks = [Block(tensors, i, config) for i in range(config["n_layer"])]
    blocks[layer].c_proj.register_forward_pre_hook(silence)
    x = tensors["wte.weight"][ids] + tensors["wpe.weight"][: len(ids)]
    x = x.expand(2, -1, -1)
    pairs = np.triu_indices(len(ids), 1)
    for index, block in enumerate(blocks):
        x = block(x)
        unit = functional.normalize(x.double(), dim=-1)
        clean, silenced = (unit @ unit.transpose(-1, -2)).numpy()
        t, p = stats.ttest_rel(silenced[pairs], clean[pairs])
        delta = (silenced - clean)[pairs].mean()
        print(f"{index:3d} {clean[pairs].mean():8.4f} {delta:+.3e} {t:9.3f} {p:.3e}",
              "*" if p < 0.05 / config["n_layer"] else "")


if __name__ == "__main__":
    main()
