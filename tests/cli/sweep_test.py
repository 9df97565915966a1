"""`tacet sweep` as a user runs it: results, resuming, prompts, what is shown, what is refused."""

import csv
import io
import json
import math
import os
import pathlib
import signal
import subprocess
import threading
import time
import unittest

import tool
from sweep_database import contents, n_finished, opened
from tool import PROMPT, ToolTest, ask, ask_json, environment, run, write_tiny_model

FAILED = 1
WRONG_USAGE = 2
OTHER = "Berlin is the capital of Germany"
HEADS = "3.0-3,18.*"

HEAD = {
    "spec": str, "heads": list, "layer": (int, type(None)), "head": (int, type(None)),
    "cut_layer": int, "late_delta": (int, float), "immediate_delta": (int, float),
    "extreme_delta": (int, float), "extreme_layer": int, "t": (int, float, str, type(None)),
    "cohen_dz": (int, float, str, type(None)), "onset": (int, float, type(None)),
    "p_adjusted": (int, float, type(None)), "role": str, "significant": bool,
    "immediate_significant": bool, "extreme_significant": bool, "n_prompts": int,
    "n_significant": int,
}


TESTS = ["paired", "independent", "wilcoxon", "dyadic", "token-swap", "token-bootstrap",
         "token-jackknife"]


class SweepTest(ToolTest):
    def setUp(self):
        super().setUp()
        self.database = str(self.folder / "sweep.db")

    def sweep(self, *arguments, heads=HEADS, **options):
        """The JSON of a sweep into this test's database."""
        return ask_json("sweep", *arguments, "--heads", heads, "--db", self.database, **options)

    def show(self, *arguments):
        return ask("sweep", "--show", "--db", self.database, *arguments)


class Results(SweepTest):
    def test_every_number_is_the_one_of_silence(self):
        options = ("--exclude-first", "--alpha", "0.01", "--correction", "holm", "--at", "2,-1")
        for prompt, extra, specs in ((PROMPT, (), ("L0H0", "L3H2+L7H1", "L23H15")),
                                     (OTHER, options, ("L3H8", "L19H0"))):
            self.sweep(prompt, *extra, heads=",".join(specs))
            for spec in specs:
                wanted = ask_json("silence", prompt, *extra, "--heads", spec)
                self.assert_stored(wanted, spec)

    def assert_stored(self, wanted, spec):
        """The rows of the intervention in the newest run are those of silence's JSON."""
        with opened(self.database) as connection:
            run_id = connection.execute("SELECT max(id) FROM runs").fetchone()[0]
            key = (run_id, spec)
            where = ("run_id = ? AND intervention_id = (SELECT id FROM interventions WHERE spec = ?)")
            for table, expected in (("effects", wanted["layers"]),
                                    ("final_norms", [wanted["final_norm"]]),
                                    ("ripples", [wanted["ripple"]])):
                names = list(expected[0])
                order = " ORDER BY layer" if table == "effects" else ""
                found = connection.execute(
                    f"SELECT {', '.join(names)} FROM {table} WHERE {where}{order}", key).fetchall()
                self.assertEqual(len(found), len(expected), (spec, table))
                for row, one in zip(found, expected):
                    for name, stored in zip(names, row):
                        self.assert_same(one[name], stored, (spec, table, name))

    def assert_same(self, wanted, stored, where):
        if isinstance(wanted, str) and wanted in ("inf", "-inf"):
            wanted = float(wanted)
        if isinstance(wanted, list):
            stored = json.loads(stored)
        self.assertEqual(stored, wanted, where)

    def test_trajectories_are_those_of_trajectory(self):
        self.sweep(PROMPT)
        wanted = ask_json("trajectory", PROMPT)
        expected = [wanted["embedding"], *wanted["layers"], wanted["final_norm"]]
        names = [name for name in wanted["embedding"]]
        with opened(self.database) as connection:
            found = connection.execute(
                f"SELECT {', '.join(names)} FROM trajectories ORDER BY depth").fetchall()
            states = [row[0] for row in connection.execute(
                "SELECT state FROM trajectories ORDER BY depth")]
        self.assertEqual(found, [tuple(row[name] for name in names) for row in expected])
        self.assertEqual(states, ["embedding", *range(len(wanted["layers"])), "ln_f"])

    def test_memory_and_threads_change_nothing(self):
        self.sweep(PROMPT, OTHER)
        for option in (("--memory", "1"), ("--memory", "3MB"), ("--threads", "1")):
            other = str(self.folder / f"other{option[0]}{option[1]}.db")
            ask("sweep", PROMPT, OTHER, "--heads", HEADS, "--db", other, *option)
            self.assertEqual(contents(other), contents(self.database), option)

    def test_noise_floor(self):
        quiet = self.sweep(PROMPT, heads="L0H0,L3H2+L7H1")
        noisy = self.sweep(PROMPT, "--noise-floor", heads="L0H0,L3H2+L7H1")
        self.assertEqual([one["settings"]["noise_draws"] for one in (quiet, noisy)], [0, 8])
        self.assertEqual(quiet["heads"], noisy["heads"])
        self.assertIsNone(quiet["noise"])
        with opened(self.database) as connection:
            self.assertEqual(tuple(noisy["noise"].values()), connection.execute(
                "SELECT max(noise_floor), sum(significant), sum(near_noise) FROM effects"
                " WHERE run_id = 2").fetchone())
        self.assertIn("within ten times their own", " ".join(self.show("--run", "2").split()))
        self.assertNotIn("ten times", self.show("--run", "1"))
        again = str(self.folder / "again.db")
        ask("sweep", PROMPT, "--heads", "L3H2+L7H1,L0H0", "--noise-floor", "--db", again,
            "--threads", "1", "--memory", "1")
        with opened(self.database) as connection, opened(again) as other:
            names = [row[1] for row in connection.execute("PRAGMA table_info(effects)")
                     if row[1] not in ("run_id", "noise_floor", "near_noise")]
            for table in "effects", "final_norms":
                runs = [connection.execute(f"SELECT {', '.join(names)} FROM {table} WHERE run_id = ?"
                                           " ORDER BY intervention_id, layer", (run,)).fetchall()
                        for run in (1, 2)]
                self.assertEqual(*runs)
                self.assertEqual(connection.execute(
                    f"SELECT count(*) FROM {table} WHERE (noise_floor IS NULL) != (run_id = 1)"
                    " OR (near_noise IS NULL) != (run_id = 1)").fetchone(), (0,))
                self.assertEqual(connection.execute(
                    f"SELECT count(*) FROM {table} WHERE run_id = 2 AND ((noise_floor = 0) !="
                    " (effect = 'unchanged') OR noise_floor > 1e-6 OR near_noise !="
                    " (significant AND abs(mean_delta) < 10 * noise_floor))").fetchone(), (0,))
            floors = ("SELECT spec, layer, noise_floor FROM effects JOIN interventions ON id ="
                      " intervention_id WHERE run_id = {} ORDER BY spec, layer")
            self.assertEqual(connection.execute(floors.format(2)).fetchall(),
                             other.execute(floors.format(1)).fetchall())

    def test_noise_floor_of_the_null(self):
        self.sweep(PROMPT, "--noise-floor", "--mode", "scale:1", heads="L0H0,L3H2")
        with opened(self.database) as connection:
            self.assertEqual(connection.execute(
                "SELECT DISTINCT mean_delta, noise_floor, near_noise FROM effects").fetchall(),
                [(0, 0, 0)])

    def test_null_intervention(self):
        result = self.sweep(PROMPT, "--mode", "scale:1")
        self.assertTrue(all(head["late_delta"] == 0 and head["t"] is None
                            for head in result["heads"]))
        self.assertEqual(result["counts"]["none"], len(result["heads"]))
        table = self.show()
        self.assertIn("None of the 20 heads changes the last blocks significantly.", table)


class Resuming(SweepTest):
    def test_what_is_there_is_not_computed_again(self):
        first = ask("sweep", PROMPT, "--heads", HEADS, "--db", self.database, "--format", "json")
        before = contents(self.database)
        command = ("sweep", PROMPT, "--heads", HEADS, "--db", self.database)
        again = run(*command, "--format", "json", "--verbose")
        self.assertEqual(again.stdout.decode(), first)
        self.assertIn(b"20 of 20 interventions are in the database already", again.stderr)
        self.assertEqual(contents(self.database), before)
        self.assertIn("20 of 20 were there already", ask(*command))

    def test_an_error_on_the_way_keeps_what_was_found(self):
        def poison(name, values):
            return values[:72] + [math.nan] * 8 + values[80:] if name == "wte.weight" else values
        folder = write_tiny_model(self.folder / "model", edit=poison)  # token 9 is no number
        prompts = self.folder / "prompts"
        prompts.write_text('{"token_ids": [1, 2, 3, 4]}\n{"token_ids": [1, 2, 9]}\n')
        self.assert_fails(FAILED, "sweep", "--model", folder, "--prompts", str(prompts), "--db",
                          self.database, "--memory", "1", says="not finite")
        self.assertEqual(n_finished(self.database), 6)

    def test_sweeps_add_up(self):
        self.sweep(PROMPT, heads="3.0-1")
        self.sweep(PROMPT, heads="3.1,18.*")
        self.sweep(PROMPT, heads="3.0-3")
        parts = contents(self.database)
        self.database = str(self.folder / "whole.db")
        self.sweep(PROMPT)
        self.assertEqual(parts, contents(self.database))

    def test_what_was_asked_for_is_shown(self):
        self.sweep(PROMPT, heads="3.0-3,18.*")
        result = self.sweep(PROMPT, heads="3.1,L3H0+L3H1")
        self.assertEqual([head["spec"] for head in result["heads"]], ["L3H0+L3H1", "L3H1"])
        self.assertEqual(len(json.loads(self.show("--format", "json"))["heads"]), 21)

    def test_every_test_beside_the_one_that_decides(self):
        made = self.sweep(PROMPT, "--test", "all", heads="3.*")
        self.assertEqual(made["settings"]["test"], "paired")
        self.assertEqual(sorted([*made["tests"], "paired"]), sorted(TESTS))
        with opened(self.database) as connection:
            rows = connection.execute(
                "SELECT tests.layer, tests.name, tests.p, token_share FROM tests JOIN interventions"
                " ON id = intervention_id WHERE spec = 'L3H5' ORDER BY tests.layer, place"
            ).fetchall()
        whole = ask_json("silence", PROMPT, "--heads", "L3H5", "--test", "all")
        stored = {(layer, name): (p, share) for layer, name, p, share in rows}
        for layer in whole["layers"]:
            for name, result in layer["tests"].items():
                p, share = stored[layer["layer"], name]
                self.assertEqual(p, result["p"], (layer["layer"], name))
                if name == "token-swap":
                    self.assertEqual(json.loads(share), result["token_share"])
        shown = json.loads(self.show("--test", "token-swap", "--format", "json"))
        self.assertEqual(shown["test"]["name"], "token-swap")
        beside = {head["spec"]: head for head in made["tests"]["token-swap"]["heads"]}
        for head in shown["heads"]:
            self.assertEqual(head["role"], beside[head["spec"]]["role"])
            self.assertEqual(head["p_adjusted"], beside[head["spec"]]["p_adjusted"])
        alone = self.sweep(PROMPT, "--test", "token-swap", heads="3.*")
        self.assertEqual(alone["heads"], shown["heads"])

    def test_a_test_that_was_not_made_is_not_shown(self):
        self.sweep(PROMPT, heads="3.1")
        show = ("sweep", "--db", self.database, "--show")
        self.assert_fails(FAILED, *show, "--test", "dyadic", says="--test paired,dyadic")
        self.assert_fails(WRONG_USAGE, *show, "--test", "all", says="one name")

    def test_other_settings_are_other_runs(self):
        self.sweep(PROMPT, heads="3.1")
        for option in (("--alpha", "0.01"), ("--cosine", "centred"), ("--at", "-1"),
                       ("--mode", "scale:0.5"), ("--test", "independent"), ("--exclude-first",),
                       ("--states", "hf"), ("--family", "sweep"), ("--correction", "bh")):
            self.sweep(PROMPT, *option, heads="3.1")
        with opened(self.database) as connection:
            self.assertEqual(connection.execute("SELECT count(*) FROM runs").fetchone()[0], 10)

    def test_another_model_is_another_run(self):
        self.sweep("--token-ids", "1,2,3,4", heads="1.1")
        folder = write_tiny_model(self.folder / "model")
        result = self.sweep("--token-ids", "1,2,3,4", "--model", folder, heads="1.1")
        self.assertEqual(result["prompts"][0]["run"], 2)
        self.assertIn("--run shows one", self.show())
        self.assertEqual(json.loads(self.show("--run", "2", "--format", "json")), result)


class Prompts(SweepTest):
    def test_several(self):
        result = self.sweep(PROMPT, OTHER)
        self.assertEqual([prompt["prompt"] for prompt in result["prompts"]], [PROMPT, OTHER])
        self.assertTrue(all(head["n_prompts"] == 2 for head in result["heads"]))
        one = self.sweep(PROMPT)["heads"]
        two = self.sweep(OTHER)["heads"]
        for both, a, b in zip(result["heads"], one, two, strict=True):
            mean = (a["late_delta"] + b["late_delta"]) / 2
            self.assertTrue(math.isclose(both["late_delta"], mean, rel_tol=1e-12))

    def grouped(self):
        """A list of six prompts, two of them in one group."""
        texts = [PROMPT, OTHER, "Mary likes pizza a lot", "The cat sat on the mat",
                 "Rain falls on the sea at night", "We walked home through the old town"]
        lines = [{"text": text, "group": 7} if k in (1, 4) else {"text": text}
                 for k, text in enumerate(texts)]
        (self.folder / "grouped").write_text("".join(json.dumps(line) + "\n" for line in lines))
        return ("--prompts", str(self.folder / "grouped"))

    def test_across(self):
        result = self.sweep(*self.grouped(), heads="3.0-3")
        self.assertEqual([prompt["group"] for prompt in result["prompts"]],
                         [None, "7", None, None, "7", None])
        across = result["across"]
        self.assertEqual((across["n_prompts"], across["n_units"], across["alpha"]), (6, 5, 0.05))
        self.assertEqual((across["max_t"]["n_patterns"], across["max_t"]["enumerated"]), (16, True))
        self.assertEqual(across["max_t"]["family_size"], 4 * (21 + 1))
        self.assertIsNone(across["holdout"])
        with opened(self.database) as connection:
            late = connection.execute(
                "SELECT late_delta, late_se FROM ripples JOIN interventions"
                " ON id = intervention_id WHERE spec = 'L3H0' ORDER BY run_id").fetchall()
            groups = connection.execute("SELECT prompt_group FROM runs ORDER BY id").fetchall()
        self.assertEqual([group for group, in groups], ["", "7", "", "", "7", ""])
        head = across["heads"][0]
        self.assertEqual((head["spec"], len(head["blocks"])), ("L3H0", 21))
        deltas = [delta for delta, _ in late]
        units = [deltas[0], (deltas[1] + deltas[4]) / 2, *deltas[2:4], deltas[5]]
        self.assertTrue(math.isclose(head["mean"], sum(units) / 5, rel_tol=1e-12))
        self.assertEqual(head["random_effects"]["k"], 5)
        self.assertTrue(all(error > 0 for _, error in late))
        self.assertEqual(json.loads(self.show("--format", "json")), result)
        table = self.show()
        self.assertIn("Across 6 prompts in 5 groups", table)
        self.assertIn("--holdout", table)
        self.assertIsNone(self.sweep(PROMPT, heads="3.0")["across"])

    def test_nothing_changes_across_prompts(self):
        result = self.sweep(*self.grouped(), "--mode", "scale:1", heads="3.0-3")
        for head in result["across"]["heads"]:
            self.assertEqual((head["mean"], head["sd"]), (0, 0))
            self.assertIsNone(head["t"] or head["p"] or head["p_max_t"] or head["p_bh"]
                              or head["random_effects"]["mean"])
        self.assertIn("no head can be tested", self.show())

    def test_holdout(self):
        result = self.sweep(*self.grouped(), "--holdout", "--top", "2", heads="3.0-3")
        holdout = result["across"]["holdout"]
        self.assertEqual(len(holdout["heads"]), 2)
        self.assertEqual(sorted(holdout["choosing"] + holdout["testing"]), [1, 2, 3, 4, 5, 6])
        self.assertEqual(2 in holdout["choosing"], 5 in holdout["choosing"])
        self.assertEqual(holdout["n_units"], 2)
        self.assertIn("Held out: 2 heads chosen", self.show("--holdout", "--top", "2"))
        splits = {tuple(json.loads(self.show("--holdout", "--seed", str(seed), "--format", "json"))
                        ["across"]["holdout"]["testing"]) for seed in range(1, 7)}
        self.assertGreater(len(splits), 1)
        for arguments in (("--format", "csv"), ("--top", "0"), ("--run", "1")):
            process = run("sweep", "--show", "--db", self.database, "--holdout", *arguments)
            self.assertEqual(process.returncode, WRONG_USAGE, arguments)
            self.assertIn(b"--holdout", process.stderr)
        process = run("sweep", "--show", "--db", self.database, "--run", "1", "--seed", "2")
        self.assertEqual(process.returncode, WRONG_USAGE)

    def test_lists(self):
        (self.folder / "plain").write_text(f"{PROMPT}\r\n\r\n{OTHER}\n")
        (self.folder / "json").write_text(
            json.dumps({"text": PROMPT, "id": "a"}) + "\n"
            + json.dumps({"token_ids": [1, 2, 3, 4, 5], "id": 7}) + "\n")
        mixed = self.sweep("--prompts", str(self.folder / "json"), heads="3.1")
        self.assertEqual([prompt["id"] for prompt in mixed["prompts"]], ["a", "7"])
        self.assertEqual(len(mixed["prompts"][1]["tokens"]), 5)
        texts = self.sweep("--prompts", str(self.folder / "plain"), heads="3.1")
        self.assertEqual([prompt["prompt"] for prompt in texts["prompts"]], [PROMPT, OTHER])
        read = self.sweep("--prompts", "-", heads="3.1", stdin=f"{PROMPT}\n{OTHER}".encode())
        self.assertEqual(read, texts)

    def test_a_cosine_that_cannot_be_is_refused_before_any_work(self):
        self.assert_fails(WRONG_USAGE, "sweep", PROMPT, "--heads", "3.1", "--cosine",
                          "no-rogue:100000", "--db", self.database, says="can be left out")
        self.assertFalse(os.path.exists(self.database))

    def test_bad_lists_are_refused_before_any_work(self):
        cases = (("{", "not JSON"), ('{"text": "a b c d", "x": 1}', "unknown field"),
                 ('{"id": 1}', "none of text"), ('{"text": 7}', "text is 7"),
                 ('{"token_ids": [1, 2.5, 3]}', "token_ids[1]"),
                 ('{"token_ids": [1, 2, 99999999]}', "99999999"),
                 ('{"token_ids": [1, 2]}', "at least 3"),
                 ('{"text": "I like Mary and pizza", "id": "x"}', "stands in line 1"),
                 ('{"text": "a\\u0000b"}', "NUL"))
        file = self.folder / "prompts.jsonl"
        for line, says in cases:
            file.write_text('{"text": "Berlin is the capital of", "id": "x"}\n\n' + line + "\n")
            self.assert_fails(FAILED, "sweep", "--prompts", str(file), "--db", self.database,
                              says=(f"{file}: line 3: ", says))
        file.write_bytes(b"fine so far, is it not\ncaf\xe9 creme and more\n")
        self.assert_fails(FAILED, "sweep", "--prompts", str(file), "--db", self.database,
                          says=(f"{file}: line 2: ", "UTF-8"))
        file.write_text("Berlin is the capital of\nI\n")
        self.assert_fails(FAILED, "sweep", "--prompts", str(file), "--db", self.database,
                          says="line 2: the prompt has 1 token")
        file.write_text("a b c\n")
        self.assert_fails(FAILED, "sweep", "--prompts", str(file), "--db", self.database,
                          "--exclude-first", says=("line 1", "at least 4"))
        file.write_text("word " * 1000)
        self.assert_fails(FAILED, "sweep", "--prompts", str(file), "--db", self.database,
                          says=("line 1", "positions"))
        file.write_text("\n\n")
        self.assert_fails(FAILED, "sweep", "--prompts", str(file), "--db", self.database,
                          says="no prompt")
        self.assertFalse(os.path.exists(self.database))

    def test_the_same_prompt_twice(self):
        done = run("sweep", PROMPT, PROMPT, "--heads", "3.1", "--db", self.database)
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"tacet: warning: prompt 2 has the same tokens as prompt 1", done.stderr)
        self.assertEqual(n_finished(self.database), 1)

    def test_positions_by_text(self):
        result = self.sweep(PROMPT, "Mary likes pizza a lot", "--at", "text: pizza", heads="3.1")
        self.assertEqual([prompt["positions"] for prompt in result["prompts"]],
                         [[len(result["prompts"][0]["tokens"]) - 1], [2]])
        self.assert_fails(WRONG_USAGE, "sweep", PROMPT, OTHER, "--at", "text: pizza", "--db",
                          self.database, says=("prompt 2: ", "pizza"))


class Showing(SweepTest):
    def test_show_is_what_the_sweep_printed(self):
        for format in "json", "csv", "table":
            arguments = (PROMPT, OTHER, "--heads", HEADS, "--db", self.database, "--format", format)
            made = ask("sweep", *arguments)
            self.assertEqual(self.show("--format", format),
                             made.replace("; 40 of 40 were there already", ""))

    def test_json(self):
        result = self.sweep(PROMPT)
        self.assertEqual(list(result), ["schema", "version", "model", "prompts", "settings", "test",
                                        "heads", "counts", "tests", "noise", "across"])
        self.assertEqual(result["schema"], "tacet.sweep/1")
        self.assertEqual(result["test"]["family_size"], 4 * 21 + 16 * 6)
        self.assertEqual(len(result["heads"]), 20)
        for head in result["heads"]:
            self.assertEqual(list(head), list(HEAD))
            for key, kind in HEAD.items():
                self.assertIsInstance(head[key], kind, key)
        counts = result["counts"]
        roles = [head["role"] for head in result["heads"]]
        self.assertEqual(counts["connectors"], roles.count("connector"))
        self.assertEqual(counts["separators"], roles.count("separator"))
        self.assertEqual(counts["none"], roles.count("none"))

    def test_csv(self):
        result = self.sweep(PROMPT, OTHER)
        table = list(csv.DictReader(io.StringIO(self.show("--format", "csv"))))
        self.assertEqual(list(table[0])[:2], ["run", "spec"])
        self.assertEqual([(row["run"], row["spec"]) for row in table],
                         [(str(prompt["run"]), head["spec"]) for prompt in result["prompts"]
                          for head in result["heads"]])

    def test_one_run_and_some_heads(self):
        self.sweep(PROMPT, OTHER)
        shown = json.loads(self.show("--run", "2", "--heads", "18.*", "--format", "json"))
        self.assertEqual([prompt["prompt"] for prompt in shown["prompts"]], [OTHER])
        self.assertEqual(len(shown["heads"]), 16)
        self.assert_fails(FAILED, "sweep", "--show", "--db", self.database, "--run", "9",
                          says="no run 9")
        self.assert_fails(FAILED, "sweep", "--show", "--db", self.database, "--heads", "L5H5",
                          says="L5H5")

    def test_metrics_and_lists(self):
        self.sweep(OTHER)  # a longer one, with many heads in its lists
        for metric in "late", "immediate", "extreme", "t", "cohen_dz", "onset":
            self.assertIn(", by block and head", self.show("--metric", metric))
        whole, short = self.show(), self.show("--top", "1")
        self.assertGreater(whole.count("\n"), short.count("\n"))
        self.assertNotIn("Connectors", self.show("--top", "0"))

    def test_the_output_is_never_the_database(self):
        self.sweep(PROMPT)
        before = pathlib.Path(self.database).read_bytes()
        link = str(self.database) + ".link"
        os.symlink(self.database, link)
        folder, name = os.path.split(self.database)
        for out in (self.database, os.path.join(folder, ".", name), link,
                    str(self.database) + "-wal"):
            self.assert_fails(WRONG_USAGE, "sweep", "--show", "--db", self.database, "--out", out,
                              says="--out and --db")
        self.assertEqual(pathlib.Path(self.database).read_bytes(), before)

    def test_joint_heads_are_a_list(self):
        ask("sweep", PROMPT, "--heads", "L3H5+L4H2,L1H1+L2H2", "--db", self.database)
        table = self.show()
        self.assertIn("Interventions, all 2", table)
        self.assertNotIn("by block and head", table)

    def test_widths_and_colour(self):
        self.sweep(PROMPT, OTHER)
        self.assertLessEqual(max(map(len, self.show().splitlines())), 100)
        colored = self.show("--color", "always")
        self.assertIn("\x1b[38;5;", colored)
        mixed = ask("sweep", "--show", "--db", self.database, "--color", "always",
                    env=environment(COLORTERM="truecolor"))
        self.assertIn(";48;2;", mixed)

    def test_verbose_tells_the_memory(self):
        done = run("sweep", PROMPT, "--heads", "3.1", "--db", self.database, "--memory", "300MB",
                   "--verbose")
        self.assertIn(b"working memory: at most 286.1 MiB\n", done.stderr)


class Refusals(SweepTest):
    def test_contradictions(self):
        wrong = lambda *arguments, says: self.assert_fails(WRONG_USAGE, "sweep", *arguments,
                                                           says=says, cwd=self.folder)
        wrong(PROMPT, says=("no database is named", "--db"))
        wrong("--db", "a.db", says="no prompt is given")
        wrong(PROMPT, "--db", "a.db", "--prompts", "x", says="several ways")
        wrong(PROMPT, "--db", "a.db", "--token-ids", "1,2,3", says="several ways")
        wrong("--db", "a.db", "--prompts", "x", "--prompt-file", "y", says="several ways")
        wrong(PROMPT, "--db", "a.db", "--out", "a.db", says="same file")
        wrong(PROMPT, "--db", "a.db", "--run", "1", says="--show")
        wrong(PROMPT, "--db", "a.db", "--quiet", "--verbose", says="contradict")
        wrong(PROMPT, "--db", "a.db", "--layer", "3", says="unknown option")
        wrong(PROMPT, "--db", "a.db", "--heads", "L99H0", says="99")
        wrong(PROMPT, "--db", "a.db", "--at", "99", says="99")
        wrong(PROMPT, "--db", "a.db", "--top", "-1", says="--top")
        wrong(PROMPT, "--db", "a.db", "--metric", "maximum", says="late, immediate, extreme")
        for size in "0", "-1", "12", "3 apples", "1e99", "99999999999TB":
            if size != "12":
                wrong(PROMPT, "--db", "a.db", "--memory", size, says="--memory takes a size")
        for option in (("--model", "mini"), (PROMPT,), ("--prompts", "x"), ("--token-ids", "1,2,3"),
                       ("--alpha", "0.1"), ("--at", "all"), ("--threads", "1"), ("--memory", "1GB"),
                       ("--exclude-first",), ("--mode", "zero"), ("--prepend-bos",),
                       ("--noise-floor",)):
            name = option[0] if option[0].startswith("--") else "PROMPT"
            wrong("--show", "--db", "a.db", *option, says=("--show prints", name))
        self.assertEqual(os.listdir(self.folder), [])

    def test_databases_that_cannot_be_used(self):
        self.assert_fails(FAILED, "sweep", "--show", "--db", self.database, says="sweep.db")
        other = self.folder / "other"
        other.write_text("these are my notes, and they are precious\n" * 100)
        before = other.read_bytes()
        for arguments in (("--show",), (PROMPT, "--heads", "3.1")):
            self.assert_fails(FAILED, "sweep", *arguments, "--db", str(other), says="other")
        self.assertEqual(other.read_bytes(), before)
        self.assert_fails(FAILED, "sweep", PROMPT, "--db", str(self.folder / "no" / "a.db"),
                          says="a.db")
        self.assert_fails(FAILED, "sweep", PROMPT, "--db", str(self.folder),
                          says=str(self.folder))
        self.sweep(PROMPT, heads="3.1")
        self.assertEqual(sorted(os.listdir(self.folder)), ["other", "sweep.db"])


class Meanwhile(SweepTest):
    """What others can do while a sweep writes."""

    HEADS = "*.0-4"
    COUNT = 2 * 24 * 5

    def start(self):
        """A sweep that takes a while, stopped as soon as it has written something."""
        child = subprocess.Popen(
            [tool.TOOL, "sweep", PROMPT, OTHER, "--db", self.database, "--heads", self.HEADS,
             "--memory", "1"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment())
        self.addCleanup(child.stderr.close)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        deadline = time.monotonic() + tool.PATIENCE
        while time.monotonic() < deadline:
            try:
                if n_finished(self.database) > 0:
                    child.send_signal(signal.SIGSTOP)
                    return child
            except Exception:  # not made yet
                pass
            time.sleep(0.005)
        raise AssertionError("the sweep wrote nothing")

    def test_a_second_writer_is_told_so_at_once(self):
        child = self.start()
        start = time.monotonic()
        self.assert_fails(FAILED, "sweep", PROMPT, "--heads", "3.1", "--db", self.database,
                          says="sweep.db")
        self.assertLess(time.monotonic() - start, tool.PATIENCE / 2)
        child.send_signal(signal.SIGCONT)
        self.assertEqual(child.wait(tool.PATIENCE), 0)
        self.assertEqual(n_finished(self.database), self.COUNT)

    def test_readers_see_whole_rows(self):
        child = self.start()
        seen, errors = [], []

        def read():
            try:
                while child.poll() is None:
                    seen.append(n_finished(self.database))
                    time.sleep(0.01)  # two readers that never rest would leave the writer no core
            except Exception as error:  # reported by the test itself
                errors.append(error)

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        child.send_signal(signal.SIGCONT)
        shown = json.loads(self.show("--heads", "L0H0", "--format", "json"))
        self.assertEqual(len(shown["heads"]), 1)
        child.wait(tool.PATIENCE)
        for reader in readers:
            reader.join()
        self.assertEqual((child.returncode, errors), (0, []))
        self.assertGreater(len(set(seen)), 1, "nothing was read while it wrote")
        self.assertEqual(n_finished(self.database), self.COUNT)

    def test_interrupted(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            child = self.start()
            before = n_finished(self.database)
            child.send_signal(number)
            child.send_signal(signal.SIGCONT)
            error = child.communicate(timeout=tool.PATIENCE)[1]
            self.assertEqual((child.returncode, error), (status, b""))
            self.assertGreaterEqual(n_finished(self.database), before)
            os.unlink(self.database)


if __name__ == "__main__":
    tool.main()
