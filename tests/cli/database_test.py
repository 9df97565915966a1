"""One database for sweep, predict and patch: what is kept, what is shown of it, older versions, and
what is refused."""

import fcntl
import json
import os
import pathlib
import sqlite3
import unittest

import tool
from sweep_database import opened
from tool import IDS, ToolTest, ask, ask_json, run, write_tiny_model

FAILED = 1
WRONG_USAGE = 2
BERLIN = "Berlin is the capital of"
TARGETS = ("--target", " Germany", "--contrast", " France")
PREDICT = ("predict", BERLIN, "--heads", "L3H5,L4H2+L5H1", *TARGETS)
PATCH = ("patch", "--clean", BERLIN, "--corrupt", "Paris is the capital of", *TARGETS)
SCHEMA_3 = pathlib.Path(__file__).parents[1] / "store" / "schema_3.sql"


class DatabaseTest(ToolTest):
    def setUp(self):
        super().setUp()
        self.database = str(self.folder / "a.db")

    def keep(self, *command, says, **options):
        """Standard output of a run with --db, whose one note holds `says`."""
        done = run(*command, "--db", self.database, **options)
        message = done.stderr.decode()
        self.assertEqual(done.returncode, 0, message)
        self.assertTrue(message.startswith("tacet: note: "), message)
        self.assertEqual(message.count("\n"), 1, message)
        self.assertIn(says, message)
        return done.stdout.decode()

    def show(self, command, *arguments):
        return ask(command, "--db", self.database, "--show", *arguments)

    def rows(self, sql):
        with opened(self.database) as connection:
            return connection.execute(sql).fetchall()


class Kept(DatabaseTest):
    def test_shown_is_what_was_printed(self):
        for number, command in enumerate((PREDICT, PATCH), 1):
            name = command[0]
            for format in "json", "csv":
                live = ask(*command, "--format", format)
                self.assertEqual(self.keep(*command, "--format", format, says=f"as run {number}"), live)
                self.assertEqual(self.show(name, "--format", format), live)
            table = self.show(name)
            self.assertTrue(table.startswith(ask(*command)))
            self.assertIn(f"Run {number} of {self.database}, made by tacet", " ".join(table.split()))
            self.assertEqual(self.show(name, "--quiet"), ask(*command, "--quiet"))
        out = self.folder / "out.json"
        ask("patch", "--db", self.database, "--show", "--format", "json", "--out", str(out))
        self.assertEqual(out.read_text(), self.show("patch", "--format", "json"))

    def test_every_target_and_a_reference_come_back(self):
        prompts = self.folder / "prompts.txt"
        prompts.write_text("Mary likes pizza and tea\nJohn likes cheese and wine\n")
        command = ("predict", BERLIN, "--heads", "3.*", "--at", "-1", "--mode", "resample", "--reference",
                   str(prompts), "--seed", "7", "--top", "3", *TARGETS, "--target", " a", "--target", " the")
        live = ask_json(*command)
        ask(*command, "--db", self.database, "--quiet")
        shown = json.loads(self.show("predict", "--format", "json"))
        self.assertEqual(shown, live)
        self.assertEqual(shown["interventions"][0]["reference"]["seed"], 7)
        self.assertIn("resample of prompts.txt", self.show("predict"))

    def test_the_numbers_stand_in_the_tables(self):
        result = json.loads(self.keep(*PREDICT, "--format", "json", says="as run 1"))
        every = [result["clean"], *result["interventions"]]
        self.assertEqual(
            self.rows("SELECT place, spec, mode, values_changed, logit_diff, kl, top1_changed FROM"
                      " predictions LEFT JOIN interventions ON id = intervention_id ORDER BY place"),
            [(place, one.get("spec"), one.get("mode"), one.get("values_changed", 0), one["logit_diff"],
              one.get("kl", 0), int(one.get("top1_changed", False))) for place, one in enumerate(every)])
        for role in "target", "contrast":
            self.assertEqual(
                self.rows("SELECT token_id, text, logit, log_prob, prob, rank FROM scores WHERE role ="
                          f" '{role}' ORDER BY place"), [tuple(one[role].values()) for one in every])
        self.assertEqual(
            self.rows("SELECT place, rank, token_id, text, prob FROM top_tokens ORDER BY place, rank"),
            [(place, rank, *likely.values()) for place, one in enumerate(every)
             for rank, likely in enumerate(one["top"], 1)])
        result = json.loads(self.keep(*PATCH, "--format", "json", says="as run 2"))
        self.assertEqual(self.rows("SELECT layer, head, position, logit_diff, recovered FROM patch_cells"
                                   " ORDER BY place"), [tuple(one.values()) for one in result["cells"]])
        self.assertEqual(self.rows("SELECT id, experiment FROM runs ORDER BY id"),
                         [(1, "predict"), (2, "patch")])

    def test_many_pairs(self):
        pairs = self.folder / "pairs.jsonl"
        pairs.write_text(ask("make-prompts", "capitals", "--n", "3"))
        command = ("patch", "--pairs", str(pairs), "--direction", "noise",
                   "--format", "json")
        live = self.keep(*command, says="as run 1")
        self.assertEqual(self.show("patch", "--format", "json"), live)
        self.assertEqual(len(json.loads(live)["pairs"]), 3)

    def test_the_same_again_changes_nothing(self):
        self.keep(*PREDICT, says="has the result as run 1")
        before = self.rows("SELECT * FROM scores, runs")
        self.keep(*PREDICT, "--threads", "1", says="had the same result, bit for bit, as run 1 already")
        self.assertEqual(self.rows("SELECT * FROM scores, runs"), before)
        with sqlite3.connect(self.database) as connection:
            connection.execute("UPDATE predictions SET kl = 7 WHERE place = 1")
        connection.close()
        self.keep(*PREDICT, says="they are replaced")
        self.assertEqual(self.rows("SELECT * FROM scores, runs"), before)
        self.assertEqual(self.rows("SELECT count(*) FROM predictions WHERE kl = 7"), [(0,)])

    def test_the_other_runs_are_named(self):
        for head in range(3):
            ask("predict", BERLIN, "--heads", f"L3H{head}", *TARGETS, "--db", self.database, "-q")
        ask(*PATCH, "--db", self.database, "-q")
        self.assertIn("Also of tacet predict: runs 2, 3; --run shows one.",
                      " ".join(self.show("predict").split()))
        self.assertNotIn("Also", self.show("predict", "--run", "2"))
        self.assertNotIn("Also", self.show("patch"))
        second = json.loads(self.show("predict", "--run", "2", "--format", "json"))
        self.assertEqual(second["interventions"][0]["spec"], "L3H1")

    def test_each_variant_is_a_run(self):
        both = ("predict", BERLIN, "--heads", "L3H1,L3H2", *TARGETS)
        ask(*both, "--mode", "zero,mean", "--db", self.database, "-q")
        for run_id, mode in ("1", "zero"), ("2", "mean"):
            live = ask(*both, "--mode", mode, "--format", "json")
            self.assertEqual(self.show("predict", "--run", run_id, "--format", "json"), live)
            ask(*both, "--mode", mode, "--db", self.database, "-q")
        self.assertIn("Also of tacet predict: run 2", " ".join(self.show("predict").split()))

    def test_ids_alone_will_do(self):
        model = write_tiny_model(self.folder / "model")
        command = ("predict", "--model", model, "--token-ids", IDS, "--target-id", "7", "--format", "json")
        live = run(*command, "--db", self.database, "-q").stdout.decode()
        self.assertEqual(self.show("predict", "--format", "json"), live)
        self.assertIsNone(json.loads(live)["clean"]["logit_diff"])

    def test_sweeps_see_their_own_runs_alone(self):
        ask(*PREDICT, "--db", self.database, "-q")
        self.assert_fails(FAILED, "sweep", "--db", self.database, "--show", says="no results of a sweep")
        self.assert_fails(FAILED, "figure", "map", "--db", self.database, "--out",
                          str(self.folder / "a.svg"), says="no results of a sweep")
        swept = ask("sweep", BERLIN, "--db", self.database, "--heads", "L3H5", "--format", "json")
        self.assertEqual(ask("sweep", "--db", self.database, "--show", "--format", "json"), swept)
        self.assertEqual(json.loads(swept)["prompts"][0]["run"], 2)
        self.assert_fails(FAILED, "sweep", "--db", self.database, "--show", "--run", "1",
                          says="no run 1 of a sweep; its runs of one are 2")
        ask("figure", "ripple", "--db", self.database, "--out", str(self.folder / "a.svg"))


class Older(DatabaseTest):
    """A database of version 3 with one real sweep."""

    def setUp(self):
        super().setUp()
        new = str(self.folder / "new.db")
        self.swept = ask("sweep", BERLIN, "--db", new, "--heads", "3.*", "--format", "json")
        with sqlite3.connect(self.database) as connection:
            connection.executescript(SCHEMA_3.read_text())
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"ATTACH '{new}' AS new")
            names = ", ".join(row[1] for row in connection.execute("PRAGMA main.table_info(runs)"))
            connection.execute(f"INSERT INTO main.runs ({names}) SELECT {names} FROM new.runs")
            for table in ("tokens", "interventions", "ripples", "effects", "final_norms", "trajectories"):
                connection.execute(f"INSERT INTO main.{table} SELECT * FROM new.{table}")
            connection.execute("INSERT INTO main.meta SELECT key, CASE key WHEN 'schema_version' THEN '3'"
                               " ELSE value END FROM new.meta")
        connection.close()
        os.remove(new)

    def test_is_shown_as_it_is(self):
        before = pathlib.Path(self.database).read_bytes()
        self.assertEqual(ask("sweep", "--db", self.database, "--show", "--format", "json"), self.swept)
        ask("report", "--db", self.database, "--pairs", "none", "--out", str(self.folder / "a.html"))
        self.assert_fails(FAILED, "predict", "--db", self.database, "--show",
                          says="no results of tacet predict yet")
        self.assertEqual(pathlib.Path(self.database).read_bytes(), before)
        self.assertEqual(sorted(os.listdir(self.folder)), ["a.db", "a.html"])

    def test_is_upgraded_and_the_note_says_so(self):
        done = run(*PREDICT, "--db", self.database)
        self.assertEqual(done.returncode, 0)
        notes = done.stderr.decode().splitlines()
        self.assertEqual(notes[0], f"tacet: note: '{self.database}' had tables of version 3 and has those of"
                                   f" version 4 now; as it was it is kept in '{self.database}.v3'")
        self.assertIn("as run 2", notes[1])
        self.assertEqual(ask("sweep", "--db", self.database, "--show", "--format", "json"), self.swept)
        self.assertEqual(ask("sweep", "--db", self.database + ".v3", "--show", "--format", "json"),
                         self.swept)
        self.assertEqual(self.rows("SELECT id, experiment FROM runs ORDER BY id"),
                         [(1, "sweep"), (2, "predict")])

    def test_is_upgraded_by_a_sweep_that_goes_on(self):
        done = run("sweep", BERLIN, "--db", self.database, "--heads", "3.*,4.0", "--format", "json")
        self.assertIn(b"had tables of version 3", done.stderr)
        self.assertEqual(len(json.loads(done.stdout)["heads"]), 17)
        self.assertEqual(self.rows("SELECT count(*) FROM ripples"), [(17,)])

    def test_quiet_says_nothing(self):
        self.assertEqual(run(*PREDICT, "--db", self.database, "-q").stderr, b"")
        self.assertTrue(os.path.exists(self.database + ".v3"))


class Refused(DatabaseTest):
    def test_files_that_are_none(self):
        for command in PREDICT, PATCH:
            path = pathlib.Path(self.database)
            path.write_text("notes of mine, which nobody may overwrite")
            self.assert_fails(FAILED, *command, "--db", self.database,
                              says=(self.database, "no SQLite database", "name another file"))
            self.assert_fails(FAILED, command[0], "--show", "--db", self.database,
                              says=("cannot read", "no SQLite database"))
            self.assertEqual(path.read_text(), "notes of mine, which nobody may overwrite")
            path.unlink()
            self.assert_fails(FAILED, command[0], "--show", "--db", self.database, says="No such file")
            self.assert_fails(FAILED, *command, "--db", str(self.folder / "no" / "a.db"),
                              says="create its folder first")
            self.assertEqual(os.listdir(self.folder), [])

    def test_a_second_writer(self):
        ask(*PREDICT, "--db", self.database, "-q")
        with open(self.database, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            for command in PREDICT, PATCH:
                self.assert_fails(FAILED, *command, "--db", self.database,
                                  says=("being written by another process", "wait"))
            self.show("predict")

    def test_damage(self):
        ask(*PREDICT, "--db", self.database, "-q")
        whole = pathlib.Path(self.database).read_bytes()
        for bytes in whole[:len(whole) // 2 + 5], whole[:4096] + b"\xa5" * (len(whole) - 4096):
            pathlib.Path(self.database).write_bytes(bytes)
            self.assert_fails(FAILED, *PREDICT, "--db", self.database, says="the database is damaged")
            self.assert_fails(FAILED, "predict", "--show", "--db", self.database,
                              says="the database is damaged")

    def test_other_versions(self):
        ask(*PREDICT, "--db", self.database, "-q")
        for version in 1, 5:
            with sqlite3.connect(self.database) as connection:
                connection.execute(f"PRAGMA user_version = {version}")
            connection.close()
            for command in PREDICT, ("predict", "--show"):
                self.assert_fails(FAILED, *command, "--db", self.database,
                                  says=(f"of version {version}", "knows versions 2 to 4"))

    def test_folders_that_cannot_be_written(self):
        if os.geteuid() == 0:
            self.skipTest("root may write everywhere")
        self.folder.chmod(0o500)
        self.addCleanup(self.folder.chmod, 0o700)
        for command in PREDICT, PATCH:
            self.assert_fails(FAILED, *command, "--db", self.database, says="Permission denied")

    def test_command_lines(self):
        ask(*PREDICT, "--db", self.database, "-q")
        for command, live in (("predict", PREDICT), ("patch", PATCH)):
            self.assert_fails(WRONG_USAGE, command, "--show", says="give --db FILE")
            self.assert_fails(WRONG_USAGE, *live, "--db", self.database, "--run", "1", says="give --show too")
            self.assert_fails(WRONG_USAGE, *live, "--db", self.database, "--out", self.database,
                              says="name the same file")
            for extra in ("--target", "x"), ("--model", "mini"), ("--threads", "2"), ("--contrast", " a"):
                self.assert_fails(WRONG_USAGE, command, "--db", self.database, "--show", *extra,
                                  says=(extra[0], "says how a result is made"))
        self.assert_fails(WRONG_USAGE, "predict", "--db", self.database, "--show", "a text",
                          says="PROMPT says how")
        self.assert_fails(FAILED, "predict", "--db", self.database, "--show", "--run", "9",
                          says="no run 9 of tacet predict; its runs of it are 1")
        self.assert_fails(FAILED, "patch", "--db", self.database, "--show", says="no results of tacet patch")
        before = pathlib.Path(self.database).read_bytes()
        # What is wrong with the question is said before the database is touched.
        self.assert_fails(WRONG_USAGE, "predict", BERLIN, "--target", "joke", "--db",
                          str(self.folder / "b.db"), says="one is needed")
        self.assertFalse((self.folder / "b.db").exists())
        self.assertEqual(pathlib.Path(self.database).read_bytes(), before)


if __name__ == "__main__":
    tool.main()
