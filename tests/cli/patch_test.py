"""`tacet patch` as a user runs it: its JSON and CSV, the tables, files of pairs, and what it refuses."""

import csv
import io
import json
import pathlib
import statistics

import tool
from tool import ToolTest, ask, ask_json, write_tiny_model

BERLIN = ("--clean", "Berlin is the capital of", "--corrupt", "Paris is the capital of",
          "--target", " Germany", "--contrast", " France")
IOI = ("--clean", "When Mary and John went to the store, John gave a drink to",
       "--corrupt", "When Mary and John went to the store, Mary gave a drink to",
       "--target", " Mary", "--contrast", " John")
IDS = ("--clean-ids", "5,6,7,8", "--corrupt-ids", "5,9,7,8", "--target-id", "3",
       "--contrast-id", "4")


class Json(ToolTest):
    def test_contract(self):
        shape = tool.mini()
        n_layer, n_head = shape["n_layer"], shape["n_head"]
        for by, count in (("head", n_layer * n_head), ("block,position", n_layer * 5)):
            result = ask_json("patch", *BERLIN, "--by", by)
            self.assertEqual(result["schema"], "tacet.patch/1")
            self.assertEqual((result["by"], result["direction"]), (by, "denoise"))
            self.assertEqual(list(result["clean"]), ["prompt", "tokens", "logit_diff"])
            self.assertEqual(result["clean"]["prompt"], "Berlin is the capital of")
            self.assertEqual(result["target"]["text"], " Germany")
            self.assertEqual(result["contrast"]["text"], " France")
            self.assertEqual(len(result["cells"]), count)
            clean, corrupt = (result[side]["logit_diff"] for side in ("clean", "corrupt"))
            self.assertGreater(clean, 3)  # the embedded model knows both
            self.assertLess(corrupt, -2)
            for cell in result["cells"]:
                self.assertEqual(list(cell),
                                 ["layer", "head", "position", "logit_diff", "recovered"])
                self.assertEqual(cell["head"] is None, by == "block,position")
                self.assertEqual(cell["position"] is None, by == "head")
                self.assertAlmostEqual(cell["recovered"],
                                       (cell["logit_diff"] - corrupt) / (clean - corrupt), 12)

    def test_the_logit_differences_are_those_of_predict(self):
        patched = ask_json("patch", *IOI)
        for side, option in (("clean", "--clean"), ("corrupt", "--corrupt")):
            prompt = IOI[IOI.index(option) + 1]
            predicted = ask_json("predict", prompt, "--heads", "L0H0", "--target", " Mary",
                                 "--contrast", " John")
            self.assertEqual(predicted["clean"]["logit_diff"], patched[side]["logit_diff"])

    def test_a_head_of_the_embedded_model_moves_the_name(self):
        cells = ask_json("patch", *IOI)["cells"]
        best = max(cells, key=lambda cell: cell["recovered"])
        self.assertEqual((best["layer"], best["head"]), (12, 13))
        self.assertGreater(best["recovered"], 0.5)

    def test_noise_is_denoise_with_the_prompts_swapped(self):
        noise = ask_json("patch", *IOI, "--direction", "noise")
        swapped = ask_json("patch", "--clean", IOI[3], "--corrupt", IOI[1], *IOI[4:])
        self.assertEqual(noise["direction"], "noise")
        self.assertEqual(noise["cells"], swapped["cells"])
        self.assertEqual(noise["clean"], swapped["corrupt"])

    def test_equal_prompts_are_no_error(self):
        same = ("--clean", IOI[1], "--corrupt", IOI[1], *IOI[4:])
        for by in "head", "block,position":
            result = ask_json("patch", *same, "--by", by)
            for cell in result["cells"]:
                self.assertIsNone(cell["recovered"])
                self.assertEqual(cell["logit_diff"], result["clean"]["logit_diff"])
            self.assertIn("same logit difference", ask("patch", *same, "--by", by))

    def test_same_bytes_on_any_number_of_threads_and_with_little_memory(self):
        command = ("patch", *BERLIN, "--by", "head,position", "--format", "json")
        wanted = ask(*command)
        self.assertEqual(ask(*command, "--threads", "1"), wanted)
        if not tool.SANITIZED:
            self.assertEqual(ask(*command, "--memory", "1MB"), wanted)

    def test_no_tokenizer_is_needed(self):
        folder = write_tiny_model(self.folder / "model")
        result = ask_json("patch", "--model", folder, *IDS, "--by", "head,position")
        self.assertEqual(len(result["cells"]), 3 * 2 * 4)
        self.assertEqual([cell["recovered"] for cell in result["cells"] if cell["position"] == 0],
                         [0] * 6)
        self.assertIn("<9>", ask("patch", "--model", folder, *IDS))


class OtherFormats(ToolTest):
    def test_csv(self):
        cells = ask_json("patch", *BERLIN)["cells"]
        rows = list(csv.DictReader(io.StringIO(ask("patch", *BERLIN, "--format", "csv"))))
        self.assertEqual(len(rows), len(cells))
        for row, cell in zip(rows, cells):
            self.assertEqual(row["position"], "")
            self.assertEqual((int(row["layer"]), int(row["head"])), (cell["layer"], cell["head"]))
            self.assertEqual(float(row["recovered"]), cell["recovered"])

    def test_tables(self):
        for by, parts in (("head", ("by block and head", "\n  L23", "L12H13")),
                          ("block,position", ("by token and block", "into block")),
                          ("head,position", ("heads beyond 5 %", "13 ␣to", "L12H13 at 13 ␣to"))):
            table = ask("patch", *IOI, "--by", by)
            for part in (*parts, "logit of ␣Mary − ␣John", "[␣John]", "does most", "recovered"):
                self.assertIn(part, table)
            self.assertLessEqual(max(map(len, table.splitlines())), 100)
        noise = ask("patch", *IOI, "--direction", "noise")
        self.assertIn("the corrupted run's, put into the clean run", noise)


class Pairs(ToolTest):
    LINES = ({"clean": BERLIN[1], "corrupt": BERLIN[3], "target": " Germany",
              "contrast": " France", "id": 1},
             {"text": BERLIN[3], "corrupt": BERLIN[1], "target": " France",
              "contrast": " Germany", "group": "capitals"})

    def write(self, *lines):
        file = self.folder / "pairs.jsonl"
        file.write_text("".join(
            (line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
        return str(file)

    def test_means_and_spread(self):
        file = self.write(*self.LINES)
        both = ask_json("patch", "--pairs", file)
        one = ask_json("patch", *BERLIN)
        other = ask_json("patch", "--clean", BERLIN[3], "--corrupt", BERLIN[1], "--target",
                         " France", "--contrast", " Germany")
        self.assertEqual(len(both["pairs"]), 2)
        self.assertEqual(both["pairs"][0]["clean"], one["clean"])
        self.assertIsNone(both["clean"]["prompt"])
        for cell, *each in zip(both["cells"], one["cells"], other["cells"]):
            diffs = [cell["logit_diff"] for cell in each]
            self.assertAlmostEqual(cell["logit_diff"], statistics.mean(diffs), 9)
            self.assertAlmostEqual(cell["logit_diff_sd"], statistics.stdev(diffs), 9)
            shares = [cell["recovered"] for cell in each]
            self.assertAlmostEqual(cell["recovered_sd"], statistics.stdev(shares), 9)
        self.assertIn("mean of 2 pairs", ask("patch", "--pairs", file))
        self.assertEqual(ask("patch", "--pairs", "-", stdin=pathlib.Path(file).read_bytes()),
                         ask("patch", "--pairs", file))

    def test_bad_files(self):
        good = self.LINES[0]
        for lines, says in (
                ((), "no pair"),
                (("[1]",), ("line 1", "object")),
                ((good, "{"), "line 2"),
                (({**good, "id": None},), "id is"),
                ((good, good), ("line 2", "stands in line 1")),
                (({**good, "other": 1},), 'unknown field "other"'),
                (({**good, "text": "a"},), "both of clean and text"),
                (({**good, "corrupt": 3},), "corrupt is 3"),
                (({**good, "target": ""},), "target is empty"),
                (({key: value for key, value in good.items() if key != "contrast"},), "no contrast"),
                (({**good, "target": "joke"},), ("line 1", "2 tokens", "' joke'")),
                (({**good, "corrupt": "Paris is"},), ("line 1", "same length", "' is'"))):
            message = self.assert_fails(1, "patch", "--pairs", self.write(*lines), says=says)
            self.assertIn("pairs.jsonl: ", message)
        longer = {**good, "id": 2, "clean": "I think Berlin is the capital of",
                  "corrupt": "I think Paris is the capital of"}
        self.assertEqual(len(ask_json("patch", "--pairs", self.write(good, longer))["pairs"]), 2)
        self.assert_fails(1, "patch", "--pairs", self.write(good, longer), "--by", "block,position",
                          says="one length")


class Refusals(ToolTest):
    def test_command_lines(self):
        for arguments, says in (
                ((), "no clean prompt"),
                (BERLIN[:2], "no corrupt prompt"),
                (BERLIN[:4], "no target"),
                (BERLIN[:6], "no contrast"),
                ((*BERLIN, "--clean-ids", "1"), "two ways"),
                ((*BERLIN, "--target", " a"), "given 2 times"),
                ((*BERLIN, "--pairs", "x"), "--pairs and --clean"),
                ((*BERLIN, "--by", "layer"), "--by"),
                ((*BERLIN, "--direction", "both"), "--direction"),
                ((*BERLIN[:6], "--contrast-id", "99999"), "contrast"),
                ((*IDS[:2], "--corrupt-ids", "5,99999,7,8", *IDS[4:]), "token id 99999")):
            self.assert_fails(2, "patch", *arguments, says=says)

    def test_prompts_of_different_lengths(self):
        message = self.assert_fails(1, "patch", "--clean", "Berlin is the capital of", "--corrupt",
                                    "Paris is the old capital of", *BERLIN[4:],
                                    says=("5 tokens", "' capital'", "same length"))
        self.assertIn(" against 'Paris' ' is'", message)

    def test_what_is_wrong_with_pairs_leaves_no_database(self):
        pairs = self.folder / "pairs.jsonl"
        pairs.write_text("".join(json.dumps({"clean": f"Berlin is the {more}capital of",
                                             "corrupt": f"Paris is the {more}capital of",
                                             "target": " Germany", "contrast": " France"}) + "\n"
                                 for more in ("", "old ")))
        database = self.folder / "a.db"
        self.assert_fails(1, "patch", "--pairs", str(pairs), "--by", "head,position", "--db", str(database),
                          says="patch by head, or keep to one length")
        self.assertFalse(database.exists())


if __name__ == "__main__":
    tool.main()
