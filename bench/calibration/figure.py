#!/usr/bin/env python3
"""Draws docs/calibration.svg from the numbers that bench_calibration wrote.

    python3 bench/calibration/figure.py [docs/calibration.json] [--svg docs/calibration.svg]

False alarms at a nominal 5 % against the tokens of the prompt, one panel for each strength of the
token effect, for changes drawn from the normal distribution. Debian: python3-matplotlib.
"""

import argparse
import io
import json
import pathlib
import re

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"
LEVEL = "5 %"
TITLES = {"none": "no token effect", "middle": "middle", "strong": "strong"}
# Colour and marker of each test; those that take pairs as independent are warm and dashed.
LOOKS = {
    "paired": ("#cf222e", "o", "--"), "independent": ("#bc4c00", "s", "--"),
    "wilcoxon": ("#bf8700", "^", "--"), "dyadic": ("#0969da", "o", "-"),
    "token-swap": ("#1a7f37", "s", "-"), "token-bootstrap": ("#8250df", "^", "-"),
    "token-jackknife": ("#57606a", "v", "-"),
}


def rates(found, strength, test):
    """Tokens, and the test's rate in per cent, of one panel."""
    level = found["made"]["levels"].index(LEVEL)
    number = found["tests"].index(test)
    cells = [cell for cell in found["made"]["cells"]
             if cell["changes"] == "normal" and cell["token effect"] == strength]
    return ([cell["tokens"] for cell in cells],
            [cell["rate"][level][number] for cell in cells])


def shortened(svg):
    """The same picture in a third of the bytes: each style once, no digits that no screen shows."""
    svg = re.sub(r"(\d+\.\d)\d+", r"\1", svg)
    unused = (r'transform="rotate\(-0 [^)]*\)"', r'id="[a-z][a-z.]*\w*_\d+"',
              r'clip-path="url\(#\w+\)"')
    svg = re.sub(f" ({'|'.join(unused)})", "", svg)
    styles = sorted(set(re.findall(r' style="([^"]*)"', svg)))
    for number, style in enumerate(styles):
        svg = svg.replace(f' style="{style}"', f' class="s{number}"')
    rules = "".join(f".s{number}{{{style}}}\n" for number, style in enumerate(styles))
    svg = svg.replace("</style>", f"\n{rules}</style>", 1)
    svg = re.sub(r"\s*\n\s*", "\n", svg)
    bare_group, n_found = re.compile(r"<g>\n((?:(?!<g|</g).)*)</g>\n", re.DOTALL), 1
    while n_found:
        svg, n_found = bare_group.subn(r"\1", svg)
    return svg


def plot(found, file):
    """The panels side by side. Opaque, so that it reads on dark pages as on light ones."""
    import matplotlib  # pylint: disable=import-outside-toplevel

    matplotlib.use("svg")
    from matplotlib import pyplot  # pylint: disable=import-outside-toplevel

    matplotlib.rcParams.update({
        "font.size": 9, "font.sans-serif": ["DejaVu Sans", "Arial"], "svg.fonttype": "none",
        "svg.hashsalt": "tacet", "axes.edgecolor": "#57606a", "text.color": "#1f2328",
        "axes.labelcolor": "#1f2328", "xtick.color": "#1f2328", "ytick.color": "#1f2328",
        "axes.spines.top": False, "axes.spines.right": False,
    })
    figure, axes = pyplot.subplots(1, len(TITLES), figsize=(10.5, 3.9), sharey=True)
    for axis, (strength, title) in zip(axes, TITLES.items()):
        for test, (color, marker, line) in LOOKS.items():
            tokens, per_cent = rates(found, strength, test)
            axis.plot(tokens, per_cent, color=color, marker=marker, linestyle=line, markersize=4,
                      markeredgewidth=0, linewidth=1.3, label=test, clip_on=False)
        axis.axhline(5, color="#1f2328", linewidth=0.8, linestyle=":")
        axis.set_title(f"token effect: {title}" if strength != "none" else title, loc="left",
                       fontsize=10)
        axis.set_xlabel("tokens of the prompt")
        axis.set_xscale("log", base=2)
        axis.set_xticks(tokens, [str(n) for n in tokens])
        # The square root keeps 5 % legible beside 70 %.
        axis.set_yscale("function", functions=(lambda y: abs(y) ** 0.5, lambda y: y ** 2))
        axis.set_yticks([0, 1, 2, 5, 10, 20, 40, 60, 80])
        axis.set_ylim(0, 85)
        axis.minorticks_off()
        axis.grid(True, color="#d8dee4", linewidth=0.6)
        axis.set_axisbelow(True)
    axes[0].set_ylabel("false alarms at nominal 5 %,\nin % (square-root scale)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="lower center", frameon=False,
                  fontsize=8, ncols=len(LOOKS))
    figure.tight_layout(rect=(0, 0.07, 1, 1))  # room for the legend
    text = io.StringIO()
    figure.savefig(text, format="svg", facecolor="white", metadata={"Date": None})
    file.write_text(shortened(text.getvalue()), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("json", nargs="?", type=pathlib.Path, default=DOCS / "calibration.json")
    parser.add_argument("--svg", type=pathlib.Path, default=DOCS / "calibration.svg")
    options = parser.parse_args()
    plot(json.loads(options.json.read_text(encoding="utf-8")), options.svg)


if __name__ == "__main__":
    main()
