"""What the end-to-end tests share: running the tool, and models to run it on."""

import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

TOOL = None  # path of the binary; set by main()
# Under the sanitizers every run takes ten times as long: the longest tests are left to the others.
SANITIZED = "TACET_SANITIZED" in os.environ
# Seconds after which a child is taken to hang: no measure of speed, since the machine may be busy.
PATIENCE = 900 if SANITIZED else 120
# What the tool keeps between runs, for as long as the tests run.
CACHES = tempfile.TemporaryDirectory(prefix="tacet-caches-")

PROMPT = "I like Mary and pizza"
IDS = "1,2,3,4,5"


def environment(**changes):
    """This process's environment without what changes the tool's output; None removes a name."""
    env = {k: v for k, v in os.environ.items()
           if k not in ("NO_COLOR", "TERM", "HUGGINGFACE_HUB_CACHE") and not k.startswith("HF_")}
    env["HF_HUB_CACHE"] = "/nonexistent/hub"  # what this machine's user has fetched is no matter
    env["XDG_CACHE_HOME"] = CACHES.name
    for name, value in changes.items():
        env.pop(name, None) if value is None else env.update({name: value})
    return env


def run(*arguments, stdin=b"", env=None, **options):
    """Runs the tool; stdout and stderr are bytes."""
    return subprocess.run([TOOL, *arguments], input=stdin, capture_output=True,
                          env=env or environment(), timeout=PATIENCE, check=False, **options)


def ask(*arguments, **options):
    """Standard output of a run that must succeed and say nothing else."""
    done = run(*arguments, **options)
    assert done.returncode == 0, (arguments, done.returncode, done.stderr)
    assert done.stderr == b"", (arguments, done.stderr)
    return done.stdout.decode()


def ask_json(*arguments, **options):
    """The JSON of a run, read so that NaN and Infinity are errors."""
    def refuse(name):
        raise AssertionError(f"{name} in JSON")
    return json.loads(ask(*arguments, "--format", "json", **options), parse_constant=refuse)


def mini():
    """Shape of the embedded model."""
    return ask_json("models")["models"][0]


def tiny_tensors(layers, heads, width, vocab, positions):
    """Names and shapes of a GPT-2 checkpoint."""
    yield "wte.weight", (vocab, width)
    yield "wpe.weight", (positions, width)
    for i in range(layers):
        for norm in ("ln_1", "ln_2"):
            yield f"h.{i}.{norm}.weight", (width,)
            yield f"h.{i}.{norm}.bias", (width,)
        for name, rows, columns in (("attn.c_attn", width, 3 * width), ("attn.c_proj", width, width),
                                    ("mlp.c_fc", width, 4 * width), ("mlp.c_proj", 4 * width, width)):
            yield f"h.{i}.{name}.weight", (rows, columns)
            yield f"h.{i}.{name}.bias", (columns,)
    yield "ln_f.weight", (width,)
    yield "ln_f.bias", (width,)


def write_tiny_model(folder, layers=3, heads=2, width=8, vocab=20, positions=12, edit=None):
    """A complete small checkpoint without tokenizer files; `edit` may change values by name."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    config = {"model_type": "gpt2", "n_layer": layers, "n_head": heads, "n_embd": width,
              "vocab_size": vocab, "n_positions": positions}
    (folder / "config.json").write_text(json.dumps(config))
    header, data, seed = {}, b"", 12345
    for name, shape in tiny_tensors(layers, heads, width, vocab, positions):
        count = 1
        for size in shape:
            count *= size
        values = []
        for _ in range(count):
            seed = (seed * 1103515245 + 12345) % 2**31
            values.append((seed / 2**31 - 0.5) * 0.8 + (1.0 if "ln_" in name else 0.0))
        if edit:
            values = edit(name, values)
        begin = len(data)
        data += struct.pack(f"<{count}f", *values)
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    return str(folder)


class ToolTest(unittest.TestCase):
    """A test with a temporary folder, in which the tool runs."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tacet-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def assert_fails(self, status, *arguments, says=(), **options):
        """The run ends with `status`, one error on standard error that holds all of `says`, and
        nothing on standard output. Returns the message."""
        done = run(*arguments, **options)
        message = done.stderr.decode("utf-8", "strict")
        self.assertEqual(done.returncode, status, (arguments, message))
        self.assertTrue(message.startswith("tacet: error: "), message)
        self.assertEqual(message.count("\n"), 1, message)
        self.assertEqual(done.stdout, b"")
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, message)
        return message


def main():
    global TOOL
    TOOL = sys.argv.pop(1)
    # `from tool import ...` in a test file sees this very module.
    unittest.main(module="__main__", argv=sys.argv)
