"""Checks what `tacet silence --dump` writes against the safetensors format and the run's own JSON.

Usage: check_dump.py TACET. Reads the file with nothing but Python's standard library, recomputes the
cosine matrices from the dumped states and the means of the JSON from the dumped matrices.
"""

import array
import json
import math
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROMPT = "I told my friend that pineapple on pizza is a crime."
TACET = ""


def read_safetensors(path):
    """The header and the tensors, {name: (shape, floats)}; every rule of the format is checked."""
    data = path.read_bytes()
    (header_bytes,) = struct.unpack_from("<Q", data)
    start = 8 + header_bytes
    assert start % 8 == 0, f"the data begins at byte {start}"
    header = json.loads(data[8:start].decode("utf-8"))
    metadata = header.pop("__metadata__")
    assert all(isinstance(value, str) for value in metadata.values()), metadata
    tensors = {}
    expected = 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        assert entry["dtype"] == "F32", name
        assert begin == expected, f"{name} begins at {begin}, expected {expected}"
        assert end - begin == 4 * math.prod(entry["shape"]), name
        values = array.array("f")
        values.frombytes(data[start + begin:start + end])
        if sys.byteorder == "big":
            values.byteswap()
        tensors[name] = (entry["shape"], values)
        expected = end
    assert start + expected == len(data), "bytes beyond the last tensor, or too few"
    return metadata, tensors


def cosine(a, b):
    dot = math.fsum(x * y for x, y in zip(a, b))
    return dot / math.sqrt(math.fsum(x * x for x in a) * math.fsum(y * y for y in b))


class DumpTest(unittest.TestCase):
    def run_silence(self, *options):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "dump.safetensors"
            run = subprocess.run(
                [TACET, "silence", PROMPT, "--heads", "L3H5", "--format", "json", "--dump", path,
                 *options], check=True, capture_output=True)
            self.assertEqual([entry.name for entry in Path(folder).iterdir()], [path.name])
            return json.loads(run.stdout), *read_safetensors(path)

    def check(self, result, metadata, tensors):
        blocks = result["model"]["n_layer"]
        width = result["model"]["d_model"]
        tokens = len(result["tokens"])
        self.assertEqual(metadata["format"], "pt")
        self.assertEqual(metadata["tacet_version"], result["version"])
        self.assertEqual(metadata["intervention"], "L3H5")
        self.assertEqual(metadata["model"], result["model"]["id"])
        self.assertEqual(metadata["fingerprint"], result["model"]["fingerprint"])
        self.assertEqual(metadata["token_ids"],
                         ",".join(str(token["id"]) for token in result["tokens"]))
        self.assertEqual(set(tensors), {"clean", "silenced", "cosine.clean", "cosine.silenced"})
        for run in ("clean", "silenced"):
            shape, states = tensors[run]
            self.assertEqual(shape, [blocks + 1, tokens, width])
            cosine_shape, cosines = tensors["cosine." + run]
            self.assertEqual(cosine_shape, [blocks, tokens, tokens])
            for row in result["layers"]:
                self.check_block(row, run, states, cosines, tokens, width)

    def check_block(self, row, run, states, cosines, tokens, width):
        block = row["layer"]
        vectors = [states[at:at + width]
                   for at in range((block + 1) * tokens * width, (block + 2) * tokens * width, width)]
        total = 0.0
        for i in range(tokens):
            at = (block * tokens + i) * tokens
            self.assertEqual(cosines[at + i], 1.0)
            for j in range(i + 1, tokens):
                # A float holds 24 bits; the sums behind it are double on both sides.
                self.assertAlmostEqual(cosines[at + j], cosine(vectors[i], vectors[j]), delta=6e-8)
                self.assertEqual(cosines[at + j], cosines[(block * tokens + j) * tokens + i])
                total += cosines[at + j]
        self.assertAlmostEqual(total / row["n_pairs"], row["mean_" + run], delta=6e-8,
                               msg=f"block {block}, {run}")

    def test_blocks(self):
        result, metadata, tensors = self.run_silence()
        self.check(result, metadata, tensors)
        self.assertEqual(metadata["states"], "block")
        # Below the cut and nowhere else the two runs are the same bits.
        values = len(result["tokens"]) * result["model"]["d_model"]
        clean, silenced = tensors["clean"][1], tensors["silenced"][1]
        self.assertEqual(clean[:4 * values], silenced[:4 * values])
        self.assertNotEqual(clean[4 * values:5 * values], silenced[4 * values:5 * values])

    def test_hugging_face_states(self):
        result, metadata, tensors = self.run_silence("--states", "hf")
        self.check(result, metadata, tensors)
        self.assertEqual(metadata["states"], "hf")
        _, _, of_blocks = self.run_silence()
        values = len(result["tokens"]) * result["model"]["d_model"]
        last = result["model"]["n_layer"] * values
        self.assertEqual(tensors["clean"][1][:last], of_blocks["clean"][1][:last])
        self.assertNotEqual(tensors["clean"][1][last:], of_blocks["clean"][1][last:])


if __name__ == "__main__":
    TACET = sys.argv.pop(1)
    unittest.main()
