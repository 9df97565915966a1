#!/usr/bin/env python3
"""Writes tests/golden/pair_tests.json, the reference of the tests of tacet/pair_tests.h.

Run with Debian 12's Python (SciPy 1.10, NumPy 1.24, mpmath 1.2):

    /usr/bin/python3 tests/stats/make_pair_tests_golden.py

Every test is computed here a second time by its plain definition: sums over pairs of pairs, tokens
left out one by one, resamples rebuilt copy by copy, all 2^m patterns of signs. Sums are exact
(Python's fractions and integers of the very doubles that are stored) or have 60 digits (mpmath).
Where SciPy offers the same, its value is compared with ours as an assertion.
"""

import json
import pathlib

import numpy as np

import make_scipy_golden as t_golden
import pair_tests_exact
import t_test_golden
import token_swap_golden
import token_tests_golden
import wilcoxon_golden


def main():
    pair_tests_exact.check_generator()
    t_golden.check_beta_tail()
    token_tests_golden.check_bca()
    rng = np.random.default_rng(20250311)
    golden = {
        "made_by": "tests/stats/make_pair_tests_golden.py", "alpha": pair_tests_exact.ALPHA,
        "log10_p": t_test_golden.log10_rows(), "t_tests": t_test_golden.t_test_cases(rng),
        "wilcoxon": wilcoxon_golden.wilcoxon_cases(rng),
        "pairs": token_tests_golden.pair_cases(rng),
        "swap_parts": token_swap_golden.parts_cases(rng),
        "swaps": token_swap_golden.swap_cases(rng),
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
