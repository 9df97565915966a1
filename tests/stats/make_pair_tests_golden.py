#!/usr/bin/env python3
"""Writes tests/golden/pair_tests.json, the reference of the tests of tacet/pair_tests.h.

Run with Debian 12's Python (SciPy 1.10, NumPy 1.24, mpmath 1.2):

    /usr/bin/python3 tests/stats/make_pair_tests_golden.py

Every test is computed here a second time by its plain definition: sums over pairs of pairs, tokens
left out one by one, resamples rebuilt copy by copy, all 2^m patterns of signs. Sums are exact
(Python's fractions and integers of the very doubles that are stored) or have 60 digits (mpmath).
Where SciPy offers the same, its value is compared with ours as an assertion.
"""

import bisect
import collections
import itertools
import json
import math
import pathlib
import warnings
from fractions import Fraction

import mpmath
import numpy as np
from scipy import stats

import make_scipy_golden as t_golden

mpmath.mp.dps = 60
ALPHA = 0.05
MASK = (1 << 64) - 1
# Sums that rounding may bring to either side of a limit have no place in a reference: relative gaps
# between the two are refused.
EQUAL, APART = Fraction(1, 10**14), Fraction(1, 10**9)


class SplitMix64:
    """Steele, Lea and Flood 2014; the constants are those of its public-domain C source."""

    def __init__(self, seed):
        self.state = seed & MASK

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n):
        return (self.next() * n) >> 64

    @staticmethod
    def seed_of(number):
        """The seed whose first number is this one: every step can be undone."""

        def unshift(z, by):
            whole = z
            for _ in range(64 // by):
                whole = z ^ (whole >> by)
            return whole

        z = unshift(number, 31)
        z = unshift(z * pow(0x94D049BB133111EB, -1, 1 << 64) & MASK, 27)
        z = unshift(z * pow(0xBF58476D1CE4E5B9, -1, 1 << 64) & MASK, 30)
        return (z - 0x9E3779B97F4A7C15) & MASK


def check_generator():
    """The first numbers of seed 1234567, as published in several test suites."""
    generator = SplitMix64(1234567)
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423,
                4593380528125082431, 16408922859458223821]
    assert [generator.next() for _ in range(5)] == expected
    assert all(SplitMix64.seed_of(SplitMix64(seed).next()) == seed for seed in [0, 1, MASK, 12345])


def seed_at_a_border():
    """A seed that first draws token 1 of 3, and token 0 if the product's lower half is cut off.

    The first resample is then token 1 three times, to be drawn again.
    """
    for number in itertools.count(-(-(1 << 64) // 3)):
        assert (number >> 32) * 3 >> 32 == 0
        generator = SplitMix64(SplitMix64.seed_of(number))
        seed = generator.state
        if [generator.below(3) for _ in range(3)] == [1, 1, 1]:
            return seed


def mpf(value):
    """A fraction at 60 digits."""
    value = Fraction(value)
    return mpmath.mpf(value.numerator) / mpmath.mpf(value.denominator)


def exact(values):
    return [Fraction(float(v)) for v in values]


def reaches(value, limit, scale):
    """value >= limit for exact non-negative numbers; refuses what rounding could decide."""
    gap = (value - limit) / scale
    assert abs(gap) <= EQUAL or abs(gap) >= APART, (float(value), float(limit))
    return gap >= -EQUAL


def p_numbers(p):
    """A p-value at 60 digits, as a double, with its logarithm."""
    return {"p": float(p), "log10_p": float(mpmath.log10(p))}


def t_numbers(mean, se, df):
    """A t-test's numbers from mean and standard error at 60 digits."""
    margin = t_golden.exact_critical(ALPHA, df) * se
    return {"statistic": float(mean / se), "df": df, "se": float(se),
            **p_numbers(t_golden.exact_p(mean / se, df)),
            "ci_low": float(mean - margin), "ci_high": float(mean + margin)}


# --- log10 of p ----------------------------------------------------------------------------------


def log10_rows():
    rows = []
    for df in [1, 2, 3, 5, 11, 22, 65, 130, 275]:
        for t in [1e-3, 0.5, 1.0, 2.5, 9.0, 40.0, 500.0, 3e4, 1e8, 1e20, 1e77, 1e155, 1e200, -4.0]:
            rows.append([t, df, float(mpmath.log10(t_golden.exact_p(t, df)))])
    for t, df in [(7.0, 1.5), (1e30, 0.5), (300.0, 8127), (1e200, 100000)]:
        rows.append([t, df, float(mpmath.log10(t_golden.exact_p(t, df)))])
    return rows


# --- t-tests -------------------------------------------------------------------------------------


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


# --- Wilcoxon ------------------------------------------------------------------------------------


def signed_ranks(delta):
    """(mean rank, sign) of every change that is not 0, exact, and the sizes of the ties."""
    moved = [d for d in delta if d != 0]
    sizes = sorted(abs(d) for d in moved)
    ranks = []
    for d in moved:
        below, up_to = bisect.bisect_left(sizes, abs(d)), bisect.bisect_right(sizes, abs(d))
        ranks.append((Fraction(below + 1 + up_to, 2), d > 0))
    return ranks, list(collections.Counter(sizes).values())


def exact_signed_rank_p(n, w):
    """min(1, 2 * the smaller tail), from the number of subsets of 1..n with each sum."""
    counts = [1] + [0] * (n * (n + 1) // 2)
    for rank in range(1, n + 1):
        for total in range(len(counts) - 1, rank - 1, -1):
            counts[total] += counts[total - rank]
    tail = min(sum(counts[: w + 1]), sum(counts[w:]))
    return min(Fraction(1), Fraction(2 * tail, 2**n))


def enumerated_signed_rank_p(n, w):
    """The same by listing all 2^n sets of signs."""
    below = above = 0
    for signs in itertools.product([0, 1], repeat=n):
        total = sum(r * s for r, s in zip(range(1, n + 1), signs))
        below += total <= w
        above += total >= w
    return min(Fraction(1), Fraction(2 * min(below, above), 2**n))


def wilcoxon_numbers(delta):
    delta = [float(d) for d in delta]
    if not any(delta):
        return {"statistic": None, "p": None, "log10_p": None}
    ranks, ties = signed_ranks(delta)
    n = len(ranks)
    w = sum((rank for rank, positive in ranks if positive), Fraction(0))
    plain = n == len(delta) and n <= 50 and max(ties) == 1
    if plain:
        p = exact_signed_rank_p(n, int(w))
        assert n > 12 or p == enumerated_signed_rank_p(n, int(w)), n
        p = mpf(p)
    else:
        variance = (Fraction(n * (n + 1) * (2 * n + 1), 24)
                    - Fraction(sum(t**3 - t for t in ties), 48))
        z = (mpf(w) - mpmath.mpf(n * (n + 1)) / 4) / mpmath.sqrt(mpf(variance))
        p = mpmath.erfc(abs(z) / mpmath.sqrt(2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of small samples
        mode = "exact" if plain else "approx"
        scipy = stats.wilcoxon(delta, zero_method="wilcox", correction=False, mode=mode)
        assert max(ties) > 1 or scipy.pvalue == stats.wilcoxon(delta).pvalue, "not what auto takes"
    assert math.isclose(scipy.statistic, float(min(w, Fraction(n * (n + 1), 2) - w)))
    assert math.isclose(scipy.pvalue, float(p), rel_tol=1e-9), (scipy.pvalue, float(p))
    return {"statistic": float(w), **p_numbers(p)}


def of_ranks(n, negative):
    """The changes 1..n, those in `negative` with the other sign: a case the size of its signs."""
    delta = [-k if k in negative else k for k in range(1, n + 1)]
    return {"n": n, "negative": sorted(negative), **wilcoxon_numbers(delta)}


def wilcoxon_cases(rng):
    cases = []
    for n in range(1, 51):
        share = rng.uniform(0, 0.6)
        cases.append(of_ranks(n, {k for k in range(1, n + 1) if rng.random() < share}))
    for n in [5, 12, 50, 51, 66, 276, 1300, 3000, 6000, 40000]:
        cases.append(of_ranks(n, set()))
    for n in [66, 276]:
        cases.append(of_ranks(n, {k for k in range(1, n + 1) if rng.random() < 0.4}))
    cases.append(of_ranks(7, set(range(1, 8))))
    cases.append(of_ranks(3, {3}))  # W+ = W-: p is 1

    def of_values(delta):
        delta = [float(d) for d in delta]
        cases.append({"delta": delta, **wilcoxon_numbers(delta)})

    of_values([round(float(d), 8) for d in 0.02 * rng.standard_normal(28) - 0.006])
    of_values([round(float(d), 8) for d in 0.02 * rng.standard_normal(50)])
    of_values([round(float(d), 8) for d in 0.02 * rng.standard_normal(51)])
    of_values([round(float(d), 8) for d in 0.02 * rng.standard_normal(66) + 0.003])
    of_values([round(float(d), 2) for d in 0.02 * rng.standard_normal(66) + 0.006])  # ties, zeros
    of_values([0.25, -0.25, 0.5, 0.125, -0.75])  # a tie across the signs
    of_values([0.25, 0.25, 0.25])
    of_values([0.25, 0.0, -0.5, 0.75, 1.0, -0.0, 2.0])  # zeros alone
    of_values([0.0, 0.0, 0.3])
    of_values([0.0] * 20 + [round(float(d), 6) for d in rng.standard_normal(40) + 0.4])
    of_values([0.0] * 6)
    of_values([-0.0, 0.0])
    of_values([5e-324, -1e-310, 1e-300, 1e300, -1e-5])
    return cases


# --- Pairs ---------------------------------------------------------------------------------------


def all_pairs(m, first_movable):
    """The pairs i < j in their order, without those whose tokens both stand before the first."""
    return [(i, j) for i in range(m) for j in range(i + 1, m) if j >= first_movable]


def dyadic_variance(delta, pairs, m):
    """V and the floor sd^2 / P, exact."""
    n = len(pairs)
    mean = sum(delta) / n
    residual = [d - mean for d in delta]
    total = Fraction(0)
    for a, first in enumerate(pairs):
        for b, second in enumerate(pairs):
            if set(first) & set(second):
                total += residual[a] * residual[b]
    variance = Fraction(m * (m - 1), (m - 2) * (m - 3)) * total / n**2
    return variance, sum(e * e for e in residual) / (n - 1) / n


def dyadic_numbers(delta, pairs, m):
    if m < 4:
        return None
    variance, floor = dyadic_variance(delta, pairs, m)
    mean = sum(delta) / len(delta)
    numbers = t_numbers(mpf(mean), mpmath.sqrt(mpf(max(variance, floor))), m - 1)
    return {**numbers, "floor": variance < floor}


def without_each_token(delta, pairs, m):
    """The mean change of the pairs that are left without each token; None where none is left."""
    means = []
    for token in range(m):
        kept = [d for d, pair in zip(delta, pairs) if token not in pair]
        means.append(sum(kept) / len(kept) if kept else None)
    return means


def jackknife_variance(means):
    m = len(means)
    centre = sum(means) / m
    return Fraction(m - 1, m) * sum((x - centre) ** 2 for x in means)


def jackknife_numbers(delta, pairs, m):
    means = without_each_token(delta, pairs, m)
    if None in means:
        return None
    mean = sum(delta) / len(delta)
    return t_numbers(mpf(mean), mpmath.sqrt(mpf(jackknife_variance(means))), m - 1)


def quantile(ordered, q):
    """Type 7, of sorted exact values, at a q of 60 digits."""
    position = (len(ordered) - 1) * q
    low = min(int(mpmath.floor(position)), len(ordered) - 2)
    low_value, high_value = mpf(ordered[low]), mpf(ordered[low + 1])
    return low_value + (position - low) * (high_value - low_value)


def probit(p):
    return mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(p) - 1)


def bca_interval(estimate, resampled, left_out, alpha):
    """Efron 1987 from exact numbers: the estimate, the resamples', and those of the jackknife."""
    draws = len(resampled)
    below = sum(r < estimate for r in resampled)
    up_to = sum(r <= estimate for r in resampled)
    assert 0 < below + up_to < 2 * draws
    z0 = probit(mpmath.mpf(below + up_to) / (2 * draws))
    centre = sum(left_out) / len(left_out)
    cubes = mpf(sum((centre - x) ** 3 for x in left_out))
    squares = mpf(sum((centre - x) ** 2 for x in left_out))
    acceleration = cubes / (6 * squares ** mpmath.mpf("1.5"))
    ordered = sorted(resampled)
    ends = []
    for q in (mpmath.mpf(alpha) / 2, 1 - mpmath.mpf(alpha) / 2):
        z = z0 + probit(q)
        ends.append(quantile(ordered, mpmath.ncdf(z0 + z / (1 - acceleration * z))))
    return ends


def check_bca():
    """Ours against SciPy's interval of a plain mean, from SciPy's own resamples."""
    rng = np.random.default_rng(8)
    sample = rng.exponential(1.0, 15)
    scipy = stats.bootstrap((sample,), np.mean, n_resamples=999, confidence_level=1 - ALPHA,
                            method="BCa", random_state=rng)
    left_out = [np.mean(np.delete(sample, i)) for i in range(len(sample))]
    ours = bca_interval(Fraction(float(np.mean(sample))), exact(scipy.bootstrap_distribution),
                        exact(left_out), ALPHA)
    theirs = scipy.confidence_interval
    assert math.isclose(theirs.low, float(ours[0]), rel_tol=1e-10), (theirs, ours)
    assert math.isclose(theirs.high, float(ours[1]), rel_tol=1e-10), (theirs, ours)


def copies_mean(copies, change):
    """The mean change of the pairs of copies; None where no pair is left."""
    kept = [change[a, b] for a, b in itertools.combinations(sorted(copies), 2) if (a, b) in change]
    return Fraction(sum(kept), len(kept)) if kept else None


def bootstrap_numbers(delta, pairs, m, seed, draws):
    # Whole multiples of one power of two: sums of integers are exact and quick.
    unit = max(d.denominator for d in delta)
    change = {pair: int(d * unit) for pair, d in zip(pairs, delta)}
    mean = Fraction(sum(change.values()), len(pairs))
    left_out = [x * unit for x in without_each_token(delta, pairs, m)]
    variance = jackknife_variance(left_out)
    limit = mean**2 / variance
    generator = SplitMix64(seed)
    means, reached, redrawn, without_error = [], 0, 0, 0
    while len(means) < draws:
        copies = [generator.below(m) for _ in range(m)]
        resampled = copies_mean(copies, change)
        if resampled is None:
            redrawn += 1
            continue
        means.append(resampled)
        assert resampled == mean or abs(resampled / mean - 1) > APART
        jackknife = {}  # of one copy of each token: its other copies leave the same behind
        for t in set(copies):
            first = copies.index(t)
            jackknife[t] = copies_mean(copies[:first] + copies[first + 1 :], change)
        jackknife = [jackknife[t] for t in copies]
        error = 0 if None in jackknife else jackknife_variance(jackknife)
        if error == 0:
            without_error += 1
            reached += 1
        else:
            reached += reaches((resampled - mean) ** 2 / error, limit, limit)
    ordered = sorted(means)
    half = mpmath.mpf(ALPHA) / 2
    low, high = bca_interval(mean, means, left_out, ALPHA)
    p = mpmath.mpf(1 + reached) / (draws + 1)
    return {"seed": seed, "draws": draws, "redrawn": redrawn, "without_error": without_error,
            "statistic": float(mpf(mean) / mpmath.sqrt(mpf(variance))),
            "se": float(mpmath.sqrt(mpf(variance)) / unit), **p_numbers(p),
            "ci_low": float(low / unit), "ci_high": float(high / unit),
            "percentile_low": float(quantile(ordered, half) / unit),
            "percentile_high": float(quantile(ordered, 1 - half) / unit)}


def pair_case(name, m, first_movable, delta, bootstraps=()):
    pairs = all_pairs(m, first_movable)
    delta = [round(float(d), 9) for d in delta]
    assert len(delta) == len(pairs)
    values = exact(delta)
    return {"name": name, "n_tokens": m, "first_movable": first_movable, "delta": delta,
            "dyadic": dyadic_numbers(values, pairs, m),
            "jackknife": jackknife_numbers(values, pairs, m),
            "bootstrap": [bootstrap_numbers(values, pairs, m, seed, draws)
                          for seed, draws in bootstraps]}


def shared_changes(rng, m, first_movable, shift, token_sd, pair_sd):
    """Changes of pairs with a part of each of their tokens."""
    part = token_sd * rng.standard_normal(m)
    return [shift + part[i] + part[j] + pair_sd * rng.standard_normal()
            for i, j in all_pairs(m, first_movable)]


def pair_cases(rng):
    cases = []
    for m, first_movable, shift, token_sd, pair_sd, bootstraps in [
            (3, 0, 0.02, 0.01, 0.01, [(1, 99), (seed_at_a_border(), 99)]),
            (3, 2, 0.02, 0.01, 0.01, []),
            (4, 0, -0.02, 0.01, 0.01, [(1, 199), (0, 99)]),
            (4, 2, -0.02, 0.01, 0.01, [(7, 199)]),
            (4, 3, -0.02, 0.01, 0.01, []),
            (5, 0, 0.01, 0.02, 0.002, [(MASK, 499)]),
            (5, 1, 0.01, 0.02, 0.002, []),
            (6, 4, 0.03, 0.01, 0.01, [(3, 499)]),
            (7, 0, -1e-6, 4e-7, 4e-7, []),
            (8, 3, -0.3, 0.002, 0.002, [(11, 199)]),
            (12, 0, -0.004, 0.004, 0.003, [(1, 1999), (2, 99)]),
            (12, 5, 0.002, 0.004, 0.003, [(1, 999)]),
            (16, 14, 0.01, 0.004, 0.01, [(5, 299)]),
            (23, 0, 0.006, 0.004, 0.002, [(1 << 63, 199)]),
            (23, 17, 0.001, 0.001, 0.01, [(9, 199)])]:
        name = f"{m} tokens, first {first_movable}"
        delta = shared_changes(rng, m, first_movable, shift, token_sd, pair_sd)
        cases.append(pair_case(name, m, first_movable, delta, bootstraps))
    # Tokens whose changes cancel leave V below the floor, in one case below 0.
    square = [0.3, -0.1, 0.0, 0.02, -0.11, 0.31]
    cases.append(pair_case("floor, 4 tokens", 4, 0, square, [(1, 99)]))
    ring = [1.0 if (j - i) % 6 in (1, 5) else -0.5 for i, j in all_pairs(6, 0)]
    noisy = [0.1 * r + 0.01 * x for r, x in zip(ring, rng.standard_normal(15))]
    cases.append(pair_case("floor, 6 tokens", 6, 0, noisy))
    for case in cases[-2:]:
        assert case["dyadic"]["floor"], case["name"]
    # One pair stands out.
    outlier = shared_changes(rng, 9, 0, 0.001, 0.0005, 0.0005)
    outlier[11] = 0.9
    cases.append(pair_case("one pair alone", 9, 0, outlier, [(4, 999)]))
    assert sum(b["redrawn"] for c in cases for b in c["bootstrap"]) > 100
    assert sum(b["without_error"] for c in cases for b in c["bootstrap"]) > 100
    return cases


# --- Token swap ----------------------------------------------------------------------------------


def swap_parts(clean, silenced):
    """tau at 60 digits, and the sum of the changes of all pairs' cosines."""

    def unit(v):
        v = [mpmath.mpf(float(x)) for x in v]
        norm = mpmath.sqrt(mpmath.fsum(x * x for x in v))
        return [x / norm for x in v]

    def dot(a, b):
        return mpmath.fsum(x * y for x, y in zip(a, b))

    u, w = [unit(v) for v in clean], [unit(v) for v in silenced]
    m = len(u)
    step = [[a - b for a, b in zip(w[i], u[i])] for i in range(m)]
    tau = [mpmath.fsum(dot(step[i], u[j]) + dot(step[i], w[j]) for j in range(m) if j != i) / 2
           for i in range(m)]
    change = mpmath.fsum(dot(w[i], w[j]) - dot(u[i], u[j])
                         for i, j in itertools.combinations(range(m), 2))
    assert abs(mpmath.fsum(tau) - change) < mpmath.mpf(10) ** -50
    # What tau is for: exchanging the two states of a set of tokens gives the other signs' sum.
    for swapped in range(1 << min(m, 4)):
        a = [w[i] if swapped >> i & 1 else u[i] for i in range(m)]
        b = [u[i] if swapped >> i & 1 else w[i] for i in range(m)]
        moved = mpmath.fsum(dot(b[i], b[j]) - dot(a[i], a[j])
                            for i, j in itertools.combinations(range(m), 2))
        signed = mpmath.fsum(-t if swapped >> i & 1 else t for i, t in enumerate(tau))
        assert abs(moved - signed) < mpmath.mpf(10) ** -50, swapped
    return tau, change


def parts_case(name, clean, silenced):
    clean, silenced = ([[round(float(x), 6) for x in v] for v in state]
                       for state in (clean, silenced))
    tau, change = swap_parts(clean, silenced)
    return {"name": name, "n_tokens": len(clean), "clean": sum(clean, []),
            "silenced": sum(silenced, []), "tau": [float(t) for t in tau],
            "sum_delta": float(change)}


def parts_cases(rng):
    cases = []
    for m, d, scale in [(2, 3, 1.0), (3, 2, 1.0), (5, 4, 30.0), (12, 6, 8.0)]:
        clean = scale * rng.standard_normal((m, d))
        clean += scale * np.ones(d)
        cases.append(parts_case(f"{m} tokens", clean, clean + 0.2 * rng.standard_normal((m, d))))
    clean = rng.standard_normal((6, 4))
    clean /= np.linalg.norm(clean, axis=1, keepdims=True)
    silenced = rng.standard_normal((6, 4))
    silenced /= np.linalg.norm(silenced, axis=1, keepdims=True)
    cases.append(parts_case("unit vectors", clean, silenced))
    silenced = clean.copy()
    silenced[4:] += 0.1
    cases.append(parts_case("four tokens stay", clean, silenced))
    assert cases[-1]["tau"][:4] == [0.0] * 4
    return cases


def swap_patterns(moved, options):
    """The patterns of signs of the moved tokens: all 2^m of them, or those drawn."""
    if options is None:
        yield from itertools.product([1, -1], repeat=moved)
        return
    generator = SplitMix64(options["seed"])
    for _ in range(options["draws"]):
        words = [generator.next() for _ in range((moved + 63) // 64)]
        yield [-1 if words[k // 64] >> (k % 64) & 1 else 1 for k in range(moved)]


def swap_case(name, blocks, options=None):
    m = len(blocks[0])
    blocks = [[float(t) for t in tau] for tau in blocks]
    moved = [i for i in range(m) if any(tau[i] != 0 for tau in blocks)]
    values = []  # of the blocks that moved: the moved tokens' exact tau, their scale, their squares
    for tau in blocks:
        if any(tau):
            e = [Fraction(tau[i]) for i in moved]
            unit = max(x.denominator for x in e)
            values.append([int(x * unit) for x in e])
        else:
            values.append(None)
    squares = [v and sum(x * x for x in v) for v in values]
    observed = [v and abs(sum(v)) for v in values]
    patterns = 0
    reached, reached_by_any = [0] * len(blocks), [0] * len(blocks)
    for signs in swap_patterns(len(moved), options):
        patterns += 1
        sums = [v and abs(sum(s * x for s, x in zip(signs, v))) for v in values]
        largest = max((Fraction(t * t, q) for t, q in zip(sums, squares) if q), default=None)
        for b, v in enumerate(values):
            if v is None:
                continue
            scale = Fraction(max(observed[b], max(map(abs, v))))
            reached[b] += reaches(Fraction(sums[b]), Fraction(observed[b]), scale)
            limit = Fraction(observed[b] ** 2, squares[b])
            reached_by_any[b] += reaches(largest, limit, max(limit, Fraction(1)))
    extra = 0 if options is None else 1
    results = []
    for b, (tau, v) in enumerate(zip(blocks, values)):
        if v is None:
            results.append(None)
            continue
        total = sum(exact(tau))
        root = mpmath.sqrt(mpf(sum(x * x for x in exact(tau))))
        share = None if total == 0 else [float(x / total) for x in exact(tau)]
        if len(blocks) > 1 or m > 30:
            share = None  # compared in the small cases, left out to keep the file small
        results.append({
            "statistic": float(mpf(total) / root),
            **p_numbers(mpf(Fraction(reached[b] + extra, patterns + extra))),
            "p_max_t": float(Fraction(reached_by_any[b] + extra, patterns + extra)),
            "token_share": share})
    return {"name": name, "parts": blocks, "moved": len(moved), **(options or {}),
            "sampled": options is not None, "results": results}


def swap_cases(rng):
    def random_block(m, shift=0.02, sd=0.03):
        return [round(float(x), 6) for x in shift + sd * rng.standard_normal(m)]

    cases = []
    for m in range(1, 13):
        cases.append(swap_case(f"one block, {m}", [random_block(m)]))
    for m in [2, 5, 8, 10, 12]:
        blocks = [random_block(m, shift) for shift in (0.0, 0.02, -0.03)]
        cases.append(swap_case(f"three blocks, {m}", blocks))
    # Tokens that do not move: in all blocks, or in one alone.
    still = random_block(9)
    still[0] = still[4] = still[8] = 0.0
    other = random_block(9)
    other[0] = other[8] = 0.0
    cases.append(swap_case("tokens that stay", [still, other]))
    cases.append(swap_case("tokens that stay, alone", [still]))
    cases.append(swap_case("blocks that stay", [[0.0] * 7, random_block(7), [0.0] * 7]))
    cases.append(swap_case("nothing moved", [[0.0] * 5, [0.0] * 5]))
    cases.append(swap_case("many stay", [[0.0] * 30 + random_block(8)]))
    # Equal sums, of exact numbers and of such that rounding pulls apart.
    cases.append(swap_case("ties", [[1.0, 1.0, 2.0, 1.0, 3.0, 1.0, -2.0, 1.0]]))
    cases.append(swap_case("sum 0", [[1.0, 1.0, 2.0, -4.0]]))
    cases.append(swap_case("rounded ties", [[0.1, 0.2, -0.3, 0.4, 0.6, 0.7, -0.1]]))
    cases.append(swap_case("all equal", [[0.1] * 11, [-0.3] * 11]))
    cases.append(swap_case("one and the same", [random_block(6)] * 2))
    cases.append(swap_case("tiny", [[1e-14 * x for x in random_block(8)]]))
    # Just enumerated is left to the unit tests; sampled:
    for m, seed, draws, n_blocks in [(21, 1, 199, 1), (23, 1, 1999, 3), (64, 5, 199, 1),
                                     (65, 0, 499, 2), (70, MASK, 999, 3), (130, 6, 299, 1)]:
        blocks = [random_block(m, shift, 0.05) for shift in (0.012, -0.006, 0.0)][:n_blocks]
        if m == 70:
            for tau in blocks:
                tau[3] = tau[50] = 0.0  # the signs are those of moved tokens alone
            blocks[1][7] = 0.0
        cases.append(swap_case(f"sampled, {m}", blocks, {"seed": seed, "draws": draws}))
    cases.append(swap_case("sampled, nothing reaches", [[round(0.1 + 0.001 * k, 3)
                                                         for k in range(40)]],
                           {"seed": 2, "draws": 199}))
    return cases


def main():
    check_generator()
    t_golden.check_beta_tail()
    check_bca()
    rng = np.random.default_rng(20250311)
    golden = {
        "made_by": "tests/stats/make_pair_tests_golden.py", "alpha": ALPHA,
        "log10_p": log10_rows(), "t_tests": t_test_cases(rng), "wilcoxon": wilcoxon_cases(rng),
        "pairs": pair_cases(rng), "swap_parts": parts_cases(rng), "swaps": swap_cases(rng),
    }
    lines = []
    for key, value in golden.items():
        if isinstance(value, list):
            rows = ",\n  ".join(json.dumps(row, allow_nan=False) for row in value)
            lines.append(f'"{key}": [\n  {rows}\n ]')
        else:
            lines.append(f'"{key}": {json.dumps(value)}')
    path = pathlib.Path(__file__).resolve().parent.parent / "golden" / "pair_tests.json"
    path.write_text("{\n " + ",\n ".join(lines) + "\n}\n")
    counts = ", ".join(f"{len(v)} {k}" for k, v in golden.items() if isinstance(v, list))
    print(f"{path.name}: {path.stat().st_size} bytes; {counts}")


if __name__ == "__main__":
    main()
