"""References of the tokens' parts and of the token swap."""

import itertools
from fractions import Fraction

import mpmath
import numpy as np

from pair_tests_exact import MASK, SplitMix64, exact, mpf, p_numbers, reaches


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
