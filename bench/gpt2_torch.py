"""GPT-2 in plain PyTorch, for the yardsticks: a checkpoint's tensors and its blocks."""

import json
import mmap
import struct

import torch
from torch import nn
from torch.nn import functional


def load_tensors(path, mapped):
    """Every tensor of a safetensors file as a view, of the file's map or of an aligned copy."""
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header, first, shift = json.loads(file.read(size)), 8 + size, 0
        if mapped:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        else:
            shift = -first % 64  # the official files stand at an odd offset
            data = mmap.mmap(-1, shift + path.stat().st_size, mmap.MAP_PRIVATE)
            file.seek(0)
            read_whole(file, memoryview(data)[shift:])
    header.pop("__metadata__", None)
    return {
        name: torch.frombuffer(
            data, dtype=torch.float32, offset=shift + first + entry["data_offsets"][0],
            count=(entry["data_offsets"][1] - entry["data_offsets"][0]) // 4,
        ).view(entry["shape"])
        for name, entry in header.items()
    }


def read_whole(file, view):
    """Fills a view from a file; one call reads 2 GiB at most."""
    done = 0
    while done < len(view):
        count = file.readinto(view[done : done + (1 << 28)])
        if not count:
            raise OSError(f"{file.name} ends after {done} bytes")
        done += count


class Conv1D(nn.Module):
    """GPT-2's linear layer: weight [in, out]."""

    def __init__(self, tensors, name):
        super().__init__()
        self.weight, self.bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]

    def forward(self, x):
        flat = torch.addmm(self.bias, x.reshape(-1, x.shape[-1]), self.weight)
        return flat.view(*x.shape[:-1], -1)


class Block(nn.Module):
    """One transformer block, in two halves: up to the input of attn.c_proj, and the rest."""

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

    def attend(self, x):
        """The heads' outputs side by side."""
        batch, tokens, width = x.shape
        normed = functional.layer_norm(x, (width,), *self.norms[0], self.eps)
        q, k, v = (
            part.view(batch, tokens, self.n_head, -1).transpose(1, 2)
            for part in self.c_attn(normed).split(width, dim=2)
        )
        scores = q @ k.transpose(-1, -2) / (width / self.n_head) ** 0.5
        future = torch.ones(tokens, tokens, dtype=torch.bool).triu(1)
        weights = scores.masked_fill(future, float("-inf")).softmax(-1)
        return (weights @ v).transpose(1, 2).reshape(batch, tokens, width)

    def finish(self, x, z):
        """The block's output, from its input and the heads' outputs."""
        x = x + self.c_proj(z)
        normed = functional.layer_norm(x, x.shape[-1:], *self.norms[1], self.eps)
        hidden = functional.gelu(self.c_fc(normed), approximate="tanh")
        return x + self.mlp_c_proj(hidden)

    def forward(self, x):
        return self.finish(x, self.attend(x))
