"""What the commands do when all is well: prompts, outputs, help, completions, man page."""

import csv
import io
import json
import math
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import unittest

import tool
from tool import IDS, PROMPT, ToolTest, ask, ask_json, environment, mini, run, write_tiny_model

COMMANDS = ("silence", "sweep", "predict", "patch", "study", "trajectory", "tokens", "pull", "models",
            "check", "make-prompts", "completions", "man")


class Prompts(ToolTest):
    def test_ways_to_give_a_prompt(self):
        (self.folder / "prompt").write_text(PROMPT + "\n")
        (self.folder / "windows").write_text(PROMPT + "\r\n")
        wanted = ask_json("tokens", PROMPT)
        for file in "prompt", "windows":
            self.assertEqual(ask_json("tokens", "--prompt-file", str(self.folder / file)), wanted)
        self.assertEqual(
            ask_json("tokens", "--prompt-file", "-", stdin=PROMPT.encode() + b"\n"), wanted)
        self.assertEqual(json.loads(ask("tokens", "--format", "json", "--", PROMPT)), wanted)
        # One line break goes, others stay.
        two = ask_json("tokens", "--prompt-file", "-", stdin=b"a\n\n")
        self.assertEqual(two["text"], "a\n")

    def test_text_and_ids_give_the_same_result(self):
        ids = [token["id"] for token in ask_json("tokens", PROMPT)["tokens"]]
        by_text = ask_json("silence", "--heads", "L1H1", PROMPT)
        by_ids = ask_json("silence", "--heads", "L1H1", "--token-ids", ", ".join(map(str, ids)))
        self.assertEqual(by_text["layers"], by_ids["layers"])
        self.assertEqual(by_text["tokens"], by_ids["tokens"])

    def test_prepend_bos(self):
        folder = write_tiny_model(self.folder / "model")
        config = pathlib.Path(folder, "config.json")
        config.write_text(config.read_text()[:-1] + ', "bos_token_id": 19}')
        result = ask_json("trajectory", "--model", folder, "--token-ids", "1,2,3", "--prepend-bos")
        self.assertEqual([token["id"] for token in result["tokens"]], [19, 1, 2, 3])

    def test_special_tokens(self):
        plain = ask_json("tokens", "--no-special", "<|endoftext|>")["tokens"]
        self.assertGreater(len(plain), 1)

    def test_texts_that_look_like_options_or_commands(self):
        for text in "tokens", "models", "-5 degrees", "--":
            out = ask("tokens", "--format", "json", "--", text)
            self.assertEqual(json.loads(out)["text"], text)
        for text in "tokens", "-5 degrees":
            self.assertEqual(ask_json("tokens", text)["text"], text)
        self.assertEqual(ask_json("tokens", "")["count"], 0)


class Cuts(ToolTest):
    def test_ways_to_name_a_head(self):
        wanted = ask_json("silence", PROMPT, "--heads", "L1H1")
        for cut in (["--heads", "1.1"], ["--heads=1.1"], ["--layer", "1", "--head", "1"]):
            result = ask_json("silence", PROMPT, *cut)
            self.assertEqual(result["intervention"], wanted["intervention"])
            self.assertEqual(result["layers"], wanted["layers"])
        both = ask_json("silence", PROMPT, "--heads", "L1H1+L0H0")["intervention"]
        self.assertEqual(both["heads"], ["L0H0", "L1H1"])

    def test_positions(self):
        count = ask_json("tokens", PROMPT)["count"]
        for at, wanted in (("all", "all"), ("0,2", [0, 2]), ("-1", [count - 1]),
                           ("text: pizza", [count - 1]), ("text:pizza", [count - 1])):
            result = ask_json("silence", PROMPT, "--heads", "L1H1", "--at", at)
            self.assertEqual(result["intervention"]["positions"], wanted, at)

    def test_null_intervention(self):
        result = ask_json("silence", PROMPT, "--heads", "L1H1", "--mode", "scale:1")
        self.assertTrue(all(row["effect"] == "unchanged" for row in result["layers"]))
        self.assertEqual(result["intervention"]["values_changed"], 0)
        table = ask("silence", PROMPT, "--heads", "L1H1", "--mode", "scale:1")
        self.assertIn("changed nothing", table)

    def test_control(self):
        command = ("silence", PROMPT, "--heads", "L1H1+L1H2", "--control", "rotated:99")
        table = ask(*command)
        self.assertIn("99 rotated pushes of the same size (seed 1)", table)
        self.assertIn("14 other heads", table)
        self.assertIn(b"ripple \xce\x94", run(*command, "--verbose").stdout)
        null = ask(*command, "--mode", "scale:1")
        self.assertIn("none: changes nothing", null)


class Outputs(ToolTest):
    def test_out_and_dump(self):
        out, dump = self.folder / "result.json", self.folder / "states.safetensors"
        done = run("silence", PROMPT, "--heads", "L1H1", "--format", "json", "--out", str(out),
                   "--dump", str(dump))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))
        self.assertIn('"tacet.silence/1"', out.read_text())
        for name in (b'"clean"', b'"silenced"', b'"cosine.clean"', b'"cosine.silenced"'):
            self.assertIn(name, dump.read_bytes()[:4096])
        self.assertEqual(sorted(os.listdir(self.folder)), ["result.json", "states.safetensors"])
        done = run("trajectory", PROMPT, "-o", str(out))
        self.assertEqual((done.returncode, done.stdout), (0, b""))
        self.assertIn("embed", out.read_text())
        done = run("trajectory", PROMPT, "--out", "/dev/stdout")
        self.assertIn(b"embed", done.stdout)

    def test_same_result_on_any_number_of_threads(self):
        command = ("silence", PROMPT, "--heads", "L1H1", "--format", "csv")
        self.assertEqual(ask(*command, "--threads", "1"), ask(*command))

    def test_tables(self):
        table = ask("silence", PROMPT, "--heads", "L1H1")
        for part in ("L1H1 → zero", "cut ►", "late", "hidden_states[", "bonferroni", "ln_f"):
            self.assertIn(part, table)
        self.assertLessEqual(max(map(len, table.splitlines())), 100)
        quiet = ask("silence", PROMPT, "--heads", "L1H1", "--quiet")
        self.assertTrue(table.startswith(quiet))
        done = run("silence", PROMPT, "--heads", "L1H1", "--verbose")
        self.assertIn("mean distance", done.stdout.decode())
        self.assertRegex(done.stderr.decode(), r"tacet: note: load \d+\.\d+ s, forward")
        self.assertIn("\n      ln_f", ask("trajectory", PROMPT))
        self.assertNotIn("\n      ln_f", ask("trajectory", PROMPT, "--states", "hf"))

    def test_models(self):
        good = write_tiny_model(self.folder / "many" / "good")
        bad = write_tiny_model(self.folder / "many" / "bad")
        pathlib.Path(bad, "model.safetensors").unlink()
        (self.folder / "many" / "notes").mkdir()
        empty = self.folder / "empty"
        empty.mkdir()
        models = ask_json("models", str(self.folder / "many"), good, str(empty))["models"]
        self.assertEqual([model["id"] for model in models], ["mini", bad, good, good, str(empty)])
        self.assertEqual([model["usable"] for model in models], [True, False, True, True, False])
        self.assertEqual(models[2]["parameters"],
                         sum(math.prod(shape) for _, shape in tool.tiny_tensors(3, 2, 8, 20, 12)))
        self.assertEqual(models[2]["bytes"], 4 * models[2]["parameters"])
        table = ask("models", str(self.folder / "many"))
        self.assertIn("cannot be used", table)
        self.assertIn("model.safetensors", table)

    def test_mini_is_the_embedded_one(self):
        write_tiny_model(self.folder / "mini")
        embedded = ask_json("trajectory", "--token-ids", IDS, cwd=self.folder)["model"]
        folder = ask_json("trajectory", "--token-ids", IDS, "--model", "./mini",
                          cwd=self.folder)["model"]
        self.assertEqual(embedded["fingerprint"], mini()["fingerprint"])
        self.assertNotEqual(folder["fingerprint"], embedded["fingerprint"])


class Help(ToolTest):
    def test_help(self):
        overview = ask("--help")
        self.assertEqual(overview, ask("-h"))
        for command in COMMANDS:
            text = ask(command, "--help")
            self.assertIn(f"Usage: tacet {command}", text)
            self.assertIn("Examples:", text)
            self.assertLessEqual(max(map(len, text.splitlines())), 90, command)
            self.assertIn(f"\n  {command} ", overview)
        # Help wins over what else is missing.
        self.assertIn("Usage", ask("silence", "--help", "--heads", "nonsense"))

    def test_defaults_are_shown(self):
        text = re.sub(r"\s+", " ", ask("silence", "--help"))
        for default in ("mini", "0.05", "bonferroni", "paired", "blocks", "movable", "raw", "block",
                        "table", "auto", "all", "zero"):
            self.assertIn(f"[default: {default}]", text)

    def test_examples_work(self):
        if mini()["n_layer"] < 5 or mini()["n_positions"] < 100:
            self.skipTest("the embedded model is a stand-in")
        env = environment(PATH=f"{os.path.dirname(tool.TOOL)}:{os.environ['PATH']}")
        count = 0
        for command in ("silence", "sweep", "predict", "patch", "make-prompts", "study",
                        "trajectory", "tokens", "models"):
            for line in ask(command, "--help").split("Examples:\n")[1].splitlines():
                if "./" in line:
                    continue  # needs a folder that is not here
                if tool.SANITIZED and command in ("sweep", "predict", "patch", "study"):
                    continue  # half a minute there; their own tests run the like of them
                done = subprocess.run(["bash", "-c", line.strip()], capture_output=True, env=env,
                                      cwd=self.folder, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, b""), line)
                count += 1
        self.assertGreater(count, 5 if tool.SANITIZED else 13)

    def test_version(self):
        self.assertRegex(ask("--version"), r"^tacet \d+\.\d+\.\d+\nUnicode \d+\.\d+\.\d+\n")


class Completions(ToolTest):
    def test_bash(self):
        script = self.folder / "tacet.bash"
        script.write_text(ask("completions", "bash"))
        subprocess.run(["bash", "-n", script], check=True)
        for line, wanted in (("tacet ", "silence"), ("tacet tr", "trajectory"),
                             ("tacet silence --correction ", "bonferroni"),
                             ("tacet silence --states h", "hf"), ("tacet silence --ex", "--exclude-first"),
                             ("tacet silence --mode ", "scale:"), ("tacet completions ", "fish"),
                             ("tacet sweep --metric c", "cohen_dz"),
                             ("tacet tokens --no-s", "--no-special"), ("tacet silence -m m", "mini")):
            self.assertIn(wanted, self.bash_completes(script, line), line)
        self.assertEqual(self.bash_completes(script, "tacet silence --alpha "), [])
        self.assertNotIn("--heads", self.bash_completes(script, "tacet trajectory --"))

    def bash_completes(self, script, line):
        words = line.split(" ")
        quoted = " ".join(shlex.quote(word) for word in words)
        code = (f"compopt() {{ :; }}; source {script}; COMP_WORDS=({quoted}); "
                f"COMP_CWORD={len(words) - 1}; _tacet; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
        done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True,
                              cwd=self.folder)
        return [word for word in done.stdout.split("\n") if word]

    def test_other_shells(self):
        for shell in "zsh", "fish":
            text = ask("completions", shell)
            for command in COMMANDS:
                self.assertIn(command, text)
            self.assertIn("exclude-first", text)
            script = self.folder / f"tacet.{shell}"
            script.write_text(text)
            if shutil.which(shell):
                subprocess.run([shell, "-n", script], check=True)


class ManPage(ToolTest):
    def test_every_command_and_option_is_there(self):
        page = ask("man").replace("\\-", "-")
        self.assertTrue(page.startswith(".TH TACET 1"))
        for command in COMMANDS:
            self.assertIn(f".SS tacet {command}\n", page)
        for option in re.findall(r"--[a-z-]+", ask("silence", "--help")):
            self.assertIn(option, page)

    @unittest.skipUnless(shutil.which("groff"), "groff is not installed")
    def test_groff_has_nothing_to_complain_about(self):
        done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-Kutf8"], capture_output=True,
                              input=ask("man").encode(), check=True)
        self.assertEqual(done.stderr, b"")
        self.assertIn("tacet silence", done.stdout.decode())


class Csv(ToolTest):
    def test_listings(self):
        rows = list(csv.DictReader(io.StringIO(ask("tokens", PROMPT, "--format", "csv"))))
        self.assertEqual("".join(row["text"] for row in rows), PROMPT)
        self.assertEqual([row["position"] for row in rows], [str(i) for i in range(len(rows))])
        rows = list(csv.DictReader(io.StringIO(ask("models", "--format", "csv"))))
        self.assertEqual(list(rows[0]), list(mini()))
        self.assertEqual(rows[0]["id"], "mini")


if __name__ == "__main__":
    tool.main()
