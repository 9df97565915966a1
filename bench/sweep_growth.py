#!/usr/bin/env python3
"""How the time of `tacet sweep` grows with tokens, prompts and the model's size.

    python3 bench/sweep_growth.py MODEL [--only tokens,prompts,size] [--rounds 1] [--svg FILE]

MODEL is a folder of GPT-2 Medium's shape that bench/make_random_model.py wrote. Every point is a
whole command, start to exit, into a fresh database, with the model's file in the page cache: the
median of `--rounds`. Tokens and prompts are swept twice: over every head as far as `--whole-up-to`
tokens in all, and over a few heads of each block all the way. The last columns divide the time by
heads x tokens, and show what the matrix products alone come to.

The sizes are GPT-2's four shapes with random weights: taken from `--models FOLDER` where they are
there, made where not; without it made one by one in a temporary folder and removed. A shape that
does not fit the disk or the memory is left out, and said so. Tables go to standard output as
Markdown, the plot to `--svg` (Debian: python3-matplotlib).
"""

import argparse
import pathlib
import shutil
import statistics
import sys
import tempfile

import make_random_model
import processes

TOKENS = (4, 8, 16, 32, 64, 128, 256, 512)
PROMPTS = (1, 2, 4, 8, 16, 32)
PROMPT_TOKENS = 12
SIZES = ("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl")
NAMES = {"gpt2": "Small", "gpt2-medium": "Medium", "gpt2-large": "Large", "gpt2-xl": "XL"}
SPARE_BYTES = 2e9  # of memory, beside a model's file in the page cache


def products_flop(config, tokens, heads):
    """Floating-point operations of the weight matrices' products, `heads` cut in every block."""
    per_row = 2 * config["n_embd"] ** 2
    rows_below = [tokens * (1 + heads * layer) for layer in range(config["n_layer"])]
    # c_attn is not done again for the heads of the cut itself.
    return per_row * sum(3 * rows + 9 * (rows + tokens * heads) for rows in rows_below)


class Growth:
    """Sweeps of one tool, each with its time."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder

    def seconds(self, model, heads, prompts):
        """Time of a sweep over `heads` heads of every block, for prompts of token ids."""
        arguments = ["--heads", f"*.0-{heads - 1}"]
        if len(prompts) == 1:
            arguments += ["--token-ids", processes.joined(prompts[0])]
        else:
            file = self.folder / "prompts.jsonl"
            file.write_text("".join(f'{{"token_ids": [{processes.joined(ids)}]}}\n'
                                    for ids in prompts))
            arguments += ["--prompts", file]
        times = []
        for _ in range(self.options.rounds):
            with tempfile.TemporaryDirectory(dir=self.folder) as fresh:
                times.append(processes.run(processes.sweep_command(
                    self.options.tool, model, pathlib.Path(fresh) / "sweep.db", *arguments,
                    threads=self.options.threads)).seconds)
        return statistics.median(times)

    def point(self, model, heads, prompts):
        """One measured point."""
        config = processes.config_of(model)
        n_heads, tokens = heads * config["n_layer"], sum(map(len, prompts))
        found = {"heads": n_heads, "tokens": tokens, "seconds": self.seconds(model, heads, prompts),
                 "flop": products_flop(config, tokens, heads)}
        print(f"{pathlib.Path(model).name}: {n_heads} heads, {len(prompts)} prompts, {tokens} "
              f"tokens in all: {found['seconds']:.2f} s", file=sys.stderr, flush=True)
        return found

    def series(self, sizes, prompts_of):
        """Over every head and over few: {"every head": {size: point}, "N heads a block": …}."""
        options = self.options
        every = processes.config_of(options.model)["n_head"]
        few = min(options.few, every)
        few_name = "1 head a block" if few == 1 else f"{few} heads a block"
        found = {"every head": {}, few_name: {}}
        for size in sizes:
            prompts = prompts_of(size)
            found[few_name][size] = self.point(options.model, few, prompts)
            if sum(map(len, prompts)) <= options.whole_up_to:
                found["every head"][size] = self.point(options.model, every, prompts)
        return {name: points for name, points in found.items() if points}

    def tokens(self):
        """One prompt of more and more tokens."""
        most = min(self.options.most_tokens,
                   processes.config_of(self.options.model)["n_positions"])
        return self.series([n for n in TOKENS if n <= most], lambda n: [processes.some_ids(n)])

    def prompts(self):
        """More and more prompts that have no beginning in common."""
        return self.series([n for n in PROMPTS if n <= self.options.most_prompts], lambda n: [
            processes.some_ids(PROMPT_TOKENS, 1 + i * PROMPT_TOKENS) for i in range(n)])

    def sizes(self):
        """Every head of the four shapes, and lines about those that were left out."""
        found, left_out = {}, []
        for name in self.options.sizes:
            shape = make_random_model.SHAPES[name]
            size = make_random_model.file_size(shape)
            kept = self.options.models and self.options.models / name
            there = kept and (kept / "model.safetensors").exists()
            folder = kept or self.folder / name
            lacking = [] if there else self.lacking_disk(size)
            if 1024 * processes.memory_kib("MemAvailable") < size + SPARE_BYTES:
                lacking.append("memory")
            if lacking:
                left_out.append(f"{NAMES[name]} ({size / 1e9:.1f} GB) left out: too little "
                                + " and ".join(lacking))
                continue
            if not there:
                make_random_model.write_model(folder, shape, seed=0)
            processes.into_page_cache(folder)
            found[name] = self.point(folder, shape[1], [processes.some_ids(PROMPT_TOKENS)])
            found[name]["bytes"] = size
            if not kept:
                shutil.rmtree(folder)
        return found, left_out

    def lacking_disk(self, size):
        """["disk"] where a model of that size does not fit."""
        folder = self.options.models or self.folder
        folder.mkdir(parents=True, exist_ok=True)
        return ["disk"] if shutil.disk_usage(folder).free < size + SPARE_BYTES else []


def cells(point):
    """What every table ends with."""
    each = point["seconds"] / (point["heads"] * point["tokens"])
    rate = point["flop"] / point["seconds"] * 1e-9
    return [str(point["heads"]), f"{point['seconds']:.2f}", f"{1e3 * each:.3f}", f"{rate:.0f}"]


COLUMNS = ["heads", "s", "ms per head and token", "GFLOP/s of products"]


def series_table(first, series):
    """One line for each size and number of heads."""
    lines = [(size, point) for points in series.values() for size, point in points.items()]
    return processes.markdown_table([first, *COLUMNS],
                                    [[str(size), *cells(point)] for size, point in lines])


def sizes_table(points):
    """One line for each shape."""
    rows = []
    for name, point in points.items():
        n_layer, n_head, d_model = make_random_model.SHAPES[name]
        rows.append([f"{NAMES[name]}, {n_layer} × {n_head} × {d_model}",
                     f"{point['bytes'] / 1e9:.1f}", *cells(point)])
    return processes.markdown_table(["blocks × heads × width", "file, GB", *COLUMNS], rows)


def style_axis(axis, title, x_label, ticks):
    """Logarithmic in both directions, with the sizes themselves as ticks."""
    from matplotlib.ticker import LogLocator  # pylint: disable=import-outside-toplevel

    axis.set_title(title, loc="left", fontsize=10)
    axis.set_xlabel(x_label)
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.yaxis.set_tick_params(labelleft=True)
    axis.minorticks_off()
    axis.margins(y=0.12)
    axis.grid(True, color="#d8dee4", linewidth=0.6)
    axis.set_axisbelow(True)


def plot(found, file):
    """The three growths side by side. Opaque, so that it reads on dark pages as on light ones."""
    import matplotlib  # pylint: disable=import-outside-toplevel

    matplotlib.use("svg")
    from matplotlib import pyplot  # pylint: disable=import-outside-toplevel

    matplotlib.rcParams.update({
        "font.size": 9, "font.family": "sans-serif", "svg.fonttype": "none",
        "svg.hashsalt": "tacet", "axes.edgecolor": "#57606a", "text.color": "#1f2328",
        "axes.labelcolor": "#1f2328", "xtick.color": "#1f2328", "ytick.color": "#1f2328",
        "axes.spines.top": False, "axes.spines.right": False,
    })
    panels = [panel for panel in ("tokens", "prompts", "size") if found.get(panel)]
    figure, axes = pyplot.subplots(1, len(panels), figsize=(3.6 * len(panels), 3.4),
                                   squeeze=False, sharey=True, layout="constrained")
    looks = [("#0969da", "o", "-"), ("#bc4c00", "s", "--")]
    for axis, panel in zip(axes[0], panels):
        if panel == "size":
            points = list(found[panel].values())
            work = [point["flop"] / 1e12 for point in points]
            axis.plot(work, [point["seconds"] for point in points], color=looks[0][0], marker="o",
                      markersize=4, label=f"every head, {PROMPT_TOKENS} tokens")
            for x, (name, point) in zip(work, found[panel].items()):
                axis.annotate(NAMES[name], (x, point["seconds"]), textcoords="offset points",
                              xytext=(7, -4))
            style_axis(axis, "size of the model", "TFLOP of matrix products", [])
            axis.set_xscale("log")
            axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
            axis.minorticks_off()
            axis.margins(x=0.15)
        else:
            for (name, points), (color, marker, line) in zip(found[panel].items(), looks):
                axis.plot(list(points), [point["seconds"] for point in points.values()],
                          color=color, marker=marker, linestyle=line, markersize=4, label=name)
            ticks = sorted({size for points in found[panel].values() for size in points})
            title, label = {"tokens": ("tokens", "tokens of one prompt"),
                            "prompts": ("prompts", f"prompts of {PROMPT_TOKENS} tokens")}[panel]
            style_axis(axis, title, label, ticks)
        axis.legend(frameon=False, fontsize=8, loc="upper left")
    axes[0][0].set_ylabel("seconds, whole command")
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, format="svg", facecolor="white", metadata={"Date": None})


def names_of(known):
    """A reader of comma-separated names."""
    def read(text):
        asked = text.split(",")
        if unknown := set(asked) - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: none of "
                                             + ", ".join(known))
        return [name for name in known if name in asked]
    return read


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--tool", default=processes.TOOL)
    parser.add_argument("--only", type=names_of(("tokens", "prompts", "size")),
                        default="tokens,prompts,size")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--threads", type=int, help="default: all cores")
    parser.add_argument("--few", type=int, default=2, help="heads of a block in the long series")
    parser.add_argument("--whole-up-to", type=int, default=96, metavar="TOKENS",
                        help="sweep every head up to so many tokens in all (default: 96)")
    parser.add_argument("--most-tokens", type=int, default=TOKENS[-1])
    parser.add_argument("--most-prompts", type=int, default=PROMPTS[-1])
    parser.add_argument("--sizes", type=names_of(SIZES), default=",".join(SIZES))
    parser.add_argument("--models", type=pathlib.Path, help="folder of gpt2, gpt2-medium, …")
    parser.add_argument("--svg", type=pathlib.Path,
                        default=processes.HERE.parent / "docs/sweep-growth.svg")
    options = parser.parse_args()

    found, left_out = {}, []
    with tempfile.TemporaryDirectory() as folder:
        growth = Growth(options, pathlib.Path(folder))
        if {"tokens", "prompts"} & set(options.only):
            processes.into_page_cache(options.model)
        if "tokens" in options.only:
            found["tokens"] = growth.tokens()
        if "prompts" in options.only:
            found["prompts"] = growth.prompts()
        if "size" in options.only:
            found["size"], left_out = growth.sizes()

    print(f"{processes.machine()}. {processes.tool_version(options.tool)}.")
    for panel, first in (("tokens", "tokens"), ("prompts", f"prompts of {PROMPT_TOKENS} tokens")):
        if panel in found:
            print(f"\n{series_table(first, found[panel])}")
    if found.get("size"):
        print(f"\n{sizes_table(found['size'])}")
    for line in left_out:
        print(f"\n{line}.")
    plot(found, options.svg)
    print(f"{options.svg}: {options.svg.stat().st_size / 1000:.0f} KB", file=sys.stderr)


if __name__ == "__main__":
    main()
