"""`--pull` of the commands that run a model, against a hub of its own: pull_option_test.py TACET"""

import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))

import pull_case
import tool
from hub_server import Repo
from pull_case import PullTest


class PullOption(PullTest):
    def setUp(self):
        super().setUp()
        made = pathlib.Path(tool.write_tiny_model(self.folder / "made"))
        self.made = str(made)
        self.hub = self.start_hub(Repo({file.name: file.read_bytes() for file in made.iterdir()}))

    def silence(self, *arguments, env=None):
        done = subprocess.run(
            [pull_case.TOOL, "silence", "--token-ids", "1,2,3,4,5", "--heads", "L1H0", "--format",
             "json", *arguments], capture_output=True, check=False, timeout=tool.PATIENCE,
            env=self.environment(self.hub, **(env or {})))
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def result(self, *arguments, **options):
        code, out, error = self.silence(*arguments, **options)
        self.assertEqual(code, 0, error)
        return json.loads(out)

    def test_a_model_that_is_not_there_is_fetched_and_used(self):
        code, _, error = self.silence("--model", "someone/tiny")
        self.assertEqual(code, 1)
        self.assertIn("tacet pull someone/tiny", error)
        self.assertEqual(self.hub.requests, [])
        pulled = self.result("--model", "someone/tiny", "--pull")
        folder = self.result("--model", self.made)
        self.assertEqual(pulled["layers"], folder["layers"])
        self.assertEqual(pulled["model"]["fingerprint"], folder["model"]["fingerprint"])

    def test_one_that_is_there_asks_nothing_of_the_network(self):
        self.result("--model", "someone/tiny", "--pull")
        n_requests = len(self.hub.requests)
        self.result("--model", "someone/tiny", "--pull")
        self.result("--model", "someone/tiny")
        self.assertEqual(len(self.hub.requests), n_requests)

    def test_a_damaged_one_is_mended(self):
        self.result("--model", "someone/tiny", "--pull")
        next(self.model_folder().glob("snapshots/*/model.safetensors")).resolve().unlink()
        code, _, error = self.silence("--model", "someone/tiny")
        self.assertEqual(code, 1, error)
        self.result("--model", "someone/tiny", "--pull")

    def test_what_the_hub_has_not(self):
        code, _, error = self.silence("--model", "someone/other", "--pull")
        self.assertEqual(code, 1)
        self.assertIn("someone/other", error)
        code, _, error = self.silence("--model", "someone/tiny", "--pull", "--revision", "none")
        self.assertEqual(code, 1)
        self.assertIn("none", error)

    def test_offline_says_so(self):
        code, _, error = self.silence("--model", "someone/tiny", "--pull", env={"HF_HUB_OFFLINE": "1"})
        self.assertEqual(code, 1)
        self.assertIn("HF_HUB_OFFLINE", error)
        self.assertEqual(self.hub.requests, [])

    def test_a_folder_and_the_embedded_model_have_nothing_to_fetch(self):
        for model in self.made, "mini":
            code, _, error = self.silence("--model", model, "--pull")
            self.assertEqual(code, 2)
            self.assertIn("--pull", error)


if __name__ == "__main__":
    pull_case.main()
