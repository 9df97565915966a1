"""Pages and figures of predict and patch, and of followed words: what is shown is what was found."""

import json
import pathlib
import unittest
import xml.etree.ElementTree as ElementTree

import tool
from page_file import as_float32, codes, data_of, floats
from tool import PROMPT, ToolTest, ask, ask_json

FAILED = 1
WRONG_USAGE = 2
TARGET = ("--target", " pizza", "--contrast", " joke")
PREDICT = ("predict", PROMPT, "--heads", "3.0-2,18.5+19.1", *TARGET, "--top", "3")
PAIR = ("--clean", "I like Mary", "--corrupt", "I like John", "--target", ".", "--contrast", ",")
SVG = "{http://www.w3.org/2000/svg}"


class NeighbourTest(ToolTest):
    def setUp(self):
        super().setUp()
        self.page = str(self.folder / "page.html")
        self.file = self.folder / "result.json"

    def made(self, *command):
        """The JSON of a command, which is then in the file too."""
        result = ask_json(*command)
        self.file.write_text(json.dumps(result), encoding="utf-8")
        return result

    def report(self, *more):
        self.assertEqual(ask("report", "--json", str(self.file), "--out", self.page, *more), "")
        return data_of(self.page)

    def draw(self, kind, *more):
        out = self.folder / "figure.svg"
        self.assertEqual(ask("figure", kind, "--json", str(self.file), *more, "--out", str(out)), "")
        return "\n".join("".join(text.itertext())
                         for text in ElementTree.parse(out).getroot().iter(f"{SVG}text"))

    def assert_refused(self, good, changes):
        """Each change of a good document is refused, and the message names its place."""
        for change, says in changes:
            result = json.loads(json.dumps(good))
            change(result)
            self.file.write_text(json.dumps(result))
            self.assert_fails(FAILED, "report", "--json", str(self.file), "--out", self.page,
                              says=[str(self.file), says])
        self.assertFalse(pathlib.Path(self.page).exists())


class Predict(NeighbourTest):
    def test_the_page_holds_the_numbers_of_the_json(self):
        result = self.made(*PREDICT, "--target", " cheese")
        page = self.report("--title", "Pizza", "--heads", "L3H1")
        self.assertEqual(page["schema"], "tacet.page.predict/1")
        self.assertEqual((page["title"], page["chosen"]), ("Pizza", ["L3H1"]))
        for key in ("prompt", "tokens", "position"):
            self.assertEqual(page[key], result[key])
        self.assertEqual([one["spec"] for one in page["interventions"]],
                         ["L3H0", "L3H1", "L3H2", "L18H5+L19H1"])
        rows = result["interventions"]
        target, other = page["targets"]
        clean = result["clean"]
        self.assertEqual(other["token"]["text"], " cheese")
        self.assertEqual(target["clean"]["rank"], clean["target"]["rank"])
        for column, key in (("prob", "prob"), ("log_prob", "log_prob"), ("logit", "logit"), ("rank", "rank")):
            self.assertEqual(floats(target[column]), [as_float32(row["target"][key]) for row in rows])
            self.assertEqual(floats(page["contrast"][column]),
                             [as_float32(row["contrast"][key]) for row in rows])
        self.assertEqual(floats(target["d_prob"]),
                         [as_float32(row["target"]["prob"] - clean["target"]["prob"]) for row in rows])
        self.assertEqual(floats(page["logit_diff"]["change"]),
                         [as_float32(row["logit_diff"] - clean["logit_diff"]) for row in rows])
        self.assertEqual(floats(page["kl"]), [as_float32(row["kl"]) for row in rows])
        self.assertEqual(codes(page["top1_changed"]), [int(row["top1_changed"]) for row in rows])
        self.assertEqual([[token for token, _ in top] for top in page["top"]["silenced"]],
                         [[one["id"] for one in row["top"]] for row in rows])
        self.assertIsNone(page["comparison"])

    def test_report_writes_the_same_page(self):
        self.made(*PREDICT)
        wanted = self.report()
        ask(*PREDICT, "--report", self.page, "--out", str(self.folder / "table.txt"))
        self.assertEqual(data_of(self.page), wanted)
        self.assert_fails(WRONG_USAGE, *PREDICT, "--report", self.page, "--out", self.page,
                          says="--out and --report name the same file")

    def test_a_comparison_is_on_the_page_that_is_written_at_once(self):
        command = ("predict", PROMPT, "--heads", "3.0-3", *TARGET, "--mode", "zero,mean")
        result = self.made(*command)
        wanted = self.report()
        ask(*command, "--report", self.page, "-q")
        self.assertEqual(data_of(self.page), wanted)
        self.assertEqual([head["values"] for head in wanted["comparison"]["heads"]],
                         [head["values"] for head in result["comparison"]["heads"]])
        self.assertIn("mean", self.draw("comparison"))

    def test_the_database_gives_the_page_of_the_json(self):
        database = str(self.folder / "results.db")
        self.made(*PREDICT, "--db", database, "-q")
        wanted = self.report()
        for which in ((), ("--run", "1")):
            ask("report", "--db", database, *which, "--out", self.page)
            self.assertEqual(data_of(self.page), wanted)
        # Beside a sweep it has to be asked for by its run, or by the kind of a figure.
        ask("sweep", PROMPT, "--heads", "L3H0", "--db", database, "-q")
        ask("report", "--db", database, "--out", self.page)
        self.assertEqual(data_of(self.page)["schema"], "tacet.page/1")
        ask("report", "--db", database, "--run", "1", "--out", self.page)
        self.assertEqual(data_of(self.page), wanted)
        ask("figure", "predict", "--db", database, "--out", str(self.folder / "a.svg"))
        self.assert_fails(FAILED, "figure", "patch", "--db", database, "--out",
                          str(self.folder / "b.svg"), says="patch")
        self.assert_fails(FAILED, "report", "--db", database, "--run", "7", "--out", self.page,
                          says="no run 7")

    def test_a_list_of_prompts_has_no_page(self):
        prompts = self.folder / "prompts.txt"
        prompts.write_text("I like pizza\nI like cheese\n")
        self.assert_fails(WRONG_USAGE, "predict", "--prompts", str(prompts), *TARGET, "--report", self.page,
                          says="--report shows what heads do to one prompt")
        self.assert_fails(WRONG_USAGE, "predict", "--prompts", str(prompts), *TARGET, "--mode", "zero,mean",
                          says="--prompts asks one thing of many prompts")

    def test_a_comparison_goes_along(self):
        result = self.made(*PREDICT)
        variant = {"name": "zero", "n": 1, "mean": 0.1, "sd": None, "median": 0.1, "q25": 0.1,
                   "q75": 0.1, "min": 0.1, "max": 0.1, "median_abs": 0.1, "histogram": [1, 0],
                   "n_top1_changed": 0}
        pair = {"a": "zero", "b": "mean", "pearson": None, "spearman": None, "same_sign": 1,
                "n_both": 0, "n_only_a": 0, "n_only_b": 0, "sd_ratio": None, "spread_test": None}
        result["comparison"] = {"what": "predict", "value": "log_prob", "edges": [0, 0.5, 1],
                                "variants": [variant, {**variant, "name": "mean"}], "pairs": [pair],
                                "heads": [{"spec": "L3H0", "values": [0.1, None]},
                                          {"spec": "L3H1", "values": [0.3, -0.2]}]}
        self.file.write_text(json.dumps(result))
        held = self.report()["comparison"]
        self.assertEqual(held["heads"], result["comparison"]["heads"])
        self.assertEqual(held["variants"][1]["histogram"], [1, 0])
        for part in ("maps", "histograms", "scatter"):
            self.assertIn("mean", self.draw("comparison", "--part", part))
        pathlib.Path(self.page).unlink()
        self.assert_refused(result, [
            (lambda r: r["comparison"]["variants"].pop(), "'comparison.variants' has fewer"),
            (lambda r: r["comparison"]["variants"][0]["histogram"].pop(), "'comparison.variants[0].histogram' has 1"),
            (lambda r: r["comparison"]["heads"][0]["values"].pop(), "'comparison.heads[0].values'"),
            (lambda r: r["comparison"]["pairs"][0].update(a=2), "'comparison.pairs[0].a'"),
        ])

    def test_documents_that_are_wrong(self):
        self.assert_refused(self.made(*PREDICT), [
            (lambda r: r.pop("clean"), "'clean' is missing"),
            (lambda r: r.update(interventions=[]), "'interventions' is empty"),
            (lambda r: r.update(position=99), "'position' is not between"),
            (lambda r: r["clean"]["target"].update(prob=1.5), "'clean.target.prob' is not between"),
            (lambda r: r["clean"].update(contrast=None), "'clean.logit_diff'"),
            (lambda r: r["interventions"][1].update(spec="L99H0"), "'interventions[1].spec'"),
            (lambda r: r["interventions"][1].update(spec="L0H0,L1H0"), "'interventions[1].spec'"),
            (lambda r: r["interventions"][1].update(mode="soft"), "'interventions[1].mode'"),
            (lambda r: r["interventions"][1].update(positions=[77]), "positions[0]"),
            (lambda r: r["interventions"][2]["target"].update(id=1), "'interventions[2].target'"),
            (lambda r: r["interventions"][2]["top"][0].update(prob=None), "top[0].prob"),
            (lambda r: r["interventions"][0].update(kl="small"), "'interventions[0].kl' is no number"),
            (lambda r: r["interventions"][0].update(top1_changed=1), "top1_changed"),
            (lambda r: r.update(schema="tacet.predict/2"), "tacet.predict/1"),
        ])

    def test_options_that_mean_nothing(self):
        self.made(*PREDICT)
        for more, says in ((("--pairs", "L3H0"), "--pairs"), (("--model", "mini"), "--model"),
                           (("--run", "1"), "--run"), (("--heads", "L4H4"), "L4H4")):
            self.assert_fails(WRONG_USAGE, "report", "--json", str(self.file), "--out", self.page,
                              *more, says=says)

    def test_figures(self):
        self.made("predict", PROMPT, "--heads", "all", *TARGET)
        self.assertIn("Change of the target's probability", self.draw("predict"))
        self.assertIn("KL (nats)", self.draw("predict", "--quantity", "kl"))
        self.assertIn("L3H5 silenced", self.draw("predict", "--heads", "L3H5"))
        out = ("--out", str(self.folder / "no.svg"), "--json", str(self.file))
        for arguments, says in ((("map",), "predict"), (("patch",), "patch"),
                                (("predict", "--quantity", "recovered"), "recovered"),
                                (("predict", "--quantity", "size"), "--quantity"),
                                (("predict", "--part", "maps"), "--part"),
                                (("predict", "--metric", "late"), "--metric"),
                                (("predict", "--block", "3"), "--block"),
                                (("comparison", "--heads", "L3H0"), "--heads"),
                                (("comparison", "--part", "half"), "--part")):
            self.assert_fails(WRONG_USAGE, "figure", *arguments, *out, says=says)
        self.assert_fails(WRONG_USAGE, "figure", "predict", "--heads", "3.0-1", *out,
                          says="--heads names 2")
        self.assert_fails(FAILED, "figure", "comparison", *out, says="compare nothing")


class Patch(NeighbourTest):
    def test_the_page_holds_the_numbers_of_the_json(self):
        for by in ("head", "head,position", "block,position"):
            result = self.made("patch", *PAIR, "--by", by)
            page = self.report()
            self.assertEqual(page["schema"], "tacet.page.patch/1")
            self.assertEqual((page["by"], page["direction"]), (by, "denoise"))
            for key in ("clean", "corrupt", "target", "contrast"):
                self.assertEqual(page["pairs"][0][key], result[key])
            self.assertEqual(page["n_positions"],
                             None if by == "head" else len(result["clean"]["tokens"]))
            for key in ("logit_diff", "recovered"):
                self.assertEqual(floats(page["cells"][key]),
                                 [as_float32(cell[key]) for cell in result["cells"]])
            self.assertIsNone(page["cells"]["recovered_sd"])

    def test_several_pairs_and_report(self):
        pairs = self.folder / "pairs.jsonl"
        rows = [{"clean": f"I like {name}", "corrupt": "I like John", "target": ".", "contrast": ","}
                for name in ("Mary", "Tom")]
        pairs.write_text("".join(json.dumps(row) + "\n" for row in rows))
        command = ("patch", "--by", "head", "--pairs", str(pairs))
        result = self.made(*command)
        page = self.report("--heads", "L3H5")
        self.assertEqual(page["chosen"], ["L3H5"])
        self.assertEqual(len(page["pairs"]), 2)
        self.assertEqual(floats(page["cells"]["logit_diff_sd"]),
                         [as_float32(cell["logit_diff_sd"]) for cell in result["cells"]])
        ask(*command, "--report", self.page, "--out", str(self.folder / "table.txt"))
        self.assertEqual(data_of(self.page), {**page, "chosen": []})

    def test_equal_runs_have_no_share_and_a_page(self):
        self.made("patch", "--clean", "I like Mary", "--corrupt", "I like Mary", "--target", ".",
                  "--contrast", ",")
        self.assertEqual(set(floats(self.report()["cells"]["recovered"])), {None})
        self.assertIn("there is no share", self.draw("patch"))

    def test_documents_that_are_wrong(self):
        good = self.made("patch", *PAIR, "--by", "block,position")
        self.assert_refused(good, [
            (lambda r: r["cells"].pop(), "'cells' has"),
            (lambda r: r["cells"][3].update(layer=7), "'cells[3]' is not the place"),
            (lambda r: r["cells"][3].update(head=0), "'cells[3]' is not the place"),
            (lambda r: r["cells"][3].update(recovered="all"), "'cells[3].recovered'"),
            (lambda r: r["corrupt"]["tokens"].pop(), "'corrupt.tokens' has another length"),
            (lambda r: r["clean"].update(tokens=[]), "'clean.tokens' is empty"),
            (lambda r: r.update(by="neuron"), "'by' is 'neuron'"),
            (lambda r: r.update(direction="up"), "'direction' is 'up'"),
            (lambda r: r["model"].update(n_layer=100000), "'cells' has"),
            (lambda r: r.update(pairs=[]), "'pairs' has fewer"),
        ])

    def test_figures(self):
        self.made("patch", *PAIR, "--by", "head,position")
        self.assertIn("strongest head of each block", self.draw("patch"))
        texts = self.draw("patch", "--block", "20", "--quantity", "logit_diff")
        self.assertIn("heads of block 20", texts)
        self.assertIn("◆ ␣Mary / ␣John", texts)
        out = ("--out", str(self.folder / "no.svg"), "--json", str(self.file))
        for arguments, says in ((("predict",), "patch"), (("patch", "--block", "24"), "--block"),
                                (("patch", "--block", "ln_f"), "--block ln_f"),
                                (("patch", "--quantity", "kl"), "--quantity kl")):
            self.assert_fails(WRONG_USAGE, "figure", *arguments, *out, says=says)
        self.made("patch", *PAIR)
        self.assert_fails(WRONG_USAGE, "figure", "patch", "--block", "3", *out, says="--block")


class Followed(NeighbourTest):
    PAIR = ("--pair", "Mary,pizza")

    def check(self, page, followed):
        (held,) = page["prompts"][0]["followed"]
        self.assertEqual((held["pair"], held["positions"]), ("Mary,pizza", followed["positions"]))
        rows = [*followed["layers"], followed["final_norm"]]
        self.assertEqual(floats(held["clean"]), [as_float32(row["clean"]) for row in rows])
        self.assertEqual(floats(held["silenced"])[-len(rows[18:]):],
                         [as_float32(row["silenced"]) for row in rows[18:]])

    def test_from_json_and_from_a_database(self):
        result = self.made("silence", PROMPT, "--heads", "L18H5", *self.PAIR)
        self.check(self.report(), result["followed"][0])
        self.assertIn("L18H5", self.draw("followed"))
        database = str(self.folder / "sweep.db")
        ask("sweep", PROMPT, "--heads", "3.0,18.5", *self.PAIR, "--db", database, "--quiet")
        ask("report", "--db", database, "--out", self.page)
        self.check(data_of(self.page), result["followed"][0])
        out = str(self.folder / "a.svg")
        ask("figure", "followed", "--db", database, "--heads", "L3H0", "--out", out)
        self.assertIn("Mary,pizza", pathlib.Path(out).read_text(encoding="utf-8"))

    def test_documents_that_are_wrong(self):
        self.assert_refused(self.made("silence", PROMPT, "--heads", "L18H5", *self.PAIR), [
            (lambda r: r["followed"][0]["layers"].pop(), "'followed[0].layers' has 23"),
            (lambda r: r["followed"][0].update(positions=[1]), "'followed[0].positions'"),
            (lambda r: r["followed"][0].update(positions=[1, 88]), "'followed[0].positions[1]'"),
            (lambda r: r["followed"][0].update(final_norm=None), "'followed[0].final_norm'"),
        ])

    def test_a_figure_where_none_were_followed(self):
        self.made("silence", PROMPT, "--heads", "L18H5")
        self.assert_fails(FAILED, "figure", "followed", "--json", str(self.file), "--out",
                          str(self.folder / "a.svg"), says="--pair")

    def test_a_figure_of_several_heads(self):
        database = str(self.folder / "sweep.db")
        ask("sweep", PROMPT, "--heads", "3.0,18.5", *self.PAIR, "--db", database, "--quiet")
        self.assert_fails(WRONG_USAGE, "figure", "followed", "--db", database, "--heads", "L3H0,L18H5",
                          "--out", str(self.folder / "a.svg"), says="one intervention")


if __name__ == "__main__":
    tool.main()
