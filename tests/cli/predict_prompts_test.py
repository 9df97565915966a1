"""`tacet predict --prompts`: many prompts, summed up over them, and what is refused."""

import csv
import io
import json
import math
import statistics
import sqlite3

import tool
from tool import ToolTest, ask, ask_json, run, write_tiny_model

FAILED = 1
WRONG_USAGE = 2
HEADS = "L4H6,L0H15,L3H5+L2H1"


class PromptsTest(ToolTest):
    def setUp(self):
        super().setUp()
        self.list = str(self.folder / "prompts.jsonl")

    def write(self, *lines):
        with open(self.list, "w", encoding="utf-8") as file:
            for line in lines:
                file.write((line if isinstance(line, str) else json.dumps(line)) + "\n")

    def make(self, count=6):
        lines = ask("make-prompts", "capitals", "--n", str(count)).splitlines()
        self.write(*lines)
        return [json.loads(line) for line in lines]


class Results(PromptsTest):
    def test_every_prompt_is_what_predict_finds_of_it(self):
        made = self.make()
        result = ask_json("predict", "--prompts", self.list, "--heads", HEADS)
        self.assertEqual(list(result), ["schema", "version", "model", "prompts", "across"])
        self.assertEqual(result["schema"], "tacet.predict-prompts/1")
        self.assertEqual(len(result["prompts"]), len(made))
        for line, entry in zip(made, result["prompts"]):
            self.assertEqual(list(entry)[:2], ["id", "group"])
            self.assertEqual((entry.pop("id"), entry.pop("group")), (line["id"], line["group"]))
            alone = ask_json("predict", line["text"], "--heads", HEADS, "--target", line["target"],
                             "--contrast", line["contrast"])
            self.assertEqual(alone.pop("model"), result["model"])
            del alone["schema"], alone["version"]
            self.assertEqual(entry, alone)

    def test_the_sums_are_over_the_prompts(self):
        made = self.make()
        for line in made:
            del line["group"]
        self.write(*made)
        result = ask_json("predict", "--prompts", self.list, "--heads", HEADS)
        across = result["across"]
        self.assertEqual((across["alpha"], across["n_prompts"], across["n_units"]), (0.05, 6, 6))
        found = []
        for place, row in enumerate(across["interventions"]):
            runs = [(one["clean"], one["interventions"][place]) for one in result["prompts"]]
            self.assertEqual(row["spec"], runs[0][1]["spec"])
            self.assertEqual(row["heads"], runs[0][1]["heads"])
            for key, change in (
                    ("logit_diff", [b["logit_diff"] - a["logit_diff"] for a, b in runs]),
                    ("log_prob", [b["target"]["log_prob"] - a["target"]["log_prob"] for a, b in runs]),
                    ("kl", [b["kl"] for _, b in runs])):
                self.assertEqual(row[key]["n"], 6)
                self.assertAlmostEqual(row[key]["mean"], statistics.mean(change), 12)
                self.assertAlmostEqual(row[key]["sd"], statistics.stdev(change), 12)
                if key != "kl":
                    t = statistics.mean(change) / statistics.stdev(change) * math.sqrt(6)
                    self.assertAlmostEqual(row[key]["t"], t, 9)
                    self.assertEqual(row[key]["df"], 5)
            self.assertNotIn("p", row["kl"])
            self.assertEqual(row["top1_changed"], sum(b["top1_changed"] for _, b in runs) / 6)
            found.append(row["log_prob"])
        # Benjamini and Hochberg over the three interventions.
        order = sorted(found, key=lambda one: one["p"])
        least = 1
        for rank in (3, 2, 1):
            least = min(least, order[rank - 1]["p"] * 3 / rank)
            self.assertAlmostEqual(order[rank - 1]["p_bh"], least, 12)

    def test_prompts_of_a_group_count_once(self):
        made = self.make(3)
        for line, group in zip(made, ("a", "a", "b")):
            line["group"] = group
        self.write(*made)
        result = ask_json("predict", "--prompts", self.list, "--heads", "L4H6")
        self.assertEqual(result["across"]["n_units"], 2)
        row = result["across"]["interventions"][0]
        changes = [one["interventions"][0]["target"]["log_prob"] - one["clean"]["target"]["log_prob"]
                   for one in result["prompts"]]
        self.assertAlmostEqual(row["log_prob"]["mean"], ((changes[0] + changes[1]) / 2 + changes[2]) / 2, 12)
        table = ask("predict", "--prompts", self.list, "--heads", "L4H6")
        self.assertIn("3 prompts in 2 groups", table)

    def test_csv(self):
        made = self.make(2)
        text = ask("predict", "--prompts", self.list, "--heads", HEADS, "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual(len(rows), 8)
        self.assertEqual([(row["prompt"], row["id"]) for row in rows],
                         [("0", made[0]["id"])] * 4 + [("1", made[1]["id"])] * 4)
        self.assertEqual([row["spec"] for row in rows], ["clean", "L4H6", "L0H15", "L2H1+L3H5"] * 2)
        alone = ask("predict", made[1]["text"], "--heads", HEADS, "--target", made[1]["target"],
                    "--contrast", made[1]["contrast"], "--format", "csv").splitlines()
        lines = text.splitlines()
        self.assertEqual(lines[0], "prompt,id,group," + alone[0])
        for line, other in zip(lines[5:], alone[1:]):
            self.assertTrue(line.endswith("," + other), line)

    def test_lines_of_text_take_the_command_lines_target(self):
        self.write("Berlin is the capital of", "Paris is the capital of")
        result = ask_json("predict", "--prompts", self.list, "--heads", "L4H6", "--target", " Germany",
                          "--target", " a")
        for one in result["prompts"]:
            self.assertEqual(one["clean"]["target"]["text"], " Germany")
            self.assertEqual(one["clean"]["others"][0]["text"], " a")
            self.assertIsNone(one["id"])
        self.assertIsNone(result["across"]["interventions"][0]["logit_diff"])
        # A line's own answers stand before those of the command line.
        self.write({"text": "Berlin is the capital of"},
                   {"text": "Paris is the capital of", "target": " France", "contrast": " Spain"})
        result = ask_json("predict", "--prompts", self.list, "--heads", "L4H6", "--target", " Germany",
                          "--contrast", " Italy")
        self.assertEqual([(one["clean"]["target"]["text"], one["clean"]["contrast"]["text"])
                          for one in result["prompts"]],
                         [(" Germany", " Italy"), (" France", " Spain")])
        # One prompt of two has a contrast.
        result = ask_json("predict", "--prompts", self.list, "--heads", "L4H6", "--target", " Germany")
        row = result["across"]["interventions"][0]
        self.assertEqual((row["logit_diff"]["n"], row["log_prob"]["n"]), (1, 2))
        self.assertIsNone(row["logit_diff"]["t"])

    def test_positions_are_found_in_each_prompt(self):
        self.write({"text": "Berlin is the capital of", "target": " Germany"},
                   {"text": "I say: Berlin is the capital of", "target": " Germany"})
        result = ask_json("predict", "--prompts", self.list, "--heads", "L4H6", "--at", "text: is the")
        first, second = (one["interventions"][0]["positions"] for one in result["prompts"])
        self.assertEqual([position - first[0] for position in first],
                         [position - second[0] for position in second])
        self.assertNotEqual(first, second)

    def test_the_numbers_do_not_depend_on_threads_or_memory(self):
        self.make(3)
        command = ("predict", "--prompts", self.list, "--heads", "3.*", "--format", "json")
        self.assertEqual(ask(*command, "--threads", "1"), ask(*command, "--memory", "3MB"))

    def test_the_map_of_every_head(self):
        self.make(3)
        table = ask("predict", "--prompts", self.list)
        for part in ("384 heads, each by itself", "3 prompts", "Δ logit diff, mean over the prompts",
                     "The 10 with the largest |t|", "A prompt is one observation"):
            self.assertIn(part, " ".join(table.split()))
        self.assertLessEqual(max(len(line) for line in table.splitlines()), 100)
        self.assertNotIn("observation", ask("predict", "--prompts", self.list, "--quiet"))

    def test_repeated_prompts_count_once(self):
        line = {"text": "Berlin is the capital of", "target": " Germany"}
        self.write(line, {**line, "target": " France"}, line)
        done = run("predict", "--prompts", self.list, "--heads", "L4H6", "--format", "json")
        self.assertEqual(len(json.loads(done.stdout)["prompts"]), 2)
        self.assertIn(b"line 3 has the same tokens and target as", done.stderr)
        self.assertEqual(run("predict", "--prompts", self.list, "--heads", "L4H6", "--quiet").stderr, b"")

    def test_standard_input_and_ids(self):
        model = write_tiny_model(self.folder / "model")
        lines = "".join(json.dumps({"token_ids": ids, "id": f"n{ids[0]}"}) + "\n"
                        for ids in ([1, 2, 3], [4, 5], [6]))
        result = ask_json("predict", "--model", model, "--prompts", "-", "--target-id", "7",
                          "--contrast-id", "8", stdin=lines.encode())
        self.assertEqual([one["id"] for one in result["prompts"]], ["n1", "n4", "n6"])
        self.assertEqual(len(result["across"]["interventions"]), 6)


class Kept(PromptsTest):
    def test_each_prompt_is_a_run(self):
        made = self.make(3)
        database = str(self.folder / "a.db")
        command = ("predict", "--prompts", self.list, "--heads", HEADS, "--db", database)
        done = run(*command)
        self.assertIn(f"'{database}' has the results as runs 1, 2, 3\n", done.stderr.decode())
        with sqlite3.connect(database) as connection:
            rows = connection.execute("SELECT prompt_id, prompt_group, prompt FROM runs ORDER BY id")
            self.assertEqual(rows.fetchall(), [(one["id"], one["group"], one["text"]) for one in made])
        connection.close()
        second = json.loads(ask("predict", "--db", database, "--show", "--run", "2", "--format", "json"))
        self.assertEqual(second, ask_json("predict", made[1]["text"], "--heads", HEADS, "--target",
                                          made[1]["target"], "--contrast", made[1]["contrast"]))
        self.assertIn("3 stood there already, bit for bit", run(*command).stderr.decode())


class Refused(PromptsTest):
    def test_bad_lines(self):
        good = {"text": "Berlin is the capital of", "target": " Germany"}
        for line, says in (
                ("{", "not JSON"),
                ({"text": "a b"}, ("the prompt has no target", "--target")),
                ({"text": "a b", "target": "joke"}, ("is 2 tokens", "with its leading space")),
                ({"text": "a b", "target": " a", "contrast": "xyzzy"}, "contrast 'xyzzy' is"),
                ({"text": "a b", "target": 5}, "target is 5"),
                ({"text": "", "target": " a"}, "text is empty"),
                ({"token_ids": [99999], "target": " a"}, "99999"),
                ({"text": "a b", "target": " a", "answer": " b"}, "answer"),
                ({"text": "word " * 3000, "target": " a"}, "positions; shorten it")):
            self.write(good, line)
            database = self.folder / "a.db"
            self.assert_fails(FAILED, "predict", "--prompts", self.list, "--db", str(database),
                              says=("line 2: ", *([says] if isinstance(says, str) else says)))
            self.assertFalse(database.exists())

    def test_bad_files(self):
        self.write("")
        self.assert_fails(FAILED, "predict", "--prompts", self.list, "--target", " a",
                          says="there is no prompt in it")
        self.assert_fails(FAILED, "predict", "--prompts", str(self.folder / "no"), "--target", " a",
                          says="No such file")

    def test_command_lines(self):
        self.make(2)
        for extra, says in ((("a text",), "--prompts and PROMPT"),
                            (("--token-ids", "1"), "--prompts and --token-ids"),
                            (("--prompt-file", self.list), "--prompts and --prompt-file"),
                            (("--target", " a", "--target-id", "3"), "in two ways"),
                            (("--contrast", " a", "--contrast-id", "3"), "in two ways"),
                            (("--at", "90"), "line 1"), (("--target", "joke"), "2 tokens"),
                            (("--prompts", self.list), "--prompts")):
            self.assert_fails(WRONG_USAGE, "predict", "--prompts", self.list, *extra, says=says)
        self.assert_fails(WRONG_USAGE, "predict", "--db", "a.db", "--show", "--prompts", self.list,
                          says="--prompts says how")


if __name__ == "__main__":
    tool.main()
