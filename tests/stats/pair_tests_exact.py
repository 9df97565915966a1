"""Exact numbers for the references of tacet/pair_tests.h, and the generator of its draws.

make_pair_tests_golden.py says how the references are made.
"""

from fractions import Fraction

import mpmath

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
