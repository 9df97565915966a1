"""Every wrong command line and bad input ends with one clear message and the right exit code."""

import os
import pathlib
import signal
import subprocess
import time
import unittest

import tool
from tool import IDS, PROMPT, ToolTest, environment, mini, write_tiny_model

FAILED = 1
WRONG_USAGE = 2


class CommandLine(ToolTest):
    def test_no_or_unknown_command(self):
        self.assert_fails(WRONG_USAGE, says=("no command", "silence", "--help"))
        self.assert_fails(WRONG_USAGE, "sielnce", says="did you mean 'silence'?")
        self.assert_fails(WRONG_USAGE, "traj", says="did you mean 'trajectory'?")
        self.assert_fails(WRONG_USAGE, "xyzzy", says=("unknown command 'xyzzy'", "silence"))
        self.assert_fails(WRONG_USAGE, "swep", PROMPT, says="did you mean 'sweep'?")

    def test_unknown_options(self):
        self.assert_fails(WRONG_USAGE, "silence", "--hed", "L1H1", PROMPT,
                          says=("'--hed'", "'tacet silence'", "did you mean '--head'?"))
        self.assert_fails(WRONG_USAGE, "silence", "--excl", PROMPT,
                          says="did you mean '--exclude-first'?")
        message = self.assert_fails(WRONG_USAGE, "tokens", "--zzzzzz=3", PROMPT, says="'--zzzzzz'")
        self.assertNotIn("did you mean", message)
        self.assert_fails(WRONG_USAGE, "--verzion", says="did you mean '--version'?")
        self.assert_fails(WRONG_USAGE, "--heads", "L1H1", "silence", PROMPT,
                          says=("'--heads'", "after the command"))

    def test_options_that_mean_nothing_to_a_command(self):
        for arguments in (("trajectory", "--heads", "L1H1"), ("trajectory", "--alpha", "0.1"),
                          ("trajectory", "--at", "all"), ("sweep", "--precision", "double"),
                          ("silence", "--noise-floor"), ("trajectory", "--precision", "double"),
                          ("tokens", "--threads", "1"), ("pull", "gpt2", "--model", "mini"),
                          ("models", "--model", "mini"), ("man", "--format", "json")):
            self.assert_fails(WRONG_USAGE, *arguments, says="unknown option")

    def test_values_missing_or_too_many(self):
        self.assert_fails(WRONG_USAGE, "silence", PROMPT, "--heads", says="--heads needs a value")
        self.assert_fails(WRONG_USAGE, "silence", PROMPT, "--heads=", says="--heads= has no value")
        self.assert_fails(WRONG_USAGE, "silence", PROMPT, "--quiet=3", says="takes no value")
        self.assert_fails(WRONG_USAGE, "sweep", PROMPT, "--noise-floor=3", says="takes no value")
        self.assert_fails(WRONG_USAGE, "silence", PROMPT, "--heads", "L1H1", "--heads", "L1H0",
                          says="--heads is given 2 times")
        self.assert_fails(WRONG_USAGE, "silence", "--heads", "L1H1", "I", "like",
                          says=("unexpected argument 'like'", "quotes"))
        self.assert_fails(WRONG_USAGE, "man", "x", says="unexpected argument 'x'")
        self.assert_fails(WRONG_USAGE, "tokens", "--", PROMPT, "--quiet",
                          says=("'--quiet'", "before '--'"))

    def test_values_that_make_no_sense(self):
        cut = ("silence", PROMPT, "--heads", "L1H1")
        for option, value, says in (
                ("--alpha", "0", "between 0 and 1"), ("--alpha", "1", "between 0 and 1"),
                ("--alpha", "nan", "between 0 and 1"), ("--alpha", "x", "'x'"),
                ("--threads", "0", "at least 1"), ("--threads", "2.5", "'2.5'"),
                ("--threads", "99999999999", "at least 1"), ("--threads", "-1", "'-1'"),
                ("--correction", "bonferoni", "did you mean 'bonferroni'?"),
                ("--test", "pared", "did you mean 'paired'?"),
                ("--family", "block", "did you mean 'blocks'?"),
                ("--pairs", "some", "movable, all"), ("--states", "hg", "did you mean 'hf'?"),
                ("--cosine", "centered", "did you mean 'centred'?"),
                ("--cosine", "no-rogue", "write no-rogue:3"),
                ("--cosine", "no-rogue:0", "write no-rogue:3"),
                ("--cosine", "no-rogue:100000", "can be left out"),
                ("--dimensions", "0", "a whole number of at least 1"),
                ("--dimensions", "100000", "cannot be named"),
                ("--precision", "dbl", "float, double"),
                ("--precision", "duble", "did you mean 'double'?"),
                ("--format", "jsn", "did you mean 'json'?"), ("--color", "no", "auto, always"),
                ("--mode", "middle", "or scale:X"), ("--mode", "scale:nan", "finite"),
                ("--mode", "scale:", "scale:"), ("--at", "x", "'x'"), ("--at", "99", "99"),
                ("--control", "99", "rotated:N"), ("--control", "rotated:98", "at least 99"),
                ("--control", "rotated:", "at least 99"), ("--control", "shuffled:99", "'shuffled:99'"),
                ("--at", "2-1", "backwards"), ("--at", "text: nowhere", "nowhere")):
            self.assert_fails(WRONG_USAGE, *cut, option, value, says=says)
        self.assert_fails(WRONG_USAGE, "completions", "tcsh", says="bash, zsh, fish")
        self.assert_fails(WRONG_USAGE, "completions", says="no shell")

    def test_heads(self):
        shape = mini()
        for heads in ("", "x", "L1", "L1H", "1.1.1", "L1H1,", "L1H1+", "L-1H0", "L1Hx"):
            self.assert_fails(WRONG_USAGE, "silence", PROMPT, "--heads", heads)
        self.assert_fails(WRONG_USAGE, "silence", PROMPT, "--heads", f"L{shape['n_layer']}H0",
                          says=str(shape["n_layer"]))
        self.assert_fails(WRONG_USAGE, "silence", PROMPT, "--heads", f"L0H{shape['n_head']}",
                          says=str(shape["n_head"]))
        self.assert_fails(WRONG_USAGE, "silence", PROMPT, "--layer", "0", "--head", "999",
                          says="999")
        self.assert_fails(WRONG_USAGE, "silence", PROMPT, "--layer", "-1", "--head", "0",
                          says="'-1'")
        self.assert_fails(WRONG_USAGE, "silence", PROMPT, "--layer", "010x", "--head", "0")
        for several in ("L0H0,L0H1", "0.*", "all", "*.0"):
            self.assert_fails(WRONG_USAGE, "silence", PROMPT, "--heads", several,
                              says=("silence takes one", "+", "sweep"))

    def test_controls(self):
        control = ("--control", "rotated:99")
        self.assert_fails(WRONG_USAGE, "silence", PROMPT, "--heads", "L1H1+L2H0", *control,
                          says=("L1H1+L2H0", "same block"))
        self.assert_fails(WRONG_USAGE, "silence", PROMPT, "--heads", "L1H1", *control, "--format",
                          "csv", says=("--control", "--format json"))
        self.assert_fails(WRONG_USAGE, "sweep", PROMPT, *control, says="unknown option")

    def test_contradictions(self):
        (self.folder / "prompt.txt").write_text(PROMPT)
        cut = ("silence", "--heads", "L1H1")
        self.assert_fails(WRONG_USAGE, "silence", PROMPT, says="--heads")
        self.assert_fails(WRONG_USAGE, "silence", PROMPT, "--layer", "1", says="needs --head")
        self.assert_fails(WRONG_USAGE, "silence", PROMPT, "--head", "1", says="needs --layer")
        self.assert_fails(WRONG_USAGE, *cut, PROMPT, "--layer", "1", "--head", "1",
                          says="in two ways")
        self.assert_fails(WRONG_USAGE, *cut, says="no text")
        self.assert_fails(WRONG_USAGE, *cut, PROMPT, "--prompt-file", "prompt.txt",
                          cwd=self.folder, says="--prompt-file")
        self.assert_fails(WRONG_USAGE, *cut, PROMPT, "--token-ids", IDS, says="--token-ids")
        self.assert_fails(WRONG_USAGE, *cut, "--prompt-file", "-", "--token-ids", IDS,
                          says="--token-ids")
        self.assert_fails(WRONG_USAGE, *cut, PROMPT, "--quiet", "--verbose", says="contradict")
        self.assert_fails(WRONG_USAGE, *cut, PROMPT, "--out", "x", "--dump", "x", cwd=self.folder,
                          says="same file")
        self.assert_fails(WRONG_USAGE, "tokens", PROMPT, "--prompt-file", "-", says="TEXT")
        self.assert_fails(WRONG_USAGE, "tokens", says="TEXT")
        self.assertEqual(os.listdir(self.folder), ["prompt.txt"])


class Prompts(ToolTest):
    CUT = ("silence", "--heads", "L1H1")

    def test_prompts_that_cannot_be_used(self):
        self.assert_fails(FAILED, *self.CUT, "", says="empty")
        self.assert_fails(FAILED, *self.CUT, "--prompt-file", "-", stdin=b"\n", says="empty")
        self.assert_fails(FAILED, "trajectory", "", says="empty")
        for ids in ("1", "1,2"):
            self.assert_fails(FAILED, *self.CUT, "--token-ids", ids, says="at least 3")
        self.assert_fails(FAILED, *self.CUT, "--exclude-first", "--token-ids", "1,2,3",
                          says="at least 3")
        many = ",".join(["1"] * (mini()["n_positions"] + 1))
        self.assert_fails(FAILED, *self.CUT, "--token-ids", many,
                          says=str(mini()["n_positions"]))

    def test_invalid_utf8(self):
        self.assert_fails(FAILED, *self.CUT, b"I like \xff pizza", says="UTF-8")
        self.assert_fails(FAILED, "tokens", b"\xc3(", says="UTF-8")
        self.assert_fails(FAILED, *self.CUT, "--prompt-file", "-", stdin=b"caf\xe9 creme",
                          says="UTF-8")

    def test_ids(self):
        for ids in ("", "1,,2", "a", "1,-2,3", "1;2;3", "99999999999", "1.5"):
            self.assert_fails(WRONG_USAGE, *self.CUT, "--token-ids", ids, says="token id")
        beyond = str(mini()["vocab_size"])
        self.assert_fails(WRONG_USAGE, *self.CUT, "--token-ids", "1,2," + beyond, says=beyond)

    def test_prompt_files(self):
        self.assert_fails(FAILED, *self.CUT, "--prompt-file", str(self.folder / "none"),
                          says=("none", "No such file"))
        self.assert_fails(FAILED, *self.CUT, "--prompt-file", str(self.folder), says="directory")
        large = self.folder / "large"
        with open(large, "wb") as file:
            file.truncate((16 << 20) + 1)
        self.assert_fails(FAILED, *self.CUT, "--prompt-file", str(large), says="16 MiB")

    def test_closed_standard_input(self):
        done = subprocess.run(f"'{tool.TOOL}' tokens --prompt-file - <&-", shell=True,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, FAILED)
        self.assertIn(b"standard input", done.stderr)


class Models(ToolTest):
    RUN = ("trajectory", "--token-ids", IDS, "--model")

    def test_no_such_model(self):
        write_tiny_model(self.folder / "gtp2-small")
        self.assert_fails(FAILED, *self.RUN, "mnii", says="did you mean 'mini'?")
        self.assert_fails(FAILED, *self.RUN, "gpt2-small", cwd=self.folder,
                          says="did you mean 'gtp2-small'?")
        self.assert_fails(FAILED, *self.RUN, str(self.folder / "gpt2-small"),
                          says=f"did you mean '{self.folder / 'gtp2-small'}'?")
        for name in ("gpt2", "gpt2-medium", "openai-community/gpt2-medium"):
            self.assert_fails(FAILED, *self.RUN, name,
                              says=("not in the Hugging Face cache", f"tacet pull {name}"))
        self.assert_fails(FAILED, *self.RUN, "", says="neither")
        self.assert_fails(FAILED, "tokens", PROMPT, "--model", "mnii", says="did you mean 'mini'?")

    def test_folders_that_are_no_models(self):
        self.assert_fails(FAILED, *self.RUN, str(self.folder), says="config.json")
        file = self.folder / "file"
        file.write_text("x")
        self.assert_fails(FAILED, *self.RUN, str(file), says="file")
        other = write_tiny_model(self.folder / "other")
        config = pathlib.Path(other, "config.json")
        config.write_text(config.read_text().replace('"gpt2"', '"llama"'))
        self.assert_fails(FAILED, *self.RUN, other, says="llama")

    def test_damaged_weights(self):
        for keep in (0, 5, 100, -1):
            folder = write_tiny_model(self.folder / f"cut{keep}")
            weights = pathlib.Path(folder, "model.safetensors")
            weights.write_bytes(weights.read_bytes()[:keep])
            self.assert_fails(FAILED, *self.RUN, folder, says="model.safetensors")
        folder = write_tiny_model(self.folder / "pointer")
        pathlib.Path(folder, "model.safetensors").write_text(
            "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
        self.assert_fails(FAILED, *self.RUN, folder, says="LFS")

    def test_numbers_that_are_not_finite(self):
        def poison(value):
            return lambda name, values: ([value] * len(values) if name == "h.1.mlp.c_fc.bias"
                                         else values)
        for name, value in (("nan", float("nan")), ("inf", float("inf"))):
            folder = write_tiny_model(self.folder / name, edit=poison(value))
            self.assert_fails(FAILED, *self.RUN, folder, says="block 1")

    def test_token_ids_need_no_tokenizer_but_text_does(self):
        folder = write_tiny_model(self.folder / "bare")
        self.assert_fails(FAILED, "trajectory", PROMPT, "--model", folder, says="vocab.json")
        self.assertIn("<3>", tool.ask(*self.RUN, folder))
        self.assert_fails(FAILED, *self.RUN, folder, "--prepend-bos", says="bos_token_id")
        pathlib.Path(folder, "vocab.json").write_text("{")
        done = tool.run(*self.RUN, folder)
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stderr.startswith(b"tacet: warning: "), done.stderr)
        self.assertEqual(tool.run(*self.RUN, folder, "--quiet").stderr, b"")

    def test_listing(self):
        self.assert_fails(FAILED, "models", str(self.folder / "none"), says="no folder")


class Outputs(ToolTest):
    CUT = ("silence", "--heads", "L1H1", PROMPT)

    def test_files_that_cannot_be_written(self):
        for option in ("--out", "--dump"):
            self.assert_fails(FAILED, *self.CUT, option, str(self.folder / "no" / "file"),
                              says="no/file")
            self.assert_fails(FAILED, *self.CUT, option, str(self.folder), says=str(self.folder))
            self.assert_fails(FAILED, *self.CUT, option, "/dev/full", says="No space left")
        self.assertEqual(os.listdir(self.folder), [])

    def test_full_and_closed_standard_output(self):
        for arguments in (self.CUT, ("--help",), ("--version",), ("man",)):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([tool.TOOL, *arguments], stdout=full, check=False,
                                      stderr=subprocess.PIPE, env=environment())
            self.assertEqual(done.returncode, FAILED, arguments)
            self.assertTrue(done.stderr.startswith(b"tacet: error: standard output"), done.stderr)
        (self.folder / "out").write_bytes(b"")
        done = subprocess.run(f"ulimit -f 1; exec '{tool.TOOL}' man > out", shell=True,
                              cwd=self.folder, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, FAILED)
        self.assertTrue(done.stderr.startswith(b"tacet: error: standard output"), done.stderr)
        done = subprocess.run(f"'{tool.TOOL}' models >&-", shell=True, capture_output=True,
                              check=False)
        self.assertEqual(done.returncode, FAILED)

    def test_closed_pipe_ends_quietly(self):
        command = f"'{tool.TOOL}' man | head -1; echo ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
        self.assertEqual(done.stderr, b"")
        self.assertTrue(done.stdout.startswith(b".TH TACET"), done.stdout)
        reader, writer = os.pipe()
        os.close(reader)
        for ignore in (False, True):  # also where the parent process ignores SIGPIPE
            done = subprocess.run(
                [tool.TOOL, "man"], stdout=writer, stderr=subprocess.PIPE, check=False,
                restore_signals=not ignore,
                preexec_fn=(lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN)) if ignore
                else None)
            self.assertEqual(done.returncode, -signal.SIGPIPE)
            self.assertEqual(done.stderr, b"")
        os.close(writer)

    def test_interrupted(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            # Waits for its standard input until the signal comes.
            child = subprocess.Popen([tool.TOOL, "tokens", "--prompt-file", "-"],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE)
            time.sleep(0.5)
            child.send_signal(number)
            out, error = child.communicate(timeout=tool.PATIENCE)
            self.assertEqual((child.returncode, out, error), (status, b"", b""))


class SameFile(ToolTest):
    """What is written never takes the place of what is read, or of another thing that is written."""

    def assert_kept(self, options, *arguments):
        before = {path: path.read_bytes() for path in self.folder.iterdir()}
        self.assert_fails(WRONG_USAGE, *arguments, says=f"{options} name the same file")
        self.assertEqual({path: path.read_bytes() for path in self.folder.iterdir()}, before)

    def test_under_whatever_name(self):
        prompts = self.folder / "prompts.txt"
        prompts.write_text("I like pizza\n")
        database = str(self.folder / "a.db")
        tool.ask("sweep", PROMPT, "--heads", "L3H0", "--db", database, "-q")
        tool.ask("silence", PROMPT, "--heads", "L3H0", "--format", "json", "--out", str(self.folder / "a.json"))
        link = self.folder / "link.html"
        link.symlink_to(prompts)
        other = f"{self.folder}/../{self.folder.name}/"
        name, target = str(prompts), ("--target", " a")
        for options, *arguments in (
                ("--out and --prompts", "predict", "--prompts", name, *target, "--out", other + "prompts.txt"),
                ("--out and --prompt-file", "predict", "--prompt-file", name, *target, "--out", str(link)),
                ("--report and --prompts", "sweep", "--prompts", name, "--db", database, "--report", str(link)),
                ("--out and --reference", "predict", PROMPT, *target, "--mode", "corpus-mean",
                 "--reference", name, "--out", name),
                ("--out and --pairs", "patch", "--pairs", name, "--out", name),
                ("--out and --db", "report", "--db", database, "--out", other + "a.db"),
                ("--out and --db", "figure", "map", "--db", database, "--out", database + "-wal"),
                ("--out and --json", "report", "--json", str(self.folder / "a.json"), "--out", other + "a.json"),
                ("--out and --report", "predict", PROMPT, *target, "--out", other + "new.html",
                 "--report", str(self.folder / "new.html")),
                ("--out and --dump", "silence", PROMPT, "--heads", "L3H0", "--out", other + "new",
                 "--dump", str(self.folder / "new"))):
            with self.subTest(arguments=arguments):
                self.assert_kept(options, *arguments)


class Threads(ToolTest):
    def test_more_threads_than_cores(self):
        run = ("trajectory", "--token-ids", IDS)
        done = tool.run(*run, "--threads", "100000")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stderr.startswith(b"tacet: warning: --threads 100000"), done.stderr)
        self.assertEqual(done.stdout, tool.run(*run).stdout)
        self.assertEqual(tool.run(*run, "--threads", "100000", "--quiet").stderr, b"")
        self.assertEqual(tool.run(*run, "--threads", "1").stderr, b"")


class Display(ToolTest):
    def test_nothing_from_outside_reaches_the_terminal_raw(self):
        evil = "\x1b[31mred\x07\u202e"
        for arguments in (("silence", "--heads", evil, PROMPT), (evil,),
                          ("trajectory", "--token-ids", IDS, "--model", evil),
                          ("silence", PROMPT, "--heads", "L1H1", "--out", evil + "/x")):
            message = self.assert_fails(tool.run(*arguments).returncode, *arguments)
            for character in evil[0], "\x07", "\u202e":
                self.assertNotIn(character, message)
        table = tool.ask("trajectory", "a\x1b[31m b\x07c")
        self.assertNotIn("\x1b", table)
        self.assertIn("\\x1b", table)


if __name__ == "__main__":
    tool.main()
