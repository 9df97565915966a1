#!/usr/bin/env python3
"""Do other heads step in when the head that carries the answer is silent?

    backup_heads.py TOOL [--n 50] [--seed 1] [--heads 1] [--rows 10]

Takes N pairs of prompts from `tacet make-prompts ioi`, finds the heads that carry the answer by
`tacet patch` (the --heads strongest by the recovered share), and silences each of them together
with every head of a later block: `tacet predict --heads A,B,A+B,...`. With D the logit difference of
the right name and the other one,

    effect of B alone      = D(nothing silenced) - D(B silenced)
    effect of B without A  = D(A silenced) - D(A and B silenced)

and their difference is what B does more (a backup head: it steps in) or less (it hands on what A
said) once A is silent. Names that belong together count once, as `group` in the pairs says. p is
Student's over the groups, corrected by Bonferroni for all later heads. Prints Markdown. Beside the N
pairs stands "Mary and John", the pair of docs/patch.md. Needs SciPy.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

import scipy.stats

MARY = {"text": "When Mary and John went to the store, John gave a drink to", "target": " Mary",
        "contrast": " John", "group": "Mary John"}


def ask(tool, *arguments):
    """Standard output of the tool."""
    return subprocess.run([tool, *arguments], check=True, capture_output=True, text=True).stdout


def strongest(tool, file, count):
    """The heads with the largest recovered share over the pairs of `file`, [(layer, head), share]."""
    cells = json.loads(ask(tool, "patch", "--pairs", file, "--format", "json"))["cells"]
    cells.sort(key=lambda cell: -abs(cell["recovered"]))
    return [((cell["layer"], cell["head"]), cell["recovered"]) for cell in cells[:count]]


def name(head):
    return f"L{head[0]}H{head[1]}"


def differences(tool, pair, first, later):
    """D of the clean run, with `first` silenced, and for each of `later` alone and with `first`."""
    specs = [name(first), *map(name, later), *(f"{name(first)}+{name(head)}" for head in later)]
    found = json.loads(ask(tool, "predict", pair["text"], "--heads", ",".join(specs), "--target",
                           pair["target"], "--contrast", pair["contrast"], "--format", "json"))
    silenced = [one["logit_diff"] for one in found["interventions"]]
    n = len(later)
    return found["clean"]["logit_diff"], silenced[0], silenced[1:n + 1], silenced[n + 1:]


def effects(tool, pair, first, later):
    """The effect of `first`, and of each of `later` alone and without `first`."""
    clean, without, alone, both = differences(tool, pair, first, later)
    return clean - without, [clean - one for one in alone], [without - one for one in both]


def by_group(values, groups):
    """The mean of each group's values."""
    return [statistics.fmean(value for value, group in zip(values, groups) if group == one)
            for one in dict.fromkeys(groups)]


def print_heads(tool, pairs, first, shape, n_rows):
    later = [(layer, head) for layer in range(first[0] + 1, shape[0]) for head in range(shape[1])]
    found = [effects(tool, pair, first, later) for pair in pairs]
    mary = effects(tool, MARY, first, later)
    groups = [pair["group"] for pair in pairs]
    of_first = by_group([one[0] for one in found], groups)
    print(f"\n{name(first)} alone: {statistics.fmean(of_first):+.2f} logits over {len(pairs)} pairs in "
          f"{len(of_first)} groups (sd {statistics.stdev(of_first):.2f}); Mary and John "
          f"{mary[0]:+.2f}. {len(later)} later heads:\n")
    rows = []
    for k, head in enumerate(later):
        alone = by_group([one[1][k] for one in found], groups)
        without = by_group([one[2][k] for one in found], groups)
        more = [b - a for a, b in zip(alone, without)]
        test = scipy.stats.ttest_1samp(more, 0)
        sign = sum((one > 0) == (statistics.fmean(more) > 0) for one in more)
        rows.append((statistics.fmean(more), statistics.fmean(alone), statistics.fmean(without),
                     statistics.stdev(more), test.statistic, min(1, test.pvalue * len(later)), sign,
                     mary[1][k], mary[2][k], name(head)))
    print(f"| head | alone | without {name(first)} | more | sd | t | p Bonf. | signs | Mary and John: "
          f"alone | without | more |\n|{' --- |' + ' --: |' * 10}")
    rows.sort(reverse=True)
    for row in [*rows[:n_rows], *rows[-n_rows:]]:
        more, alone, without, sd, t, p, sign, mary_alone, mary_without, head = row
        print(f"| {head} | {alone:+.3f} | {without:+.3f} | {more:+.3f} | {sd:.3f} | {t:+.1f} | {p:.2g} | "
              f"{sign} of {len(of_first)} | {mary_alone:+.3f} | {mary_without:+.3f} | "
              f"{mary_without - mary_alone:+.3f} |")
    steps_in = [row for row in rows if row[0] > 0 and row[5] < 0.05]
    hands_on = [row for row in rows if row[0] < 0 and row[5] < 0.05]
    print(f"\nDo more without it (p < 0.05): {len(steps_in)}, {sum(row[0] for row in steps_in):+.2f} "
          f"logits together: {', '.join(row[-1] for row in steps_in) or 'none'}. Do less: "
          f"{len(hands_on)}, {sum(row[0] for row in hands_on):+.2f}. All {len(rows)} later heads: "
          f"{sum(row[0] for row in rows):+.2f}.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool")
    parser.add_argument("--n", type=int, default=50, help="pairs of prompts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--heads", type=int, default=1, help="how many of the strongest are silenced")
    parser.add_argument("--rows", type=int, default=10, help="most and least, each so many rows")
    arguments = parser.parse_args()
    tool = arguments.tool
    made = ask(tool, "make-prompts", "ioi", "--n", str(arguments.n), "--seed", str(arguments.seed))
    pairs = [json.loads(line) for line in made.splitlines()]
    model = json.loads(ask(tool, "models", "--format", "json"))["models"][0]
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "pairs.jsonl"
        file.write_text(made)
        found = strongest(tool, str(file), arguments.heads)
    for head, share in found:
        print(f"\n{name(head)} recovers {100 * share:.1f} % by patching.")
        print_heads(tool, pairs, head, (model["n_layer"], model["n_head"]), arguments.rows)


if __name__ == "__main__":
    main()
