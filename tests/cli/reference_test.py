"""The means over a reference corpus that are kept between runs: --reference-cache."""

import json
import pathlib
import struct

import tool
from tool import PROMPT, ToolTest, ask, ask_json, environment, run, write_tiny_model

FAILED = 1
WRONG_USAGE = 2
REFERENCE = ("The cat sat on the mat and slept all day", "We went to the market to buy some bread",
             "She read a long book about the sea")
SILENCE = ("silence", PROMPT, "--heads", "L3H1")


def parts_of(file):
    """The header of a safetensors file and its data."""
    data = file.read_bytes()
    length, = struct.unpack("<Q", data[:8])
    return json.loads(data[8:8 + length]), data[8 + length:]


def without_timing(result):
    return {key: value for key, value in result.items() if key != "timing"}


class ReferenceTest(ToolTest):
    def setUp(self):
        super().setUp()
        self.caches = self.folder / "caches"
        self.kept = self.caches / "tacet" / "references"
        self.file = self.folder / "usual.txt"
        self.file.write_text("\n".join(REFERENCE) + "\n")
        self.env = environment(XDG_CACHE_HOME=str(self.caches))
        self.means = ("--mode", "corpus-mean", "--reference", str(self.file))

    def ask_json(self, *arguments):
        return without_timing(ask_json(*arguments, env=self.env))

    def notes(self, *arguments):
        """Standard error of a run that must succeed."""
        done = run(*arguments, env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr.decode()

    def files(self):
        return sorted(self.kept.iterdir()) if self.kept.exists() else []

    def test_the_second_run_reads_what_the_first_made(self):
        for mode in ("corpus-mean", "position-mean"):
            command = (*SILENCE, "--mode", mode, "--reference", str(self.file))
            plain = self.ask_json(*command, "--reference-cache", "none")
            before = self.files()
            first = self.ask_json(*command)
            file, = set(self.files()) - set(before)
            stamp = file.stat().st_mtime_ns
            self.assertEqual(first, plain)
            self.assertEqual(self.ask_json(*command), plain)
            self.assertEqual(file.stat().st_mtime_ns, stamp)
            self.assertIn(f"{mode} of usual.txt (3 prompts): from {file}",
                          self.notes(*command, "--verbose"))

    def test_every_command_shares_it(self):
        self.ask_json(*SILENCE, *self.means)
        for command in (("sweep", PROMPT, "--heads", "L3H1", "--db", str(self.folder / "a.db")),
                        ("predict", PROMPT, "--heads", "L3H1", "--target", " pizza")):
            self.assertIn(f"from {self.files()[0]}", self.notes(*command, *self.means, "--verbose"))
        self.assertEqual(len(self.files()), 1)

    def test_the_file_says_what_it_is(self):
        result = self.ask_json(*SILENCE, *self.means)
        file, = self.files()
        header, data = parts_of(file)
        model, reference = result["model"], result["intervention"]["reference"]
        metadata = header.pop("__metadata__")
        self.assertEqual(len(metadata.pop("values_hash")), 16)
        self.assertTrue(metadata.pop("vector_unit"))
        self.assertEqual(metadata, {
            "schema": "tacet.reference/1", "tacet_version": result["version"], "kind": "corpus-mean",
            "model": model["id"], "model_fingerprint": model["fingerprint"], "corpus": "usual.txt",
            "corpus_fingerprint": reference["fingerprint"], "n_prompts": "3"})
        shape = [model["n_layer"], model["d_model"]]
        self.assertEqual(header, {"rows": {"dtype": "F32", "shape": shape,
                                           "data_offsets": [0, len(data)]}})
        for part in ("mini", model["fingerprint"], "usual.txt", reference["fingerprint"]):
            self.assertIn(part, file.name)

    def test_other_models_and_prompts_have_files_of_their_own(self):
        ids = self.folder / "ids.jsonl"
        ids.write_text('{"token_ids": [5, 6, 7, 8]}\n')
        tiny = write_tiny_model(self.folder / "model")
        for model in ("mini", tiny):
            for prompts in ('{"token_ids": [5, 6, 7, 8]}\n', '{"token_ids": [5, 6, 7, 9]}\n'):
                ids.write_text(prompts)
                self.ask_json("silence", "--token-ids", "1,2,3,4", "--heads", "L1H1", "--model", model,
                              "--mode", "corpus-mean", "--reference", str(ids))
        self.assertEqual(len(self.files()), 4)

    def test_a_longer_prompt_makes_more_positions(self):
        short, long = ("I like Mary", PROMPT + " today")
        command = ("--heads", "L3H1", "--mode", "position-mean", "--reference", str(self.file))
        self.ask_json("silence", short, *command)
        said = self.notes("silence", long, *command)
        self.assertIn("tacet: warning: the means kept in", said)
        self.assertIn("it ends at position 2, and the prompt at 6", " ".join(said.split()))
        file, = self.files()
        self.assertEqual(parts_of(file)[0]["rows"]["shape"][1], 7)
        # What serves the longer one serves the shorter one too, with the same bits.
        for prompt in (short, long):
            self.assertEqual(self.notes("silence", prompt, *command), "")
            self.assertEqual(self.ask_json("silence", prompt, *command),
                             self.ask_json("silence", prompt, *command, "--reference-cache", "none"))

    def test_what_is_damaged_is_made_anew(self):
        wanted = self.ask_json(*SILENCE, *self.means)
        file, = self.files()
        whole = file.read_bytes()
        changed = bytearray(whole)
        changed[-5] ^= 1
        for content in (b"", b"no safetensors file at all", whole[:100], whole[:-4], whole + b"x",
                        bytes(changed), struct.pack("<Q", 2**63) + whole[8:],
                        whole.replace(b'"kind":"corpus-mean"', b'"kind":"corpus-moan"'),
                        whole.replace(b'"tacet_version":"0', b'"tacet_version":"9')):
            self.assertNotEqual(content, whole)
            file.write_bytes(content)
            done = run(*SILENCE, *self.means, "--format", "json", env=self.env)
            self.assertEqual(done.returncode, 0)
            self.assertEqual(without_timing(json.loads(done.stdout)), wanted)
            self.assertTrue(done.stderr.startswith(b"tacet: warning: the means kept in "), done.stderr)
            self.assertIn(b"are not used and made again: ", done.stderr)
            self.assertEqual(file.read_bytes(), whole)
        file.write_bytes(b"")
        self.assertEqual(self.notes(*SILENCE, *self.means, "--quiet"), "")
        self.assertEqual(self.files(), [file])

    def test_a_folder_of_ones_own_and_none(self):
        own = self.folder / "own"
        wanted = self.ask_json(*SILENCE, *self.means, "--reference-cache", str(own))
        self.assertEqual(len(list(own.iterdir())), 1)
        self.assertEqual(self.ask_json(*SILENCE, *self.means, "--reference-cache", "none"), wanted)
        self.assertIn("made, and not kept",
                      self.notes(*SILENCE, *self.means, "--reference-cache", "none", "--verbose"))
        self.assertEqual(self.files(), [])
        self.assertFalse((self.folder / "none").exists())

    def test_a_folder_that_cannot_be_written_is_a_warning(self):
        wanted = self.ask_json(*SILENCE, *self.means, "--reference-cache", "none")
        (self.folder / "file").write_text("mine")
        for folder in (self.folder / "file", self.folder / "file" / "below"):
            done = run(*SILENCE, *self.means, "--reference-cache", str(folder), "--format", "json",
                       env=self.env)
            self.assertEqual((done.returncode, without_timing(json.loads(done.stdout))), (0, wanted))
            self.assertIn(b"are not kept for the next time", done.stderr)
        self.assertEqual((self.folder / "file").read_text(), "mine")

    def test_nothing_is_kept_where_nothing_is_a_mean(self):
        for options in ((), ("--mode", "mean"), ("--zero-keeps-value-bias",),
                        ("--mode", "resample", "--reference", str(self.file),
                         "--reference-draws", "2")):
            self.ask_json(*SILENCE, *options)
            self.ask_json(*SILENCE, *options, "--reference-cache", "none")
            self.assert_fails(WRONG_USAGE, *SILENCE, *options, "--reference-cache", "folder",
                              says="--reference-cache keeps the means of")
        self.assert_fails(WRONG_USAGE, *SILENCE, *self.means, "--reference-cache", "",
                          says="--reference-cache names no folder")
        self.assertEqual(self.files(), [])
        self.assertFalse(pathlib.Path("folder").exists())

    def test_a_corpus_that_does_not_serve_is_an_error_with_a_cache_too(self):
        command = (*SILENCE, "--mode", "position-mean", "--reference")
        short = self.folder / "short.txt"
        short.write_text("One two three\n")
        self.assert_fails(FAILED, *command, str(short), env=self.env, says="none reaches position")
        self.assertEqual(self.files(), [])


if __name__ == "__main__":
    tool.main()
