"""The study's claims, judged anew from the database with nothing of ours."""

import functools
import json
import math
from statistics import median

from sweep_database import opened


class Database:
    """What a study's sweep.db holds of its run, as plain lists."""

    def __init__(self, file):
        with opened(file) as connection:
            run = connection.execute("SELECT id, n_layer, n_head, settings FROM runs").fetchone()
            self.run, self.n_layer, self.n_head = run[:3]
            self.settings = json.loads(run[3])
            self.heads = [self.head(connection, *row) for row in connection.execute(
                "SELECT intervention_id, spec, ripples.cut_layer, immediate_delta, late_delta,"
                " late_layers, growth FROM ripples JOIN interventions ON id = intervention_id"
                " WHERE run_id = ?", (self.run,)).fetchall()]
            self.means = [self.trajectory(connection, exclude_first)
                          for exclude_first in (self.settings["exclude_first"], True)]

    def head(self, connection, key, spec, cut, immediate, late, late_layers, growth):
        rows = connection.execute(
            "SELECT mean_delta, p, significant, perturbation_absolute, noise_floor, near_noise"
            " FROM effects"
            " WHERE run_id = ? AND intervention_id = ? ORDER BY layer", (self.run, key)).fetchall()
        assert len(rows) == self.n_layer, spec
        return {"cut": cut, "immediate": immediate, "late": late, "growth": growth,
                "late_layers": json.loads(late_layers), "delta": [row[0] for row in rows],
                "p": [row[1] for row in rows], "significant": [bool(row[2]) for row in rows],
                "length": [row[3] for row in rows], "floor": [row[4] for row in rows],
                "near_noise": [row[5] for row in rows]}

    @staticmethod
    def trajectory(connection, exclude_first):
        """(means of the blocks, mean after ln_f), or None where the database has no such run."""
        for run, settings in connection.execute("SELECT id, settings FROM runs").fetchall():
            settings = json.loads(settings)
            if settings["states"] != "block" or settings["exclude_first"] != exclude_first:
                continue
            means = [row[0] for row in connection.execute(
                "SELECT mean FROM trajectories WHERE run_id = ? ORDER BY depth", (run,))]
            return means[1:-1], means[-1]
        return None


def word(first, second):
    return ("does_not_hold", "in_part", "holds")[first + second]


def early_fall(base, _):
    figures, met = {"last_early_layer": base.n_layer // 2}, []
    for suffix, means in zip(("", "_without_first"), base.means):
        names = [name + suffix for name in ("initial_mean", "min_layer", "min_mean", "fall")]
        if means is None:
            figures.update(dict.fromkeys(names))
            met.append(False)
            continue
        lowest = min(means[0])
        at = means[0].index(lowest)
        figures.update(zip(names, (means[0][0], at, lowest, means[0][0] - lowest)))
        met.append(1 <= at <= base.n_layer // 2 and means[0][0] - lowest >= 0.05)
    return figures, word(*met)


def rise(base, end):
    lowest = min(base.means[0][0])
    return ({"min_layer": base.means[0][0].index(lowest), "min_mean": lowest, "end_mean": end,
             "rise": end - lowest}, word(end - lowest >= 0.1, end >= 0.9))


def late_rise(base, _):
    return rise(base, base.means[0][1])


def late_rise_without_final_norm(base, _):
    return rise(base, base.means[0][0][-1])


def of_block(judge):
    """Judges the block that was asked for and the one below."""
    @functools.wraps(judge)
    def judge_both(base, layer):
        def read(block):
            heads = [head for head in base.heads if head["cut"] == block]
            figures, verdict = judge(base, heads, block)
            return {"layer": block, "n_heads": base.n_head, **figures}, verdict
        figures, verdict = read(layer)
        other, other_verdict = read(layer - 1) if layer > 0 else (dict.fromkeys(figures), None)
        figures.update({f"other_{name}": value for name, value in other.items()})
        return {**figures, "other_verdict": other_verdict}, verdict
    return judge_both


@of_block
def small_immediate_effect(_, heads, block):
    pairs = [(abs(head["immediate"]), abs(head["late"])) for head in heads]
    ratios = [a / b if b else math.inf for a, b in pairs if a or b]
    ratio = median(ratios) if ratios else None
    quiet = sum(not head["significant"][block] for head in heads)
    return ({"median_ratio": ratio, "n_not_significant": quiet,
             "share_not_significant": quiet / len(heads)},
            word(ratio is not None and ratio <= 0.25, 2 * quiet >= len(heads)))


@of_block
def late_significance(_, heads, block):
    n_all = n_any = n_late = 0
    for head in heads:
        late = [layer for layer in head["late_layers"] if layer >= block]
        signs = [math.copysign(1, head["delta"][layer]) for layer in late
                 if head["significant"][layer]]
        n_late = len(late)
        n_all += len(signs) == len(late) and len(set(signs)) == 1
        n_any += bool(signs)
    return ({"n_late_layers": n_late, "n_in_all": n_all, "share_in_all": n_all / len(heads),
             "n_in_any": n_any}, word(2 * n_all >= len(heads), n_any == len(heads)))


def benjamini_hochberg(p_values):
    order = sorted(range(len(p_values)), key=lambda i: p_values[i], reverse=True)
    adjusted, least = [1.0] * len(p_values), 1.0
    for place, i in enumerate(order):
        least = min(least, p_values[i] * len(p_values) / (len(p_values) - place))
        adjusted[i] = least
    return adjusted


def both_signs(base, _):
    couples, decouples = set(), set()
    for layer in base.heads[0]["late_layers"]:
        p_values = [1.0 if head["p"][layer] is None else head["p"][layer] for head in base.heads]
        for i, p in enumerate(benjamini_hochberg(p_values)):
            delta = base.heads[i]["delta"][layer]
            if p < base.settings["alpha"] and delta:
                (couples if delta > 0 else decouples).add(i)
    either = len(couples | decouples)
    shares = [len(kind) / either if either else 0 for kind in (couples, decouples)]
    return ({"n_heads": len(base.heads), "n_coupling": len(couples),
             "n_decoupling": len(decouples), "n_either": either, "share_coupling": shares[0],
             "share_decoupling": shares[1]},
            word(bool(couples) and bool(decouples), either > 0 and min(shares) >= 0.05))


@of_block
def accumulation(_, heads, block):
    first = median(head["length"][block] for head in heads)
    last = median(head["length"][-1] for head in heads)
    ratio = None if first == last == 0 else last / first if first else math.inf
    growing = sum((head["growth"] or 0) > 0 for head in heads)
    return ({"median_at_cut": first, "median_at_last": last, "ratio": ratio, "n_growing": growing,
             "share_growing": growing / len(heads)},
            word(0 < last and last >= 2 * first, 2 * growing >= len(heads)))


def every_head_contributes(base, _):
    late = sum(any(head["significant"][layer] for layer in head["late_layers"])
               for head in base.heads)
    # (floor, near the noise) of the significant late blocks, head by head
    loud = [[(head["floor"][layer], head["near_noise"][layer]) for layer in head["late_layers"]
             if head["significant"][layer]] for head in base.heads]
    known = late > 0 and base.settings["noise_draws"] > 0
    above = sum(any(near == 0 for _, near in one) for one in loud) / late if known else None
    return ({"n_heads": len(base.heads), "n_significant": late,
             "share_significant": late / len(base.heads),
             "noise_floor": max(floor for one in loud for floor, _ in one) if known else None,
             "share_above_noise": above},
            word(100 * late >= 95 * len(base.heads), known and above >= 0.95))


JUDGES = (early_fall, late_rise, late_rise_without_final_norm, small_immediate_effect,
          late_significance, both_signs, accumulation, every_head_contributes)


def judge(file, layer):
    """{id: (figures, verdict)} of every claim that the database alone decides."""
    base = Database(file)
    return {one.__name__: one(base, layer) for one in JUDGES}
