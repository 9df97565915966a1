#!/usr/bin/python3
"""Writes predict.json and patch.json: what PyTorch, in float64, makes of the checkpoints that
make_torch_golden.py wrote beside them.

predict.json, per checkpoint: target, contrast, and for the clean run and every intervention of the
checkpoint {target, contrast: {logit, log_prob, rank}, kl, top: ids}.

patch.json, per checkpoint: the ids of two prompts, and for both directions and the three ways to
patch the logit difference of the last position of every cell, in the order of layer, head, position.
A head is patched by a forward pre-hook on `attn.c_proj`, the stream by one on the block.

Needs PyTorch 1.13 and NumPy:  /usr/bin/python3 make_prediction_golden.py  (writes beside itself)
"""
import json
import pathlib
import struct

import numpy
import torch

from make_torch_golden import Gpt2, silence

NAMES = ("torch_small", "torch_wide", "torch_half", "torch_bfloat", "torch_silu")
NUMPY_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8"}


def read(path):
    """Tensors and metadata of a safetensors file."""
    raw = path.read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    header, data = json.loads(raw[8:8 + size]), raw[8 + size:]
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        part = data[begin:end]
        if entry["dtype"] == "BF16":  # the upper half of a float32
            bits = numpy.frombuffer(part, "<u2").astype("<u4") << 16
            values = bits.view("<f4")
        else:
            values = numpy.frombuffer(part, NUMPY_TYPES[entry["dtype"]])
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return tensors, metadata


def load(path):
    """The model in float64, its unembedding, the ids and the interventions."""
    tensors, metadata = read(path)
    config = json.loads(metadata["config"])
    model = Gpt2(config).double().eval()
    ids = tensors["golden.token_ids"]
    head = tensors.get("lm_head.weight")
    weights = {name.removeprefix("transformer."): value.double() for name, value in tensors.items()
               if not name.startswith(("golden.", "lm_head"))}
    model.load_state_dict(weights)
    unembedding = model.wte.weight if head is None else head.double()
    return model, unembedding, ids, config, json.loads(metadata["interventions"])


def scores(logits, target, contrast, clean):
    """What `predict` says of one run; `clean` are the clean logits."""
    log_probs = logits.log_softmax(0)
    clean_log_probs = clean.log_softmax(0)

    def one(token):
        return {"logit": logits[token].item(), "log_prob": log_probs[token].item(),
                "rank": int((logits > logits[token]).sum()) + 1}
    return {"target": one(target), "contrast": one(contrast),
            "kl": (clean_log_probs.exp() * (clean_log_probs - log_probs)).sum().item(),
            "top": logits.argsort(descending=True)[:5].tolist()}


def predict_golden(path):
    model, unembedding, ids, config, interventions = load(path)
    d_head = config["n_embd"] // config["n_head"]
    clean = unembedding @ model(ids)[-1, -1]
    target, contrast = 3, 17
    runs = []
    for intervention in interventions:
        hooks = silence(model, intervention, d_head)
        runs.append(scores(unembedding @ model(ids)[-1, -1], target, contrast, clean))
        for hook in hooks:
            hook.remove()
    return {"target": target, "contrast": contrast,
            "clean": scores(clean, target, contrast, clean), "interventions": runs}


def stored_inputs(model, ids):
    """The input of every c_proj and every block."""
    z, stream, hooks = [], [], []
    for block in model.h:
        hooks.append(block.attn.c_proj.register_forward_pre_hook(
            lambda _, args: z.append(args[0].clone())))
        hooks.append(block.register_forward_pre_hook(lambda _, args: stream.append(args[0].clone())))
    model(ids)
    for hook in hooks:
        hook.remove()
    return z, stream


def patched(model, unembedding, ids, module, source, rows, columns, tokens):
    """The logit difference when `module`'s input has `source`'s values at `rows` x `columns`."""
    def change(_, args):
        values = args[0].clone()
        values[rows, columns] = source[rows, columns]
        return (values,)
    hook = module.register_forward_pre_hook(change)
    logits = unembedding @ model(ids)[-1, -1]
    hook.remove()
    return (logits[tokens[0]] - logits[tokens[1]]).item()


def patch_golden(path, seed):
    model, unembedding, ids, config, _ = load(path)
    torch.manual_seed(seed)
    corrupt = ids.clone()
    # The first token stays, so that there is a part where both runs agree.
    for position in (1, len(ids) - 2):
        corrupt[position] = (ids[position] + torch.randint(1, config["vocab_size"], ())) \
            % config["vocab_size"]
    tokens = (5, 11)
    d_head = config["n_embd"] // config["n_head"]
    base = {}
    for name, prompt in (("clean", ids), ("corrupt", corrupt)):
        logits = unembedding @ model(prompt)[-1, -1]
        base[name] = (logits[tokens[0]] - logits[tokens[1]]).item()
    result = {"target": tokens[0], "contrast": tokens[1], "clean": ids.tolist(),
              "corrupt": corrupt.tolist(), "logit_diff": base}
    for direction, into, source in (("denoise", corrupt, ids), ("noise", ids, corrupt)):
        z, stream = stored_inputs(model, source)
        by_head, by_head_position, by_block_position = [], [], []
        everything = slice(None)
        for layer, block in enumerate(model.h):
            for head in range(config["n_head"]):
                columns = slice(head * d_head, (head + 1) * d_head)
                here = (model, unembedding, into, block.attn.c_proj, z[layer])
                by_head.append(patched(*here, everything, columns, tokens))
                for position in range(len(ids)):
                    by_head_position.append(patched(*here, position, columns, tokens))
            for position in range(len(ids)):
                by_block_position.append(patched(model, unembedding, into, block, stream[layer],
                                                 position, everything, tokens))
        result[direction] = {"head": by_head, "head,position": by_head_position,
                             "block,position": by_block_position}
    return result


def rounded(value):
    """Twelve digits are more than float32 is compared with."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(f"{value:.12g}") if isinstance(value, float) else value


def main():
    folder = pathlib.Path(__file__).resolve().parent
    with torch.no_grad():
        predictions = {name: predict_golden(folder / f"{name}.safetensors") for name in NAMES}
        patches = {name: patch_golden(folder / f"{name}.safetensors", seed)
                   for seed, name in enumerate(NAMES)}
    for name, golden in (("predict", predictions), ("patch", patches)):
        text = json.dumps(rounded(golden), separators=(",", ":"))
        (folder / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
