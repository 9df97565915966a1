#!/usr/bin/env python3
"""Writes tests/golden/comparison.json, the reference of the tests of tacet/comparison.h.

Run with Debian 12's Python (NumPy 1.24, SciPy 1.10):

    /usr/bin/python3 tests/experiment/make_comparison_golden.py

Correlations and p-values are SciPy's, mean, spread and quantiles NumPy's, counts those of
numpy.histogram over edges that follow the rule of the header.
"""

import json
import math
import pathlib

import numpy as np
from scipy import stats

FEWEST, MOST = 9, 61


def edges_of(values):
    """Symmetric bins of one width, odd in number, by Freedman and Diaconis."""
    end = np.abs(values).max()
    iqr = np.subtract(*np.percentile(values, [75, 25]))
    width = 2 * iqr / len(values) ** (1 / 3)
    bins = MOST if width == 0 else min(MOST, max(FEWEST, math.ceil(2 * end / width)))
    bins += 1 - bins % 2
    return np.linspace(-end, end, bins + 1)


def summary(values, edges):
    return {
        "mean": values.mean(), "sd": values.std(ddof=1), "median": np.median(values),
        "q25": np.quantile(values, 0.25), "q75": np.quantile(values, 0.75),
        "min": values.min(), "max": values.max(), "median_abs": np.median(np.abs(values)),
        "histogram": np.histogram(values, edges)[0].tolist(),
    }


def pair(a, b):
    n = len(a)
    r, _ = stats.pearsonr(a + b, b - a)
    t = r * math.sqrt((n - 2) / (1 - r * r))
    both = (a != 0) & (b != 0)
    return {
        "pearson": stats.pearsonr(a, b)[0], "spearman": stats.spearmanr(a, b)[0],
        "same_sign": np.mean(np.sign(a[both]) == np.sign(b[both])),
        "sd_ratio": b.std(ddof=1) / a.std(ddof=1),
        "spread_test": {"statistic": t, "df": n - 2, "p": 2 * stats.t.sf(abs(t), n - 2)},
    }


def case(name, *variants):
    variants = [np.asarray(one, dtype=float) for one in variants]
    edges = edges_of(np.concatenate(variants))
    return {
        "name": name, "values": [one.tolist() for one in variants], "edges": edges.tolist(),
        "variants": [summary(one, edges) for one in variants],
        "pairs": [pair(variants[i], variants[j]) for i in range(len(variants))
                  for j in range(i + 1, len(variants))],
    }


def main():
    rng = np.random.default_rng(7)
    zero = rng.standard_t(2, 384) * 1e-3
    normal = rng.normal(size=50)
    small = rng.normal(size=20) * 1e-9
    ties = rng.integers(-3, 4, size=40).astype(float)
    cases = [
        case("heads with heavy tails", zero, 0.4 * zero + rng.normal(size=384) * 2e-4),
        case("three variants", normal, normal + 0.5 * rng.normal(size=50), -2 * normal + rng.normal(size=50)),
        case("three heads", [1.0, -2.0, 0.5], [0.25, -0.5, 2.0]),
        case("small numbers", small, small[::-1] + 1e-10),
        case("ties and zeros", ties, np.roll(ties, 1) * (rng.random(40) < 0.6)),
        case("most are exactly 0", np.where(np.arange(60) % 15 == 0, normal[0], 0.0),
             np.where(np.arange(60) % 15 == 0, 1.0, 0.0) + np.where(np.arange(60) == 7, 0.2, 0.0)),
        case("all of one sign", 1 + rng.random(30), 3 + rng.random(30)),
    ]
    path = pathlib.Path(__file__).parents[1] / "golden" / "comparison.json"
    path.write_text(json.dumps({"cases": cases}) + "\n")
    print(path, path.stat().st_size, "bytes")


main()
