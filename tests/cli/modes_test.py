"""What a head becomes other than zero, and pairs of words that are followed: silence and sweep."""

import pathlib
import tempfile
import unittest

import tool
from tool import PROMPT, ToolTest, ask, ask_json, run

FAILED = 1
WRONG_USAGE = 2
REFERENCE = ("The cat sat on the mat and slept all day", "We went to the market to buy some bread",
             "She read a long book about the sea", "He plays the piano in the evening at home")
PREDICTED = "Berlin is the capital of"
CUT = ("silence", PROMPT, "--heads", "L3H1")


class ModesTest(ToolTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "reference.txt"
        self.file.write_text("\n".join(REFERENCE) + "\n")

    def test_every_mode_says_what_it_was(self):
        changes = {}
        for mode, more in (("zero", ()), ("mean", ()), ("negate", ()), ("scale:0.5", ()),
                           ("corpus-mean", ("--reference", self.file)),
                           ("position-mean", ("--reference", self.file)),
                           ("resample", ("--reference", self.file, "--reference-draws", "2"))):
            result = ask_json(*CUT, "--mode", mode, *more)
            self.assertEqual(result["intervention"]["mode"], mode)
            self.assertEqual("reference" in result["intervention"], bool(more))
            changes[mode] = result["ripple"]["late_delta"]
        self.assertEqual(len(set(changes.values())), len(changes))

    def test_a_mean_with_a_reference_is_the_corpus_mean(self):
        result = ask_json(*CUT, "--mode", "mean", "--reference", self.file)
        self.assertEqual(result["intervention"]["mode"], "corpus-mean")
        reference = result["intervention"]["reference"]
        self.assertEqual(reference["file"], "reference.txt")
        self.assertEqual((reference["n_prompts"], reference["seed"]), (4, None))

    def test_resampling_tells_how_far_the_draws_lie_apart(self):
        command = (*CUT, "--mode", "resample", "--reference", self.file, "--reference-draws", "3")
        result = ask_json(*command)
        draws = result["reference_draws"]
        late = [draw["late_delta"] for draw in draws["draws"]]
        self.assertEqual(len({draw["prompt"] for draw in draws["draws"]}), 3)
        self.assertAlmostEqual(draws["late_delta"]["mean"], sum(late) / 3, 15)
        self.assertEqual((draws["late_delta"]["min"], draws["late_delta"]["max"]),
                         (min(late), max(late)))
        self.assertEqual(late[0], result["ripple"]["late_delta"])
        self.assertEqual(len(draws["layers"]), len(result["layers"]))
        self.assertIn("over 3 prompts", " ".join(ask(*command).split()))
        seeds = {tuple(draw["prompt"] for draw in
                       ask_json(*command, "--seed", str(seed))["reference_draws"]["draws"])
                 for seed in range(1, 6)}
        self.assertGreater(len(seeds), 1)

    def test_what_keeps_the_value_bias_is_not_zero(self):
        kept = ask_json(*CUT, "--zero-keeps-value-bias")
        self.assertEqual(kept["intervention"]["mode"], "zero-keeps-value-bias")
        self.assertNotEqual(kept["ripple"], ask_json(*CUT)["ripple"])

    def test_a_sweep_keeps_modes_and_references_apart(self):
        database = str(self.folder / "modes.db")
        more = self.folder / "more.txt"
        more.write_text("\n".join((*REFERENCE, "One more line of plain words to read")) + "\n")
        runs = [(), ("--mode", "mean"), ("--mode", "mean", "--reference", self.file),
                ("--mode", "mean", "--reference", more),
                ("--mode", "position-mean", "--reference", self.file),
                ("--mode", "resample", "--reference", self.file),
                ("--mode", "resample", "--reference", self.file, "--seed", "9"),
                ("--zero-keeps-value-bias",)]
        for number, options in enumerate(runs, 1):
            result = ask_json("sweep", PROMPT, "--db", database, "--heads", "L3H1", *options)
            self.assertEqual([one["run"] for one in result["prompts"]], [number], options)
            one_draw = ("--reference-draws", "1") if "resample" in options else ()
            silenced = ask_json(*CUT, *options, *one_draw)
            self.assertEqual(result["heads"][0]["late_delta"], silenced["ripple"]["late_delta"])
            self.assertEqual(result["settings"]["mode"], silenced["intervention"]["mode"])
            self.assertEqual(result["settings"].get("reference"),
                             silenced["intervention"].get("reference"))
        again = ask("sweep", PROMPT, "--db", database, "--heads", "L3H1", "--mode", "position-mean",
                    "--reference", self.file)
        self.assertIn("position-mean", again)
        for shown in range(1, len(runs) + 1):
            ask("sweep", "--db", database, "--show", "--run", str(shown))

    def test_pages_say_what_they_cannot_show(self):
        page = self.folder / "page.html"
        database = str(self.folder / "page.db")
        ask("sweep", PROMPT, "--db", database, "--heads", "L3H1", "--mode", "corpus-mean",
            "--reference", self.file, "--report", page)
        self.assertIn("which is not among the results", page.read_text())
        result = self.folder / "result.json"
        result.write_text(ask(*CUT, "--mode", "corpus-mean", "--reference", self.file, "--format",
                              "json"))
        ask("report", "--json", result, "--out", page)
        self.assertIn("which is not among the results", page.read_text())

    def test_pairs_are_followed(self):
        result = ask_json(*CUT, "--pair", "Mary,pizza", "--pair", "like,pizza")
        names = [one["pair"] for one in result["followed"]]
        self.assertEqual(names, ["Mary,pizza", "like,pizza"])
        for one in result["followed"]:
            self.assertEqual(len(one["layers"]), len(result["layers"]))
            for row in one["layers"]:
                self.assertEqual(row["delta"], row["silenced"] - row["clean"])
                self.assertTrue(row["layer"] >= 3 or row["delta"] == 0)
            self.assertNotEqual(one["layers"][-1]["delta"], 0)
        table = ask(*CUT, "--pair", "Mary,pizza")
        self.assertIn("␣Mary (position", table)
        self.assertIn("nothing to test", table)

    def test_all_places_of_a_word_or_one(self):
        text = "Mary likes pizza and John likes pizza"
        cut = ("silence", text, "--heads", "L3H1", "--pair")
        positions = [one["positions"] for one in ask_json(*cut, "Mary,pizza")["followed"]]
        self.assertEqual(len(positions), 2)
        second = ask_json(*cut, "Mary,pizza#2")["followed"]
        self.assertEqual([one["positions"] for one in second], positions[1:])

    def test_what_does_not_go_together(self):
        for options, says in (
                (("--mode", "position-mean"), "give --reference FILE"),
                (("--mode", "corpus-mean"), "give --reference FILE"),
                (("--mode", "resample"), "give --reference FILE"),
                (("--reference", str(self.file)), "zero takes none"),
                (("--mode", "scale:2", "--reference", str(self.file)), "scale:2 takes none"),
                (("--mode", "mean", "--zero-keeps-value-bias"), "does not zero it"),
                (("--zero-keeps-value-bias", "--reference", str(self.file)), "takes none"),
                (("--reference-draws", "2"), "is of --mode resample"),
                (("--mode", "resample", "--reference", str(self.file), "--reference-draws", "0"),
                 "--reference-draws"),
                (("--pair", "Mary"), "two words"), (("--pair", "a,b,c"), "two words"),
                (("--pair", "Mary,Mary"), "one token twice"),
                (("--pair", "Mary,nowhere"), "nowhere"), (("--pair", "Mary,pizza#2"), "once"),
                (("--pair", "Mary,pizza#0"), "WORD#N"),
                (("--pair", "Mary,pizza", "--format", "csv"), "--format json")):
            self.assert_fails(WRONG_USAGE, *CUT, *options, says=says)
        self.assert_fails(WRONG_USAGE, "sweep", PROMPT, "--db", str(self.folder / "x.db"),
                          "--mode", "resample", says="give --reference FILE")
        self.assertFalse((self.folder / "x.db").exists())

    def test_a_reference_that_does_not_serve(self):
        short = self.folder / "short.txt"
        short.write_text("One two three\n")
        self.assert_fails(FAILED, *CUT, "--mode", "position-mean", "--reference", str(short),
                          says="none reaches position")
        self.assert_fails(FAILED, *CUT, "--mode", "resample", "--reference", str(short),
                          says="only 0 can stand in")
        self.assert_fails(FAILED, *CUT, "--mode", "mean", "--reference", str(self.folder / "none"),
                          says="none")

    def test_a_null_stays_null(self):
        result = ask_json(*CUT, "--mode", "scale:1", "--pair", "Mary,pizza")
        self.assertTrue(all(row["mean_delta"] == 0 for row in result["layers"]))
        self.assertTrue(all(row["delta"] == 0 for row in result["followed"][0]["layers"]))

    def test_predict_puts_in_what_silence_does(self):
        cut = ("predict", PREDICTED, "--heads", "L3H1,L4H6", "--target", " Germany")
        of = ("--reference", self.file)
        found = {}
        for mode, more, name in (
                ("zero", (), "zero"), ("mean", (), "mean"), ("mean", of, "corpus-mean"),
                ("corpus-mean", of, "corpus-mean"), ("position-mean", of, "position-mean"),
                ("resample", of, "resample"),
                ("zero", ("--zero-keeps-value-bias",), "zero-keeps-value-bias")):
            result = ask_json(*cut, "--mode", mode, *more)
            for one in result["interventions"]:
                self.assertEqual(one["mode"], name)
                self.assertGreater(one["kl"], 0)
                self.assertEqual("reference" in one, more == of)
            found[name] = [one["kl"] for one in result["interventions"]]
            one_draw = ("--reference-draws", "1") if mode == "resample" else ()
            silenced = ask_json("silence", PREDICTED, "--heads", "L3H1", "--mode", mode, *more,
                                *one_draw)
            self.assertEqual(silenced["intervention"].get("reference"),
                             result["interventions"][0].get("reference"))
        self.assertEqual(len({tuple(kl) for kl in found.values()}), 6)
        table = " ".join(ask(*cut, "--mode", "corpus-mean", *of).split())
        self.assertIn("→ corpus-mean of reference.txt (4 prompts), at all 5 tokens", table)

    def test_predict_draws_by_its_seed(self):
        cut = ("predict", PREDICTED, "--heads", "L3H1", "--target", " Germany", "--mode")
        draws = {seed: ask_json(*cut, "resample", "--reference", self.file, "--seed", str(seed))
                 ["interventions"][0] for seed in range(1, 9)}
        self.assertGreater(len({one["kl"] for one in draws.values()}), 1)
        self.assertEqual(draws[3]["reference"]["seed"], 3)
        # Of one prompt alone, the mean at each position is what the draw puts there.
        alone = self.folder / "alone.txt"
        alone.write_text(REFERENCE[0] + "\n")
        one, other = (ask_json(*cut, mode, "--reference", alone)["interventions"][0]
                      for mode in ("resample", "position-mean"))
        for key in ("target", "kl", "top"):
            self.assertEqual(one[key], other[key])
        self.assertEqual(one["reference"]["n_prompts"], 1)

    def test_predict_refuses_what_does_not_go_together(self):
        cut = ("predict", PREDICTED, "--target", " Germany")
        for options, says in (
                (("--mode", "resample"), "give --reference FILE"),
                (("--reference", str(self.file)), "zero takes none"),
                (("--mode", "mean", "--zero-keeps-value-bias"), "does not zero it"),
                (("--seed", "2"), "--seed is of --mode resample"),
                (("--seed", "-1"), "--seed")):
            # What is wrong with the command line is said before any model is looked for.
            self.assert_fails(WRONG_USAGE, *cut, "--model", str(self.folder / "none"), *options,
                              says=says)
        self.assert_fails(FAILED, *cut, "--mode", "corpus-mean", "--reference",
                          str(self.folder / "none"), says="none")
        short = self.folder / "short.txt"
        short.write_text("One two three\n")
        for mode, says in (("position-mean", "none reaches position"),
                           ("resample", "only 0 can stand in")):
            self.assert_fails(FAILED, *cut, "--mode", mode, "--reference", str(short), says=says)


if __name__ == "__main__":
    tool.main()
