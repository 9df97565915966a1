#!/usr/bin/env python3
"""tacet check: a model compared with references, here made ones of the embedded model."""

import csv
import io
import json

import tool
from tool import IDS, ToolTest, ask, ask_json, environment, run, write_tiny_model

FAILED, WRONG = 1, 2
TEXT = "I like Mary and pizza"


class Check(ToolTest):
    def references(self, *facts, name="refs.json"):
        common = {"models": ["mini"], "source": "this test", "text": TEXT}
        file = self.folder / name
        file.write_text(json.dumps({"schema": "tacet.references/1",
                                    "references": [{**common, **fact} for fact in facts]}))
        return str(file)

    def tokens(self, **changes):
        ids = [token["id"] for token in ask_json("tokens", TEXT)["tokens"]]
        return {"kind": "tokens", "name": "ids", "expected_ids": ids, **changes}

    def test_pass_and_not_applicable(self):
        file = self.references(self.tokens(), self.tokens(name="other", models=["gpt2"]))
        result = ask_json("check", "--references", file, "--as", "mini")
        self.assertEqual([fact["outcome"] for fact in result["facts"]], ["pass", "not_applicable"])
        self.assertEqual((result["passed"], result["failed"], result["not_applicable"]), (1, 0, 1))
        self.assertEqual(result["compared_with"], "mini")
        self.assertEqual(result["facts"][1]["reason"], "published for gpt2")
        table = ask("check", "--references", file, "--as", "mini")
        self.assertIn("pass  ids", table)
        self.assertIn("        source: this test\n", table)
        self.assertIn("        not applicable: published for gpt2\n", table)
        self.assertIn("1 passed, 0 failed, 1 not applicable", table)
        rows = list(csv.DictReader(io.StringIO(
            ask("check", "--references", file, "--as", "mini", "--format", "csv"))))
        self.assertEqual([row["outcome"] for row in rows], ["pass", "not_applicable"])

    def test_a_fail_is_shown_and_ends_with_1(self):
        file = self.references(self.tokens(expected_ids=[1]), {
            "kind": "loss", "name": "loss", "expected": 0.0, "tolerance": 1e-6})
        done = run("check", "--references", file, "--as", "mini")
        self.assertEqual(done.returncode, FAILED)
        self.assertIn("FAIL  loss", done.stdout.decode())
        self.assertIn("        published: 0.000000 ± 1e-06\n", done.stdout.decode())
        self.assertIn("tacet: error: 2 of 2 facts do not hold", done.stderr.decode())

    def test_the_embedded_model_is_no_published_one(self):
        result = ask_json("check")
        self.assertIsNone(result["compared_with"])
        self.assertEqual({fact["outcome"] for fact in result["facts"]}, {"not_applicable"})

    def test_a_model_of_the_cache_is_compared_with_its_name(self):
        snapshot = self.folder / "hub" / "models--openai-community--gpt2" / "snapshots" / ("a" * 40)
        write_tiny_model(snapshot)
        env = environment(HF_HUB_CACHE=str(self.folder / "hub"))
        result = ask_json("check", "--model", "openai-community/gpt2", "--revision", "aaaaa", env=env)
        self.assertEqual(result["compared_with"], "gpt2")
        self.assertIn("the model has no tokenizer files",
                      {fact["reason"] for fact in result["facts"]})
        folder = ask_json("check", "--model", str(snapshot), env=env)
        self.assertIsNone(folder["compared_with"])

    def test_bad_references(self):
        self.assert_fails(FAILED, "check", "--references", str(self.folder / "none"), says="none")
        file = self.references({"kind": "loss", "name": "loss", "expected": 1})
        self.assert_fails(FAILED, "check", "--references", file,
                          says=("references[0] has no 'tolerance'", "docs/models.md"))


if __name__ == "__main__":
    tool.main()
