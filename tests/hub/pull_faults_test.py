#!/usr/bin/env python3
"""`tacet pull` against a hub that does not behave: pull_faults_test.py TACET"""

import email.utils
import resource
import socket
import subprocess
import time
import unittest

import hub_server
import pull_case
from hub_server import Repo, git_sha1, status
from pull_case import TOKEN, PullTest, made_files

WEIGHTS = "model.safetensors"
STORE = f"store {WEIGHTS}"


class WrongBytes(PullTest):
    def setUp(self):
        super().setUp()
        self.hub = self.start_hub()
        self.data = self.hub.repo.files[WEIGHTS]

    def fails_then_works(self, says):
        error = self.assert_fails(self.hub, says=says)
        self.assertFalse((self.model_folder() / "snapshots" / self.hub.repo.commit / WEIGHTS).exists())
        self.assertFalse((self.model_folder() / "refs" / "main").exists())
        self.hub.faults.clear()
        self.assert_whole(self.hub, self.pull_json(self.hub))
        return error

    def answers(self, data, code=200, **headers):
        self.hub.faults[STORE] = [status(code, data, **headers)]

    def test_wrong_hash(self):
        self.answers(b"x" * len(self.data))
        self.fails_then_works(says=["model.safetensors", "other bytes", "was removed"])

    def test_wrong_hash_of_a_small_file(self):
        wrong = b"x" * len(self.hub.repo.files["vocab.json"])
        self.hub.faults["GET small vocab.json"] = [status(200, wrong)]
        self.fails_then_works(says=["vocab.json", "other bytes", git_sha1(self.hub.repo.files["vocab.json"])])

    def test_wrong_size(self):
        self.answers(self.data[:-1])
        self.fails_then_works(says=f"{len(self.data) - 1} bytes of a file of {len(self.data)}")

    def test_more_than_was_said(self):
        self.hub.faults[STORE] = [hub_server.raw(b"\r\n" + b"x" * 65536)]
        self.fails_then_works(says=f"more than the {len(self.data)} bytes")

    def test_range_ignored(self):
        self.hub.faults[STORE] = [hub_server.cut(self.data, 100_000), status(200, self.data)]
        self.assert_whole(self.hub, self.pull_json(self.hub))

    def test_wrong_content_range(self):
        for i, wrong in enumerate(("bytes 5-299999/300000", "bytes 100000-299999/300001", "rubbish")):
            self.cache = self.folder / f"cache{i}"
            self.hub.faults[STORE] = [hub_server.cut(self.data, 100_000),
                                      status(206, self.data[5:], Content_Range=wrong)]
            self.assert_whole(self.hub, self.pull_json(self.hub, env={"HF_HUB_CACHE": str(self.cache)}))
            self.assertEqual(self.hub.faults[STORE], [])

    def test_a_part_that_was_not_asked_for(self):
        self.answers(self.data[5:], 206, Content_Range=f"bytes 5-{len(self.data) - 1}/{len(self.data)}")
        self.assert_whole(self.hub, self.pull_json(self.hub))

    def test_range_refused(self):
        self.hub.faults[STORE] = [hub_server.cut(self.data, 100_000), status(416)]
        self.assert_whole(self.hub, self.pull_json(self.hub))

    def test_compressed_though_asked_not_to(self):
        self.answers(self.data, Content_Encoding="gzip")
        self.fails_then_works(says="compressed")

    def test_etag_that_changes_between_attempts(self):
        repo = self.hub.repo
        changed = {"X_Repo_Commit": repo.commit, "Location": f"{self.hub.store_endpoint}/{WEIGHTS}",
                   "X_Linked_Size": str(len(self.data)), "X_Linked_Etag": '"' + "0" * 64 + '"'}
        self.hub.faults[f"GET {WEIGHTS}"] = [status(302, **changed)]
        code, _, error = self.pull(self.hub)
        self.assertEqual(code, 0)
        self.assertIn("has changed", error)
        self.assert_whole(self.hub, self.pull_json(self.hub))

    def test_no_etag_commit_or_size(self):
        data, repo = self.hub.repo.files["vocab.json"], self.hub.repo
        etag = {"ETag": f'"{repo.etag("vocab.json")}"'}
        for headers, says in (({}, "commit and etag"), (etag, "commit and etag"),
                              ({"X_Repo_Commit": "main", **etag}, "commit and etag"),
                              ({"X_Repo_Commit": "f" * 40, **etag}, "answers with commit"),
                              ({"X_Repo_Commit": repo.commit, "ETag": '"../x"'}, "etag")):
            self.hub.faults["HEAD vocab.json"] = [status(200, data, **headers)]
            self.assert_fails(self.hub, says=says)

    def test_a_mirror_with_etags_of_its_own(self):
        """Verified by what the listing says, where there is one."""
        data, commit = self.hub.repo.files["vocab.json"], self.hub.repo.commit
        headers = {"X_Repo_Commit": commit, "ETag": '"mirror-1"'}
        self.hub.faults["vocab.json"] = [status(200, b"x" * len(data), **headers)] * 2
        self.assert_fails(self.hub, says="other bytes")
        self.hub.faults["vocab.json"] = [status(200, data, **headers)] * 2
        result = self.pull_json(self.hub)
        self.assertEqual({f["path"]: f["verified"] for f in result["files"]}["vocab.json"], "git-sha1")


class Refusals(PullTest):
    def test_what_the_hub_says(self):
        hub = self.start_hub()
        for code, headers, says in (
                (401, {"X_Error_Code": "RepoNotFound"}, "no repository someone/tiny, or it is private"),
                (401, {}, "or it is private"),
                (401, {"X_Error_Message": "Invalid credentials in Authorization header"}, "token is not valid"),
                (404, {"X_Error_Code": "RepoNotFound"}, "no repository"),
                (404, {"X_Error_Code": "RevisionNotFound"}, "no revision 'main'"),
                (404, {"X_Error_Code": "EntryNotFound", "X_Repo_Commit": "0" * 40}, "no config.json"),
                (404, {}, "is not there"),
                (403, {"X_Error_Code": "GatedRepo"}, "licence"),
                (403, {}, "may not be read with this token"),
                (403, {"X_Error_Message": "Access to this resource is disabled."}, "is disabled"),
                (416, {}, "416"), (304, {}, "304"), (418, {}, "418")):
            hub.faults["config.json"] = [status(code, **headers)]
            self.assert_fails(hub, says=says, env={"HF_TOKEN": TOKEN})
            self.assertEqual(hub.faults["config.json"], [], says)

    def test_an_unknown_revision(self):
        hub = self.start_hub()
        for revision in "none", "0" * 40:
            self.assert_fails(hub, "--revision", revision, says=f"no revision '{revision}'")

    def test_pickles_only(self):
        files = made_files()
        del files[WEIGHTS]
        hub = self.start_hub(Repo(files))
        self.assert_fails(hub, says=["pytorch_model.bin", "pickle", "refs/pr/1"])
        del files["pytorch_model.bin"]
        hub.repo = Repo(files)
        self.assert_fails(hub, says="no model.safetensors")

    def test_an_index_that_cannot_be_trusted(self):
        for i, index in enumerate((b"{}", b"[]", b"rubbish", b'{"weight_map": {}}',
                                   b'{"weight_map": {"a": "../evil.safetensors"}}',
                                   b'{"weight_map": {"a": "/evil.safetensors"}}',
                                   b'{"weight_map": {"a": "C:\\\\evil.safetensors"}}',
                                   b'{"weight_map": {"a": "pickle.bin"}}', b'{"weight_map": {"a": 1}}',
                                   b'{"weight_map": {"a": "missing.safetensors"}}')):
            files = made_files()
            del files[WEIGHTS]
            files[WEIGHTS + ".index.json"] = index
            hub = self.start_hub(Repo(files, commit=f"{i}" * 40))
            self.assert_fails(hub, says="index")

    def test_a_listing_with_names_that_lead_out(self):
        hub = self.start_hub()
        hub.repo.listed = hub.repo.listing() + [
            {"type": "file", "oid": "0" * 40, "size": 3, "path": path}
            for path in ("../../evil", "/evil", "a/../../evil", "..\\evil", "C:\\evil", "a//b", "")]
        code, _, error = self.pull(hub)
        self.assertEqual(code, 0)
        self.assertIn("lists 7 files under names that could lead out", error)
        self.assert_whole(hub, self.pull_json(hub, "--quiet"))
        self.assertFalse([path for path in self.folder.rglob("*evil*")])

    def test_listings_that_are_none(self):
        hub = self.start_hub()
        for body in b"", b"rubbish", b"{}", b"[1]", b'[{"type": "file"}]', b"[" * 100_000, b"\xff\xfe":
            hub.faults["tree"] = [status(200, body)]
            self.assert_fails(hub, says="listing of files")

    def test_a_listing_without_end(self):
        hub = self.start_hub()
        hub.faults["tree"] = [hub_server.raw(b"\r\n" + b" " * 65536)]
        self.assert_fails(hub, says="listing without end")
        again = {"Link": f'<{hub.endpoint}/api/models/someone/tiny/tree/x>; rel="next"'}
        hub.faults["tree"] = [status(200, b"[]", **again)] * 1000
        self.assert_fails(hub, says="lists files without end")


class Retries(PullTest):
    def test_what_passes(self):
        hub = self.start_hub()
        for code in 408, 500, 502, 503, 504, 429:
            hub.faults = {key: [status(code)] * 2 for key in ("config.json", "tree", STORE)}
            self.cache = self.folder / f"cache{code}"
            self.assert_whole(hub, self.pull_json(hub, env={"HF_HUB_CACHE": str(self.cache)}))
            self.assertEqual([key for key, queue in hub.faults.items() if queue], [])

    def test_what_does_not_pass(self):
        hub = self.start_hub()
        hub.faults["config.json"] = [status(503)] * 7
        self.assert_fails(hub, says="503")
        self.assertEqual(len(hub.faults["config.json"]), 1)  # asked once and five times again

    def test_the_wait_that_is_asked_for(self):
        hub = self.start_hub()
        date = email.utils.formatdate(time.time() + 100, usegmt=True)
        for headers, low, high in (({"RateLimit": '"resolvers";r=0;t=55'}, 56, 56),
                                   ({"RateLimit": '"api";r=7;t=55', "Retry_After": "33"}, 33, 33),
                                   ({"Retry_After": "44"}, 44, 44), ({"Retry_After": date}, 90, 100),
                                   ({"Retry_After": "soon"}, 1, 1), ({}, 1, 1)):
            hub.faults["config.json"] = [status(429, **headers)]
            code, _, error = self.pull(hub, env={"TACET_WAIT_SCALE": "0.0001"})
            self.assertEqual(code, 0, error)
            self.assertIn("HTTP 429", error)
            self.assertRegex(error, "trying again in")

    def test_a_wait_that_is_too_long(self):
        hub = self.start_hub()
        hub.faults["config.json"] = [status(429, Retry_After="86400")]
        self.assert_fails(hub, says="left alone for 86400 s")

    def test_a_hub_that_says_nothing(self):
        hub = self.start_hub()
        hub.faults["config.json"] = [hub_server.silent(3)]
        code, _, error = self.pull(hub, env={"HF_HUB_ETAG_TIMEOUT": "1"})
        self.assertEqual(code, 0)
        self.assertIn("Timeout", error)

    def test_no_hub(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        self.assert_fails(f"http://127.0.0.1:{port}", says=f"127.0.0.1:{port}")

    def test_headers_without_end(self):
        hub = self.start_hub()
        for header in b"X-Header: " + b"x" * 1000 + b"\r\n", b"X-" + b"x" * 100_000:
            hub.faults["config.json"] = [hub_server.raw(header)] * 6
            self.assert_fails(hub, says=hub.endpoint)


class Redirects(PullTest):
    def elsewhere(self, location):
        return status(302, Location=location)

    def test_in_a_circle(self):
        hub = self.start_hub()
        hub.faults["config.json"] = [self.elsewhere("/someone/tiny/resolve/main/config.json")] * 100
        self.assert_fails(hub, says="redirects without end")
        self.assertLess(len(hub.requests), 20)
        hub.faults = {"tree": [self.elsewhere(f"/api/models/someone/tiny/tree/{hub.repo.commit}")] * 100}
        self.assert_fails(hub, says="redirects without end")
        hub.faults = {STORE: [self.elsewhere(f"/{WEIGHTS}")] * 100}
        self.assert_fails(hub, says="redirects without end")

    def test_to_nowhere(self):
        hub = self.start_hub()
        for location in "", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://", "http://[", "gopher://x":
            hub.faults[f"GET {WEIGHTS}"] = [self.elsewhere(location)]
            self.assert_fails(hub, says="address" if location else "without saying where")
        hub.faults[f"GET {WEIGHTS}"] = [status(302)]
        self.assert_fails(hub, says="without saying where")

    def test_to_plain_http_elsewhere_is_refused_before_connecting(self):
        hub = self.start_hub()
        for host in "192.0.2.1", "example.invalid", "127.0.0.1.example.invalid", "[::2]", "128.0.0.1":
            hub.faults[f"GET {WEIGHTS}"] = [self.elsewhere(f"http://{host}/x?signature=secret")]
            start = time.monotonic()
            error = self.assert_fails(hub, says=["is not encrypted", host])
            self.assertLess(time.monotonic() - start, 5)
            self.assertNotIn("secret", error)

    def test_an_endpoint_that_is_not_encrypted(self):
        for endpoint in "http://192.0.2.1", "http://example.invalid":
            self.assert_fails(endpoint, says="is not encrypted")
        self.assert_fails("ftp://127.0.0.1", says="no http or https address")
        self.assert_fails("http://user:pass@127.0.0.1", says="HF_TOKEN")

    def test_no_token_for_another_port_or_name(self):
        """Wherever a redirect leads from, the token stays with the hub."""
        hub = self.start_hub()
        other = self.start_hub()
        for name in "127.0.0.1", "localhost", "127.0.0.2":
            port = other.servers[0].server_port
            hub.faults["GET vocab.json"] = [self.elsewhere(f"http://{name}:{port}/stolen")]
            hub.faults["tree"] = [self.elsewhere(f"http://{name}:{port}/stolen")]
            self.pull(hub, env={"HF_TOKEN": TOKEN, "HF_HUB_CACHE": str(self.folder / name)})
        self.assertGreaterEqual(len(other.requests), 2)
        for seen in other.requests:
            self.assertNotIn(TOKEN, str(seen))
        self.assertIn(TOKEN, str(hub.requests))


class Encrypted(PullTest):
    def setUp(self):
        super().setUp()
        self.certificate = self.folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-keyout", self.certificate, "-out", self.folder / "public.pem",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
                       check=True, capture_output=True)
        with open(self.certificate, "ab") as file:
            file.write((self.folder / "public.pem").read_bytes())
        self.hub = self.start_hub(certificate=str(self.certificate))
        self.trusting = {"SSL_CERT_FILE": str(self.folder / "public.pem")}

    def test_a_certificate_that_is_trusted(self):
        self.assert_whole(self.hub, self.pull_json(self.hub, env=self.trusting))

    def test_one_that_is_not(self):
        self.assert_fails(self.hub, says="certificate cannot be trusted")
        self.assertEqual(self.hub.requests, [])

    def test_no_step_down_to_http(self):
        plain = self.start_hub()
        self.hub.faults[f"GET {WEIGHTS}"] = [status(302, Location=f"{plain.endpoint}/x")]
        self.assert_fails(self.hub, env=self.trusting, says="is not encrypted; it is not followed")
        self.assertEqual(plain.requests, [])


class Proxy(PullTest):
    def test_is_used(self):
        """A proxy that answers as the hub does: it is asked with the whole address."""
        hub = self.start_hub()
        port = hub.servers[0].server_port
        code, _, _ = self.pull(f"http://localhost:{port}", env={"http_proxy": "http://127.0.0.1:9"})
        self.assertEqual(code, 1)
        self.assertEqual(hub.requests, [])
        self.pull_json(hub, env={"http_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1,localhost"})


class Disk(PullTest):
    def test_a_limit_on_files(self):
        hub = self.start_hub()
        limit = 100_000
        error = self.assert_fails(
            hub, says=["cannot be written", "HF_HUB_CACHE"],
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        self.assertIn("make room", error)
        self.assert_whole(hub, self.pull_json(hub))  # goes on where the disk was full
        self.assertIn(f"bytes={limit}-", [seen.headers.get("Range") for seen in hub.requests])

    def test_no_room(self):
        """More is said to come than any disk has: nothing is asked for."""
        hub = self.start_hub()
        headers = {"X_Repo_Commit": hub.repo.commit, "X_Linked_Size": str(1 << 60),
                   "X_Linked_Etag": hub.repo.etag(WEIGHTS), "Location": f"{hub.store_endpoint}/x"}
        hub.faults[f"HEAD {WEIGHTS}"] = [status(302, **headers)]
        self.assert_fails(hub, says=["bytes of room", "make room"])

    def test_a_cache_that_cannot_be_written(self):
        hub = self.start_hub()
        (self.folder / "home").write_text("a file")
        self.assert_fails(hub, says=["cannot be written", "HF_HUB_CACHE"])

    def test_folders_where_files_should_be(self):
        hub = self.start_hub()
        (self.model_folder() / "blobs" / hub.repo.etag("vocab.json") / "x").mkdir(parents=True)
        code, _, error = self.pull(hub)
        self.assertEqual(code, 1)
        self.assertIn("cannot be written", error)


if __name__ == "__main__":
    pull_case.main()
