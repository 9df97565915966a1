"""What a trained model can do, and which of its heads that takes."""
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

import corpus
import model
import tasks

DEMO_PROMPT = "I told my pizza a joke about pineapple, but it was too cheesy."
HEAD_TASKS = ("capitals", "indirect_objects", "three_people", "agreement", "lists", "jokes")
HEAD_PROMPTS = 12  # the first prompts of each task, for the cost of single heads
MATTERS = 0.05  # nats
TOP_HEADS = 20
VALIDATION_WINDOWS = 100


def _stream_loss(params, cfg, ids):
    """Mean loss over windows of full length, side by side from the start."""
    length = cfg.n_positions
    n = min(VALIDATION_WINDOWS, (len(ids) - 1) // length)
    losses = []
    for i in range(0, n, 10):
        at = np.arange(i, min(i + 10, n))[:, None] * length + np.arange(length + 1)
        windows = torch.from_numpy(ids[at])
        losses.append(model.loss(params, cfg, windows[:, :-1], windows[:, 1:]).item() * len(at))
    return sum(losses) / n


def validation_losses(params, cfg, tok, source, validation_text):
    """Nats per token on WordNet kept out of training, and on the whole mixture."""
    n_tokens = (VALIDATION_WINDOWS + 1) * cfg.n_positions
    wordnet = []
    for text in validation_text:
        wordnet += [*tok.encode(text), tok.end]
    mixture = corpus.Stream(source, tok.end, n_tokens).ids
    return {
        "wordnet": _stream_loss(params, cfg, np.array(wordnet)),
        "mixture": _stream_loss(params, cfg, mixture),
    }


def _silenced_log_probs(params, cfg, encoded, clean, layer):
    """Mean log-probability of the right answers with each head of `layer` silenced."""
    results = []
    for head in range(cfg.n_head):
        x = model.run_block(clean[layer], model.block(params, layer), cfg, silenced=head)
        for later in range(layer + 1, cfg.n_layer):
            x = model.run_block(x, model.block(params, later), cfg)
        results.append(encoded.log_prob(params, x))
    return results


def head_costs(params, cfg, tok, threads):
    """{task: array [layer, head]}: nats that silencing the head costs the right answer."""
    costs = {}
    with ThreadPoolExecutor(threads) as pool:
        for task in tasks.all_tasks():
            if task.name in HEAD_TASKS:
                encoded = tasks.Encoded(task.first(HEAD_PROMPTS), tok)
                clean = model.states(params, cfg, encoded.tokens)
                rows = pool.map(
                    lambda layer: _silenced_log_probs(params, cfg, encoded, clean, layer),
                    range(cfg.n_layer),
                )
                costs[task.name] = encoded.log_prob(params, clean[-1]) - np.array(list(rows))
    return costs


def top_heads(costs):
    """The heads whose largest cost on any task is highest, with all their costs."""
    largest = np.max(list(costs.values()), axis=0)
    order = np.argsort(-largest, axis=None)[:TOP_HEADS]
    found = []
    for layer, head in (np.unravel_index(i, largest.shape) for i in order):
        own = {task: round(float(c[layer, head]), 3) for task, c in costs.items()}
        found.append({"head": f"L{layer}H{head}", **own})
    return found


def heads_that_matter(costs):
    """How many heads of each block cost more than `MATTERS` on a task."""
    largest = np.max(list(costs.values()), axis=0)
    return (largest > MATTERS).sum(1).tolist()


def _mean_cosine(x):
    """Mean cosine of all pairs of rows."""
    unit = x.double() / x.double().norm(dim=1, keepdim=True)
    n = len(x)
    return (((unit @ unit.T).sum() - n) / (n * (n - 1))).item()


def similarity(params, cfg, tok):
    """Mean pairwise cosine on the demo prompt: embedding, each block, final norm."""
    streams = model.states(params, cfg, torch.tensor([tok.encode(DEMO_PROMPT)]))
    last = model.final_norm(params, streams[-1][0])
    return {
        "embedding": _mean_cosine(streams[0][0]),
        "blocks": [_mean_cosine(x[0]) for x in streams[1:]],
        "final_norm": _mean_cosine(last),
    }


def evaluate(params, cfg, tok, source, validation_text, threads):
    """All figures and the prompts they were found on."""
    with torch.no_grad():
        asked = tasks.all_tasks()
        costs = head_costs(params, cfg, tok, threads)
        per_block = heads_that_matter(costs)
        return {
            "weights": "F16, evaluated in float32, nothing prepended",
            "results": {
                t.name: tasks.answer(params, cfg, tasks.Encoded(t, tok)) for t in asked
            },
            "loss": validation_losses(params, cfg, tok, source, validation_text),
            "heads": {
                "prompts_per_task": HEAD_PROMPTS,
                "threshold_nats": MATTERS,
                "above_threshold_per_block": per_block,
                "above_threshold_outside_block_0": sum(per_block[1:]),
                "top": top_heads(costs),
            },
            "similarity": {"prompt": DEMO_PROMPT, **similarity(params, cfg, tok)},
            "tasks": {t.name: {"about": t.about, "items": t.items} for t in asked},
        }
