#!/usr/bin/python3
"""Writes the golden files of this folder: small GPT-2 checkpoints and what PyTorch makes of them.

Each NAME.safetensors holds, in one file,
  * the checkpoint's tensors, with Hugging Face's names, in the stored type of the case;
  * `golden.token_ids` (I64), [M];
  * `golden.clean.states` and `golden.K.states` (F64), [n_layer + 2, M, d_model]: the embedding,
    the output of every block, the output of ln_f; K counts the interventions;
  * `golden.clean.logits` (F64), [vocab_size], of the last position;
  * in `__metadata__`, `config` (the text of config.json) and `interventions` (JSON).
The weights are rounded to the stored type first; everything after that is float64. A head is
silenced by a forward pre-hook on `attn.c_proj`, as users of PyTorch do it. Interventions with a
`mode` replace the slice otherwise: by its mean, by means over the prompts of `reference`, or by
zeros in a model whose value biases are folded into the projection's, as TransformerLens does.

Needs PyTorch 1.13 and NumPy:  /usr/bin/python3 make_torch_golden.py  (writes beside itself)
"""
import copy
import json
import pathlib
import struct

import torch
import torch.nn.functional as F
from torch import nn

TORCH_TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
ACTIVATIONS = {
    "gelu_new": lambda x: F.gelu(x, approximate="tanh"),
    "gelu": F.gelu,
    "relu": F.relu,
    "silu": F.silu,
}


class Conv1D(nn.Module):
    """A linear layer whose weight is stored [in, out]."""

    def __init__(self, n_in, n_out):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_in, n_out))
        self.bias = nn.Parameter(torch.empty(n_out))

    def forward(self, x):
        return torch.addmm(self.bias, x, self.weight)


class Attention(nn.Module):
    def __init__(self, config, layer):
        super().__init__()
        self.c_attn = Conv1D(config["n_embd"], 3 * config["n_embd"])
        self.c_proj = Conv1D(config["n_embd"], config["n_embd"])
        self.n_head = config["n_head"]
        self.factor = 1.0
        if config["scale_attn_weights"]:
            self.factor /= (config["n_embd"] // config["n_head"]) ** 0.5
        if config["scale_attn_by_inverse_layer_idx"]:
            self.factor /= layer + 1

    def forward(self, x):
        n_tokens, width = x.shape
        split = lambda y: y.view(n_tokens, self.n_head, -1).transpose(0, 1)
        query, key, value = map(split, self.c_attn(x).split(width, dim=-1))
        scores = query @ key.transpose(1, 2) * self.factor
        causal = torch.ones(n_tokens, n_tokens, dtype=torch.bool).tril()
        weights = scores.masked_fill(~causal, float("-inf")).softmax(dim=-1)
        return self.c_proj((weights @ value).transpose(0, 1).reshape(n_tokens, width))


class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        inner = config["n_inner"] or 4 * config["n_embd"]
        self.c_fc = Conv1D(config["n_embd"], inner)
        self.c_proj = Conv1D(inner, config["n_embd"])
        self.act = ACTIVATIONS[config["activation_function"]]

    def forward(self, x):
        return self.c_proj(self.act(self.c_fc(x)))


class Block(nn.Module):
    def __init__(self, config, layer):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config["n_embd"], eps=config["layer_norm_epsilon"])
        self.attn = Attention(config, layer)
        self.ln_2 = nn.LayerNorm(config["n_embd"], eps=config["layer_norm_epsilon"])
        self.mlp = Mlp(config)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Gpt2(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config["vocab_size"], config["n_embd"])
        self.wpe = nn.Embedding(config["n_positions"], config["n_embd"])
        self.h = nn.ModuleList(Block(config, i) for i in range(config["n_layer"]))
        self.ln_f = nn.LayerNorm(config["n_embd"], eps=config["layer_norm_epsilon"])

    def forward(self, ids):
        states = [self.wte(ids) + self.wpe(torch.arange(len(ids)))]
        for block in self.h:
            states.append(block(states[-1]))
        states.append(self.ln_f(states[-1]))
        return torch.stack(states)


def randomise(model):
    """Weights of a size that makes every part of a block matter."""
    for name, parameter in model.named_parameters():
        if name.endswith("weight") and parameter.dim() == 1:
            parameter.data.normal_(1.0, 0.1)
        elif name.endswith("bias"):
            parameter.data.normal_(0.0, 0.1)
        elif name.startswith("wte"):
            parameter.data.normal_(0.0, 0.4)
        elif name.startswith("wpe"):
            parameter.data.normal_(0.0, 0.1)
        else:
            gain = 1.2 if "c_attn" in name else 0.6 if "c_proj" in name else 1.0
            parameter.data.normal_(0.0, gain / parameter.shape[0] ** 0.5)


def heads_outputs(model, layer, ids):
    """The input of attn.c_proj of one block, [M, n_embd]."""
    seen = []
    hook = model.h[layer].attn.c_proj.register_forward_pre_hook(
        lambda _module, args: seen.append(args[0].clone()))
    model(ids)
    hook.remove()
    return seen[0]


def reference_mean(model, layer, intervention, n_tokens):
    """[n_embd], or [M, n_embd] position by position over the prompts that reach a position."""
    outputs = [heads_outputs(model, layer, torch.tensor(ids)) for ids in intervention["reference"]]
    if intervention["mode"] == "corpus-mean":
        return torch.cat(outputs).mean(0)
    return torch.stack([torch.stack([z[t] for z in outputs if len(z) > t]).mean(0)
                        for t in range(n_tokens)])


def fold_value_biases(model):
    for block in model.h:
        width = block.attn.c_proj.weight.shape[0]
        bias = block.attn.c_attn.bias.data
        block.attn.c_proj.bias.data += bias[2 * width:] @ block.attn.c_proj.weight
        bias[2 * width:] = 0


def silence(model, intervention, d_head, n_tokens):
    """Registers the hooks of one intervention; returns them."""
    handles = []
    mode = intervention.get("mode", "scale")
    # Of the clean model: before any hook of this intervention.
    means = [reference_mean(model, layer, intervention, n_tokens)
             if "reference" in intervention else None for layer, _ in intervention["heads"]]
    for (layer, head), mean in zip(intervention["heads"], means):

        def change(_module, args, head=head, mean=mean):
            z = args[0].clone()
            rows = intervention["positions"] or slice(None)
            columns = slice(head * d_head, (head + 1) * d_head)
            if mode == "mean":
                z[rows, columns] = z[:, columns].mean(0)
            elif mode == "corpus-mean":
                z[rows, columns] = mean[columns]
            elif mode == "position-mean":
                z[rows, columns] = mean[rows, columns]
            elif mode == "zero-keeps-value-bias":
                z[rows, columns] = 0
            else:
                z[rows, columns] *= intervention["scale"]
            return (z,)

        handles.append(model.h[layer].attn.c_proj.register_forward_pre_hook(change))
    return handles


def write_safetensors(path, tensors, metadata):
    """`tensors`: name -> (dtype, shape, bytes)."""
    header, data = {"__metadata__": metadata}, b""
    for name, (dtype, shape, raw) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape,
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def stored(tensor, dtype):
    if dtype == "BF16":  # NumPy has no bfloat16
        raw = tensor.to(torch.bfloat16).view(torch.int16).numpy().astype("<i2").tobytes()
    else:
        raw = tensor.to(TORCH_TYPES[dtype]).numpy().tobytes()
    return dtype, list(tensor.shape), raw


def doubles(tensor):
    return "F64", list(tensor.shape), tensor.detach().numpy().astype("<f8").tobytes()


def make(folder, name, seed, dtype, prefix, n_tokens, interventions, **settings):
    config = {"model_type": "gpt2", "vocab_size": 24, "n_positions": 16, "n_inner": None,
              "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5,
              "scale_attn_weights": True, "scale_attn_by_inverse_layer_idx": False,
              "tie_word_embeddings": True, "bos_token_id": 0, **settings}
    torch.manual_seed(seed)
    model = Gpt2(config)
    randomise(model)
    unembedding = None if config["tie_word_embeddings"] else torch.randn(
        config["vocab_size"], config["n_embd"])
    ids = torch.randint(config["vocab_size"], (n_tokens,))

    tensors = {prefix + key: stored(value, dtype) for key, value in model.state_dict().items()}
    if unembedding is not None:
        tensors["lm_head.weight"] = stored(unembedding, dtype)
        unembedding = unembedding.to(TORCH_TYPES[dtype]).double()
    model = model.to(TORCH_TYPES[dtype]).double().eval()

    with torch.no_grad():
        clean = model(ids)
        weight = model.wte.weight if unembedding is None else unembedding
        tensors["golden.token_ids"] = "I64", [n_tokens], ids.numpy().astype("<i8").tobytes()
        tensors["golden.clean.states"] = doubles(clean)
        tensors["golden.clean.logits"] = doubles(weight @ clean[-1, -1])
        for k, intervention in enumerate(interventions):
            used = copy.deepcopy(model)
            if intervention.get("mode") == "zero-keeps-value-bias":
                fold_value_biases(used)
            hooks = silence(used, intervention, config["n_embd"] // config["n_head"], n_tokens)
            tensors[f"golden.{k}.states"] = doubles(used(ids))
            for hook in hooks:
                hook.remove()
    write_safetensors(folder / f"{name}.safetensors", tensors,
                      {"config": json.dumps(config), "interventions": json.dumps(interventions)})


def cut(*heads, positions=(), scale=0.0):
    return {"heads": [list(head) for head in heads], "positions": list(positions), "scale": scale}


def replaced(mode, *heads, positions=(), **more):
    return {**cut(*heads, positions=positions), "mode": mode, **more}


def main():
    folder = pathlib.Path(__file__).resolve().parent
    make(folder, "torch_small", 1, "F32", "", 7,
         [cut((0, 1)), cut((1, 0), positions=[3, 5]), cut((0, 0), (1, 1), scale=0.5)],
         n_layer=2, n_head=2, n_embd=8)
    make(folder, "torch_wide", 2, "F32", "transformer.", 9,
         [cut((1, 2)), cut((0, 3), (2, 0))],
         n_layer=3, n_head=4, n_embd=24, n_inner=39, layer_norm_epsilon=1e-3,
         scale_attn_by_inverse_layer_idx=True)
    make(folder, "torch_half", 3, "F16", "", 9,
         [cut((3, 0), positions=[8]), cut((0, 0), (0, 1))],
         n_layer=4, n_head=2, n_embd=20, activation_function="gelu", tie_word_embeddings=False)
    make(folder, "torch_bfloat", 4, "BF16", "transformer.", 5,
         [cut((1, 1), scale=-2.0)],
         n_layer=2, n_head=3, n_embd=24, activation_function="relu", scale_attn_weights=False)
    make(folder, "torch_silu", 5, "F32", "", 3,
         [cut((0, 0))],
         n_layer=1, n_head=1, n_embd=12, activation_function="silu")
    prompts = [[3, 1, 4, 1, 5, 9, 2], [6, 5, 3, 5], [8, 9, 7, 9, 3, 2]]
    make(folder, "torch_replaced", 6, "F32", "", 6,
         [replaced("mean", (1, 0)), replaced("mean", (0, 1), (2, 0), positions=[2, 4]),
          replaced("negate", (1, 1), scale=-1.0),
          replaced("corpus-mean", (0, 0), reference=prompts),
          replaced("position-mean", (1, 1), reference=prompts),
          replaced("position-mean", (0, 1), positions=[1, 5], reference=prompts),
          replaced("zero-keeps-value-bias", (1, 0)),
          replaced("zero-keeps-value-bias", (0, 0), (2, 1))],
         n_layer=3, n_head=2, n_embd=12)


if __name__ == "__main__":
    main()
