"""The model card and its machine-readable figures."""
import json
from pathlib import Path

CARD = Path(__file__).with_name("card.md")


def _rounded(value):
    """`value` with floats cut to six significant digits."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(v) for v in value]
    return value


def _dump(value, indent=0):
    """JSON with one line for each innermost list or dictionary."""
    parts = value.values() if isinstance(value, dict) else value
    if not any(isinstance(p, (dict, list)) for p in parts):
        return json.dumps(value)
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        rows = [f"{json.dumps(k)}: {_item(v, indent + 1)}" for k, v in value.items()]
        opening, closing = "{", "}"
    else:
        rows = [_item(v, indent + 1) for v in value]
        opening, closing = "[", "]"
    return f"{opening}\n{pad}" + f",\n{pad}".join(rows) + f"\n{' ' * indent}{closing}"


def _item(value, indent):
    return _dump(value, indent) if isinstance(value, (dict, list)) else json.dumps(value)


def _table(header, rows):
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines)


def _results_table(figures):
    rows = []
    for name, result in figures["results"].items():
        difference = result.get("mean_logit_difference")
        rows.append(
            (
                f"`{name}`",
                figures["tasks"][name]["about"],
                f"{result['top1']} of {result['n']}",
                f"{result['mean_probability']:.2f}",
                "" if difference is None else f"{result['right_above_wrong']} of {result['n']}",
                "" if difference is None else f"{difference:.2f}",
            )
        )
    header = ("task", "what is asked", "right on top", "mean probability", "right above wrong")
    return _table((*header, "mean logit difference"), rows)


def _heads_table(figures):
    top = figures["heads"]["top"]
    header = list(top[0])
    return _table([h.replace("_", " ") for h in header], [[row[h] for h in header] for row in top])


def _similarity_table(figures):
    similarity = figures["similarity"]
    means = [similarity["embedding"], *similarity["blocks"], similarity["final_norm"]]
    names = ["embedding", *map(str, range(len(similarity["blocks"]))), "ln_f"]
    rows = [(name, f"{mean:.3f}") for name, mean in zip(names, means)]
    half = len(rows) // 2
    pairs = [(*left, *right) for left, right in zip(rows[:half], rows[half:])]
    return _table(("after block", "mean cosine", "after block", "mean cosine"), pairs)


def _shares(shares):
    """Shares of the tokens in words."""
    names = {k: k if isinstance(k, str) else k.__name__.replace("_", " ") for k in shares}
    return ", ".join(f"{names[k]} {share:.0%}" for k, share in shares.items())


def _stages_table(stages):
    rows = [
        (
            s.name,
            s.n_layer,
            s.steps,
            f"{s.rate:g}",
            "linear, over the last half" if s.decays else "none",
            ", ".join(map(str, s.lengths)),
            _shares(s.shares),
        )
        for s in stages
    ]
    header = ("stage", "blocks", "steps", "learning rate", "decay", "window lengths in turn")
    return _table((*header, "shares of the tokens"), rows)


def write(folder, figures, stages, places, log_lines):
    """README.md and evaluation.json."""
    text = _dump(_rounded(json.loads(json.dumps(figures)))) + "\n"
    (folder / "evaluation.json").write_text(text, encoding="ascii")
    heads, loss = figures["heads"], figures["loss"]
    card = CARD.read_text(encoding="utf-8").format(
        results=_results_table(figures),
        loss_wordnet=f"{loss['wordnet']:.3f}",
        loss_mixture=f"{loss['mixture']:.3f}",
        heads=_heads_table(figures),
        n_heads=heads["above_threshold_outside_block_0"],
        threshold=heads["threshold_nats"],
        head_prompts=heads["prompts_per_task"],
        per_block=", ".join(map(str, heads["above_threshold_per_block"])),
        similarity=_similarity_table(figures),
        demo=figures["similarity"]["prompt"],
        stages=_stages_table(stages),
        places=", ".join(map(str, places)),
        log="\n".join(log_lines),
    )
    (folder / "README.md").write_text(card, encoding="utf-8")
