"""References of the tests that know which token a pair has: dyadic, jackknife, bootstrap."""

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
from scipy import stats

from pair_tests_exact import (ALPHA, APART, MASK, SplitMix64, exact, mpf, p_numbers, reaches,
                              t_numbers)


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
