"""What the tests of `tacet sweep` read from its databases, with nothing of ours."""

import contextlib
import sqlite3

TABLES = ("effects", "ripples", "final_norms", "followed", "trajectories")


@contextlib.contextmanager
def opened(file):
    """A connection that can only read."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=60)
    try:
        yield connection
    finally:
        connection.close()


def rows(file, table):
    """All rows of a table, the ids replaced by what they stand for, in a fixed order. Floats are
    told apart to the last bit."""
    with opened(file) as connection:
        connection.row_factory = sqlite3.Row
        joint = "" if table == "trajectories" else (
            " JOIN interventions ON interventions.id = t.intervention_id")
        spec = "''" if table == "trajectories" else "interventions.spec"
        found = connection.execute(
            f"SELECT runs.token_ids AS run_tokens, runs.settings AS run_settings, {spec} AS"
            f" intervention_spec, t.* FROM {table} AS t JOIN runs ON runs.id = t.run_id{joint}")
        made = []
        for row in found:
            values = {key: value.hex() if isinstance(value, float) else value
                      for key, value in dict(row).items() if key not in ("run_id", "intervention_id")}
            made.append(tuple(sorted(values.items())))
    return sorted(made, key=repr)


def contents(file):
    """The rows of every table of results."""
    return {table: rows(file, table) for table in TABLES}


def n_finished(file):
    """How many interventions of all runs are there; checks that each is whole."""
    with opened(file) as connection:
        n_layer = connection.execute("SELECT max(n_layer) FROM runs").fetchone()[0]
        counts = connection.execute(
            "SELECT run_id, intervention_id, count(*) FROM effects GROUP BY 1, 2").fetchall()
        pairs = connection.execute(
            "SELECT run_id, intervention_id, pair, position_a, position_b, count(*) FROM followed"
            " GROUP BY 1, 2, 3, 4, 5").fetchall()
    assert all(count == n_layer for _, _, count in counts), counts
    assert all(pair[-1] == n_layer + 1 for pair in pairs), pairs
    return len(counts)
