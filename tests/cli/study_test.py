"""`tacet study` as a user runs it: its folder, its verdicts against the database, going on, errors."""

import csv
import json
import math
import os
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import unittest

import tool
from study_case import TOKENS, StudyTest, claims_of
from sweep_database import contents, opened
from tool import PROMPT, ask, ask_json, environment, write_tiny_model

FAILED = 1
WRONG_USAGE = 2
FILES = ["effects.csv", "report.html", "study.json", "sweep.db"]
TESTED = ["small_immediate_effect", "late_significance", "both_signs", "every_head_contributes"]
VERDICTS = ["holds", "in_part", "does_not_hold"]
IDS = ["early_fall", "late_rise", "late_rise_without_final_norm", "small_immediate_effect",
       "late_significance", "both_signs", "accumulation", "every_head_contributes", "more_than_output",
       "same_bits"]
PAGE = pathlib.Path(__file__).parents[2] / "docs" / "study.md"


def names_in(folder):
    return sorted(os.listdir(folder))


def verdicts(study):
    return {claim["id"]: claim["verdict"] for claim in study["claims"]}


def common(values, size):
    """Values with a direction added that LayerNorm does not take away."""
    return [value + (size if i % 2 == 0 else -size) for i, value in enumerate(values)]


class Folder(StudyTest):
    """The study of the embedded model, run once: this is what users run."""

    def setUp(self):
        super().setUp()
        self.made = self.study("--threads", "2")

    def test_holds_what_the_contract_says(self):
        self.assertEqual(names_in(self.out), FILES)
        study = self.made
        self.assertEqual(json.loads((self.out / "study.json").read_text()), study)
        self.assertEqual(study["schema"], "tacet.study/1")
        self.assertEqual(study["model"]["id"], "mini")
        self.assertEqual(study["layer"], 3)
        self.assertIn(study["prompt"], (PAGE.parents[1] / "script" / "demo").read_text())
        self.assertEqual("".join(token["text"] for token in study["tokens"]), study["prompt"])
        self.assertEqual([claim["id"] for claim in study["claims"]], IDS)
        for claim in study["claims"]:
            self.assertIn(claim["verdict"], ("holds", "in_part", "does_not_hold"))
            if claim["id"] in TESTED:
                self.assertIn(claim["stands_up"], VERDICTS)
            else:
                self.assertIsNone(claim["stands_up"])
            self.assertTrue(claim["statement"].endswith(".") and claim["rule"].endswith("."))
            for value in claim["figures"].values():
                self.assertNotIsInstance(value, (list, dict))
        self.assertEqual(verdicts(study)["same_bits"], "holds" if os.cpu_count() > 1 else "in_part")

        # Figures, verdicts and the page's SQL, each worked out anew.
        self.assert_recomputed(study)
        self.assert_page_says_so(study)
        self.assert_effects_are_those_of_the_database()
        self.assert_checks(study)
        self.assert_sweep_is_as_sweep_shows_it(study)

        # Again: nothing is computed anew, and nothing changes but the time of the files.
        before = contents(self.out / "sweep.db")
        self.assertEqual(self.study("--threads", "1", "--memory", "8MB"), {
            **study, "claims": study["claims"][:-1] + [self.again(study["claims"][-1])]})
        self.assertEqual(contents(self.out / "sweep.db"), before)

        # Another block: no new sweep, and the checks follow.
        other = self.study("--layer", "4")
        self.assertEqual(other["layer"], 4)
        self.assertEqual(contents(self.out / "sweep.db"), before)
        self.assert_recomputed(other)
        self.assert_checks(other)
        for claim in ("small_immediate_effect", "late_significance", "accumulation"):
            figures, below = (claims_of(one)[claim] for one in (other, study))
            self.assertEqual(figures["figures"]["other_verdict"], below["verdict"])

        # Another prompt is another study.
        self.assert_fails(FAILED, "study", "--out", str(self.out), PROMPT,
                          says=("another prompt", "cheesy", "--out"))
        self.assert_fails(FAILED, "study", "--out", str(self.out), "--alpha", "0.01",
                          says=("other settings", "--out"))
        self.assertEqual(names_in(self.out), FILES)

    def again(self, claim):
        """same_bits of the run with one thread."""
        figures = dict(claim["figures"])
        several = (os.cpu_count() or 1) > 1
        figures["threads"] = 1
        figures["other_threads"] = 2 if several else None
        reading = claim["reading"]
        if several:
            reading = reading.replace("1 thread in place of 2", "2 threads in place of 1")
        return {**claim, "figures": figures, "reading": reading}

    def assert_page_says_so(self, study):
        """docs/study.md: each claim's SQL gives its figures."""
        claims, answered = claims_of(study), set()
        with opened(self.out / "sweep.db") as connection:
            connection.row_factory = sqlite3.Row
            for section in PAGE.read_text().split("\n### ")[1:]:
                name = section.split("\n", 1)[0]
                for sql in re.findall(r"```sql\n(.*?)```", section, re.DOTALL):
                    found = connection.execute(sql).fetchall()
                    self.assertEqual(len(found), 1, name)
                    for key in found[0].keys():
                        self.assert_close(claims[name]["figures"][key], found[0][key], (name, key))
                    answered.add(name)
        self.assertEqual(answered, set(IDS))

    def assert_close(self, wanted, found, where):
        if isinstance(wanted, float) and found is not None:
            self.assertTrue(math.isclose(wanted, found, rel_tol=1e-9, abs_tol=1e-12),
                            (where, wanted, found))
        else:
            self.assertEqual(wanted, found, where)

    def assert_effects_are_those_of_the_database(self):
        with open(self.out / "effects.csv", newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file))
        names = lines[0]
        self.assertEqual(names[0], "spec")
        with opened(self.out / "sweep.db") as connection:
            found = connection.execute(
                f"SELECT {', '.join(names)} FROM effects JOIN interventions ON id ="
                " intervention_id WHERE run_id = 1 ORDER BY interventions.cut_layer, head, layer"
            ).fetchall()
            columns = [row[1] for row in connection.execute("PRAGMA table_info(effects)")]
        self.assertEqual(names[1:], [one for one in columns if not one.endswith("_id")])
        self.assertEqual(len(found), len(lines) - 1)
        for row, line in zip(found, lines[1:]):
            for name, stored, text in zip(names, row, line):
                if name == "significant":
                    stored = {1: "true", 0: "false"}[stored]
                if isinstance(stored, float):
                    self.assertEqual(float(text), stored, (line[0], name))
                else:
                    self.assertEqual(text, "" if stored is None else str(stored), (line[0], name))

    def assert_checks(self, study):
        with opened(self.out / "sweep.db") as connection:
            found = connection.execute(
                "SELECT name, outcome, details FROM checks WHERE run_id = 1 ORDER BY id").fetchall()
        self.assertEqual([(name, outcome) for name, outcome, _ in found],
                         list(verdicts(study).items()))
        for name, _, details in found:
            wanted = claims_of(study)[name]
            self.assertEqual(json.loads(details), {"layer": study["layer"], **{
                key: value for key, value in wanted.items() if key not in ("id", "verdict")}})

    def assert_sweep_is_as_sweep_shows_it(self, study):
        shown = ask_json("sweep", "--show", "--db", str(self.out / "sweep.db"))
        for key in ("model", "settings"):
            self.assertEqual(study[key], shown[key])
        self.assertEqual(study["sweep"], {"run": 1, **{
            key: shown[key] for key in ("test", "heads", "counts", "tests")}})
        # The run that keeps the trajectory without position 0 is nothing to be told of.
        self.assertNotIn("run 2", ask("sweep", "--show", "--db", str(self.out / "sweep.db")))


@unittest.skipIf(tool.SANITIZED, "one more study of the embedded model; Folder makes it there")
class Screen(StudyTest):
    def test_shows_the_verdicts_in_one_screen(self):
        shown = ask("study", "--out", str(self.out), env=environment(COLUMNS="100"))
        study = json.loads((self.out / "study.json").read_text())
        lines = shown.splitlines()
        self.assertLessEqual(len(lines), 40)
        self.assertLessEqual(max(map(len, lines)), 100)
        self.assertNotIn("\x1b", shown)
        signs = {"holds": "✓", "in_part": "~", "does_not_hold": "✗"}
        for name, verdict in verdicts(study).items():
            line = next(line for line in lines if f" {name} " in line)
            self.assertEqual(line.split()[0], signs[verdict])
            self.assertIn(verdict.replace("_", " "), line)
        colourful = ask("study", "--out", str(self.out), "--color", "always", "--quiet")
        self.assertIn("\x1b[", colourful)
        self.assertNotIn("Not judged", colourful)


class Controls(StudyTest):
    CONTROLLED = ["small_immediate_effect", "late_significance", "accumulation"]

    def test_claims_about_one_block_have_a_p_of_rotated_pushes(self):
        without = self.tiny(layer="1")
        first = self.tiny("--control", "rotated:99", "--seed", "5", layer="1")
        self.assertEqual(verdicts(first), verdicts(without))
        for name, claim in claims_of(first).items():
            figures = claim["figures"]
            if name not in self.CONTROLLED:
                self.assertEqual(claim, claims_of(without)[name])
                continue
            self.assertEqual((figures["control_n"], figures["control_seed"]), (99, 5))
            self.assertTrue(0 <= figures["control_share_low"] <= figures["control_share"]
                            <= figures["control_share_high"] <= 1, name)
            for p in (figures["control_p"], figures.get("control_p_ratio", 1)):
                self.assertTrue(0.01 <= p <= 1 and math.isclose(p * 100, round(p * 100)), (name, p))
            self.assertIn("of rotated pushes", claim["reading"])
            plain = {key: value for key, value in figures.items() if "control" not in key}
            self.assertEqual(plain, claims_of(without)[name]["figures"])
        # The same for other threads; the database keeps what study.json says.
        again = self.tiny("--control", "rotated:99", "--seed", "5", "--threads", "1", layer="1")
        other = self.tiny("--control", "rotated:99", layer="1")
        for name in self.CONTROLLED:
            self.assertEqual(claims_of(again)[name], claims_of(first)[name])
        self.assertNotEqual(claims_of(other), claims_of(first))
        with opened(self.out / "sweep.db") as connection:
            details, = connection.execute(
                "SELECT details FROM checks WHERE name = 'accumulation'").fetchone()
        self.assertEqual(json.loads(details)["figures"], claims_of(other)["accumulation"]["figures"])


@unittest.skipIf(tool.SANITIZED, "minutes under the sanitizers; the cuts are those of sweep there")
class Cuts(StudyTest):
    def setUp(self):
        super().setUp()
        self.reference = str(self.folder / "reference.jsonl")
        pathlib.Path(self.reference).write_text(
            "".join(json.dumps({"token_ids": [seed + 7 * i * seed % 11 for i in range(9)]}) + "\n"
                    for seed in (1, 2, 3)))

    def test_the_whole_study_is_of_one_cut(self):
        of = ("--reference", self.reference)
        cuts = ((("--mode", "mean"), "mean", "all"), (("--at", "-1"), "zero", [7]),
                (("--mode", "position-mean", *of, "--at", "2,5"), "position-mean", [2, 5]),
                (("--mode", "mean", *of, "--reference-cache", "none"), "corpus-mean", "all"),
                (("--mode", "resample", *of, "--seed", "3"), "resample", "all"))
        late = set()
        for number, (cut, mode, positions) in enumerate(cuts):
            self.out = self.folder / f"study{number}"
            study = self.tiny(*cut)
            self.assertEqual((study["settings"]["mode"], study["positions"]), (mode, positions))
            self.assert_recomputed(study, *cut)
            figures = claims_of(study)["same_bits"]["figures"]
            self.assertEqual(figures["differences_second_process"], 0, cut)
            self.assertGreater(figures["n_values"], 0)
            model = str(self.folder / "model")
            sweep = ask_json("sweep", "--model", model, "--token-ids", TOKENS, "--quiet", *cut,
                             "--db", str(self.folder / f"sweep{number}.db"))
            self.assertEqual([head["late_delta"] for head in sweep["heads"]],
                             [head["late_delta"] for head in study["sweep"]["heads"]])
            late.add(study["sweep"]["heads"][0]["late_delta"])
            self.assertEqual(study["settings"].get("reference"), sweep["settings"].get("reference"))
            before = contents(self.out / "sweep.db")
            self.assertEqual(self.tiny(*cut), study)  # nothing is made again
            self.assertEqual(contents(self.out / "sweep.db"), before)
            if number == 1:
                self.assertIn(f'"positions":{json.dumps(positions)}',
                              (self.out / "report.html").read_text())
        self.assertEqual(len(late), len(cuts))
        self.assert_fails(FAILED, "study", "--out", str(self.out), "--model", model, "--token-ids",
                          TOKENS, "--layer", "1", says="other settings")

    def test_controls_are_of_the_cut(self):
        options = ("--control", "rotated:99", "--quiet")
        studies = []
        for number, cut in enumerate(((), ("--at", "3,4"), ("--mode", "mean"))):
            self.out = self.folder / f"study{number}"
            studies.append(claims_of(self.tiny(*options, *cut))["accumulation"]["figures"])
        ratios = {figures["control_ratio"] for figures in studies}
        self.assertEqual(len(ratios), 3)

    def test_says_so(self):
        folder = write_tiny_model(self.folder / "model")
        shown = ask("study", "--out", str(self.out), "--model", folder, "--token-ids", TOKENS,
                    "--layer", "1", "--quiet", "--mode", "mean", "--at", "-1")
        self.assertIn("each by itself → mean, at position 7;", " ".join(shown.split()))

    def test_refusals(self):
        for options, says in ((("--mode", "zero,mean"), "tacet sweep --mode zero,mean"),
                              (("--mode", "resample"), "give --reference FILE"),
                              (("--reference", self.reference), "zero takes none"),
                              (("--mode", "mean", "--reference", "-"), "put them in a file"),
                              (("--seed", "3"), "--control rotated:N"),
                              (("--at", "99"), "99")):
            self.assert_fails(WRONG_USAGE, "study", "--out", str(self.out), *options, says=says)
        self.assertFalse(self.out.exists())


class Models(StudyTest):
    def test_a_model_whose_changes_are_small_at_first_and_grow(self):
        def growing(gain, size):
            """What tokens have in common hides what a head does until block 5 takes it away; then
            the MLPs of the last two blocks raise it."""
            def edit(name, values):
                if name.endswith("attn.c_proj.weight"):
                    return [value * 0.05 for value in values]
                if name.endswith("mlp.c_proj.weight"):
                    late = int(name.split(".")[1]) >= 6
                    return [value * (size if late else 0.02) for value in values]
                if name.endswith("mlp.c_fc.weight"):
                    return [value * gain for value in values]
                if name.endswith("c_proj.bias"):
                    values = [0.0] * len(values)
                sizes = {"wte.weight": 10, "h.5.mlp.c_proj.bias": -10}
                return common(values, sizes.get(name, 0))
            return edit

        study = self.tiny(layers=8, heads=4, width=32, layer="2", edit=growing(30, 0.3),
                          tokens="1,2,3,4,5,6,7,8,9,10,11")
        self.assert_recomputed(study)
        for name in ("late_significance", "both_signs", "accumulation"):
            self.assertEqual(verdicts(study)[name], "holds", name)
        self.out = self.folder / "other"
        study = self.tiny(layers=8, heads=4, width=32, layer="1", edit=growing(10, 1),
                          tokens="1,2,3,4")
        self.assert_recomputed(study)
        self.assertEqual(verdicts(study)["small_immediate_effect"], "holds")

    def test_a_model_that_does_as_the_study_says_and_one_that_does_the_contrary(self):
        def rising(name, values):
            # Otherwise the blocks would write much that tokens alike have in common.
            if name.endswith("c_proj.weight"):
                return [value * 0.05 for value in values]
            if name.endswith("c_proj.bias"):
                values = [0.0] * len(values)
            sizes = {"wte.weight": 0.5, "h.1.mlp.c_proj.bias": -0.5, "h.4.mlp.c_proj.bias": 3,
                     "h.5.mlp.c_proj.bias": 3}
            return common(values, sizes.get(name, 0))

        def contrary(name, values):
            if name.endswith(("c_proj.weight", "c_proj.bias", "ln_f.bias")):
                values = [0.0] * len(values)
            sizes = {"wte.weight": 20, "h.5.mlp.c_proj.bias": -20}
            return common(values, sizes.get(name, 0))

        rises = ("early_fall", "late_rise", "late_rise_without_final_norm")
        study = self.tiny(layers=6, width=16, edit=rising)
        self.assert_recomputed(study)
        self.assertEqual({verdicts(study)[name] for name in rises}, {"holds"})
        self.out = self.folder / "other"
        study = self.tiny(layers=6, width=16, edit=contrary)
        self.assert_recomputed(study)
        words = verdicts(study)
        self.assertEqual({words[name] for name in rises}, {"does_not_hold"})
        self.assertEqual(words["small_immediate_effect"], "in_part")
        for name in ("late_significance", "both_signs", "accumulation", "every_head_contributes"):
            self.assertEqual(words[name], "does_not_hold", name)
        self.assertIsNone(claims_of(study)["small_immediate_effect"]["figures"]["median_ratio"])

    def test_options_and_small_shapes(self):
        several = (("--states", "hf"), ("--exclude-first",), ("--test", "independent"),
                   ("--correction", "bh", "--alpha", "0.2", "--cosine", "centred"),
                   ("--noise-floor",))
        for number, options in enumerate(several):
            self.out = self.folder / f"options-{number}"
            study = self.tiny(*options)
            self.assertEqual(names_in(self.out), FILES)
            self.assert_recomputed(study)
            figures = claims_of(study)["every_head_contributes"]["figures"]
            if figures["n_significant"]:
                self.assertEqual(figures["noise_floor"] is None, "--noise-floor" not in options)
        for number, (layers, heads, layer, tokens) in enumerate(
                ((1, 1, "0", TOKENS), (2, 1, "1", TOKENS), (2, 2, "0", "1,2,3"),
                 (7, 3, "6", "3,2,1,2"))):
            self.out = self.folder / f"shape-{number}"
            study = self.tiny(layers=layers, heads=heads, width=12, layer=layer, tokens=tokens)
            self.assert_recomputed(study)
            self.assertIn(verdicts(study)["same_bits"], ("holds", "in_part"))
        with_two = claims_of(json.loads((self.folder / "shape-2" / "study.json").read_text()))
        self.assertIsNone(with_two["early_fall"]["figures"]["fall_without_first"])

    def test_the_trajectory_claims_do_not_depend_on_states(self):
        claims = claims_of(self.tiny())
        self.out = self.folder / "hf"
        others = claims_of(self.tiny("--states", "hf"))
        for name in ("early_fall", "late_rise", "late_rise_without_final_norm"):
            self.assertEqual(claims[name], others[name])


class SameBits(StudyTest):
    def tampered(self, name):
        """The verdict and figures where one of the repeated sweeps has a number with another bit."""
        model = write_tiny_model(self.folder / "model", layers=3)
        self.out.mkdir()
        repeated = self.out / name
        ask("sweep", "--model", model, "--token-ids", TOKENS, "--heads", "1.*", "--quiet",
            "--test", "paired,token-swap",
            "--db", str(repeated))
        with sqlite3.connect(repeated) as connection:
            connection.execute("UPDATE effects SET mean_clean = mean_clean + 1e-15"
                               " WHERE layer = 2 AND intervention_id = 1")
        connection.close()
        study = self.tiny()
        self.assertEqual(names_in(self.out), FILES)
        self.out = self.folder / "next"
        return claims_of(study)["same_bits"]

    def test_sees_one_bit_in_a_second_process(self):
        claim = self.tampered(".second-process.db")
        self.assertEqual(claim["figures"]["differences_second_process"], 1)
        self.assertEqual(claim["verdict"], "does_not_hold")  # the third is compared with it

    @unittest.skipIf((os.cpu_count() or 1) < 2, "one core has no other thread count")
    def test_sees_one_bit_with_other_threads(self):
        claim = self.tampered(".other-threads.db")
        self.assertEqual(claim["figures"]["differences_second_process"], 0)
        self.assertEqual(claim["figures"]["differences_other_threads"], 1)
        self.assertEqual(claim["verdict"], "in_part")

    def test_says_why_a_second_process_failed(self):
        model = write_tiny_model(self.folder / "model", layers=3)
        self.out.mkdir()
        (self.out / ".second-process.db").write_text("somebody's notes")
        self.assert_fails(FAILED, "study", "--out", str(self.out), "--model", model, "--token-ids",
                          TOKENS, "--layer", "1", "--quiet",
                          says=("second process", ".second-process.db", "no SQLite database"))
        self.assertEqual((self.out / ".second-process.db").read_text(), "somebody's notes")


@unittest.skipIf(tool.SANITIZED, "minutes under the sanitizers; a sweep is killed there instead")
class Interruption(StudyTest):
    def test_goes_on_where_it_was(self):
        whole = self.folder / "whole"
        ask("study", "--out", str(whole), "--quiet", "--memory", "1", PROMPT)
        generator = random.Random(1)
        halves = kills = 0
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT) * 4:
            child = subprocess.Popen(
                [tool.TOOL, "study", "--out", str(self.out), "--quiet", "--memory", "1", PROMPT],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment())
            try:
                child.wait(generator.uniform(0.05, 1.5))
            except subprocess.TimeoutExpired:
                child.send_signal(number)
            error = child.communicate(timeout=tool.PATIENCE)[1]
            self.assertEqual(error, b"")
            if child.returncode == 0:
                break
            self.assertIn(child.returncode, (-number, 128 + number))
            kills += 1
            halves += (self.out / "sweep.db").exists()
            self.assertFalse((self.out / "study.json").exists())
        ask("study", "--out", str(self.out), "--quiet", "--memory", "1", PROMPT)
        self.assertGreater(halves, 0, "no kill came at a time when it mattered")
        self.assertEqual(names_in(self.out), FILES)
        for name in ("study.json", "effects.csv"):
            self.assertEqual((self.out / name).read_bytes(), (whole / name).read_bytes(), name)
        self.assertEqual(contents(self.out / "sweep.db"), contents(whole / "sweep.db"))


class BadInput(StudyTest):
    def test_wrong_command_lines(self):
        out = ("--out", str(self.out))
        for arguments, says in (
                ((), "--out FOLDER"),
                (("--out", ""), "--out"),
                ((*out, "--layer", "24"), ("--layer 24", "0 to 23")),
                ((*out, "--layer", "-1"), "--layer"),
                ((*out, "--format", "csv"), ("table", "json")),
                ((*out, "--quiet", "--verbose"), "contradict"),
                ((*out, PROMPT, "--token-ids", "1,2,3"), "several ways"),
                ((*out, "--heads", "L3H5"), "--heads"),
                ((*out, "--seed", "2"), "--control"),
                ((*out, "--control", "rotated:98"), "99"),
                ((*out, "--control", "random"), "rotated:N"),
                ((*out, "--control", "rotated:99", "--family", "sweep", "--correction", "holm"),
                 "--family sweep"),
                ((*out, PROMPT, PROMPT), "unexpected argument")):
            self.assert_fails(WRONG_USAGE, "study", *arguments, says=says)
        self.assertFalse(self.out.exists())

    def test_prompts_that_cannot_be_used(self):
        self.assert_fails(FAILED, "study", "--out", str(self.out), "Hi", says="tokens")
        self.assert_fails(FAILED, "study", "--out", str(self.out), "--model", "nowhere",
                          says="nowhere")
        self.assertFalse(self.out.exists())

    def test_folders_of_others(self):
        out = str(self.out)
        self.out.write_text("a file")
        self.assert_fails(FAILED, "study", "--out", out, says=(out, "folder"))
        self.assertEqual(self.out.read_text(), "a file")
        self.assert_fails(FAILED, "study", "--out", f"{out}/below", says=("below", "--out"))
        self.out.unlink()
        for name in ("study.json", "effects.csv", "report.html"):
            self.out.mkdir()
            (self.out / name).write_text("mine")
            self.assert_fails(FAILED, "study", "--out", out, says=(name, "sweep.db", "--out"))
            self.assertEqual((self.out / name).read_text(), "mine")
            self.assertEqual(names_in(self.out), [name])
            (self.out / name).unlink()
            self.out.rmdir()
        self.out.mkdir()
        (self.out / "sweep.db").write_text("mine")
        self.assert_fails(FAILED, "study", "--out", out, says=("sweep.db", "no SQLite database"))
        self.assertEqual((self.out / "sweep.db").read_text(), "mine")

    def test_leaves_other_files_alone(self):
        self.out.mkdir()
        (self.out / "notes.txt").write_text("mine")
        self.tiny()
        self.assertEqual((self.out / "notes.txt").read_text(), "mine")
        self.assertEqual(names_in(self.out), sorted([*FILES, "notes.txt"]))

    def test_another_model(self):
        self.tiny()
        other = write_tiny_model(self.folder / "other", layers=4)
        message = self.assert_fails(
            FAILED, "study", "--out", str(self.out), "--model", other, "--token-ids", TOKENS,
            "--layer", "1", "--quiet", says=("another model", "--out"))
        self.assertIn(str(self.folder / "model"), message)

    def test_folders_that_cannot_be_written(self):
        self.assert_fails(FAILED, "study", "--out", "/proc/nowhere/study", "--quiet",
                          says=("/proc/nowhere/study", "--out"))
        if os.geteuid() == 0:
            self.skipTest("root may write everywhere")
        self.out.mkdir(mode=0o500)
        self.assert_fails(FAILED, "study", "--out", str(self.out), says=str(self.out))


if __name__ == "__main__":
    tool.main()
