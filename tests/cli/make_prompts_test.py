"""`tacet make-prompts`: what its files promise, and that the other commands read them."""

import collections
import json

from tool import ToolTest, ask, ask_json


def made(task, *arguments):
    return [json.loads(line) for line in ask("make-prompts", task, *arguments).splitlines()]


class MakePrompts(ToolTest):
    def test_every_prompt_is_what_it_promises(self):
        for task in "ioi", "capitals", "food":
            prompts = made(task, "--n", "24")
            self.assertEqual(len(prompts), 24)
            self.assertEqual([one["id"] for one in prompts],
                             [f"{task}-{i}" for i in range(1, 25)])
            self.assertEqual(len({(one["text"], one["corrupt"]) for one in prompts}), 24)
            for one in prompts[:6]:
                self.assertEqual(list(one),
                                 ["id", "group", "text", "corrupt", "target", "contrast"])
                self.assertNotEqual(one["text"], one["corrupt"])
                self.assertNotEqual(one["target"], one["contrast"])
                for answer in one["target"], one["contrast"]:
                    self.assertTrue(answer.startswith(" "))
                    self.assertEqual(ask_json("tokens", answer)["count"], 1)
                self.assertEqual(ask_json("tokens", one["text"])["count"],
                                 ask_json("tokens", one["corrupt"])["count"])

    def test_the_right_answers(self):
        for one in made("ioi", "--n", "12"):
            words = one["text"].replace(",", "").replace(".", "").split()
            for text_words, answer in ((words, one["target"]),
                                       (one["corrupt"].replace(",", "").replace(".", "").split(),
                                        one["contrast"])):
                names = one["group"].split()
                self.assertEqual(sorted(text_words.count(name) for name in names), [1, 2])
                self.assertEqual(text_words.count(answer.strip()), 1)  # the one who does not act
        for one in made("food", "--n", "12"):
            name = one["text"].split(". ")[1].split()[0]
            owns = one["text"].split(". ")[0].split(" and ")
            clause = next(part for part in owns if part.startswith(name + " "))
            self.assertTrue(clause.endswith(one["target"]), one)
        countries = {"Berlin": " Germany", "Paris": " France", "Rome": " Italy"}
        for one in made("capitals", "--n", "60"):
            city = one["text"].split()[0]
            if city in countries:
                self.assertEqual(one["target"], countries[city])

    def test_orders_take_turns(self):
        prompts = made("ioi", "--n", "40")
        first = collections.Counter()
        for one in prompts:
            text = one["text"]
            contrast_at, target_at = text.index(one["contrast"].strip()), text.index(
                one["target"].strip())
            first["target" if target_at < contrast_at else "contrast"] += 1
        self.assertEqual(first, {"target": 20, "contrast": 20})

    def test_the_seed_decides(self):
        once = ask("make-prompts", "ioi", "--n", "9", "--seed", "5")
        self.assertEqual(ask("make-prompts", "ioi", "--n", "9", "--seed", "5"), once)
        self.assertNotEqual(ask("make-prompts", "ioi", "--n", "9", "--seed", "6"), once)

    def test_other_commands_read_the_file(self):
        file = str(self.folder / "prompts.jsonl")
        self.assertEqual(ask("make-prompts", "capitals", "--n", "3", "--out", file), "")
        self.assertEqual(len(ask_json("patch", "--pairs", file)["pairs"]), 3)
        swept = ask_json("sweep", "--db", str(self.folder / "sweep.db"), "--heads", "L3H5",
                         "--prompts", file)
        self.assertEqual([one["id"] for one in swept["prompts"]],
                         ["capitals-1", "capitals-2", "capitals-3"])

    def test_refusals(self):
        self.assert_fails(2, "make-prompts", says="no task")
        self.assert_fails(2, "make-prompts", "io", says="ioi")
        self.assert_fails(2, "make-prompts", "ioi", "--n", "0", says="--n")
        self.assert_fails(2, "make-prompts", "capitals", "--n", "100000", says="1 to")
        self.assert_fails(1, "make-prompts", "ioi", "--model", "./nowhere", says="nowhere")


if __name__ == "__main__":
    import tool
    tool.main()
