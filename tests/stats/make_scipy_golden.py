#!/usr/bin/env python3
"""Writes tests/golden/scipy_stats.json, the reference of the tests of src/stats.

Run with Debian 12's Python (SciPy 1.10, NumPy 1.24, mpmath 1.2):

    /usr/bin/python3 tests/stats/make_scipy_golden.py

Every reference is computed with mpmath at 60 digits from the very doubles that are stored, because
SciPy's own float64 loses digits in the far tails. Beside it stands what SciPy gives, or null where
SciPy is off by more than 1e-11. Corrections and quantiles are computed here in plain Python from
their definitions and, for quantiles, compared with NumPy's.
"""

import json
import math
import pathlib

import mpmath
import numpy as np
from scipy import stats

mpmath.mp.dps = 60
ALPHA = 0.05
TINY = 2.2250738585072014e-308


def beta_tail(x, y, a, b):
    """I_x(a, b) with y = 1 - x, by its continued fraction (DLMF 8.17.22, modified Lentz)."""
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_tail(y, x, b, a)
    c, d = mpmath.mpf(1), 1 / (1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, 100000):
        for factor in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                       -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d, c = 1 / (1 + factor * d), 1 + factor / c
            fraction *= c * d
        if abs(c * d - 1) < mpmath.eps:
            return x**a * y**b / (a * mpmath.beta(a, b)) * fraction
    raise ArithmeticError(f"no convergence: x {x}, a {a}, b {b}")


def exact_p(t, df):
    """Two-sided p of Student's t at 60 digits: I_{df/(df+t^2)}(df/2, 1/2)."""
    t, df = mpmath.mpf(t), mpmath.mpf(df)
    total = df + t * t
    return beta_tail(df / total, t * t / total, df / 2, mpmath.mpf(1) / 2)


def check_beta_tail():
    """The continued fraction against mpmath's hypergeometric series, where that converges."""
    for df, t in [(1, 0.3), (2, 4.0), (5, 1e-4), (65, 12.0), (65, 0.7), (275, 30.0)]:
        t, df = mpmath.mpf(t), mpmath.mpf(df)
        series = mpmath.betainc(df / 2, 0.5, 0, df / (df + t * t), regularized=True)
        assert mpmath.almosteq(exact_p(t, df), series, rel_eps=mpmath.mpf(10) ** -45), (df, t)


def exact_critical(alpha, df):
    """t with exact_p(t, df) = alpha, by Newton's method on log p from SciPy's starting point."""
    alpha, df = mpmath.mpf(alpha), mpmath.mpf(df)
    t = mpmath.mpf(float(stats.t.isf(float(alpha) / 2, float(df))))
    scale = mpmath.sqrt(df) * mpmath.beta(df / 2, mpmath.mpf(1) / 2)
    for _ in range(60):
        p = exact_p(t, df)
        density = 2 * (1 + t * t / df) ** (-(df + 1) / 2) / scale
        step = mpmath.log(p / alpha) * p / density
        t += step
        if abs(step) < mpmath.mpf(10) ** -40 * t:
            return t
    raise ArithmeticError(f"no convergence: alpha {alpha}, df {df}")


def agreeing(scipy_value, reference):
    """SciPy's value when it has the reference's first 11 digits, else None."""
    scipy_value = float(scipy_value)
    return scipy_value if math.isclose(scipy_value, float(reference), rel_tol=1e-11) else None


def p_rows():
    rows = []
    for df in [1, 2, 3, 4, 11, 27, 65, 130, 275, 1000, 8127, 100000]:
        ts = [1e-9, 0.01, 0.5, 1.0, 2.0, 3.3, 6.0, 12.0, 37.0, 150.0, 1500.0, -2.5]
        for exponent in [20, 60, 120, 200, 300]:  # the t whose p is near 10^-exponent
            # log p = log c - df/2 * log(1 + t^2/df), the constant left out: near is enough.
            growth = math.expm1(2 * exponent * math.log(10) / df) if df > 4 else None
            if growth is not None and df * growth < 1e300:
                ts.append(float(f"{math.sqrt(df * growth):.6g}"))
        for t in ts:
            p = exact_p(t, df)
            if p > TINY:
                rows.append([t, df, float(p), agreeing(2 * stats.t.sf(abs(t), df), p)])
    for t, df in [(1e100, 1), (1e150, 2), (3e160, 1), (1e200, 1), (1e305, 1), (1e60, 5)]:
        rows.append([t, df, float(exact_p(t, df)), None])
    return rows


def critical_rows():
    rows = []
    for df in [1, 2, 3, 14, 65, 130, 1000, 100000]:
        for alpha in [0.95, 0.5, 0.1, 0.05, 0.01, 0.05 / 24, 0.05 / 384, 1e-6, 1e-12, 1e-40]:
            t = exact_critical(alpha, df)
            rows.append([alpha, df, float(t), agreeing(stats.t.isf(alpha / 2, df), t)])
    return rows


def mp_mean(values):
    return mpmath.fsum(values) / len(values)


def mp_variance(values):
    centre = mp_mean(values)
    return mpmath.fsum((v - centre) ** 2 for v in values) / (len(values) - 1)


def t_test(mean, standard_error, df, scipy_result):
    """One test's reference from exact mean and standard error, with SciPy's t and p beside it."""
    t = mean / standard_error
    p = exact_p(t, df)
    margin = exact_critical(ALPHA, df) * standard_error
    return {
        "t": float(t), "df": df, "p": float(p),
        "ci_low": float(mean - margin), "ci_high": float(mean + margin),
        "scipy_t": agreeing(scipy_result.statistic, t), "scipy_p": agreeing(scipy_result.pvalue, p),
    }


def sample_case(name, clean, silenced):
    clean, silenced = np.asarray(clean, np.float64), np.asarray(silenced, np.float64)
    n = len(clean)
    exact_clean, exact_silenced = ([mpmath.mpf(float(v)) for v in x] for x in (clean, silenced))
    deltas = [s - c for s, c in zip(exact_silenced, exact_clean)]
    mean, variance = mp_mean(deltas), mp_variance(deltas)
    pooled = (mp_variance(exact_clean) + mp_variance(exact_silenced)) / 2
    return {
        "name": name, "clean": clean.tolist(), "silenced": silenced.tolist(),
        "mean_delta": float(mean), "sd_delta": float(mpmath.sqrt(variance)),
        "cohen_dz": float(mean / mpmath.sqrt(variance)),
        "paired": t_test(mean, mpmath.sqrt(variance / n), n - 1, stats.ttest_rel(silenced, clean)),
        "independent": t_test(mean, mpmath.sqrt(2 * pooled / n), 2 * n - 2,
                              stats.ttest_ind(silenced, clean)),
    }


def sample_cases(rng):
    def near_one(n, scale):
        return 0.99 + 0.008 * rng.random(n), scale * rng.standard_normal(n)

    cases = []
    clean, noise = near_one(66, 1e-7)
    cases.append(sample_case("tiny_deltas_66", clean, clean + noise + 4e-8))
    clean, noise = near_one(66, 1e-9)
    cases.append(sample_case("far_tail_66", clean, clean - 1e-3 + noise))
    clean, noise = near_one(15, 1e-13)
    cases.append(sample_case("last_digits_15", clean, clean + noise))
    clean = rng.uniform(-0.3, 0.9, 28)
    moved = clean + np.where(np.arange(28) % 3 == 0, 0.0, 0.05 * rng.standard_normal(28) - 0.04)
    cases.append(sample_case("some_zero_28", clean, moved))
    clean = rng.uniform(0.1, 0.6, 120)
    cases.append(sample_case("noise_120", clean, clean + 0.02 * rng.standard_normal(120)))
    cases.append(sample_case("three_pairs", [0.25, 0.5, 0.75], [0.375, 0.5625, 0.8125]))
    cases.append(sample_case("two_pairs", [0.1, 0.2], [0.4, 0.6]))
    return cases


def bonferroni(p, m):
    return [min(1.0, x * m) for x in p]


def holm(p, m):
    """The definition: the largest of min(1, (m - rank) * p) over all tests with p no larger."""
    full = list(p) + [1.0] * (m - len(p))
    order = sorted(range(m), key=lambda i: full[i])
    adjusted = {i: max(min(1.0, (m - r) * full[order[r]]) for r in range(k + 1))
                for k, i in enumerate(order)}
    return [adjusted[i] for i in range(len(p))]


def benjamini_hochberg(p, m):
    """The definition: the smallest of min(1, m * p / rank) over all tests with p no smaller."""
    full = list(p) + [1.0] * (m - len(p))
    order = sorted(range(m), key=lambda i: full[i])
    adjusted = {i: min(min(1.0, m * full[order[r]] / (r + 1)) for r in range(k, m))
                for k, i in enumerate(order)}
    return [adjusted[i] for i in range(len(p))]


def correction_case(p, m):
    """p may hold None (an unchanged test): it counts as 1 and stays None."""
    numbers = [1.0 if x is None else x for x in p]

    def keep(adjusted):
        return [None if x is None else a for x, a in zip(p, adjusted)]

    return {"p": p, "family_size": m, "bonferroni": keep(bonferroni(numbers, m)),
            "holm": keep(holm(numbers, m)), "bh": keep(benjamini_hochberg(numbers, m))}


def correction_cases(rng):
    spread = [float(x) for x in 10.0 ** rng.uniform(-12, 0, 24)]
    with_gaps = [None if i < 3 else x for i, x in enumerate(spread)]
    return [
        correction_case([0.01, 0.04, 0.03, 0.005], 4),
        correction_case([0.02, 0.02, 0.02, 0.9, 0.02], 5),
        correction_case([0.0, 1e-300, 0.05, 1.0], 24),
        correction_case(spread, 24),
        correction_case(with_gaps, 24),
        correction_case(spread[:21], 384),
        correction_case([None, None], 2),
    ]


def quantile_cases(rng):
    cases = []
    for n in [1, 2, 5, 12, 31]:
        values = rng.standard_normal(n)
        rows = []
        for q in [0.0, 0.025, 0.25, 0.5, 0.61, 0.75, 0.975, 1.0]:
            ordered = sorted(mpmath.mpf(float(v)) for v in values)
            position = (n - 1) * mpmath.mpf(q)
            low = min(int(position), n - 1)
            high = min(low + 1, n - 1)
            exact = ordered[low] + (position - low) * (ordered[high] - ordered[low])
            assert math.isclose(np.quantile(values, q), float(exact), rel_tol=1e-12), (n, q)
            rows.append([q, float(exact)])
        cases.append({"values": values.tolist(), "median": float(np.median(values)),
                      "mean": float(mp_mean([mpmath.mpf(float(v)) for v in values])),
                      "quantiles": rows})
    return cases


def slope_cases(rng):
    cases = []
    for n, offset in [(2, 0.0), (21, 3.0), (24, 1e6)]:
        x = np.arange(n) + offset
        y = 0.13 * np.arange(n) - 4 + 0.2 * rng.standard_normal(n)
        ex, ey = ([mpmath.mpf(float(v)) for v in z] for z in (x, y))
        mx, my = mp_mean(ex), mp_mean(ey)
        slope = (mpmath.fsum((a - mx) * (b - my) for a, b in zip(ex, ey))
                 / mpmath.fsum((a - mx) ** 2 for a in ex))
        cases.append({"x": x.tolist(), "y": y.tolist(), "slope": float(slope),
                      "scipy_slope": agreeing(stats.linregress(x, y).slope, slope)})
    return cases


def main():
    check_beta_tail()
    rng = np.random.default_rng(20240607)
    golden = {
        "made_by": "tests/stats/make_scipy_golden.py",
        "p": p_rows(), "critical_t": critical_rows(), "alpha": ALPHA,
        "samples": sample_cases(rng), "corrections": correction_cases(rng),
        "quantiles": quantile_cases(rng), "slopes": slope_cases(rng),
    }
    lines = []
    for key, value in golden.items():
        if isinstance(value, list):
            rows = ",\n  ".join(json.dumps(row, allow_nan=False) for row in value)
            lines.append(f'"{key}": [\n  {rows}\n ]')
        else:
            lines.append(f'"{key}": {json.dumps(value)}')
    path = pathlib.Path(__file__).resolve().parent.parent / "golden" / "scipy_stats.json"
    path.write_text("{\n " + ",\n ".join(lines) + "\n}\n")
    print(f"{path.name}: {path.stat().st_size} bytes, {len(golden['p'])} p, "
          f"{len(golden['critical_t'])} critical t")


if __name__ == "__main__":
    main()
