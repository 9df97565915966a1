"""References of a t-test as a result, and of the logarithm of its p."""

from fractions import Fraction

import mpmath

import make_scipy_golden as t_golden
from pair_tests_exact import exact, mpf, t_numbers


def log10_rows():
    rows = []
    for df in [1, 2, 3, 5, 11, 22, 65, 130, 275]:
        for t in [1e-3, 0.5, 1.0, 2.5, 9.0, 40.0, 500.0, 3e4, 1e8, 1e20, 1e77, 1e155, 1e200, -4.0]:
            rows.append([t, df, float(mpmath.log10(t_golden.exact_p(t, df)))])
    for t, df in [(7.0, 1.5), (1e30, 0.5), (300.0, 8127), (1e200, 100000)]:
        rows.append([t, df, float(mpmath.log10(t_golden.exact_p(t, df)))])
    return rows


def t_test_case(name, clean, silenced):
    n = len(clean)
    c, s = exact(clean), exact(silenced)
    delta = [b - a for a, b in zip(c, s)]
    mean = sum(delta) / n

    def squares(values):
        centre = sum(values) / n
        return sum((v - centre) ** 2 for v in values)

    paired = mpmath.sqrt(mpf(squares(delta) / (n - 1) / n))
    independent = mpmath.sqrt(mpf((squares(c) + squares(s)) / (2 * n - 2) * Fraction(2, n)))
    return {"name": name, "clean": list(clean), "silenced": list(silenced),
            "paired": t_numbers(mpf(mean), paired, n - 1),
            "independent": t_numbers(mpf(mean), independent, 2 * n - 2)}


def t_test_cases(rng):
    def rounded(values):
        return [round(float(v), 9) for v in values]

    cases = []
    for name, n, shift, noise in [("ordinary_28", 28, -0.01, 0.03), ("tiny_66", 66, 1e-7, 1e-7),
                                  ("far_66", 66, -0.3, 2e-7), ("two_pairs", 2, 0.1, 0.02)]:
        clean = rng.uniform(0.2, 0.9, n)
        spread = 1e-7 if name == "far_66" else 1.0  # both tests are far out when neither varies
        clean = 0.5 + spread * (clean - 0.5)
        silenced = clean + shift + noise * rng.standard_normal(n)
        cases.append(t_test_case(name, rounded(clean), rounded(silenced)))
    assert cases[2]["paired"]["p"] == 0 and cases[2]["independent"]["p"] == 0
    return cases
