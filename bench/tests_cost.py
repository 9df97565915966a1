#!/usr/bin/env python3
"""What further tests add to a sweep: the same sweep with lists of --test, in alternating rounds.

    python3 bench/tests_cost.py MODEL [--heads SPEC] [--rounds N] [--threads N] [--tool TACET]

Prints processor seconds (user and system) and wall seconds of each list, each the median over the
rounds with the smallest and the largest, and both as a ratio to the first list. Processor seconds
are what a busy machine disturbs least. The prompt is of token ids, so that a random model will do.
"""

import argparse
import pathlib
import resource
import statistics
import subprocess
import tempfile
import time

from processes import TOOL, joined, some_ids

LISTS = ["paired", "paired,independent,wilcoxon,dyadic,token-swap"]
TOKENS = joined(some_ids(12))


def spent():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(options, tests):
    """Processor and wall seconds of one sweep into a new database."""
    with tempfile.TemporaryDirectory() as folder:
        command = [options.tool, "sweep", "--model", options.model, "--token-ids", TOKENS,
                   "--heads", options.heads, "--test", tests, "--threads", str(options.threads),
                   "--db", str(pathlib.Path(folder) / "sweep.db"), "--quiet", "--no-progress"]
        before, start = spent(), time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return spent() - before, time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--tool", default=TOOL)
    parser.add_argument("--heads", default="all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tests", action="append", help="a list of tests; the first is the yardstick")
    options = parser.parse_args()
    lists = options.tests or LISTS
    found = {tests: [] for tests in lists}
    for _ in range(options.rounds):
        for tests in lists:
            found[tests].append(measure(options, tests))
    for k, name in enumerate(("processor s", "wall s")):
        yardstick = statistics.median(run[k] for run in found[lists[0]])
        for tests in lists:
            times = [run[k] for run in found[tests]]
            print(f"{name:<12} {statistics.median(times):7.2f} ({min(times):.2f} to {max(times):.2f})"
                  f"  x {statistics.median(times) / yardstick:.3f}  {tests}")


if __name__ == "__main__":
    main()
