#!/usr/bin/env python3
"""The experiment as a careful PyTorch user writes it: the yardstick for whole commands.

    python3 bench/silence_torch.py FOLDER --token-ids 1,2,3 --head 3.5

Loads the checkpoint in place (mapped, no copy), runs the clean and the silenced forward as one
batch of two with a forward pre-hook on attn.c_proj, takes the cosine of all pairs in every block
and a paired t-test with Bonferroni's correction. Needs PyTorch and SciPy.
"""

import argparse
import json
import pathlib

import numpy as np
import torch
from scipy import stats
from torch.nn import functional

from gpt2_torch import Block, load_tensors


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--token-ids", required=True)
    parser.add_argument("--head", default="3.5")
    options = parser.parse_args()
    torch.set_num_threads(1)  # OpenBLAS has threads of its own; two pools would fight
    torch.set_grad_enabled(False)

    config = json.loads((options.folder / "config.json").read_text())
    tensors = load_tensors(options.folder / "model.safetensors", mapped=True)
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
