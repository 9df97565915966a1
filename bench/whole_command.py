#!/usr/bin/env python3
"""`tacet silence` against the same experiment in PyTorch, as whole commands, start to exit.

    python3 bench/whole_command.py MODEL [--tool build/release/tacet] [--rounds 7]

MODEL is a folder that bench/make_random_model.py wrote; its files should be in the page cache.
The two are run in turn, so that noise of the machine meets both; the ratio of medians is printed.
PyTorch is used at its best: OpenBLAS with its own threads and kernel, one OpenMP thread.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import time

IDS = ",".join(str(i * 7919 % 50000) for i in range(1, 13))
HERE = pathlib.Path(__file__).resolve().parent


def seconds(command):
    """Wall time of a command that must succeed."""
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--tool", default=str(HERE.parent / "build/release/tacet"))
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch and SciPy")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    commands = {
        "tacet": [options.tool, "silence", "--model", options.model, "--token-ids", IDS,
                  "--heads", "L3H5"],
        "torch": [options.python, str(HERE / "silence_torch.py"), options.model,
                  "--token-ids", IDS, "--head", "3.5"],
    }
    times = {name: [] for name in commands}
    for round_number in range(options.rounds + 1):
        for name, command in commands.items():
            took = seconds(command)
            if round_number > 0:  # the first round warms the page cache
                times[name].append(took)
    for name, values in times.items():
        print(f"{name}: median {statistics.median(values):.3f} s, "
              f"{min(values):.3f} to {max(values):.3f} s over {len(values)} rounds")
    ratio = statistics.median(times["torch"]) / statistics.median(times["tacet"])
    print(f"ratio: {ratio:.1f}")


if __name__ == "__main__":
    main()
