#!/usr/bin/env python3
"""Writes tests/golden/prompt_tests.json, the reference of the tests of tacet/prompt_tests.h.

Run with Debian 12's Python (SciPy 1.10, NumPy 1.24) and R with metafor (r-cran-metafor 3.8):

    /usr/bin/python3 tests/stats/make_prompt_tests_golden.py

Random effects are metafor's, iterated to the last digits; t-tests and sign tests are SciPy's. The
max-T test is computed here by its plain definition: every pattern of signs, every cell's t anew.
"""

import itertools
import json
import pathlib
import subprocess

import numpy as np
from scipy import stats

ALPHA = 0.05
MASK = (1 << 64) - 1

METAFOR = r"""
suppressMessages(library(metafor))
cases <- jsonlite::fromJSON(file("stdin"), simplifyVector = FALSE)
for (case in cases) {
  y <- as.numeric(unlist(case$effects)); v <- as.numeric(unlist(case$variances))
  # metafor's stopping rule is absolute: the data are brought to the order of 1 by a power of two.
  s <- 2^ceiling(log2(max(abs(y - mean(y)), sqrt(max(v)))))
  m <- suppressWarnings(rma(y / s, v / s^2, method = "REML", test = "knha",
                            control = list(threshold = 1e-15, maxiter = 100000)))
  q <- predict(m)
  positive <- all(v > 0)
  number <- c(m$beta[1] * s, m$se * s, m$zval, m$pval, m$ci.lb * s, m$ci.ub * s, m$tau2 * s^2,
              q$pi.lb * s, q$pi.ub * s, if (positive) m$I2 / 100 else NA,
              if (positive) m$QE else NA, if (positive) m$QEp else NA)
  cat(sprintf("%.17g", number), "\n")
}
"""
NAMES = ["mean", "se", "t", "p", "ci_low", "ci_high", "tau2", "pi_low", "pi_high", "i2", "q", "q_p"]


def effect_cases(rng):
    """(name, effects, variances) from two units to forty, in the orders of magnitude of changes."""

    def draw(name, k, centre, between, errors, scale=1.0):
        v = rng.uniform(*errors, k) ** 2
        y = centre + between * rng.standard_normal(k) + np.sqrt(v) * rng.standard_normal(k)
        return name, [float(f"{x:.12g}") for x in y * scale], [
            float(f"{x:.12g}") for x in v * scale**2]

    cases = [
        draw("two_units_apart", 2, 0.1, 1.0, (0.05, 0.1)),
        ("two_units_near", [0.1, 0.101], [0.01, 0.02]),
        draw("three_units", 3, -0.2, 0.3, (0.05, 0.2)),
        draw("ten_heterogeneous", 10, -0.3, 0.5, (0.05, 0.4)),
        draw("ten_homogeneous", 10, 0.4, 0.0, (0.2, 0.4)),
        ("tau2_is_0", [0.11, 0.09, 0.1, 0.105, 0.097], [0.01, 0.02, 0.015, 0.01, 0.03]),
        draw("forty_unequal_errors", 40, 0.05, 0.2, (0.001, 1.0)),
        draw("late_deltas", 12, -0.004, 0.002, (0.0005, 0.002)),
        draw("tiny", 12, 1.0, 0.5, (0.1, 0.6), scale=1e-8),
        draw("large", 8, 1.0, 2.0, (0.1, 0.6), scale=1e9),
        ("one_variance_of_0", [0.3, -0.1, 0.25, 0.6, 0.02], [0.0, 0.01, 0.02, 0.005, 0.01]),
        ("all_variances_0", [0.3, -0.1, 0.25, 0.6, 0.02], [0.0] * 5),
        ("equal_variances", [0.3, -0.1, 0.25, 0.6, 0.02], [0.01] * 5),
        # metafor itself loses digits where variances differ by more.
        ("one_exact_unit", [0.5, 0.1, 0.2, 0.3], [1e-6, 0.04, 0.05, 0.06]),
        ("an_outlier", [0.01, 0.02, -0.01, 0.0, 0.015, 4.0], [0.01] * 3 + [0.02] * 3),
    ]
    return cases


def random_effects(cases):
    stdin = json.dumps([{"effects": y, "variances": v} for _, y, v in cases])
    out = subprocess.run(["Rscript", "-e", METAFOR], input=stdin, capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    rows = []
    for (name, y, v), line in zip(cases, out.stdout.splitlines(), strict=True):
        numbers = [None if x == "NA" else float(x) for x in line.split()]
        rows.append({"name": name, "effects": y, "variances": v, **dict(zip(NAMES, numbers))})
    return rows


def t_tests(rng):
    rows = []
    for n, centre in [(2, 0.3), (5, -0.01), (12, 0.4), (40, 1e-3), (200, 0.2)]:
        values = [round(float(x), 9) for x in centre + 0.1 * rng.standard_normal(n)]
        test = stats.ttest_1samp(values, 0)
        interval = test.confidence_interval(1 - ALPHA)
        se = stats.sem(values)
        rows.append({"values": values, "mean": float(np.mean(values)), "se": float(se),
                     "sd": float(np.std(values, ddof=1)), "t": float(test.statistic),
                     "p": float(test.pvalue), "df": n - 1, "ci_low": float(interval.low),
                     "ci_high": float(interval.high)})
    return rows


def sign_tests():
    rows = []
    for positive, negative, zero in [(1, 0, 0), (0, 1, 2), (3, 3, 1), (5, 0, 0), (9, 1, 4),
                                     (4, 5, 0), (40, 12, 3), (600, 700, 0), (0, 1000, 5)]:
        p = stats.binomtest(positive, positive + negative, 0.5).pvalue
        rows.append({"positive": positive, "negative": negative, "zero": zero, "p": float(p)})
    return rows


def random_signs(seed, draws, n):
    """SplitMix64's bits (Steele, Lea and Flood 2014), the lowest first; 1 is a minus."""
    state = seed & MASK
    for _ in range(draws):
        signs = []
        for unit in range(n):
            if unit % 64 == 0:
                state = (state + 0x9E3779B97F4A7C15) & MASK
                z = state
                z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
                z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
                bits = z ^ (z >> 31)
            signs.append(-1 if bits >> (unit % 64) & 1 else 1)
        yield signs


def abs_t(values):
    n = len(values)
    with np.errstate(divide="ignore"):
        return abs(np.mean(values, axis=0)) / (np.std(values, axis=0, ddof=1) / np.sqrt(n))


def max_t_case(name, rng, n, n_cells, effect, seed=None, draws=None):
    cells = 0.1 * rng.standard_normal((n_cells, n))
    cells += np.where(np.arange(n_cells) % 4 == 0, effect, 0.0)[:, None]
    cells = np.round(cells + 0.05 * rng.standard_normal(n), 6)
    observed = abs_t(cells.T)
    enumerated = n <= 15
    patterns = (([1, *s] for s in itertools.product([1, -1], repeat=n - 1)) if enumerated
                else random_signs(seed, draws, n))
    own, highest, total = np.zeros(n_cells), np.zeros(n_cells), 0
    limit = observed * (1 - 1e-10)
    for signs in patterns:
        t = abs_t((cells * np.array(signs)).T)
        assert np.all(np.abs(t - observed) / observed > 1e-9) or np.any(
            np.abs(t - observed) / observed < 1e-11)
        own += t >= limit
        highest += t.max() >= limit
        total += 1
    share = (lambda c: c / total) if enumerated else (lambda c: (1 + c) / (total + 1))
    signed = observed * np.sign(cells.mean(axis=1))
    return {"name": name, "cells": cells.tolist(), "seed": seed, "draws": draws,
            "n_patterns": total, "t": signed.tolist(), "p": share(own).tolist(),
            "p_max_t": share(highest).tolist()}


def main():
    rng = np.random.default_rng(20240611)
    data = {
        "alpha": ALPHA,
        "t_tests": t_tests(rng),
        "random_effects": random_effects(effect_cases(rng)),
        "sign_tests": sign_tests(),
        "max_t": [
            max_t_case("two_units", rng, 2, 3, 0.1),
            max_t_case("seven_units", rng, 7, 6, 0.2),
            max_t_case("twelve_units", rng, 12, 5, 0.1),
            max_t_case("sampled_16", rng, 16, 6, 0.08, seed=3, draws=999),
            max_t_case("sampled_70", rng, 70, 4, 0.03, seed=11, draws=499),
        ],
    }
    folder = pathlib.Path(__file__).resolve().parent.parent / "golden"
    text = json.dumps(data).replace('{"name"', '\n{"name"').replace('"}, {', '"},\n{')
    (folder / "prompt_tests.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
