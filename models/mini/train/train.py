#!/usr/bin/env python3
"""Trains `mini` from nothing: tokenizer, six blocks, twenty-four blocks, model card.

Work goes to a folder of its own and is taken up where it was interrupted; each
stage's result is exported to the model's folder and evaluated.
"""
import argparse
import os
from pathlib import Path
import time

for _library in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[_library] = "1"

import torch

import corpus
import evaluation
import export
import model
import report
import tasks
import tokenizer
import wordnet
from training import Stage, Trainer

SEED = 2024
# Old block i of the six goes to PLACES[i] of the twenty-four.
PLACES = (0, 1, 3, 8, 13, 18)
STAGES = (
    Stage("first", 6, 3000, 2.5e-3, (64, 64, 64, 128), corpus.SHARES, decays=False),
    Stage("second", 6, 750, 2.5e-3, (32, 32, 32, 64, 32, 32, 32, 128), corpus.SHARES, decays=False),
    Stage("third", 6, 1400, 2.5e-3, (32, 32, 64), corpus.MORE_PEOPLE, 100),
    Stage("deep", 24, 1450, 1.5e-3, (64, 64, 64, 128), corpus.SHARES, 200),
    Stage(
        "spread", 24, 1000, 1.5e-3, (64, 64, 64, 128), corpus.VARIED, 200,
        decays=False, spreads=True,
    ),
    Stage("settle", 24, 400, 1.5e-3, (64, 64, 64, 128), corpus.SETTLED, 100, decays=False),
    Stage("cool", 24, 300, 1.5e-3, (64, 64, 64, 128), corpus.SETTLED, 30, stream_tokens=500_000),
    Stage("final", 24, 80, 6e-4, (64, 64, 64, 128), corpus.FINAL, 10, stream_tokens=500_000),
)
# The model is the mean of what the last stages left, with these weights.
WEIGHTS = (0.2, 0.3, 0.5)


def arguments():
    """The command line."""
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    work = here.parents[2] / "build" / "mini-train"
    parser.add_argument("--work", type=Path, default=work, help="checkpoints and log")
    parser.add_argument("--out", type=Path, default=here.parent, help="the model's folder")
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--threads", type=int, default=2, help="the result is the same")
    return parser.parse_args()


class Log:
    """Lines with the seconds since the first one, on the terminal and in a file."""

    def __init__(self, path):
        self.path, self.began = path, time.time()

    def __call__(self, text):
        line = f"{time.time() - self.began:6.0f} s  {text}"
        print(line, flush=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def lines(self):
        """What was logged so far, by earlier runs too."""
        return self.path.read_text(encoding="utf-8").splitlines()


def get_tokenizer(work, wordnet_sentences, cfg):
    """The tokenizer of an earlier run, or a new one."""
    if not (work / "merges.txt").exists():
        corpus.train_tokenizer(wordnet_sentences, cfg.vocab_size).save(work)
    return tokenizer.load(work)


def progress(cfg, tok):
    """A function that says in a line what a model can do."""
    chosen = [(t.name, tasks.Encoded(t.first(40), tok)) for t in tasks.all_tasks()]

    def say(params):
        with torch.no_grad():
            scores = [(n, tasks.answer(params, cfg, e)) for n, e in chosen]
        return ", ".join(f"{n} {s.get('right_above_wrong', s['top1'])}/{s['n']}" for n, s in scores)

    return say


def run_stage(number, params, text, tok, args, log):
    """Trains stage `number`, from `params` grown to its depth; returns its parameters."""
    stage, seed = STAGES[number], SEED + number
    result = args.work / f"{stage.name}.done.pt"
    if result.exists():
        return torch.load(result)
    cfg = model.Config(n_layer=stage.n_layer)
    gen = torch.Generator().manual_seed(seed)
    if params is None:
        params = model.new_model(cfg, gen)
    elif model.depth(params) < stage.n_layer:
        params = model.grow(params, cfg, PLACES, gen)
    if stage.spreads:
        params = model.spread(params, cfg, PLACES, gen)
    source = corpus.Source(tok, text, seed, stage.shares)
    stream = corpus.Stream(source, tok.end, stage.stream_tokens)
    checkpoint = args.work / f"{stage.name}.pt"
    trainer = Trainer(stage, cfg, params, stream, seed, args.threads, checkpoint, log)
    params = trainer.run(progress(cfg, tok))
    torch.save(params, result)
    return params


def main():
    """The whole way."""
    args = arguments()
    args.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    log = Log(args.work / "log.txt")
    full = model.Config()
    wordnet_text = wordnet.sentences(args.wordnet)
    training_text, validation_text = corpus.split(wordnet_text)
    tok = get_tokenizer(args.work, wordnet_text, full)

    results = [None]
    for number in range(len(STAGES)):
        results.append(run_stage(number, results[-1], training_text, tok, args, log))

    params = export.rounded(model.mean(results[-len(WEIGHTS):], WEIGHTS))
    validation = corpus.Source(tok, validation_text, SEED + len(STAGES), corpus.SHARES)
    export.write_model(args.out, full, params, tok)
    figures = evaluation.evaluate(params, full, tok, validation, validation_text, args.threads)
    report.write(args.out, figures, STAGES, PLACES, log.lines())
    log(f"written to {args.out}")


if __name__ == "__main__":
    main()
