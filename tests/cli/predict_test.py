"""`tacet predict` as a user runs it: its JSON and CSV, the tables, and what it refuses."""

import csv
import io
import math

import tool
from tool import IDS, ToolTest, ask, ask_json, run, write_tiny_model

BERLIN = "Berlin is the capital of"
TARGETS = ("--target", " Germany", "--contrast", " France")


class Json(ToolTest):
    def test_contract(self):
        result = ask_json("predict", BERLIN, "--heads", "L3H5,L4H2+L5H1", *TARGETS)
        self.assertEqual(list(result), ["schema", "version", "model", "prompt", "tokens", "position",
                                        "clean", "interventions"])
        self.assertEqual(result["schema"], "tacet.predict/1")
        self.assertEqual(result["prompt"], BERLIN)
        self.assertEqual(result["position"], len(result["tokens"]) - 1)
        prediction = ["target", "contrast", "logit_diff", "top"]
        self.assertEqual(list(result["clean"]), prediction)
        first, second = result["interventions"]
        self.assertEqual(first["spec"], "L3H5")
        self.assertEqual(second["heads"], ["L4H2", "L5H1"])
        for one in first, second:
            self.assertEqual(one["mode"], "zero")
            self.assertEqual([key for key in one if key in prediction], prediction)
            self.assertGreater(one["kl"], 0)
            self.assertIs(one["top1_changed"], one["top"][0]["id"] != result["clean"]["top"][0]["id"])
        for one in result["clean"], first, second:
            target, contrast = one["target"], one["contrast"]
            self.assertEqual(list(target), ["id", "text", "logit", "log_prob", "prob", "rank"])
            self.assertEqual((target["text"], contrast["text"]), (" Germany", " France"))
            self.assertEqual(one["logit_diff"], target["logit"] - contrast["logit"])
            self.assertAlmostEqual(target["prob"], math.exp(target["log_prob"]), 12)
            self.assertEqual(list(one["top"][0]), ["id", "text", "prob"])
            self.assertEqual(len(one["top"]), 5)
        # The embedded model knows this one.
        self.assertEqual(result["clean"]["target"]["rank"], 1)
        self.assertEqual(result["clean"]["top"][0]["text"], " Germany")

    def test_null_intervention(self):
        result = ask_json("predict", BERLIN, "--heads", "3.*", "--mode", "scale:1", *TARGETS)
        for one in result["interventions"]:
            self.assertEqual(one["kl"], 0)
            self.assertEqual({key: one[key] for key in result["clean"]}, result["clean"])

    def test_an_early_position_of_the_last_block_does_not_matter(self):
        last = tool.mini()["n_layer"] - 1
        command = ("predict", BERLIN, "--heads", f"L{last}H0", *TARGETS)
        self.assertEqual(ask_json(*command, "--at", "0-2")["interventions"][0]["kl"], 0)
        self.assertGreater(ask_json(*command, "--at", "-1")["interventions"][0]["kl"], 0)

    def test_every_head_is_the_same_by_itself(self):
        every = ask_json("predict", BERLIN, *TARGETS)
        shape = tool.mini()
        self.assertEqual(len(every["interventions"]), shape["n_layer"] * shape["n_head"])
        one = ask_json("predict", BERLIN, "--heads", "L4H2", *TARGETS, "--threads", "1",
                       "--memory", "1MB")
        self.assertIn(one["interventions"][0], every["interventions"])

    def test_ways_to_name_the_target(self):
        by_text = ask_json("predict", BERLIN, "--heads", "L3H5", *TARGETS)
        ids = [by_text["clean"][name]["id"] for name in ("target", "contrast")]
        by_id = ask_json("predict", BERLIN, "--heads", "L3H5", "--target-id", str(ids[0]),
                         "--contrast-id", str(ids[1]))
        self.assertEqual(by_id, by_text)
        several = ask_json("predict", BERLIN, "--heads", "L3H5", "--target", " Germany", "--target",
                           " a", "--target", " France")
        self.assertEqual(several["clean"]["target"], by_text["clean"]["target"])
        self.assertEqual([one["text"] for one in several["clean"]["others"]], [" a", " France"])
        self.assertIsNone(several["clean"]["contrast"])
        self.assertIsNone(several["clean"]["logit_diff"])
        first = ask_json("predict", BERLIN, "--heads", "L3H5", "--target", "Germany and France",
                         "--target-first-token")
        pieces = ask_json("tokens", "Germany and France")["tokens"]
        self.assertEqual(first["clean"]["target"]["text"], pieces[0]["text"])

    def test_no_tokenizer_is_needed(self):
        folder = write_tiny_model(self.folder / "model")
        result = ask_json("predict", "--model", folder, "--token-ids", IDS, "--target-id", "7",
                          "--top", "99")
        self.assertEqual(result["clean"]["target"]["text"], "")
        self.assertEqual(len(result["clean"]["top"]), 20)  # the whole vocabulary
        self.assertAlmostEqual(sum(one["prob"] for one in result["clean"]["top"]), 1, 12)
        table = ask("predict", "--model", folder, "--token-ids", IDS, "--target-id", "7")
        self.assertIn("<7>", table)


class OtherFormats(ToolTest):
    def test_csv(self):
        command = ("predict", BERLIN, "--heads", "3.0-2", *TARGETS)
        result = ask_json(*command)
        rows = list(csv.DictReader(io.StringIO(ask(*command, "--format", "csv"))))
        self.assertEqual([row["spec"] for row in rows], ["clean", "L3H0", "L3H1", "L3H2"])
        for row, one in zip(rows, [result["clean"], *result["interventions"]]):
            for key, name in (("log_prob", "target_log_prob"), ("prob", "target_prob"),
                              ("rank", "target_rank")):
                self.assertEqual(float(row[name]), one["target"][key])
            self.assertEqual(float(row["contrast_logit"]), one["contrast"]["logit"])
            self.assertEqual(float(row["kl"]), one.get("kl", 0))
            self.assertEqual(row["top1_text"], one["top"][0]["text"])
        bare = ask("predict", BERLIN, "--heads", "L3H0", "--target", " a", "--format", "csv")
        self.assertEqual(list(csv.DictReader(io.StringIO(bare)))[0]["contrast_rank"], "")

    def test_csv_has_every_target(self):
        command = ("predict", BERLIN, "--heads", "3.0-2", "--target", " Germany", "--target", " France")
        result = ask_json(*command)
        rows = list(csv.DictReader(io.StringIO(ask(*command, "--format", "csv"))))
        for row, one in zip(rows, [result["clean"], *result["interventions"]], strict=True):
            self.assertEqual(row["target_text"], " Germany")
            other = one["others"][0]
            self.assertEqual((int(row["other_1_id"]), row["other_1_text"]), (other["id"], " France"))
            for key in ("logit", "log_prob", "prob", "rank"):
                self.assertEqual(float(row[f"other_1_{key}"]), other[key])
        self.assert_fails(2, *command, "--target", " Germany", says=["as a target twice"])

    def test_tables(self):
        one = ask("predict", BERLIN, "--heads", "L3H5", *TARGETS)
        for part in ("L3H5 → zero", "␣Germany", "␣France", "rank", "KL(clean ‖ silenced)",
                     "The logit difference", "The most likely token"):
            self.assertIn(part, one)
        few = ask("predict", BERLIN, "--heads", "3.0-4,L3H0+L4H0", *TARGETS)
        for part in ("(clean)", "L3H0+L4H0", "logit diff", "6 runs"):
            self.assertIn(part, few)
        many = ask("predict", BERLIN, *TARGETS)
        for part in ("384 heads", "P(silenced) − P(clean) of ␣Germany", "\n  L23", "The 10 that"):
            self.assertIn(part, many)
        self.assertNotIn("The 10 that", run("predict", BERLIN, *TARGETS, "-v").stdout.decode())
        for table in one, few, many:
            self.assertLessEqual(max(map(len, table.splitlines())), 100)
        null = ask("predict", BERLIN, "--heads", "L3H5", "--mode", "scale:1", *TARGETS)
        self.assertIn("changed nothing", null)
        quiet = ask("predict", BERLIN, *TARGETS, "--quiet")
        self.assertNotIn("rank of", quiet)


class Refusals(ToolTest):
    def test_targets(self):
        for arguments, says in (
                ((), "no target is named"),
                (("--target", " Germany", "--target-id", "3"), "in two ways"),
                (("--target", " a", "--contrast", " b", "--contrast-id", "3"), "in two ways"),
                (("--target", ""), "empty"),
                (("--target", " unquestionably so"), ("tokens (' un", "--target-first-token")),
                (("--target", "joke"), ("'joke' is 2 tokens", "leading space", "--target ' joke'")),
                (("--target", " a", "--contrast", "joke"), "--contrast ' joke'"),
                (("--target-id", "99999"), "ids go from 0 to"),
                (("--target-id", "-1"), "--target-id"),
                (("--target-id", "1", "--contrast-id", "4000"), "contrast"),
                (("--target", " a", "--top", "0"), "--top"),
                (("--target", " a", "--heads", "L99H0"), "L99H0"),
                (("--target", " a", "--at", "9"), "9")):
            self.assert_fails(2, "predict", BERLIN, *arguments, says=says)

    def test_prompts(self):
        self.assert_fails(2, "predict", "--target", " a", says="no text is given")
        self.assert_fails(1, "predict", "", "--target", " a", says="empty")
        folder = write_tiny_model(self.folder / "model")
        self.assert_fails(1, "predict", "--model", folder, "--token-ids", IDS, "--target", " a",
                          says="tokenizer")

    def test_a_file_that_cannot_be_written(self):
        self.assert_fails(1, "predict", BERLIN, "--target", " a", "--out", "/nowhere/result",
                          says="/nowhere")


if __name__ == "__main__":
    tool.main()
