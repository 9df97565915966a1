#!/usr/bin/env python3
"""`tacet sweep` over every head against PyTorch and bare oneDNN: the table of docs/benchmarks.md.

    python3 bench/sweep_table.py MODEL [--ways hooks,batch,restart] [--rounds 3]

MODEL is a folder that bench/make_random_model.py wrote; it is read into the page cache first.
Every round runs all commands once, in turn, so that noise of the machine meets all of them; a ratio
is the median over the rounds of two times of one round. tacet is timed as a whole command, start to
exit, into a fresh database; of PyTorch the sweep alone is held against that, its import and load
left out, and the whole command in a column of its own. tacet's mean_delta is compared with
PyTorch's.

`--products` is what the preset `bench` builds from bench/packed_products.cc; without it that row is
left out. `--blocks` and `--heads-per-block` make everything smaller, to try it.
"""

import argparse
import json
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile

import processes

WAYS = {
    "hooks": ("PyTorch hooks, one head a forward", 12),
    "batch": ("PyTorch, a block's heads as a batch", 2.2),
    "restart": ("PyTorch, the same and started from the clean states at the cut", 1.15),
}
LEAST_SHARE = 0.85  # of the rate of bare packed oneDNN
MOST_BYTES = 600e6  # of tacet's own memory
LARGEST_DIFFERENCE = 2e-6  # of mean_delta between tacet and PyTorch


def mean_deltas(database):
    """mean_delta of a database that holds one run: {spec: [blocks]}."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    rows = connection.execute(
        "SELECT i.spec, e.mean_delta FROM effects e JOIN interventions i"
        " ON i.id = e.intervention_id ORDER BY i.spec, e.layer").fetchall()
    connection.close()
    found = {}
    for spec, value in rows:
        found.setdefault(spec, []).append(value)
    return found


def largest_difference(tacet, torch):
    """Between two {spec: [blocks]} that must name the same heads and blocks."""
    shapes = [{spec: len(row) for spec, row in side.items()} for side in (tacet, torch)]
    if shapes[0] != shapes[1]:
        sys.exit(f"tacet's database has {len(tacet)} heads, PyTorch {len(torch)}, "
                 "or they differ in names or blocks")
    return max(abs(a - b) for spec, row in tacet.items() for a, b in zip(row, torch[spec]))


def spread(values, unit="s"):
    """Median and range."""
    middle, least, most = statistics.median(values), min(values), max(values)
    digits = 2 if middle >= 1 else 3
    if least == most:
        return f"{middle:.{digits}f} {unit}"
    return f"{middle:.{digits}f} {unit} ({least:.{digits}f} to {most:.{digits}f})"


class Table:
    """The commands, and what their rounds have found."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.tacet, self.products = [], []
        self.torch = {way: [] for way in options.ways}
        self.torch_runs = {way: [] for way in options.ways}
        self.differences = {}

    def run_tacet(self, number):
        """One sweep into a fresh database; its path."""
        options, arguments = self.options, ["--token-ids", processes.joined(options_ids())]
        config = processes.config_of(options.model)
        if options.blocks or options.heads_per_block:
            blocks = min(options.blocks or config["n_layer"], config["n_layer"])
            heads = min(options.heads_per_block or config["n_head"], config["n_head"])
            arguments += ["--heads", f"0-{blocks - 1}.0-{heads - 1}"]
        database = self.folder / f"{number}.db"
        self.tacet.append(processes.run(processes.sweep_command(
            options.tool, options.model, database, *arguments, threads=options.threads)))
        return database

    def smaller(self):
        """Arguments that make the other commands as small as tacet's."""
        names = ("blocks", "heads_per_block")
        asked = [(name, getattr(self.options, name)) for name in names]
        return [text for name, value in asked if value
                for text in (f"--{name.replace('_', '-')}", str(value))]

    def run_torch(self, way):
        """One sweep in PyTorch; its mean_delta."""
        file = self.folder / f"{way}.json"
        run = processes.run(
            [self.options.python, processes.HERE / "sweep_torch.py", self.options.model,
             "--token-ids", processes.joined(options_ids()), "--way", way, "--mean-delta", file,
             *self.smaller(), *(["--mapped"] if self.options.mapped else [])],
            threads=self.options.threads)
        self.torch_runs[way].append(run)
        self.torch[way].append(json.loads(run.output))
        written = json.loads(file.read_text())
        return dict(zip(written["specs"], written["mean_delta"]))

    def run_products(self):
        """The bare products once."""
        threads = ["--threads", str(self.options.threads)] if self.options.threads else []
        tokens = ["--tokens", str(len(options_ids()))]
        run = processes.run([self.options.products, self.options.model, *tokens, *threads,
                             *self.smaller()])
        self.products.append(json.loads(run.output))

    def round(self, number):
        """Every command once."""
        database = self.run_tacet(number)
        if self.options.products:
            self.run_products()
        for way in reversed(self.options.ways):
            difference = largest_difference(mean_deltas(database), self.run_torch(way))
            self.differences[way] = max(difference, self.differences.get(way, 0.0))
        print(f"round {number + 1} of {self.options.rounds}: tacet {self.tacet[-1].seconds:.2f} s",
              *(f"{way} {runs[-1]['sweep_s']:.2f} s" for way, runs in self.torch.items()),
              sep=", ", file=sys.stderr, flush=True)

    def share(self):
        """tacet's share of the rate of the bare products, round by round."""
        return [bare["products_s"] / tacet.seconds
                for bare, tacet in zip(self.products, self.tacet)]

    def rows(self):
        """The lines of the table: against, its time, at least, measured, as whole commands."""
        tacet = [run.seconds for run in self.tacet]
        rows = []
        for way, runs in self.torch.items():
            name, least = WAYS[way]
            alone = [run["sweep_s"] for run in runs]
            whole = [run.seconds for run in self.torch_runs[way]]
            ratios = [statistics.median(a / b for a, b in zip(times, tacet))
                      for times in (alone, whole)]
            rows.append([name, spread(alone), f"{least} ×", f"{ratios[0]:.2f} ×",
                         f"{ratios[1]:.2f} ×"])
        if self.products:
            times = [bare["products_s"] for bare in self.products]
            packed = all(bare["packed"] for bare in self.products)
            rows.append([
                f"the same matrix products in bare {'packed' if packed else 'plain'} oneDNN",
                spread(times), f"{LEAST_SHARE:.0%} of its rate",
                f"{statistics.median(self.share()):.0%}", "–"])
        own = max(run.own_bytes for run in self.tacet)
        rows.append(["memory over the model's file", "–", f"at most {MOST_BYTES / 1e6:.0f} MB",
                     f"{own / 1e6:.0f} MB", "–"])
        return rows

    def notes(self):
        """What else the reader needs, a line each."""
        tacet = [run.seconds for run in self.tacet]
        notes = [f"tacet, start to exit: {spread(tacet)}; rounds: {len(tacet)}"]
        for way, runs in self.torch.items():
            parts = [statistics.median(run[key] for run in runs) for key in ("import_s", "load_s")]
            own = max(run.own_bytes for run in self.torch_runs[way]) / 1e6
            notes.append(f"PyTorch, {way}: beside its sweep, import {parts[0]:.2f} s and load "
                         f"{parts[1]:.2f} s; memory of its own {own:.0f} MB; mean_delta differs "
                         f"from tacet's by at most {self.differences[way]:.1e}")
        if self.products:
            first = self.products[0]
            rate = statistics.median(bare["gflop_per_s"] for bare in self.products)
            mine = statistics.median(first["flop"] / seconds * 1e-9 for seconds in tacet)
            pack = statistics.median(bare["reorder_s"] for bare in self.products)
            notes.append(f"{first['flop'] / 1e12:.3g} TFLOP of matrix products: bare oneDNN "
                         f"{rate:.3g} GFLOP/s ({first['kernel']}), and {pack:.2f} s to pack the "
                         f"weights, which is not in that; tacet's whole command {mine:.3g} GFLOP/s")
        peak = max(run.peak_bytes for run in self.tacet) / 1e6
        size = processes.model_bytes(self.options.model) / 1e6
        notes.append(f"tacet's largest resident size: {peak:.0f} MB with what it has mapped of the "
                     f"model's {size:.0f} MB")
        return notes


def options_ids():
    """The prompt: a dozen tokens."""
    return processes.some_ids(12)


def versions(options, torch_runs):
    """Of everything that takes part, in one line."""
    found = [processes.tool_version(options.tool)]
    for runs in torch_runs.values():
        found += [f"Python {runs[0]['python']}, PyTorch {runs[0]['torch']}", blas_version()]
        break
    return "; ".join(part for part in found if part)


def blas_version():
    """Debian's package of OpenBLAS, where that is to be had."""
    command = ["dpkg-query", "--show", "--showformat=OpenBLAS ${Version}", "libopenblas0-pthread"]
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def ways_of(text):
    """The ways to compare with, in the order of the table."""
    asked = [way for way in text.split(",") if way]
    if unknown := set(asked) - set(WAYS):
        raise argparse.ArgumentTypeError(f"no such way: {', '.join(sorted(unknown))}")
    return [way for way in WAYS if way in asked]


def main():
    default_products = processes.HERE.parent / "build/bench/bench_packed_products"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--tool", default=processes.TOOL)
    parser.add_argument("--products", help=f"default: {default_products}, when it is there")
    parser.add_argument("--python", default=sys.executable, help="a Python with PyTorch")
    parser.add_argument("--ways", type=ways_of, default=",".join(WAYS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, help="of all; default: all cores")
    parser.add_argument("--mapped", action="store_true",
                        help="let PyTorch use the file's map: a shorter load, a longer sweep")
    parser.add_argument("--blocks", type=int, help="cut in the first N blocks only")
    parser.add_argument("--heads-per-block", type=int, help="the first N heads only")
    options = parser.parse_args()
    if not options.products and default_products.exists():
        options.products = str(default_products)

    processes.into_page_cache(options.model)
    with tempfile.TemporaryDirectory() as folder:
        table = Table(options, pathlib.Path(folder))
        for number in range(options.rounds):
            table.round(number)
    config = processes.config_of(options.model)
    print(f"{config['n_layer']} blocks, {config['n_head']} heads, width {config['n_embd']}, "
          f"{len(options_ids())} tokens. {processes.machine()}. "
          f"{versions(options, table.torch)}.\n")
    header = ["against", "its time", "at least", "measured", "as whole commands"]
    print(processes.markdown_table(header, table.rows()))
    print()
    for note in table.notes():
        print(f"- {note}")
    if any(difference > LARGEST_DIFFERENCE for difference in table.differences.values()):
        sys.exit(f"mean_delta differs by more than {LARGEST_DIFFERENCE:.0e}: a comparison of "
                 "times means nothing")


if __name__ == "__main__":
    main()
