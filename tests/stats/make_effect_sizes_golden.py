#!/usr/bin/env python3
"""Writes tests/golden/effect_sizes.json, the reference of the tests of tacet/effect_sizes.h.

Run with Debian 12's Python (NumPy 1.24, SciPy 1.10, mpmath 1.2):

    /usr/bin/python3 tests/stats/make_effect_sizes_golden.py

Every number without a token is computed by leaving its pairs out of the list, with NumPy's mean and
standard deviation in extended precision; angles have 40 digits, the quantile is SciPy's.
"""

import json
import pathlib

import mpmath
import numpy as np
from scipy import stats

ALPHA = 0.05
mpmath.mp.dps = 40


def sizes(clean, silenced):
    clean, silenced = np.longdouble(clean), np.longdouble(silenced)
    delta = silenced - clean
    degrees = np.array([float(mpmath.degrees(mpmath.acos(float(b)) - mpmath.acos(float(a))))
                        for a, b in zip(np.clip(clean, -1, 1), np.clip(silenced, -1, 1))])
    return {
        "cohen_dz": delta.mean() / delta.std(ddof=1),
        "glass_delta": delta.mean() / clean.std(ddof=1),
        "mean_delta_degrees": degrees.mean(),
    }


def case(name, clean, silenced, pairs, n_tokens):
    clean, silenced = np.asarray(clean), np.asarray(silenced)
    whole = sizes(clean, silenced)
    kept = [[token not in pair for pair in pairs] for token in range(n_tokens)]
    without = [sizes(clean[keep], silenced[keep]) for keep in kept]
    quantile = stats.t.ppf(1 - ALPHA / 2, n_tokens - 1)
    out = {"name": name, "n_tokens": n_tokens, "pairs": pairs, "clean": clean.tolist(),
           "silenced": silenced.tolist(), "sizes": {}}
    for key, value in whole.items():
        values = np.array([one[key] for one in without])
        n = np.longdouble(n_tokens)
        error = np.sqrt((n - 1) / n * ((values - values.mean()) ** 2).sum())
        out["sizes"][key] = [float(value), float(value - quantile * error),
                             float(value + quantile * error)]
    return out


def all_pairs(n_tokens):
    return [[i, j] for i in range(n_tokens) for j in range(i + 1, n_tokens)]


def main():
    rng = np.random.default_rng(11)
    cases = []
    for name, n_tokens, scale in [("twelve tokens", 12, 0.1), ("four tokens", 4, 0.3),
                                  ("small changes", 7, 1e-9), ("thirty tokens", 30, 0.02)]:
        pairs = all_pairs(n_tokens)
        token = rng.normal(size=n_tokens)
        clean = np.tanh(rng.normal(size=len(pairs)))
        shift = np.array([token[i] + token[j] for i, j in pairs])
        silenced = np.clip(clean + scale * (shift + rng.normal(size=len(pairs))), -1, 1)
        cases.append(case(name, clean, silenced, pairs, n_tokens))
    # One token carries nearly all of the spread: what is left without it is small.
    pairs = all_pairs(6)
    clean = 0.5 + 1e-7 * rng.normal(size=len(pairs))
    silenced = clean + 1e-8 * rng.normal(size=len(pairs))
    silenced[[2 in pair for pair in pairs]] += 0.25
    cases.append(case("one loud token", clean, silenced, pairs, 6))
    # Near cosine 1 a small change is many degrees.
    clean = 1 - 1e-6 * rng.random(len(pairs))
    silenced = np.minimum(clean + 1e-6 * rng.random(len(pairs)), 1)
    cases.append(case("near one", clean, silenced, pairs, 6))
    path = pathlib.Path(__file__).parents[1] / "golden" / "effect_sizes.json"
    path.write_text(json.dumps({"alpha": ALPHA, "cases": cases}) + "\n")
    print(path, path.stat().st_size, "bytes")


main()
