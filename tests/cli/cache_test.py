#!/usr/bin/env python3
"""Models of the Hugging Face cache: which one a name means, and what is said when it is not there."""

import csv
import hashlib
import io
import json
import os
import pathlib
import re
import shutil

import tool
from tool import IDS, PROMPT, ToolTest, environment, run, write_tiny_model

FAILED, WRONG = 1, 2
COMMIT = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
OTHER = "1234567890123456789012345678901234567890"
RUN = ("trajectory", "--token-ids", IDS)


class CacheTest(ToolTest):
    def setUp(self):
        super().setUp()
        self.hub = self.folder / "hub"
        self.here = self.folder / "here"
        self.here.mkdir()

    def run_with(self, **changes):
        return {"env": environment(HF_HUB_CACHE=str(self.hub), **changes), "cwd": self.here}

    def ask_json(self, *arguments, **changes):
        return tool.ask_json(*arguments, **self.run_with(**changes))

    def fails(self, status, *arguments, says, **changes):
        return self.assert_fails(status, *arguments, says=says, **self.run_with(**changes))

    def put(self, repo, commit=COMMIT, reference="main", **shape):
        """A model in the cache as huggingface_hub leaves it; returns the plain folder it came from."""
        plain = self.folder / "plain" / repo / commit
        write_tiny_model(plain, **shape)
        folder = self.hub / ("models--" + repo.replace("/", "--"))
        snapshot = folder / "snapshots" / commit
        for path in (folder / "blobs", snapshot):
            path.mkdir(parents=True, exist_ok=True)
        for file in sorted(plain.iterdir()):
            content = file.read_bytes()
            etag = (hashlib.sha256(content).hexdigest() if file.suffix == ".safetensors"
                    else hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest())
            (folder / "blobs" / etag).write_bytes(content)
            os.symlink(f"../../blobs/{etag}", snapshot / file.name)
        if reference:
            path = folder / "refs" / reference
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(commit)
        return plain


class Names(CacheTest):
    def test_an_id_and_its_short_name(self):
        plain = self.put("openai-community/gpt2-medium")
        folder = self.ask_json(*RUN, "--model", str(plain))
        digest = hashlib.sha256((plain / "model.safetensors").read_bytes()).hexdigest()
        for name in ("openai-community/gpt2-medium", "gpt2-medium"):
            result = self.ask_json(*RUN, "--model", name)
            self.assertEqual(result["model"]["id"], name)
            self.assertEqual(result["model"]["fingerprint"], folder["model"]["fingerprint"])
            self.assertEqual(result["model"]["sha256"], digest)
            self.assertIsNone(result["model"]["official"])
            self.assertEqual(result["layers"], folder["layers"])
        self.assertIsNone(folder["model"]["sha256"])

    def test_a_database_keeps_what_is_known_of_the_weights(self):
        plain = self.put("openai-community/gpt2-medium")
        digest = hashlib.sha256((plain / "model.safetensors").read_bytes()).hexdigest()
        sweep = ("sweep", "--token-ids", "1,2,3,4,5", "--db", str(self.folder / "sweep.db"), "--quiet")
        self.assertIsNone(self.ask_json(*sweep, "--model", str(plain))["model"]["sha256"])
        # The same run: nothing is computed anew, but now the hash is known.
        cached = self.ask_json(*sweep, "--model", "gpt2-medium")
        self.assertEqual(len(cached["prompts"]), 1)
        for model in (cached["model"], self.ask_json(*sweep, "--model", str(plain))["model"]):
            self.assertEqual(model["sha256"], digest)
            self.assertIsNone(model["official"])

    def test_every_command_that_takes_a_model(self):
        self.put("org/name")
        model = ("--model", "org/name")
        self.ask_json("silence", "--heads", "L1H1", "--token-ids", IDS, *model)
        self.ask_json("sweep", "--db", "sweep.db", "--token-ids", IDS, *model)
        self.ask_json("study", "--layer", "1", "--token-ids", IDS, "--out", "study", *model)
        tool.ask("report", "--db", "sweep.db", "--out", "page.html", **self.run_with())
        tool.ask("figure", "pairs", "--db", "sweep.db", "--out", "pairs.svg", **self.run_with())
        self.fails(FAILED, "tokens", PROMPT, *model, says="vocab.json")

    def test_the_environment_says_where_the_cache_is(self):
        self.put("org/name")
        shutil.copytree(self.hub, self.folder / "home" / "hub", symlinks=True)
        shutil.copytree(self.hub, self.folder / "xdg" / "huggingface" / "hub", symlinks=True)
        for changes in ({"HF_HOME": str(self.folder / "home")},
                        {"HF_HOME": "$WHERE/home", "WHERE": str(self.folder)},
                        {"XDG_CACHE_HOME": str(self.folder / "xdg")},
                        {"HF_HOME": "~/home", "HOME": str(self.folder)},
                        {"HUGGINGFACE_HUB_CACHE": str(self.hub)}):
            tool.ask(*RUN, "--model", "org/name", cwd=self.here,
                     env=environment(HF_HUB_CACHE=None, **changes))

    def test_variables_of_downloads_do_not_matter(self):
        self.put("org/name")
        self.ask_json(*RUN, "--model", "org/name", HF_HUB_ETAG_TIMEOUT="soon", HF_ENDPOINT="nowhere",
                      HF_TOKEN_PATH="/")

    def test_a_read_only_cache_without_links_or_references(self):
        plain = self.put("org/name", reference=None)
        folder = self.hub / "models--org--name"
        shutil.rmtree(folder / "snapshots" / COMMIT)
        shutil.rmtree(folder / "blobs")
        shutil.copytree(plain, folder / "snapshots" / COMMIT)
        before = sorted(str(path) for path in self.hub.rglob("*"))
        result = self.ask_json(*RUN, "--model", "org/name", "--revision", COMMIT)
        self.assertIsNone(result["model"]["sha256"])
        self.assertEqual(before, sorted(str(path) for path in self.hub.rglob("*")))

    def test_a_folder_wins_and_says_so(self):
        self.put("gpt2", layers=3)
        write_tiny_model(self.here / "gpt2", layers=2)
        done = run(*RUN, "--model", "gpt2", "--format", "json", **self.run_with())
        self.assertEqual(json.loads(done.stdout)["model"]["n_layer"], 2)
        self.assertEqual(done.stderr.decode(),
                         "tacet: note: 'gpt2' is taken to be the folder of that name; for the model in "
                         "the Hugging Face cache write 'openai-community/gpt2'\n")
        for name in ("./gpt2", "../here/gpt2", str(self.here / "gpt2")):
            self.assertEqual(self.ask_json(*RUN, "--model", name)["model"]["n_layer"], 2)
        self.assertEqual(self.ask_json(*RUN, "--model", "~/gpt2", HOME=str(self.here))
                         ["model"]["n_layer"], 2)
        self.assertEqual(self.ask_json(*RUN, "--model", "openai-community/gpt2")
                         ["model"]["n_layer"], 3)
        self.assertEqual(run(*RUN, "-q", "--model", "gpt2", **self.run_with()).stderr, b"")
        self.fails(WRONG, *RUN, "--model", "gpt2", "--revision", "main", says="no revisions")

    def test_a_path_is_never_an_id(self):
        self.put("gpt2")
        for name in ("./gpt2", "../gpt2", "/gpt2", "~/gpt2"):
            self.fails(FAILED, *RUN, "--model", name, says="neither mini nor a folder",
                       HOME=str(self.here))

    def test_mini_wins_and_says_so(self):
        write_tiny_model(self.here / "mini")
        self.assertEqual(run(*RUN, **self.run_with()).stderr, b"")  # nobody has named it
        done = run(*RUN, "--model", "mini", **self.run_with())
        self.assertIn(b"note: 'mini' is taken to be the embedded model", done.stderr)
        self.fails(WRONG, *RUN, "--revision", "main", says="embedded")


class Revisions(CacheTest):
    def test_branches_tags_pull_requests_and_commits(self):
        self.put("org/name", layers=3)
        self.put("org/name", OTHER, "refs/pr/1", layers=2)
        for revision, layers in (("main", 3), ("refs/pr/1", 2), (OTHER, 2), (COMMIT, 3),
                                 (OTHER[:7], 2)):
            result = self.ask_json(*RUN, "--model", "org/name", "--revision", revision)
            self.assertEqual(result["model"]["n_layer"], layers, revision)
        self.ask_json("study", "--layer", "1", "--token-ids", IDS, "--out", "study", "--model",
                      "org/name", "--revision", "refs/pr/1")
        self.fails(FAILED, *RUN, "--model", "org/name", "--revision", "v9",
                   says=("'v9'", "main, refs/pr/1", "tacet pull org/name --revision v9"))
        for revision in ("../main", "a b", "/etc"):
            self.fails(WRONG, *RUN, "--model", "org/name", f"--revision={revision}",
                       says="cannot be a revision")

    def test_a_page_names_the_revision_of_its_results(self):
        self.put("org/name", layers=3)
        self.put("org/name", OTHER, "v2", layers=2)
        model = ("--model", "org/name")
        tool.ask("sweep", "--db", "s.db", "--token-ids", IDS, *model, "--revision", "v2",
                 **self.run_with())
        self.fails(WRONG, "figure", "pairs", "--db", "s.db", "--out", "a.svg", *model,
                   says="fingerprint")
        for name in (("--revision", "v2"), (*model, "--revision", OTHER)):
            tool.ask("figure", "pairs", "--db", "s.db", "--out", "a.svg", *name, **self.run_with())


class Errors(CacheTest):
    def test_what_is_not_there_says_what_to_run(self):
        self.fails(FAILED, *RUN, "--model", "gpt2-medium", says=(
            f"not in the Hugging Face cache {self.hub}", "models--gpt2-medium",
            "models--openai-community--gpt2-medium", "`tacet pull gpt2-medium`"))
        self.fails(FAILED, *RUN, "--model", "org/name", says="`tacet pull org/name`")
        self.put("org/gtp2")
        self.fails(FAILED, *RUN, "--model", "org/gpt2", says="tacet pull org/gpt2")
        self.put("minimal")
        self.fails(FAILED, *RUN, "--model", "minimum", says="did you mean 'minimal'?")

    def test_broken_caches(self):
        self.put("org/name")
        folder = self.hub / "models--org--name"
        weights = folder / "snapshots" / COMMIT / "model.safetensors"
        blob = weights.resolve()
        blob.rename(self.folder / "kept")
        self.fails(FAILED, *RUN, "--model", "org/name", says=("which is not there", "tacet pull"))
        blob.mkdir()
        self.fails(FAILED, *RUN, "--model", "org/name", says="which is a folder")
        weights.unlink()
        (weights.parent / "pytorch_model.bin").write_bytes(b"PK")
        self.fails(FAILED, *RUN, "--model", "org/name", says=("pickle", "convert"))
        for text in ("", "main", OTHER):
            (folder / "refs" / "main").write_text(text)
            self.fails(FAILED, *RUN, "--model", "org/name", says="tacet pull org/name")
        shutil.rmtree(folder / "snapshots")
        (folder / "snapshots").symlink_to("snapshots")
        self.fails(FAILED, *RUN, "--model", "org/name", says="no snapshot")

    def test_weights_of_a_truncated_blob(self):
        self.put("org/name")
        blob = (self.hub / "models--org--name" / "snapshots" / COMMIT / "model.safetensors").resolve()
        blob.write_bytes(blob.read_bytes()[:-1])
        self.fails(FAILED, *RUN, "--model", "org/name", says="model.safetensors")


class Official(CacheTest):
    def test_a_hash_with_another_size_is_not_enough(self):
        self.put("gpt2")
        snapshot = self.hub / "models--gpt2" / "snapshots" / COMMIT
        blob = (snapshot / "model.safetensors").resolve()
        name = "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707"
        blob.rename(blob.parent / name)
        (snapshot / "model.safetensors").unlink()
        (snapshot / "model.safetensors").symlink_to(f"../../blobs/{name}")
        model = self.ask_json(*RUN, "--model", "gpt2")["model"]
        self.assertEqual(model["sha256"], name)
        self.assertIsNone(model["official"])


class Listing(CacheTest):
    def test_what_the_cache_has(self):
        plain = self.put("org/name")
        (self.hub / "models--org--name" / "refs" / "v1").write_text(COMMIT)
        self.put("org/llama", OTHER)
        config = (self.hub / "models--org--llama" / "snapshots" / OTHER / "config.json").resolve()
        config.write_text('{"model_type": "llama"}')
        (self.hub / "datasets--org--data" / "snapshots").mkdir(parents=True)
        (self.hub / "models--org--torn" / "refs").mkdir(parents=True)
        (self.hub / "models--org--torn" / "refs" / "main").write_text(COMMIT)
        models = self.ask_json("models")["models"]
        self.assertEqual([model["id"] for model in models],
                         ["mini", "org/llama", "org/name", "org/torn"])
        self.assertEqual([model["source"] for model in models], ["embedded"] + 3 * ["cache"])
        self.assertEqual([model["usable"] for model in models], [True, False, True, False])
        self.assertIn("llama", models[1]["error"])
        self.assertIn("no snapshot", models[3]["error"])
        good = models[2]
        self.assertEqual((good["revisions"], good["commit"]), (["main", "v1"], COMMIT))
        self.assertEqual(good["disk_bytes"], sum(file.stat().st_size for file in plain.iterdir()))
        self.assertRegex(good["last_used"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(good["fingerprint"],
                         self.ask_json("models", str(plain))["models"][-1]["fingerprint"])
        rows = list(csv.DictReader(io.StringIO(
            tool.ask("models", "--format", "csv", **self.run_with()))))
        self.assertEqual(rows[2]["revisions"], "main v1")
        table = tool.ask("models", **self.run_with())
        self.assertTrue(re.search(r"main, v1 · commit 607a30d · \d+\.\d kB on disk · last used 20",
                                  table), table)
        self.assertEqual(table.count("cannot be used"), 2)


if __name__ == "__main__":
    tool.main()
