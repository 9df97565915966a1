#!/usr/bin/env python3
"""Kills sweeps at random moments, starts them again until they are done, and compares.

    sweep_kill_test.py TOOL [--rounds N] [--seed N]

Each round sweeps several prompts into a new database, killed by SIGKILL, SIGTERM or SIGINT at
random moments and started again with the same command. In the end every row of effects, ripples,
final_norms, followed and trajectories must be, bit for bit, the one of a sweep that nobody disturbed.
"""

import argparse
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from sweep_database import contents, n_finished, opened

PROMPTS = ("I like Mary and pizza", "Berlin is the capital of Germany", "My pizza tells bad jokes.")
HEADS = "*.0-1"
PAIR = "e,a#1"  # letters that all of the prompts hold
MEMORIES = ("1", "8MB", "1GB")  # from one intervention at a time to all at once
SIGNALS = {signal.SIGKILL: -signal.SIGKILL, signal.SIGTERM: 143, signal.SIGINT: 130}
MOST_KILLS = 8  # a round; then it may finish
MOST_MORE_ROUNDS = 10  # while no kill left a part behind


def command(tool, database, memory):
    return [tool, "sweep", *PROMPTS, "--heads", HEADS, "--pair", PAIR, "--db", str(database),
            "--memory", memory, "--format", "json"]


def run_to_the_end(tool, database, memory):
    """Standard output of a sweep that nobody disturbs, and the seconds it takes."""
    start = time.monotonic()
    done = subprocess.run(command(tool, database, memory), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, time.monotonic() - start


def run_and_kill(tool, database, memory, number, after):
    """Whether the sweep was killed before it could finish."""
    child = subprocess.Popen(command(tool, database, memory), stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
    try:
        child.wait(after)
    except subprocess.TimeoutExpired:
        child.send_signal(number)
    error = child.communicate(timeout=60)[1]
    if child.returncode == 0:
        return False
    # Before main() nothing can catch a signal yet.
    assert child.returncode in (SIGNALS[number], -number), (child.returncode, number, error)
    assert error == b"", error
    return True


def journal_of(database):
    return database.with_name(database.name + "-journal")


def check_taken_back(database):
    """A kill before there is a write-ahead log leaves a journal: whoever may write takes back what
    it is for, and a reader that may not is refused. On a copy, since the tool is to do it itself."""
    with tempfile.TemporaryDirectory(prefix="tacet-kill-") as name:
        copy = pathlib.Path(name) / database.name
        for file in database, journal_of(database):
            shutil.copy(file, copy.with_name(file.name))
        connection = sqlite3.connect(copy)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'runs'").fetchone():
            assert not connection.execute("SELECT 1 FROM runs").fetchone()
        connection.close()


def finished(database):
    """What is in the database, which may not be there yet; it must be whole after every kill."""
    if not database.exists() or database.stat().st_size == 0:
        return 0
    if journal_of(database).exists():
        check_taken_back(database)
        return 0
    with opened(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'effects'").fetchone():
            return 0
        if not connection.execute("SELECT 1 FROM runs LIMIT 1").fetchone():
            return 0
    return n_finished(database)


def play_round(tool, database, wanted, seconds, generator):
    """How often the sweep was killed, and how many of the kills left it half done. `seconds` is how
    long a whole sweep takes with each memory."""
    output, rows = wanted
    total = len(rows["ripples"])
    kills = halves = n_done = 0
    while kills < MOST_KILLS:
        memory = generator.choice(MEMORIES)
        number = generator.choice(list(SIGNALS))
        after = generator.uniform(0, seconds[memory] * (1 - n_done / total))
        if not run_and_kill(tool, database, memory, number, after):
            break
        kills += 1
        n_done = finished(database)
        halves += 0 < n_done < total
    assert run_to_the_end(tool, database, "1GB")[0] == output, "the output differs"
    found = contents(database)
    for table, expected in rows.items():
        assert found[table] == expected, f"{table} differs"
    return kills, halves


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    tool = str(arguments.tool.resolve())
    generator = random.Random(arguments.seed)
    kills = halves = n_rounds = 0
    with tempfile.TemporaryDirectory(prefix="tacet-kill-") as name:
        folder = pathlib.Path(name)
        seconds = {}
        for memory in MEMORIES:
            output, seconds[memory] = run_to_the_end(tool, folder / f"{memory}.db", memory)
        wanted = (output, contents(folder / f"{MEMORIES[-1]}.db"))
        while n_rounds < arguments.rounds or (
                halves == 0 and 0 < n_rounds < arguments.rounds + MOST_MORE_ROUNDS):
            played = play_round(tool, folder / f"{n_rounds}.db", wanted, seconds, generator)
            kills, halves = kills + played[0], halves + played[1]
            n_rounds += 1
    print(f"{n_rounds} rounds, {kills} kills, {halves} of them left a part behind")
    assert halves > 0 or arguments.rounds == 0, "no kill came at a time when it mattered"
    return 0


if __name__ == "__main__":
    sys.exit(main())
