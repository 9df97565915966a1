#!/usr/bin/env python3
"""How often the controls of `tacet silence --control` call out: the tables of docs/statistics.md.

    python3 bench/control_levels.py TOOL             models with random weights, one head each
    python3 bench/control_levels.py TOOL --heads     every head of mini on two sentences

Prints Markdown. Needs NumPy alone; minutes on two cores.
"""

import argparse
import concurrent.futures
import json
import pathlib
import struct
import subprocess
import tempfile

import numpy as np

VOCABULARY, POSITIONS, TOKENS = 32, 16, 12
SHAPES = ((2, 2, 8, 0), (3, 8, 64, 0), (3, 8, 64, 1), (3, 32, 64, 1))  # blocks, heads, width, cut
SENTENCES = ("I told my friend that pineapple on pizza is a crime.",
             "Berlin is the capital of Germany and Paris is the capital of France.")


def tensors(n_layer, width):
    """Names, shapes and standard deviations (None: a LayerNorm's weight) in file order."""
    yield "wte.weight", (VOCABULARY, width), 1.0
    yield "wpe.weight", (POSITIONS, width), 0.3
    norms = [f"h.{i}.{name}" for i in range(n_layer) for name in ("ln_1", "ln_2")] + ["ln_f"]
    for name in norms:
        yield f"{name}.weight", (width,), None
        yield f"{name}.bias", (width,), 0.1
    for i in range(n_layer):
        for name, inner, outer in (
            ("attn.c_attn", width, 3 * width), ("attn.c_proj", width, width),
            ("mlp.c_fc", width, 4 * width), ("mlp.c_proj", 4 * width, width),
        ):
            yield f"h.{i}.{name}.weight", (inner, outer), inner ** -0.5
            yield f"h.{i}.{name}.bias", (outer,), 0.1


def write_model(folder, n_layer, n_head, width, seed):
    """A checkpoint whose attention and MLP both move the stream by a good part of its length."""
    config = {"model_type": "gpt2", "n_layer": n_layer, "n_head": n_head, "n_embd": width,
              "n_positions": POSITIONS, "vocab_size": VOCABULARY,
              "activation_function": "gelu_new", "layer_norm_epsilon": 1e-05}
    (folder / "config.json").write_text(json.dumps(config))
    generator = np.random.default_rng(seed)
    header, data = {}, b""
    for name, size, deviation in tensors(n_layer, width):
        values = np.ones(size) if deviation is None else generator.normal(0, deviation, size)
        begin, data = len(data), data + values.astype(np.float32).tobytes()
        header[name] = {"dtype": "F32", "shape": list(size), "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


def silence(tool, *arguments):
    done = subprocess.run([tool, "silence", "--control", "rotated:99", "--threads", "1",
                           "--format", "json", *arguments], capture_output=True, check=True)
    return json.loads(done.stdout)


def of_random_model(tool, shape, seed):
    n_layer, n_head, width, cut = shape
    with tempfile.TemporaryDirectory() as folder:
        write_model(pathlib.Path(folder), n_layer, n_head, width, seed)
        ids = np.random.default_rng((seed, 1)).integers(0, VOCABULARY, TOKENS)
        return silence(tool, "--model", folder, "--heads", f"L{cut}H0", "--token-ids",
                       ",".join(map(str, ids)))["control"]


def random_models(tool, n_models, workers):
    print("| model | `p_late_delta` | `p_growth` |\n| --- | --- | --- |")
    for shape in SHAPES:
        found = list(workers.map(lambda seed: of_random_model(tool, shape, seed), range(n_models)))
        # Every growth exists: no head is cut in the last block.
        shares = [100 * np.mean([control[key] <= 0.05 for control in found])
                  for key in ("p_late_delta", "p_growth")]
        print("| {} blocks of {} heads, d_model {}, cut in block {} |".format(*shape),
              " | ".join(f"{share:.1f} %" for share in shares), "|", flush=True)


def column(results):
    """The lines of one sentence's column."""
    late = np.array([result["control"]["p_late_delta"] for result in results])
    growth = np.array([result["control"]["p_growth"] for result in results
                       if result["control"]["p_growth"] is not None])
    significant = sum(any(result["layers"][layer]["significant"]
                          for layer in result["ripple"]["late_layers"]) for result in results)
    largest = np.argsort([-abs(result["ripple"]["late_delta"]) for result in results])[:20]
    adjusted = np.sort(late) * len(late) / np.arange(1, len(late) + 1)
    stands = max((k + 1 for k in range(len(late)) if adjusted[k] <= 0.05), default=0)
    return {"late block significant by `paired`": significant,
            "`p_late_delta` at most 5 %": np.sum(late <= 0.05),
            "the same among the 20 largest late Δ": np.sum(late[largest] <= 0.05),
            "the same after Benjamini and Hochberg": stands,
            f"`p_growth` at most 5 %, of {len(growth)}": np.sum(growth <= 0.05),
            "`p_growth` at least 96 %": np.sum(growth >= 0.96),
            "median `p_growth`": f"{np.median(growth):.2f}"}


def heads_of_mini(tool, workers):
    names = [f"L{layer}H{head}" for layer in range(24) for head in range(16)]
    columns = [column(list(workers.map(lambda name: silence(tool, "--heads", name, sentence),
                                       names))) for sentence in SENTENCES]
    print("| heads |", " | ".join(SENTENCES), "|\n| --- | --- | --- |")
    for line in columns[0]:
        print("|", line, "|", " | ".join(str(values[line]) for values in columns), "|")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool")
    parser.add_argument("--heads", action="store_true", help="every head of mini")
    parser.add_argument("--models", type=int, default=400, help="random models of each shape")
    options = parser.parse_args()
    with concurrent.futures.ThreadPoolExecutor(2) as workers:
        if options.heads:
            heads_of_mini(options.tool, workers)
        else:
            random_models(options.tool, options.models, workers)


if __name__ == "__main__":
    main()
