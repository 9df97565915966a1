#!/usr/bin/env python3
"""Runs the commands of README.md and docs/ and compares what they print with what stands there.

    readme_test.py TOOL PAGE...

A ```console block holds commands, each after `$ `, and their output. `tacet` is the tool given;
files that a command names are written to a temporary folder. Numbers may differ in their last
digits, since machines round differently: 2 % of the number or 2e-5. A line `…` stands for any
number of lines. Commands of script/ build and test; they are not run from here, but their tool
calls are compared when they stand in the block as `# …` lines.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
BAR = re.compile(r"[▏▎▍▌▋▊▉█▐]+")
RELATIVE, ABSOLUTE = 0.02, 2e-5


def blocks(page):
    """(command, expected lines) of every console block."""
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
        command, lines = None, []
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    yield command, lines
                command, lines = line[2:], []
            else:
                lines.append(line.rstrip())
        if command:
            yield command, lines


def close(expected, actual):
    """Whether two lines say the same."""
    shape = [" ".join(NUMBER.sub("#", BAR.sub("", line)).split()) for line in (expected, actual)]
    if shape[0] != shape[1]:
        return False
    numbers = [list(map(float, NUMBER.findall(BAR.sub("", line)))) for line in (expected, actual)]
    return all(
        abs(a - b) <= max(ABSOLUTE, RELATIVE * abs(a)) for a, b in zip(*numbers, strict=True)
    )


def compare(expected, actual):
    """The first expected line that is not met, or None."""
    at = 0
    skipping = False
    for line in expected:
        if line.strip() == "…":
            skipping = True
            continue
        while skipping and at < len(actual) and not close(line, actual[at]):
            at += 1
        if at >= len(actual) or not close(line, actual[at]):
            return f"expected: {line}\n     got: {actual[at] if at < len(actual) else '(the end)'}"
        at, skipping = at + 1, False
    return None if skipping or at == len(actual) else f"unexpected: {actual[at]}"


def run(tool, command, folder):
    """Standard output and error of a shell command with `tacet` as the tool."""
    done = subprocess.run(
        ["bash", "-c", f"tacet() {{ {shlex.quote(tool)} \"$@\"; }}; {command}"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        env={**os.environ, "XDG_CACHE_HOME": str(pathlib.Path(folder) / ".cache")},
    )
    return [line.rstrip() for line in done.stdout.decode().splitlines()]


def main():
    tool, *pages = sys.argv[1:]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for page in map(pathlib.Path, pages):
            for command, expected in blocks(page):
                wrong = compare(expected, run(str(pathlib.Path(tool).resolve()), command, folder))
                passed, failed = passed + (not wrong), failed + bool(wrong)
                if wrong:
                    print(f"{page.name}: $ {command}\n{wrong}\n")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
