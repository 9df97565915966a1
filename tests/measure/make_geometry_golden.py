#!/usr/bin/env python3
"""Writes tests/golden/geometry.json, the reference of what asks whether an effect is geometry.

Run with Debian 12's Python (SciPy 1.10, NumPy 1.24):

    /usr/bin/python3 tests/measure/make_geometry_golden.py

Linear CKA from the centred vectors themselves, |X'Y|^2 / (|X'X| |Y'Y|) (Kornblith et al. 2019), not
from Gram matrices as the tool does; Spearman's rank correlation by SciPy; what every dimension
contributes to the mean cosine (Timkey and van Schijndel 2021) pair by pair; and the cosines once
the dimensions with the largest contributions are left out of the vectors.
"""

import json
import pathlib

import numpy as np
from scipy import stats

OUT = pathlib.Path(__file__).parents[1] / "golden" / "geometry.json"


def cka(x, y):
    x = x - x.mean(axis=0)
    y = y - y.mean(axis=0)
    return np.linalg.norm(x.T @ y) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))


def pairs_of(n, first_token, first_movable):
    return [(i, j) for i in range(first_token, n) for j in range(max(i + 1, first_movable), n)]


def contributions(v, pairs):
    """[pairs, d]: u_d v_d / (|u| |v|)."""
    return np.array([v[i] * v[j] / (np.linalg.norm(v[i]) * np.linalg.norm(v[j]))
                     for i, j in pairs])


def cosines(v, pairs):
    return [float(v[i] @ v[j] / (np.linalg.norm(v[i]) * np.linalg.norm(v[j]))) for i, j in pairs]


def states(random, n, d, rogues):
    """Clean and silenced vectors, eighths and so exact in float32; some dimensions are huge."""
    clean = random.normal(size=(n, d))
    for k in range(rogues):
        clean[:, (3 * k + 1) % d] += 12.0 / (k + 1)
    silenced = clean + 0.3 * random.normal(size=(n, d))
    return np.round(clean * 8) / 8, np.round(silenced * 8) / 8


def state_case(random, n, d, rogues, first_token, first_movable, k):
    clean, silenced = states(random, n, d, rogues)
    pairs = pairs_of(n, first_token, first_movable)
    mean_clean = contributions(clean, pairs).mean(axis=0)
    mean_silenced = contributions(silenced, pairs).mean(axis=0)
    assert abs(mean_clean.sum() - np.mean(cosines(clean, pairs))) < 1e-14
    ordered = np.sort(mean_clean)
    assert np.min(np.diff(ordered)) > 1e-9  # rounding decides no place
    left_out = sorted(int(i) for i in np.argsort(-mean_clean)[:k])
    kept = [i for i in range(d) if i not in left_out]
    return {
        "n_tokens": n, "d_model": d, "first_token": first_token, "first_movable": first_movable,
        "clean": clean.flatten().tolist(), "silenced": silenced.flatten().tolist(),
        "cka": cka(clean[first_token:], silenced[first_token:]),
        "contributions_clean": mean_clean.tolist(),
        "contributions_silenced": mean_silenced.tolist(),
        "rogue_dimensions": k, "left_out": left_out,
        "cosines_clean": cosines(clean[:, kept], pairs),
        "cosines_silenced": cosines(silenced[:, kept], pairs),
    }


def rank_cases(random):
    cases = []
    for n, ties in ((3, False), (10, False), (66, False), (12, True), (66, True)):
        x = random.normal(size=n)
        y = 0.6 * x + random.normal(size=n)
        if ties:
            x, y = np.round(x), np.round(y)
        rho = float(stats.spearmanr(x, y)[0])
        cases.append({"x": x.tolist(), "y": y.tolist(), "rho": rho})
    return cases


def main():
    random = np.random.default_rng(20210903)
    shapes = ((4, 3, 0, 0, 0, 1), (6, 5, 1, 0, 0, 2), (9, 8, 3, 1, 0, 3), (12, 16, 3, 0, 7, 3),
              (7, 24, 2, 1, 4, 5))
    golden = {"states": [state_case(random, *shape) for shape in shapes],
              "rank_correlation": rank_cases(random)}
    OUT.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
