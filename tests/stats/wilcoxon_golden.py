"""References of the signed-rank test."""

import bisect
import collections
import itertools
import math
import warnings
from fractions import Fraction

import mpmath
from scipy import stats

from pair_tests_exact import mpf, p_numbers


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
