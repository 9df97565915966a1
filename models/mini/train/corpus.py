"""From sentences to token arrays: the tokenizer's corpus, streams, batches."""
import random
from collections import Counter

import numpy as np
import torch

import phrasings
import sentences
import tokenizer
import words

# Share of the tokens that each kind of document gets.
SHARES = {
    sentences.indirect_object: 0.20,
    sentences.scene: 0.24,
    sentences.capital: 0.09,
    sentences.food: 0.12,
    sentences.agreement: 0.04,
    sentences.twice: 0.06,
    "wordnet": 0.25,
}
# The same with more of what takes longest to learn: who is meant.
MORE_PEOPLE = {
    sentences.indirect_object: 0.28,
    sentences.scene: 0.36,
    sentences.capital: 0.08,
    sentences.food: 0.08,
    sentences.agreement: 0.03,
    sentences.twice: 0.09,
    "wordnet": 0.08,
}
# Many phrasings of what was learned in few.
VARIED = {
    sentences.indirect_object: 0.10,
    phrasings.varied_indirect_object: 0.20,
    sentences.scene: 0.19,
    sentences.capital: 0.04,
    phrasings.varied_capital: 0.08,
    sentences.food: 0.10,
    sentences.agreement: 0.04,
    sentences.twice: 0.06,
    "wordnet": 0.19,
}
# The same with more of what the change of blocks costs most.
SETTLED = {
    sentences.indirect_object: 0.11,
    phrasings.varied_indirect_object: 0.13,
    sentences.scene: 0.28,
    sentences.capital: 0.04,
    phrasings.varied_capital: 0.07,
    sentences.food: 0.09,
    sentences.agreement: 0.04,
    sentences.twice: 0.08,
    "wordnet": 0.16,
}
# The same with the plainest sentence about capitals ending as the others do: until here
# too many of those end with something else than the country.
FINAL = {**SETTLED, sentences.capital: 0.02, phrasings.plain_capital: 0.07, "wordnet": 0.11}
JOINED = 0.3  # share of the documents that follow another after a space, not an end
VALIDATION_EVERY = 20  # one of so many WordNet sentences is kept for validation
START_AT_DOCUMENT = 0.5  # share of the windows that start where a document does


def train_tokenizer(wordnet_sentences, vocab_size):
    """BPE on WordNet and on the words of the templates, which count so much more
    that they become single tokens."""
    counts = Counter()
    for text in wordnet_sentences:
        counts.update(tokenizer.pieces(text))
    rng = random.Random(11)
    made = Counter()
    for kind in SHARES:
        if kind != "wordnet":
            for _ in range(4000):
                made.update(tokenizer.pieces(kind(rng)))
    for piece in made:
        counts[piece] += 3000
    for word in {*words.NAMES, *(w for row in words.CAPITALS for w in row), *words.FOODS}:
        counts["\u0120" + word] += 100000
    frequent = Counter({p: n for p, n in counts.items() if n > 2})
    return tokenizer.Tokenizer(tokenizer.train(frequent, vocab_size - 257))


def split(wordnet_sentences):
    """(training, validation) sentences; the former without held-out pairs of names."""
    kept = wordnet_sentences[::VALIDATION_EVERY]
    rest = [s for i, s in enumerate(wordnet_sentences) if i % VALIDATION_EVERY]
    return [s for s in rest if not sentences.has_held_out_pair(s)], kept


class Source:
    """Draws documents as token ids, by shares of the tokens."""

    def __init__(self, tok, wordnet_sentences, seed, shares):
        self._tok = tok
        self._rng = random.Random(seed)
        self._wordnet = wordnet_sentences
        self._kinds = list(shares)
        lengths = [
            np.mean([len(tok.encode(self._draw(k))) for _ in range(300)]) for k in self._kinds
        ]
        self._weights = [shares[k] / n for k, n in zip(self._kinds, lengths)]

    def _draw(self, kind):
        return self._rng.choice(self._wordnet) if kind == "wordnet" else kind(self._rng)

    def document(self):
        """The ids of one document, without its end."""
        kinds = self._rng.choices(self._kinds, self._weights, k=2)
        text = self._draw(kinds[0])
        if self._rng.random() < JOINED:
            longer = f"{text} {self._draw(kinds[1])}"
            if not sentences.has_held_out_pair(longer):
                text = longer
        return self._tok.encode(text)


class Stream:
    """At least `n_tokens` tokens of documents, and where each document starts."""

    def __init__(self, source, end, n_tokens):
        ids, starts = [], []
        while len(ids) < n_tokens:
            starts.append(len(ids))
            ids += source.document()
            ids.append(end)
        self.ids = np.array(ids, dtype=np.int64)
        self.starts = np.array(starts)

    def windows(self, gen, n, length):
        """`n` random windows of `length` + 1 tokens, as a tensor [n, length + 1]."""
        last = len(self.ids) - length - 1
        at = gen.integers(0, last, n)
        chosen = self.starts[gen.integers(0, len(self.starts), n)]
        use = (gen.random(n) < START_AT_DOCUMENT) & (chosen <= last)
        at = np.where(use, chosen, at)
        return torch.from_numpy(self.ids[at[:, None] + np.arange(length + 1)])
