"""Byte-level BPE in GPT-2's format: training, files, encoding.

The corpus is ASCII, for which the pattern below cuts exactly as GPT-2's does.
"""
import json
import re
from collections import Counter, defaultdict
from pathlib import Path

END = "<|endoftext|>"
_PATTERN = re.compile(
    r"'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+"
)


def byte_characters():
    """GPT-2's printable character of each byte, in the order of the first 256 ids."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    other = [b for b in range(256) if b not in plain]
    table = {b: chr(b) for b in plain}
    table.update({b: chr(256 + i) for i, b in enumerate(other)})
    return table


_TO_CHARACTER = byte_characters()


def pieces(text):
    """The pre-tokens of `text`, in GPT-2's printable characters."""
    if not text.isascii():
        raise ValueError(f"not ASCII: {text!r}")
    return ["".join(_TO_CHARACTER[ord(c)] for c in p) for p in _PATTERN.findall(text)]


def _merge(symbols, pair):
    """`symbols` with every occurrence of `pair` joined, left to right."""
    out, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == pair:
            out.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out


class _PairCounts:
    """How often each adjacent pair occurs in the words, kept up to date."""

    def __init__(self, counts):
        self.words = [list(w) for w in counts]
        self.weights = list(counts.values())
        self.total = Counter()
        self.where = defaultdict(set)
        for index in range(len(self.words)):
            self._add(index, +1)

    def _add(self, index, sign):
        word = self.words[index]
        for pair in zip(word, word[1:]):
            self.total[pair] += sign * self.weights[index]
            self.where[pair].add(index)

    def best(self, known):
        """The most frequent pair that makes no token of `known`.

        Ties go to the alphabetically last.
        """
        new = (p for p in self.total if p[0] + p[1] not in known)
        return max(new, key=lambda p: (self.total[p], p))

    def merge(self, pair):
        """Joins `pair` in all words that contain it."""
        for index in sorted(self.where.pop(pair)):
            self._add(index, -1)
            self.words[index] = _merge(self.words[index], pair)
            self._add(index, +1)
        del self.total[pair]


def train(counts, n_merges):
    """The first `n_merges` BPE merges for a Counter of pieces."""
    state = _PairCounts(counts)
    merges, known = [], set()
    while len(merges) < n_merges:
        pair = state.best(known)
        merges.append(pair)
        known.add("".join(pair))
        state.merge(pair)
    return merges


class Tokenizer:
    """Encodes ASCII text by a list of merges."""

    def __init__(self, merges):
        self.merges = merges
        tokens = [*_TO_CHARACTER.values(), *("".join(m) for m in merges), END]
        self.vocabulary = {token: i for i, token in enumerate(tokens)}
        if len(self.vocabulary) != len(tokens):
            raise ValueError("two merges make the same token")
        self.end_token, self.end = END, len(tokens) - 1
        self._tokens = tokens
        self._rank = {m: r for r, m in enumerate(merges)}
        self._cache = {}

    def _encode_piece(self, piece):
        symbols = list(piece)
        while len(symbols) > 1:
            pair = min(zip(symbols, symbols[1:]), key=lambda p: self._rank.get(p, 1 << 30))
            if pair not in self._rank:
                break
            symbols = _merge(symbols, pair)
        return [self.vocabulary[s] for s in symbols]

    def encode(self, text):
        """The ids of `text`."""
        ids = []
        for piece in pieces(text):
            if piece not in self._cache:
                self._cache[piece] = self._encode_piece(piece)
            ids += self._cache[piece]
        return ids

    def pieces_of(self, text):
        """The tokens of `text` as readable strings."""
        return [self._tokens[i].replace("\u0120", " ") for i in self.encode(text)]

    def one(self, text):
        """The id of `text`, which must be a single token."""
        ids = self.encode(text)
        if len(ids) != 1:
            raise ValueError(f"{text!r} is not a single token: {self.pieces_of(text)}")
        return ids[0]

    def save(self, folder):
        """Writes vocab.json and merges.txt."""
        lines = ["#version: 0.2", *(f"{a} {b}" for a, b in self.merges)]
        Path(folder, "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        Path(folder, "vocab.json").write_text(json.dumps(self.vocabulary), encoding="ascii")


def load(folder):
    """The tokenizer of a folder that `save` wrote."""
    lines = Path(folder, "merges.txt").read_text(encoding="utf-8").splitlines()[1:]
    return Tokenizer([tuple(line.split(" ")) for line in lines])
