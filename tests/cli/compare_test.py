"""`predict` and `sweep` with a list of modes or of positions: cuts compared head by head."""

import csv
import io
import json
import os
import sqlite3
import statistics
import subprocess
import time
import unittest

import tool
from sweep_database import contents, opened
from tool import PROMPT, ToolTest, ask, ask_json, environment, run

FAILED = 1
WRONG_USAGE = 2
BERLIN = "Berlin is the capital of"
OTHER = "Berlin is the capital of Germany"
PREDICT = ("predict", BERLIN, "--target", " Germany", "--contrast", " France")
REFERENCE = ("The cat sat on the mat and slept all day", "We went to the market to buy some bread")

COMPARISON = ["what", "value", "by", "edges", "variants", "pairs", "heads"]
VARIANT = ["name", "n", "mean", "sd", "median", "q25", "q75", "min", "max", "median_abs",
           "histogram"]
PAIR = ["a", "b", "pearson", "spearman", "same_sign", "n_both", "n_only_a", "n_only_b", "sd_ratio",
        "spread_test"]


class CompareTest(ToolTest):
    def assert_comparison(self, comparison, names, marks):
        """The shape of a comparison, and the numbers that follow from its heads."""
        self.assertEqual(list(comparison), COMPARISON)
        self.assertEqual([one["name"] for one in comparison["variants"]], list(names))
        columns = list(zip(*(head["values"] for head in comparison["heads"])))
        for variant, values in zip(comparison["variants"], columns):
            self.assertEqual(list(variant), [*VARIANT, *marks])
            self.assertEqual(variant["n"], len(values))
            self.assertEqual(sum(variant["histogram"]), len(values))
            self.assertEqual(len(comparison["edges"]), len(variant["histogram"]) + 1)
            self.assertAlmostEqual(variant["mean"], statistics.fmean(values), 12)
            self.assertAlmostEqual(variant["sd"], statistics.stdev(values), 12)
            self.assertAlmostEqual(variant["median"], statistics.median(values), 15)
        pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1:]]
        self.assertEqual([(one["a"], one["b"]) for one in comparison["pairs"]], pairs)
        for one in comparison["pairs"]:
            self.assertEqual(list(one), PAIR)
            self.assertEqual(list(one["spread_test"]), ["statistic", "df", "p"])
            a, b = (columns[names.index(one[key])] for key in "ab")
            self.assertAlmostEqual(one["pearson"], correlation(a, b), 9)


def correlation(a, b):
    x, y = statistics.fmean(a), statistics.fmean(b)
    covariance = sum((i - x) * (j - y) for i, j in zip(a, b)) / (len(a) - 1)
    return covariance / (statistics.stdev(a) * statistics.stdev(b))


class Predict(CompareTest):
    def test_modes_are_those_of_one_mode(self):
        several = ask_json(*PREDICT, "--heads", "3.*", "--mode", "zero,mean,scale:0.5")
        singles = [ask_json(*PREDICT, "--heads", "3.*", "--mode", mode)
                   for mode in ("zero", "mean", "scale:0.5")]
        for one in singles:
            self.assertNotIn("comparison", one)
            self.assertEqual(several["clean"], one["clean"])
        self.assertEqual(several["interventions"],
                         [one for single in singles for one in single["interventions"]])
        comparison = several["comparison"]
        self.assert_comparison(comparison, ("zero", "mean", "scale:0.5"), ["n_top1_changed"])
        self.assertEqual((comparison["value"], comparison["by"]), ("delta_prob", "mode"))
        clean = several["clean"]["target"]["prob"]
        for i, head in enumerate(comparison["heads"]):
            self.assertEqual(head["spec"], f"L3H{i}")
            self.assertEqual(head["values"], [
                single["interventions"][i]["target"]["prob"] - clean for single in singles])

    def test_one_mode_of_a_list_is_the_default(self):
        for form in "json", "csv", "table":
            self.assertEqual(ask(*PREDICT, "--mode", "zero", "--format", form),
                             ask(*PREDICT, "--format", form))

    def test_positions(self):
        several = ask_json(*PREDICT, "--heads", "4.*", "--compare-at", "all,0+2,text: capital")
        self.assert_comparison(several["comparison"], ("all", "0+2", "text: capital"),
                               ["n_top1_changed"])
        self.assertEqual(several["comparison"]["by"], "positions")
        singles = [ask_json(*PREDICT, "--heads", "4.*", "--at", at)["interventions"]
                   for at in ("all", "0,2", "text: capital")]
        self.assertEqual(several["interventions"], [one for single in singles for one in single])

    def test_the_logit_difference(self):
        several = ask_json(*PREDICT, "--heads", "4.*", "--mode", "zero,mean", "--compare-by",
                           "logit-diff")
        comparison = several["comparison"]
        self.assertEqual(comparison["value"], "delta_logit_diff")
        first = several["interventions"][0]["logit_diff"] - several["clean"]["logit_diff"]
        self.assertEqual(comparison["heads"][0]["values"][0], first)

    def test_what_changes_nothing_has_no_numbers(self):
        command = (*PREDICT, "--heads", "3.0-3", "--mode", "scale:1,zero")
        comparison = ask_json(*command)["comparison"]
        pair = comparison["pairs"][0]
        for key in "pearson", "spearman", "same_sign", "sd_ratio", "spread_test":
            self.assertIsNone(pair[key])
        nothing = ask_json(*PREDICT, "--heads", "L23H0", "--compare-at", "0,1")["comparison"]
        self.assertIsNone(nothing["edges"])  # an early position of the last block does not matter
        self.assertIsNone(nothing["variants"][0]["histogram"])
        self.assertIsNone(nothing["variants"][0]["sd"])
        self.assertIn("Pearson -", ask(*command))

    def test_csv_names_the_variant(self):
        for option, names in (("--mode", ("zero", "mean")), ("--compare-at", ("all", "-1"))):
            text = ask(*PREDICT, "--heads", "3.0-1", option, ",".join(names), "--format", "csv")
            rows = list(csv.DictReader(io.StringIO(text)))
            self.assertEqual([(row["variant"], row["spec"]) for row in rows],
                             [("", "clean"), (names[0], "L3H0"), (names[0], "L3H1"),
                              (names[1], "L3H0"), (names[1], "L3H1")])
        self.assertNotIn("variant", ask(*PREDICT, "--heads", "3.0", "--format", "csv"))

    def test_tables(self):
        table = ask(*PREDICT, "--mode", "zero,mean")
        for part in ("384 heads", "zero: → zero, at all 5 tokens", "mean: → mean", "\n  mean\n",
                     "P(silenced) − P(clean) of ␣Germany, by block and head", "The 10 on which",
                     "How many heads have which", "zero and mean", "another top token"):
            self.assertIn(part, table)
        self.assertEqual(table.count("\n  L23"), 1)  # the maps stand side by side
        three = ask(*PREDICT, "--mode", "zero,mean,negate")
        self.assertEqual(three.count("\n  L23 "), 2)
        few = ask(*PREDICT, "--heads", "3.0-4", "--compare-at", "all,-1")
        for part in ("all: → zero, at all 5 tokens", "-1: → zero, at position 4", "L3H4"):
            self.assertIn(part, few)
        self.assertNotIn("by block and head", few)
        for text in table, three, few:
            self.assertLessEqual(max(map(len, text.splitlines())), 100)
        self.assertNotIn("Pitman", ask(*PREDICT, "--mode", "zero,mean", "--quiet"))
        self.assertIn("L23H15", run(*PREDICT, "--compare-at", "all,-1", "-v").stdout.decode())

    def test_a_reference_is_read_once_for_all(self):
        text = ("\n".join(REFERENCE) + "\n").encode()
        options = ("--heads", "3.*", "--reference", "-", "--reference-cache", "none")
        several = ask_json(*PREDICT, *options, "--mode", "zero,corpus-mean,position-mean,resample",
                           stdin=text)
        for k, mode in enumerate(("zero", "corpus-mean", "position-mean", "resample")):
            more = options if k > 0 else options[:2]
            single = ask_json(*PREDICT, *more, "--mode", mode, stdin=text)
            self.assertEqual(several["interventions"][16 * k:16 * (k + 1)], single["interventions"])
        # A folder for the means is no mistake where one of the modes keeps some.
        means = self.folder / "means"
        file = self.folder / "reference.txt"
        file.write_bytes(text)
        ask(*PREDICT, "--heads", "L3H1", "--mode", "zero,corpus-mean", "--reference", file,
            "--reference-cache", means)
        self.assertEqual(len(list(means.iterdir())), 1)

    def test_refusals(self):
        for options, says in (
                (("--mode", "zero,zero"), "names zero twice"),
                (("--mode", "zero,menn"), "'menn'"),
                (("--mode", "zero,,mean"), "part 2 of the list is empty"),
                (("--mode", "zero,resample"), "give --reference FILE"),
                (("--mode", "zero,scale:2", "--reference", "x"), "--reference is of"),
                (("--mode", "zero,mean", "--reference-cache", "x"), "--reference-cache is of"),
                (("--mode", "zero,mean", "--seed", "1"), "--seed is of"),
                (("--mode", "zero,mean", "--zero-keeps-value-bias"), "zero-keeps-value-bias as"),
                (("--mode", "zero,mean", "--compare-at", "all,-1"), "one of the two"),
                (("--at", "0", "--compare-at", "all,-1"), "--at and --compare-at"),
                (("--compare-at", "all"), "one set of positions"),
                (("--compare-at", "all,"), "part 2"),
                (("--compare-at", "-1,-1"), "names '-1' twice"),
                (("--compare-by", "prob"), "give a list"),
                (("--mode", "zero,mean", "--compare-by", "kl"), "--compare-by")):
            # What is wrong with the command line is said before any model is looked for.
            self.assert_fails(WRONG_USAGE, *PREDICT, "--model", str(self.folder / "none"), *options,
                              says=says)
        bare = PREDICT[:4]
        self.assert_fails(WRONG_USAGE, *bare, "--mode", "zero,mean", "--compare-by", "logit-diff",
                          says="--contrast")
        for parts, says in (("all,0-4", "the same tokens of this prompt"), ("4,-1", "same tokens"),
                            ("all,9", "position '9'"), ("all,text: pizza", "stands nowhere")):
            self.assert_fails(WRONG_USAGE, *PREDICT, "--compare-at", parts, says=says)


class Sweep(CompareTest):
    def setUp(self):
        super().setUp()
        self.database = str(self.folder / "sweep.db")

    def sweep(self, *arguments, heads="3.*,18.*", **options):
        return ask_json("sweep", *arguments, "--heads", heads, "--db", self.database, **options)

    def show(self, runs, *arguments):
        return ask("sweep", "--show", "--db", self.database, "--run", runs, *arguments)

    def test_modes_are_runs_of_their_own(self):
        result = self.sweep(PROMPT, "--mode", "zero,mean")
        self.assertEqual(list(result), ["schema", "version", "model", "variants", "comparison"])
        self.assert_comparison(result["comparison"], ("zero", "mean"),
                               ["n_coupling", "n_decoupling"])
        self.assertEqual(result["comparison"]["value"], "late_delta")
        other = str(self.folder / "other.db")
        for k, mode in enumerate(("zero", "mean")):
            single = ask_json("sweep", PROMPT, "--heads", "3.*,18.*", "--db", other, "--mode", mode)
            variant = result["variants"][k]
            self.assertEqual(variant.pop("name"), mode)
            self.assertEqual(variant, {key: single[key] for key in variant})
            self.assertEqual(set(single) - set(variant), {"schema", "version", "model"})
            late = [head["late_delta"] for head in single["heads"]]
            self.assertEqual([one["values"][k] for one in result["comparison"]["heads"]], late)
            counts = result["comparison"]["variants"][k]
            self.assertEqual((counts["n_coupling"], counts["n_decoupling"]),
                             (single["counts"]["separators"], single["counts"]["connectors"]))
        self.assertEqual(contents(self.database), contents(other))

    def test_goes_on_where_it_was_and_shows_without_a_model(self):
        self.sweep(PROMPT, "--mode", "mean", heads="3.0-7")
        made = self.sweep(PROMPT, "--mode", "zero,mean")
        self.assertEqual([one["prompts"][0]["run"] for one in made["variants"]], [2, 1])
        table = ask("sweep", PROMPT, "--heads", "3.*,18.*", "--db", self.database, "--mode",
                    "zero,mean")
        self.assertIn("32 of 32 were there already", table)
        self.assertEqual(json.loads(self.show("2,1", "--format", "json")), made)
        shown = self.show("2,1")
        for part in ("zero: run 2, → zero", "mean: run 1, → mean", "zero: mean Δ over the late",
                     "mean: mean Δ over the late", "How many heads", "in zero alone"):
            self.assertIn(part, shown)
        fewer = json.loads(self.show("2,1", "--heads", "3.*", "--format", "json"))
        self.assertEqual(len(fewer["comparison"]["heads"]), 16)

    @unittest.skipIf(tool.SANITIZED, "half a minute under the sanitizers; a sweep is killed there")
    def test_a_comparison_that_is_killed_goes_on(self):
        prompts = [f"{PROMPT}, {PROMPT}, and number {i}" for i in range(3)]
        command = ("sweep", *prompts, "--mode", "zero,mean", "--heads", "0-5.*", "--threads", "1")
        whole = str(self.folder / "whole.db")
        ask(*command, "--db", whole)
        child = subprocess.Popen([tool.TOOL, *command, "--db", self.database], env=environment(),
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while child.poll() is None and (not os.path.exists(self.database)
                                        or self.runs_begun() < 4):
            time.sleep(0.01)
        child.kill()  # in the second variant, or, on a fast machine, at its end
        child.wait(tool.PATIENCE)
        again = json.loads(ask(*command, "--db", self.database, "--format", "json"))
        self.assertEqual(contents(self.database), contents(whole))
        self.assertEqual([len(one["prompts"]) for one in again["variants"]], [3, 3])

    def runs_begun(self):
        try:
            with opened(self.database) as connection:
                return connection.execute("SELECT count(*) FROM runs").fetchone()[0]
        except sqlite3.OperationalError:
            return 0  # its tables are still to be made

    def test_positions(self):
        made = self.sweep(PROMPT, "--compare-at", "all,-1")
        self.assert_comparison(made["comparison"], ("all", "-1"), ["n_coupling", "n_decoupling"])
        self.assertEqual(made["comparison"]["by"], "positions")
        self.assertEqual([one["prompts"][0]["positions"] for one in made["variants"]],
                         ["all", [len(made["variants"][0]["prompts"][0]["tokens"]) - 1]])
        self.assertEqual(json.loads(self.show("1,2", "--format", "json")), made)

    def test_several_prompts(self):
        prompts = (PROMPT, OTHER, "The pizza with pineapple is on the table")
        made = self.sweep(*prompts, "--compare-at", "all,-1")
        runs = [[one["run"] for one in variant["prompts"]] for variant in made["variants"]]
        self.assertEqual(runs, [[1, 2, 3], [4, 5, 6]])
        for k, variant in enumerate(made["variants"]):
            self.assertIsNotNone(variant["across"])
            self.assertEqual([head["late_delta"] for head in variant["heads"]],
                             [head["values"][k] for head in made["comparison"]["heads"]])
        self.assertEqual(json.loads(self.show("1-3,4-6", "--format", "json")), made)
        together = json.loads(self.show("1+2+3", "--format", "json"))
        self.assertEqual(together["heads"], made["variants"][0]["heads"])
        # Two prompts are compared as runs.
        shown = self.show("1,2")
        for part in ("run 1 and run 2", f'"{PROMPT}"', f'"{OTHER}"'):
            self.assertIn(part, shown)
        byrun = json.loads(self.show("1,2", "--format", "json"))["comparison"]
        self.assertEqual((byrun["by"], byrun["variants"][1]["name"]), ("run", "run 2"))

    def test_csv(self):
        self.sweep(PROMPT, "--mode", "zero,mean", "--pair", "Mary,pizza", heads="3.0-1")
        rows = list(csv.DictReader(io.StringIO(self.show("1,2", "--format", "csv"))))
        self.assertEqual([(row["variant"], row["run"], row["spec"], row["pair"]) for row in rows],
                         [("zero", "1", "L3H0", "Mary,pizza"), ("zero", "1", "L3H1", "Mary,pizza"),
                          ("mean", "2", "L3H0", "Mary,pizza"), ("mean", "2", "L3H1", "Mary,pizza")])

    def test_references(self):
        text = ("\n".join(REFERENCE) + "\n").encode()
        self.sweep(PROMPT, "--mode", "zero,corpus-mean,resample", "--reference", "-", "--seed", "4",
                   stdin=text)
        shown = json.loads(self.show("1,2,3", "--format", "json"))
        self.assertEqual([one["name"] for one in shown["comparison"]["variants"]],
                         ["zero", "corpus-mean", "resample"])
        self.assertEqual([(one["settings"].get("reference") or {}).get("seed")
                          for one in shown["variants"]], [None, None, 4])

    def test_runs_that_hold_different_heads(self):
        self.sweep(PROMPT, heads="3.0-4")
        self.sweep(PROMPT, "--mode", "mean", heads="3.2-7")
        shown = self.show("1,2")
        self.assertIn("Left out: 5 interventions", shown)
        self.assertIn("3 heads, each by itself", shown)
        self.sweep(PROMPT, "--mode", "negate", heads="9.*")
        self.assert_fails(FAILED, "sweep", "--db", self.database, "--show", "--run", "1,3",
                          says="no interventions in common")

    def test_refusals(self):
        command = ("sweep", PROMPT, "--db", self.database)
        for options, says in (
                (("--mode", "zero,zero"), "names zero twice"),
                (("--mode", "zero,"), "part 2 of the list is empty"),
                (("--mode", "zero,mean", "--compare-at", "all,-1"), "one of the two"),
                (("--at", "0", "--compare-at", "all,-1"), "--at and --compare-at"),
                (("--compare-at", "all,0-4"), "the same tokens of this prompt"),
                (("--mode", "zero,mean", "--holdout"), "--holdout"),
                (("--mode", "zero,mean", "--report", "page.html"), "--report shows one sweep"),
                (("--mode", "zero,mean", "--seed", "1"), "--seed"),
                (("--run", "1,2"), "give --show too")):
            self.assert_fails(WRONG_USAGE, *command, *options, says=says)
        self.assert_fails(FAILED, *command, "--mode", "zero,corpus-mean", "--reference",
                          str(self.folder / "none"), says="none")
        self.assertFalse((self.folder / "sweep.db").exists())
        self.sweep(PROMPT, OTHER, "--mode", "zero,mean", heads="3.0")
        show = ("sweep", "--db", self.database, "--show", "--run")
        for runs, status, says in (
                ("1,9", FAILED, "has no run 9"), ("1,1", WRONG_USAGE, "names run 1 twice"),
                ("1,", WRONG_USAGE, "nothing before or after"), ("x", WRONG_USAGE, "--run takes"),
                ("2-1", WRONG_USAGE, "no range"),
                ("1+3", FAILED, "another model or other settings")):
            self.assert_fails(status, *show, runs, says=says)
        self.assert_fails(WRONG_USAGE, *show, "1,3", "--holdout", says="--holdout")
        self.assert_fails(WRONG_USAGE, *show, "1,3", "--mode", "zero,mean", says="--mode")


class Others(ToolTest):
    def test_what_takes_one_mode_points_to_what_takes_several(self):
        self.assert_fails(WRONG_USAGE, "silence", PROMPT, "--heads", "L3H1", "--mode", "zero,mean",
                          says=("tacet sweep --mode zero,mean", "tacet predict --mode zero,mean"))
        self.assert_fails(WRONG_USAGE, "trajectory", PROMPT, "--mode", "zero,mean",
                          says=("sweep", "predict"))


if __name__ == "__main__":
    tool.main()
