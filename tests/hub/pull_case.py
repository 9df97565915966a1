"""What the tests of `tacet pull` share: a made model, a cache of their own, running the tool."""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import hub_server
from hub_server import Hub, Repo

TOOL = None  # path of the binary; set by main()
TOKEN = "hf_secretsecretsecret"


def made_bytes(size, seed):
    return random.Random(seed).randbytes(size)


def made_files(weights=300_000):
    """A repository as GPT-2's: what is needed, and what is not."""
    return {
        "config.json": b'{"model_type": "gpt2"}\n', "vocab.json": made_bytes(5000, 1),
        "merges.txt": made_bytes(3000, 2), "tokenizer.json": made_bytes(9000, 3),
        "tokenizer_config.json": b"{}", "generation_config.json": b"",
        "model.safetensors": made_bytes(weights, 4),
        "pytorch_model.bin": made_bytes(1000, 5), "README.md": b"# a card\n",
        "onnx/model.onnx": made_bytes(500, 6), "64.tflite": made_bytes(100, 7),
    }


WANTED = ["config.json", "generation_config.json", "merges.txt", "model.safetensors", "tokenizer.json",
          "tokenizer_config.json", "vocab.json"]


class PullTest(unittest.TestCase):
    """Each test with a folder, and a cache that is not there yet."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.cache = self.folder / "home" / "hub"

    def start_hub(self, repo=None, **options):
        hub = Hub(repo or Repo(made_files()), **options)
        hub.__enter__()
        self.addCleanup(hub.__exit__)
        return hub

    def environment(self, hub, **changes):
        env = {k: v for k, v in os.environ.items()
               if not k.startswith(("HF_", "HUGGING", "XDG_", "TRANSFORMERS")) and "proxy" not in k.lower()}
        env.update(HF_HOME=str(self.folder / "home"), TACET_WAIT_SCALE="0.005",
                   HF_ENDPOINT=hub.endpoint if isinstance(hub, Hub) else hub)
        for name, value in changes.items():
            env.pop(name, None) if value is None else env.update({name: value})
        return env

    def start(self, hub, *arguments, repo="someone/tiny", env=None, command=None, **options):
        return subprocess.Popen([*(command or []), TOOL, "pull", repo, *arguments],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=self.environment(hub, **(env or {})), **options)

    def pull(self, hub, *arguments, **options):
        """Return code, standard output, standard error."""
        process = self.start(hub, *arguments, **options)
        out, error = process.communicate(timeout=120)
        self.assertNotIn(TOKEN.encode(), out + error)
        return process.returncode, out.decode(), error.decode()

    def pull_json(self, hub, *arguments, **options):
        code, out, error = self.pull(hub, "--format", "json", *arguments, **options)
        self.assertEqual(code, 0, error)
        return json.loads(out)

    def assert_fails(self, hub, *arguments, says, code=1, **options):
        """The pull fails with one line that says all of `says`, and the cache holds nothing wrong."""
        returned, out, error = self.pull(hub, *arguments, **options)
        lines = [line for line in error.splitlines() if line.startswith("tacet: error: ")]
        self.assertEqual((returned, out, len(lines)), (code, "", 1), error)
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, lines[0])
        if isinstance(hub, Hub):
            self.assert_nothing_unverified(hub.repo)
        return error

    def model_folder(self, repo="someone/tiny"):
        return self.cache / ("models--" + repo.replace("/", "--"))

    def blobs(self, repo="someone/tiny"):
        folder = self.model_folder(repo) / "blobs"
        return {path.name: path for path in folder.iterdir()} if folder.is_dir() else {}

    def assert_nothing_unverified(self, repo):
        """Every blob and every file of a snapshot has the bytes that its name promises."""
        for name, path in self.blobs().items():
            if not name.endswith(".incomplete"):
                data = path.read_bytes()
                self.assertIn(name, (hub_server.sha256(data), hub_server.git_sha1(data)))
        snapshot = self.model_folder() / "snapshots" / repo.commit
        for path in snapshot.iterdir() if snapshot.is_dir() else []:
            self.assertEqual(path.read_bytes(), repo.files[path.name], path.name)

    def assert_whole(self, hub, result, wanted=WANTED):
        """What the result says is there is there, in the layout of the Hugging Face cache."""
        repo = hub.repo
        folder = self.model_folder(result["repo"])
        snapshot = folder / "snapshots" / repo.commit
        self.assertEqual(result["commit"], repo.commit)
        self.assertEqual(result["snapshot"], str(snapshot))
        self.assertEqual([file["path"] for file in result["files"]], wanted)
        self.assertEqual(sorted(path.name for path in snapshot.iterdir()), wanted)
        for file in result["files"]:
            path, data = file["path"], repo.files[file["path"]]
            self.assertEqual(file["size"], len(data))
            self.assertEqual(file["verified"], "sha256" if path in repo.large else "git-sha1")
            self.assertEqual(os.readlink(snapshot / path), f"../../blobs/{repo.etag(path)}")
            self.assertEqual((snapshot / path).read_bytes(), data)
        self.assertEqual(sorted(self.blobs(result["repo"])), sorted({repo.etag(path) for path in wanted}))
        if result["revision"] != repo.commit:
            self.assertEqual((folder / "refs" / result["revision"]).read_bytes(), repo.commit.encode())
        self.assertTrue((self.cache / "CACHEDIR.TAG").read_text().startswith(
            "Signature: 8a477f597d28d172789f06886806bc55\n"))


def main():
    global TOOL
    TOOL = os.path.abspath(sys.argv.pop(1))
    unittest.main()
