#!/usr/bin/env python3
"""Writes a GPT-2 checkpoint with random weights, in Hugging Face layout, for benchmarks.

    python3 bench/make_random_model.py FOLDER [--shape gpt2|gpt2-medium|gpt2-large|gpt2-xl]

A shape may also be BLOCKSxHEADSxWIDTH, such as 6x4x128. The tensors stand at an odd offset, as in
the official files. Needs NumPy alone.
"""

import argparse
import json
import pathlib
import re
import struct

import numpy as np

SHAPES = {  # blocks, heads, width
    "gpt2": (12, 12, 768),
    "gpt2-medium": (24, 16, 1024),
    "gpt2-large": (36, 20, 1280),
    "gpt2-xl": (48, 25, 1600),
}
VOCABULARY, POSITIONS = 50257, 1024


def tensors(n_layer, d_model):
    """Names, shapes and standard deviations (None: a LayerNorm's weight) in file order."""
    yield "wte.weight", (VOCABULARY, d_model), 0.14
    yield "wpe.weight", (POSITIONS, d_model), 0.02
    for i in range(n_layer):
        block = f"h.{i}."
        for name in ("ln_1", "ln_2"):
            yield f"{block}{name}.weight", (d_model,), None
            yield f"{block}{name}.bias", (d_model,), 0.02
        for name, inner, outer in (
            ("attn.c_attn", d_model, 3 * d_model),
            ("attn.c_proj", d_model, d_model),
            ("mlp.c_fc", d_model, 4 * d_model),
            ("mlp.c_proj", 4 * d_model, d_model),
        ):
            yield f"{block}{name}.weight", (inner, outer), 0.02
            yield f"{block}{name}.bias", (outer,), 0.02
    yield "ln_f.weight", (d_model,), None
    yield "ln_f.bias", (d_model,), 0.02


def shape_of(text):
    """Blocks, heads and width, from a name or from BLOCKSxHEADSxWIDTH."""
    if text in SHAPES:
        return SHAPES[text]
    if not re.fullmatch(r"[1-9]\d*x[1-9]\d*x[1-9]\d*", text):
        names = ", ".join(SHAPES)
        raise argparse.ArgumentTypeError(f"{text!r} is neither {names} nor BLOCKSxHEADSxWIDTH")
    n_layer, n_head, d_model = map(int, text.split("x"))
    if d_model % n_head:
        raise argparse.ArgumentTypeError(f"{n_head} heads do not divide a width of {d_model}")
    return n_layer, n_head, d_model


def file_size(shape):
    """Bytes of the tensors of a model of that shape."""
    return 4 * sum(int(np.prod(size)) for _, size, _ in tensors(shape[0], shape[2]))


def write_model(folder, shape, seed):
    """Writes config.json and model.safetensors."""
    n_layer, n_head, d_model = shape
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "model_type": "gpt2", "n_layer": n_layer, "n_head": n_head, "n_embd": d_model,
        "n_positions": POSITIONS, "vocab_size": VOCABULARY, "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-05, "bos_token_id": 50256, "eos_token_id": 50256,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2))

    entries = list(tensors(n_layer, d_model))
    header, offset = {}, 0
    for name, size, _ in entries:
        end = offset + 4 * int(np.prod(size))
        header[name] = {"dtype": "F32", "shape": list(size), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * ((2 - len(text)) % 4)  # 2 mod 4, where gpt2-medium's own file stands
    generator = np.random.default_rng(seed)
    with open(folder / "model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, size, deviation in entries:
            if deviation is None:
                values = np.ones(size, np.float32)
            else:
                values = generator.standard_normal(size, np.float32) * np.float32(deviation)
            file.write(values.tobytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--shape", type=shape_of, default="gpt2-medium",
                        help="a name, or BLOCKSxHEADSxWIDTH (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    write_model(options.folder, options.shape, options.seed)


if __name__ == "__main__":
    main()
