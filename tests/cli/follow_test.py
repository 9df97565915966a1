"""`tacet sweep --pair`: two words followed for every head, in the database and in what is shown."""

import csv
import io
import json
import math
import sqlite3
import statistics

import tool
from sweep_database import opened
from tool import ToolTest, ask, ask_json, run, write_tiny_model

FAILED = 1
WRONG_USAGE = 2
PROMPT = "Peanut butter and pineapple taste great on pizza"
OTHERS = ("I told my friend that pineapple on pizza is a crime",
          "We like pizza, and we like pineapple, but not together",
          "There is no pizza without cheese and no summer without pineapple")
PAIR = ("--pair", "pineapple,pizza")
HEADS = "L2H9,L4H4,L22H1,L23H0"
NUMBERS = ("late_delta", "mean_delta", "n_blocks", "t", "df", "p", "p_bonferroni", "p_bh")


def two_sided_p(t, df):
    """2 P(T > |t|) by Simpson's rule over the density, substituted so that the tail is finite."""
    def density(x):
        return math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - (df + 1) / 2
                        * math.log1p(x * x / df)) / math.sqrt(df * math.pi)
    n, total = 20_000, 0.0
    for i in range(n + 1):
        u = i / n  # x = |t| + u / (1 - u)
        value = density(abs(t) + u / (1 - u)) / (1 - u) ** 2 if u < 1 else 0.0
        total += value * (1 if i in (0, n) else 4 if i % 2 else 2)
    return 2 * total / (3 * n)


def t_of(values):
    """t and its degrees of freedom of the mean against 0."""
    n = len(values)
    return statistics.fmean(values) / (statistics.stdev(values) / math.sqrt(n)), n - 1


def adjusted(p_values):
    """Bonferroni and Benjamini-Hochberg; None counts as 1 and stays None."""
    family = len(p_values)
    bonferroni = [None if p is None else min(1.0, p * family) for p in p_values]
    order = sorted(range(family), key=lambda i: 1.0 if p_values[i] is None else p_values[i])
    bh, least = [None] * family, 1.0
    for rank in range(family, 0, -1):
        i = order[rank - 1]
        least = min(least, (1.0 if p_values[i] is None else p_values[i]) * family / rank)
        bh[i] = None if p_values[i] is None else least
    return bonferroni, bh


class FollowTest(ToolTest):
    def setUp(self):
        super().setUp()
        self.database = str(self.folder / "sweep.db")

    def sweep(self, *arguments, heads=HEADS):
        return ask_json("sweep", *arguments, "--heads", heads, "--db", self.database)

    def rows(self, query, *values):
        with opened(self.database) as connection:
            return connection.execute(query, values).fetchall()

    def test_every_number_is_the_one_of_silence(self):
        for options in ((), ("--at", "text: pineapple"), ("--mode", "mean", "--at", "-1"),
                        ("--states", "hf"), ("--cosine", "centred", "--exclude-first")):
            result = self.sweep(PROMPT, *PAIR, "--pair", "butter,pizza", *options)
            run_id = result["prompts"][0]["run"]
            self.assertEqual(result["settings"]["followed"], ["butter,pizza", "pineapple,pizza"])
            for spec in HEADS.split(","):
                wanted = ask_json("silence", PROMPT, *PAIR, "--pair", "butter,pizza", "--heads", spec,
                                  *options)["followed"]
                for pair in wanted:
                    expected = [tuple(row.values()) for row in
                                pair["layers"] + ([pair["final_norm"]] if pair["final_norm"] else [])]
                    self.assertEqual(expected, self.rows(
                        "SELECT layer, clean, silenced, delta, direct_delta FROM followed JOIN"
                        " interventions ON id = intervention_id WHERE run_id = ? AND spec = ? AND"
                        " pair = ? AND position_a = ? AND position_b = ? ORDER BY layer",
                        run_id, spec, pair["pair"], *pair["positions"]), (spec, options))

    def test_the_test_over_the_blocks(self):
        result = self.sweep(PROMPT, *PAIR, heads="L2H*,L4H4,L22H1,L23H0")
        one, = result["followed"]
        self.assertEqual((one["pair"], one["family_size"], one["across"]),
                         ("pineapple,pizza", 19, None))
        place, = one["places"]
        self.assertEqual((place["run"], place["positions"]), (1, [3, 7]))
        self.assertEqual([head["spec"] for head in place["heads"]],
                         [head["spec"] for head in result["heads"]])
        late = json.loads(self.rows("SELECT late_layers FROM ripples")[0][0])
        n_tested = 0
        for head in place["heads"]:
            deltas = self.rows("SELECT layer, delta, f.cut_layer FROM followed JOIN interventions f"
                               " ON id = intervention_id WHERE spec = ? AND layer >= cut_layer AND"
                               " layer < 24 ORDER BY layer", head["spec"])
            values = [delta for _, delta, _ in deltas]
            self.assertEqual(head["n_blocks"], len(values))
            self.assertAlmostEqual(head["mean_delta"], statistics.fmean(values), 15)
            self.assertAlmostEqual(head["late_delta"], statistics.fmean(
                delta for layer, delta, _ in deltas if layer in late), 15)
            if len(values) < 3:
                self.assertEqual([head[key] for key in ("t", "df", "p", "p_bonferroni", "p_bh")],
                                 [None] * 5)
                continue
            t, df = t_of(values)
            n_tested += 1
            self.assertAlmostEqual(head["t"] / t, 1, 9)
            self.assertEqual(head["df"], df)
            self.assertAlmostEqual(head["p"] / two_sided_p(t, df), 1, 4)
        self.assertEqual(n_tested, 17)
        bonferroni, bh = adjusted([head["p"] for head in place["heads"]])
        for head, wanted, wanted_bh in zip(place["heads"], bonferroni, bh):
            for key, value in (("p_bonferroni", wanted), ("p_bh", wanted_bh)):
                if value is None:
                    self.assertIsNone(head[key])
                else:
                    self.assertAlmostEqual(head[key] / value, 1, 12)

    def test_the_strongest_heads_lines(self):
        place = self.sweep(PROMPT, *PAIR)["followed"][0]["places"][0]
        strongest = place["strongest"]
        self.assertEqual(strongest["spec"],
                         max(place["heads"], key=lambda head: abs(head["late_delta"]))["spec"])
        wanted = ask_json("silence", PROMPT, *PAIR, "--heads", strongest["spec"])["followed"][0]
        self.assertEqual({key: strongest[key] for key in wanted}, wanted)

    def test_across_prompts(self):
        prompts = self.folder / "prompts.jsonl"
        groups = ("a", "a", None, None)
        prompts.write_text("".join(
            json.dumps({"text": text} | ({"group": group} if group else {})) + "\n"
            for text, group in zip((PROMPT, *OTHERS), groups)))
        result = self.sweep("--prompts", str(prompts), *PAIR, "--pair", "pizza,pineapple#1")
        self.assertEqual([one["pair"] for one in result["followed"]],
                         ["pineapple,pizza", "pizza,pineapple#1"])
        one = result["followed"][0]
        self.assertEqual(len(one["places"]), 4)
        across = one["across"]
        self.assertEqual((across["n_prompts"], across["n_units"], one["family_size"]), (4, 3, 4))
        for number, head in enumerate(across["heads"]):
            late = [place["heads"][number]["late_delta"] for place in one["places"]]
            units = [(late[0] + late[1]) / 2, late[2], late[3]]
            t, df = t_of(units)
            self.assertAlmostEqual(head["mean"] / statistics.fmean(units), 1, 12)
            self.assertAlmostEqual(head["t"] / t, 1, 9)
            self.assertEqual(head["df"], df)
            self.assertAlmostEqual(head["p"] / two_sided_p(t, df), 1, 4)
        bonferroni, bh = adjusted([head["p"] for head in across["heads"]])
        self.assertEqual([head["p_bonferroni"] for head in across["heads"]], bonferroni)
        for head, wanted in zip(across["heads"], bh):
            self.assertAlmostEqual(head["p_bh"] / wanted, 1, 12)
        table = " ".join(ask("sweep", "--show", "--db", self.database).split())
        self.assertIn("4 prompts in 3 groups", table)
        self.assertIn("this is the test to go by", table)

    def test_places_of_a_word(self):
        text = "Mary likes pizza and John likes pizza"
        result = self.sweep(text, "--pair", "Mary,pizza")
        self.assertEqual([place["positions"] for place in result["followed"][0]["places"]],
                         [[0, 2], [0, 6]])
        second = self.sweep(text, "--pair", "Mary,pizza#2")
        self.assertEqual([place["positions"] for place in second["followed"][0]["places"]], [[0, 6]])
        self.assertEqual(second["followed"][0]["places"][0]["heads"],
                         result["followed"][0]["places"][1]["heads"])

    def test_what_cannot_move_has_no_test(self):
        place, = self.sweep(PROMPT, *PAIR, "--pair", "Peanut,butter", "--at",
                            "text: pineapple")["followed"][0]["places"]
        for head in place["heads"]:
            self.assertEqual((head["late_delta"], head["mean_delta"]), (0, 0))
            self.assertIsNone(head["p"])
        self.assertIn("None of the 4 heads moves them.",
                      " ".join(ask("sweep", "--show", "--db", self.database).split()))

    def test_shown_again_and_as_csv(self):
        command = ("sweep", PROMPT, *PAIR, "--pair", "butter,pizza", "--heads", HEADS, "--db",
                   self.database)
        for form in ("json", "csv"):
            fresh = ask(*command, "--format", form)
            self.assertEqual(fresh, ask("sweep", "--show", "--db", self.database, "--format", form))
        rows = list(csv.DictReader(io.StringIO(fresh)))
        self.assertEqual(len(rows), 2 * len(HEADS.split(",")))
        pairs = json.loads(ask("sweep", "--show", "--db", self.database, "--format", "json"))
        for row in rows:
            pair, = [one for one in pairs["followed"] if one["pair"] == row["pair"]]
            place = pair["places"][0]
            self.assertEqual([int(row["position_a"]), int(row["position_b"])], place["positions"])
            self.assertEqual(int(row["pair_family_size"]), 4)
            head, = [one for one in place["heads"] if one["spec"] == row["spec"]]
            for key in NUMBERS:
                text = row["pair_" + key]
                self.assertEqual(None if text == "" else float(text), head[key], (key, row))
        table = ask(*command)
        self.assertIn("␣pineapple (position 3) and ␣pizza (position 7)", table)
        self.assertIn("consecutive blocks share the residual stream", " ".join(table.split()))

    def test_another_set_of_pairs_is_another_run(self):
        runs = [self.sweep(PROMPT, *pairs)["prompts"][0]["run"] for pairs in (
            (), PAIR, ("--pair", "butter,pizza"), (*PAIR, "--pair", "butter,pizza"),
            ("--pair", "butter,pizza", *PAIR), PAIR)]
        self.assertEqual(runs, [1, 2, 3, 4, 4, 2])
        self.assertNotIn("followed", json.loads(
            ask("sweep", "--show", "--run", "1", "--db", self.database, "--format", "json")))
        self.assertEqual(self.rows("SELECT count(*) FROM followed WHERE run_id = 1"), [(0,)])
        self.assertEqual(self.rows("SELECT count(*) FROM followed"), [(4 * 25 * (1 + 1 + 2),)])

    def test_the_other_numbers_stay_what_they_are(self):
        plain = self.sweep(PROMPT)
        self.assertEqual(plain["heads"], self.sweep(PROMPT, *PAIR)["heads"])

    def test_threads_and_memory_change_nothing(self):
        self.sweep(PROMPT, *OTHERS, *PAIR)
        wanted = self.rows("SELECT * FROM followed ORDER BY 1, 2, 3, 4, 5, 6")
        for options in (("--threads", "1"), ("--memory", "1")):
            self.database = str(self.folder / (options[0] + ".db"))
            self.sweep(PROMPT, *OTHERS, *PAIR, *options)
            self.assertEqual(self.rows("SELECT * FROM followed ORDER BY 1, 2, 3, 4, 5, 6"), wanted)

    def test_a_null_stays_null(self):
        result = self.sweep(PROMPT, *PAIR, "--mode", "scale:1")
        self.assertEqual({head["late_delta"] for head in result["followed"][0]["places"][0]["heads"]},
                         {0})

    def test_words_that_a_prompt_does_not_hold(self):
        sweep = ("sweep", "--db", self.database)
        lists = self.folder / "list.txt"
        lists.write_text(PROMPT + "\nNo fruit on my pizza today\n")
        for arguments, says in (
                ((PROMPT, "--pair", "mango,pizza"), ("--pair", "mango")),
                ((PROMPT, "No fruit on my pizza today", *PAIR),
                 ("prompt 2", "pineapple", "every prompt must hold the pair")),
                (("--prompts", str(lists), *PAIR), ("list.txt: line 2", "pineapple")),
                ((PROMPT, "--pair", "pineapple"), ("two words",)),
                ((PROMPT, "--pair", "pizza,pizza"), ("one token twice",)),
                ((PROMPT, *PAIR, *PAIR), ("followed already",)),
                ((PROMPT, "--pair", "pineapple,pizza#2"), ("once",)),
                ((PROMPT, "--pair", b"pine\xff,pizza"), ("not UTF-8",)),
                (("--show", *PAIR), ("--show prints", "--pair"))):
            self.assert_fails(WRONG_USAGE, *sweep, *arguments, says=says)
        folder = write_tiny_model(self.folder / "model")
        self.assert_fails(WRONG_USAGE, *sweep, "--model", folder, "--token-ids", "1,2,3,4", *PAIR,
                          says=("--pair", "text is not known"))
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["list.txt", "model"])

    def test_rows_that_are_missing(self):
        self.sweep(PROMPT, *PAIR)
        with sqlite3.connect(self.database) as connection:
            connection.execute("DELETE FROM followed WHERE intervention_id = 2")
        connection.close()
        self.assert_fails(FAILED, "sweep", "--show", "--db", self.database,
                          says=("pairs that run 1 follows are missing",))


if __name__ == "__main__":
    tool.main()
