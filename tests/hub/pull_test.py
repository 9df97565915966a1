#!/usr/bin/env python3
"""`tacet pull` against a hub that behaves: pull_test.py TACET"""

import csv
import fcntl
import io
import os
import pathlib
import pty
import random
import shutil
import signal
import subprocess
import time
import unittest

import hub_server
import pull_case
from hub_server import Repo
from pull_case import TOKEN, WANTED, PullTest, made_bytes, made_files


class Layout(PullTest):
    def test_all_that_is_needed_and_nothing_else(self):
        hub = self.start_hub()
        result = self.pull_json(hub)
        self.assertEqual(list(result), ["schema", "version", "repo", "revision", "commit", "snapshot", "files"])
        self.assertEqual((result["repo"], result["revision"]), ("someone/tiny", "main"))
        self.assert_whole(hub, result)
        self.assertTrue(all(file["downloaded"] for file in result["files"]))
        self.assertFalse([path for path in hub.bodies() if "README" in path or ".bin" in path])
        markers = self.model_folder() / ".no_exist" / hub.repo.commit
        self.assertEqual(sorted(path.name for path in markers.iterdir()),
                         ["added_tokens.json", "special_tokens_map.json"])
        locks = self.cache / ".locks" / "models--someone--tiny"
        self.assertIn(f"{hub.repo.etag('model.safetensors')}.lock", os.listdir(locks))

    def test_permissions_follow_the_umask(self):
        hub = self.start_hub()
        result = self.pull_json(hub, preexec_fn=lambda: os.umask(0o027))
        for file in result["files"]:
            self.assertEqual(os.stat(os.path.join(result["snapshot"], file["path"])).st_mode & 0o777, 0o640)

    def test_table_and_csv(self):
        hub = self.start_hub()
        code, table, error = self.pull(hub)
        self.assertEqual((code, error), (0, ""))
        for text in *WANTED, "fetched", "sha256", "git-sha1", hub.repo.commit, str(self.cache):
            self.assertIn(text, table)
        code, table, error = self.pull(hub)
        self.assertIn("was there", table)
        code, text, error = self.pull(hub, "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual([row["path"] for row in rows], WANTED)
        self.assertEqual({row["downloaded"] for row in rows}, {"false"})

    def test_revisions(self):
        hub = self.start_hub(Repo(made_files(), revisions=("main", "refs/pr/1", "v1", "607a30d")))
        for revision in "refs/pr/1", "v1", "607a30d":
            self.assert_whole(hub, self.pull_json(hub, "--revision", revision))
        refs = self.model_folder() / "refs"
        self.assertEqual(sorted(p.relative_to(refs).as_posix() for p in refs.rglob("*") if p.is_file()),
                         ["607a30d", "refs/pr/1", "v1"])
        hub.repo.revisions = {hub.repo.commit}
        self.assert_whole(hub, self.pull_json(hub, "--revision", hub.repo.commit))

    def test_a_short_name_is_followed_and_names_the_folder(self):
        repo = Repo(made_files(), name="openai-community/gpt2-medium")
        repo.aliases = {"gpt2-medium"}
        hub = self.start_hub(repo)
        self.assert_whole(hub, self.pull_json(hub, repo="gpt2-medium"))
        self.assertTrue((self.cache / "models--gpt2-medium").is_dir())

    def test_a_listing_of_many_pages(self):
        hub = self.start_hub(page=2)
        self.assert_whole(hub, self.pull_json(hub))
        self.assertGreater(sum("/tree/" in path for path in hub.bodies()), 4)

    def test_a_mirror_without_listings(self):
        hub = self.start_hub()
        hub.faults["tree"] = [hub_server.status(404)]
        self.assert_whole(hub, self.pull_json(hub))

    def test_shards(self):
        files = made_files()
        weights = files.pop("model.safetensors")
        shards = {f"model-0000{i + 1}-of-00003.safetensors": weights[i * 100_000:(i + 1) * 100_000]
                  for i in range(3)}
        index = {"metadata": {}, "weight_map": {f"h.{i}": name for i, name in enumerate(shards)}}
        files.update(shards)
        files["model.safetensors.index.json"] = pull_case.json.dumps(index).encode()
        hub = self.start_hub(Repo(files))
        wanted = sorted([*WANTED, *shards, "model.safetensors.index.json"])
        wanted.remove("model.safetensors")
        self.assert_whole(hub, self.pull_json(hub), wanted)
        hub.requests.clear()
        self.pull_json(hub, "--revision", hub.repo.commit)
        self.assertEqual(hub.requests, [])

    def test_no_links(self):
        hub = self.start_hub()
        env = {"HF_HUB_DISABLE_SYMLINKS": "1"}
        result = self.pull_json(hub, env=env)
        for file in result["files"]:
            path = os.path.join(result["snapshot"], file["path"])
            self.assertFalse(os.path.islink(path))
            self.assertEqual(pathlib.Path(path).read_bytes(), hub.repo.files[file["path"]])
        hub.requests.clear()
        again = self.pull_json(hub, env=env)
        self.assertFalse([path for path in hub.bodies() if "/tree/" not in path])
        offline = self.pull_json(hub, env={**env, "HF_HUB_OFFLINE": "1"})
        self.assertEqual(offline["files"], again["files"])

    def test_where_variables_put_the_cache(self):
        hub = self.start_hub()
        self.cache = self.folder / "else where"
        self.assert_whole(hub, self.pull_json(hub, env={"HF_HUB_CACHE": str(self.cache)}))


class ThereAlready(PullTest):
    def test_nothing_is_fetched_twice(self):
        hub = self.start_hub()
        first = self.pull_json(hub)
        hub.requests.clear()
        second = self.pull_json(hub)
        self.assertEqual([path for path in hub.bodies() if "/tree/" not in path], [])
        for file in first["files"]:
            file["downloaded"] = False
        self.assertEqual(second, first)
        hub.requests.clear()
        by_commit = self.pull_json(hub, "--revision", hub.repo.commit)
        self.assertEqual((by_commit["files"], hub.requests), (first["files"], []))
        for revision in "main", hub.repo.commit:
            offline = self.pull_json(hub, "--revision", revision, env={"HF_HUB_OFFLINE": "yes"})
            self.assertEqual((offline["files"], hub.requests), (first["files"], []))

    def test_offline_and_not_there(self):
        hub = self.start_hub()
        for revision in "main", hub.repo.commit:
            self.assert_fails(hub, "--revision", revision, env={"HF_HUB_OFFLINE": "1"},
                              says=["someone/tiny", "HF_HUB_OFFLINE"])
        self.assertEqual(hub.requests, [])
        self.pull_json(hub)
        (self.model_folder() / "snapshots" / hub.repo.commit / "model.safetensors").unlink()
        hub.requests.clear()
        self.assert_fails(hub, env={"HF_HUB_OFFLINE": "1"}, says="model.safetensors is not there")
        self.assertEqual(hub.requests, [])

    def test_a_damaged_blob_is_fetched_again(self):
        hub = self.start_hub()
        self.pull_json(hub)
        blob = self.blobs()[hub.repo.etag("model.safetensors")]
        data = bytearray(blob.read_bytes())
        data[1234] ^= 1
        blob.write_bytes(data)
        offline = {"HF_HUB_OFFLINE": "1"}
        code, _, error = self.pull(hub, env=offline)
        self.assertEqual(code, 1)
        self.assertIn("does not have the hash", error)
        code, _, error = self.pull(hub)
        self.assertEqual(code, 0)
        self.assertIn("model.safetensors in the cache is damaged", error)
        result = self.pull_json(hub)
        self.assert_whole(hub, result)

    def test_what_another_program_left_is_used(self):
        """A cache with blobs and no links, as it is after a kill, and a link to an older blob."""
        hub = self.start_hub()
        blobs = self.model_folder() / "blobs"
        blobs.mkdir(parents=True)
        for path in "model.safetensors", "vocab.json":
            (blobs / hub.repo.etag(path)).write_bytes(hub.repo.files[path])
        snapshot = self.model_folder() / "snapshots" / hub.repo.commit
        snapshot.mkdir(parents=True)
        (blobs / "0123").write_bytes(b"older")
        (snapshot / "merges.txt").symlink_to("../../blobs/0123")
        result = self.pull_json(hub)
        (blobs / "0123").unlink()
        self.assert_whole(hub, result)
        self.assertEqual([file["path"] for file in result["files"] if not file["downloaded"]],
                         ["model.safetensors", "vocab.json"])

    def test_a_new_commit_moves_the_branch(self):
        hub = self.start_hub()
        self.pull_json(hub)
        old = hub.repo
        hub.repo = Repo({**old.files, "vocab.json": b"new"}, commit="f" * 40)
        result = self.pull_json(hub)
        self.assertEqual([file["path"] for file in result["files"] if file["downloaded"]], ["vocab.json"])
        self.assertEqual((self.model_folder() / "refs" / "main").read_text(), "f" * 40)
        self.assertEqual((self.model_folder() / "snapshots" / old.commit / "vocab.json").read_bytes(),
                         old.files["vocab.json"])


class Resume(PullTest):
    def test_after_a_cut_within_a_run(self):
        for seed in range(3):
            with self.subTest(seed=seed):
                hub = self.start_hub(Repo(made_files(), name="someone/tiny", commit=f"{seed}" * 40))
                data = hub.repo.files["model.safetensors"]
                cuts = sorted(random.Random(seed).sample(range(1, len(data)), 4))
                hub.faults["store model.safetensors"] = [hub_server.cut(data, at) for at in cuts]
                self.cache = self.folder / f"cache{seed}"
                result = self.pull_json(hub, env={"HF_HUB_CACHE": str(self.cache)})
                self.assert_whole(hub, result)
                ranges = [seen.headers["Range"] for seen in hub.requests if "Range" in seen.headers
                          and "signature" in seen.path]
                self.assertEqual(ranges, [f"bytes={at}-" for at in cuts])

    def test_after_a_cut_in_a_small_file(self):
        hub = self.start_hub()
        data = hub.repo.files["vocab.json"]
        hub.faults["GET small vocab.json"] = [hub_server.cut(data, 1111)]
        self.assert_whole(hub, self.pull_json(hub))

    def test_across_runs(self):
        hub = self.start_hub()
        data = hub.repo.files["model.safetensors"]
        hub.faults["store model.safetensors"] = [hub_server.cut(data, 200_000)] * 6
        self.assert_fails(hub, says=["what arrived is kept"])
        incomplete = self.blobs()[hub.repo.etag("model.safetensors") + ".incomplete"]
        self.assertEqual(incomplete.read_bytes(), data[:200_000])
        hub.faults.clear()
        hub.requests.clear()
        self.assert_whole(hub, self.pull_json(hub))
        self.assertIn("bytes=200000-", [seen.headers.get("Range") for seen in hub.requests])

    def test_what_is_there_already_is_not_asked_for(self):
        hub = self.start_hub()
        blobs = self.model_folder() / "blobs"
        blobs.mkdir(parents=True)
        data = hub.repo.files["model.safetensors"]
        (blobs / (hub.repo.etag("model.safetensors") + ".incomplete")).write_bytes(data)
        self.assert_whole(hub, self.pull_json(hub))
        self.assertFalse([path for path in hub.bodies() if "signature" in path])

    def test_another_programs_beginning_is_thrown_away(self):
        hub = self.start_hub()
        blobs = self.model_folder() / "blobs"
        blobs.mkdir(parents=True)
        name = hub.repo.etag("model.safetensors") + ".incomplete"
        for wrong in b"wrong" * 1000, b"too long" * 100_000:
            (blobs / name).write_bytes(wrong)
            result = self.pull_json(hub)
            self.assert_whole(hub, result)
            (blobs / hub.repo.etag("model.safetensors")).unlink()

    def test_killed_at_any_moment(self):
        """SIGKILL and SIGINT after random times; the next run ends with the same bytes."""
        hub = self.start_hub(Repo(made_files(weights=2_000_000)))
        chance = random.Random(7)
        data = hub.repo.files["model.safetensors"]
        for i in range(8):
            hub.faults["store model.safetensors"] = [hub_server.slow(data, chance.randrange(1, len(data)))]
            process = self.start(hub)
            time.sleep(chance.uniform(0.005, 0.25))
            process.send_signal(signal.SIGKILL if i % 2 else signal.SIGINT)
            process.communicate(timeout=60)
            # On a busy machine an interrupt may come before the tool listens for it.
            self.assertIn(process.returncode, (0, -signal.SIGKILL, 130, -signal.SIGINT))
            self.assert_nothing_unverified(hub.repo)
            refs = self.model_folder() / "refs"
            self.assertLessEqual(set(os.listdir(refs) if refs.is_dir() else []), {"main"})
        hub.faults.clear()
        result = self.pull_json(hub)
        self.assertTrue(all(os.path.exists(os.path.join(result["snapshot"], f["path"])) for f in result["files"]))
        self.assert_nothing_unverified(hub.repo)

    def test_interrupted(self):
        hub = self.start_hub()
        data = hub.repo.files["model.safetensors"]
        hub.faults["store model.safetensors"] = [hub_server.slow(data, 150_000)]
        process = self.start(hub)
        incomplete = self.model_folder() / "blobs" / (hub.repo.etag("model.safetensors") + ".incomplete")
        deadline = time.monotonic() + 60
        while not (incomplete.exists() and incomplete.stat().st_size == 150_000):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(incomplete.read_bytes(), data[:150_000])


class Together(PullTest):
    def test_ten_at_once_do_the_work_once(self):
        hub = self.start_hub()
        processes = [self.start(hub, "--format", "json", "--quiet") for _ in range(10)]
        results = []
        for process in processes:
            out, error = process.communicate(timeout=120)
            self.assertEqual((process.returncode, error), (0, b""))
            results.append(pull_case.json.loads(out))
        for result in results:
            self.assert_whole(hub, result)
        fetched = [path for path in hub.bodies() if "/tree/" not in path and "/resolve/" not in path]
        self.assertEqual(len(fetched), len(set(fetched)))
        for i, path in enumerate(WANTED):
            self.assertEqual(sum(result["files"][i]["downloaded"] for result in results), 1, path)

    def test_a_lock_that_another_program_holds_is_waited_for(self):
        hub = self.start_hub()
        lock = self.cache / ".locks" / "models--someone--tiny" / f"{hub.repo.etag('vocab.json')}.lock"
        lock.parent.mkdir(parents=True)
        with open(lock, "w", encoding="ascii") as holder:
            fcntl.flock(holder, fcntl.LOCK_EX)
            process = self.start(hub)
            note = process.stderr.readline()
        process.communicate(timeout=60)
        self.assertIn(b"another download of vocab.json", note)
        self.assertEqual(process.returncode, 0)


class Token(PullTest):
    def test_the_hub_gets_it_and_nobody_else(self):
        hub = self.start_hub()
        self.pull_json(hub, env={"HF_TOKEN": TOKEN})
        stores = [seen for seen in hub.requests if "signature" in seen.path]
        self.assertTrue(stores)
        for seen in hub.requests:
            wanted = None if seen in stores else f"Bearer {TOKEN}"
            self.assertEqual(seen.headers.get("Authorization"), wanted, seen)

    def test_from_its_file(self):
        hub = self.start_hub()
        (self.folder / "home").mkdir()
        (self.folder / "home" / "token").write_text(f" {TOKEN}\n")
        self.pull_json(hub)
        self.assertEqual(hub.requests[0].headers.get("Authorization"), f"Bearer {TOKEN}")

    def test_not_when_it_is_not_wanted(self):
        hub = self.start_hub()
        self.pull_json(hub, env={"HF_TOKEN": TOKEN, "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"})
        self.assertFalse([seen for seen in hub.requests if "Authorization" in seen.headers])


class Terminal(PullTest):
    def seen(self, hub, *arguments, **changes):
        """What a pull that takes three seconds shows on a terminal."""
        data = hub.repo.files["model.safetensors"]
        hub.faults["store model.safetensors"] = [hub_server.paused(data, len(data) // 2, 3)]
        screen, terminal = pty.openpty()
        process = subprocess.Popen([pull_case.TOOL, "pull", "someone/tiny", *arguments], stderr=terminal,
                                   stdout=subprocess.DEVNULL, env=self.environment(hub, **changes))
        self.assertEqual(process.wait(timeout=120), 0)
        os.set_blocking(screen, False)
        try:
            text = os.read(screen, 1 << 16).decode()
        except BlockingIOError:
            text = ""
        os.close(screen)
        os.close(terminal)
        shutil.rmtree(self.cache)
        return text

    def test_progress(self):
        hub = self.start_hub()
        text = self.seen(hub)
        self.assertRegex(text, r"  model\.safetensors  \S+ +\d+ %  0\.\d MB/s  \d+ s left")
        self.assertTrue(text.endswith("\r\x1b[K"))
        self.assertEqual(self.seen(hub, "--no-progress"), "")
        self.assertEqual(self.seen(hub, HF_HUB_DISABLE_PROGRESS_BARS="1"), "")


class Help(PullTest):
    def test_what_is_wrong_on_the_command_line(self):
        for arguments in ((), ("a/b/c",), ("a", "b"), ("../x",), ("gpt2", "--revision", "../x"),
                          ("gpt2", "--revision", ""), ("gpt2", "--format", "xml")):
            done = subprocess.run([pull_case.TOOL, "pull", *arguments], capture_output=True, check=False,
                                  env=self.environment("http://127.0.0.1:9"))
            self.assertEqual((done.returncode, done.stdout), (2, b""), arguments)
            self.assertTrue(done.stderr.startswith(b"tacet: error: "), done.stderr)


if __name__ == "__main__":
    pull_case.main()
