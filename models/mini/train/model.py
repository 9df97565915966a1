"""GPT-2's forward pass on a plain dictionary of parameters.

The parameters carry Hugging Face's names and layouts (`h.3.attn.c_attn.weight`
is [in, out]), so that what is trained is what is stored. Nothing here keeps
state; a "model" is a `Config` and a dictionary of tensors.
"""
from dataclasses import dataclass
from functools import lru_cache
import math

import torch
import torch.nn.functional as F


@dataclass(frozen=True)
class Config:
    """Shape of the network."""

    n_layer: int = 24
    n_head: int = 16
    n_embd: int = 128
    n_inner: int = 512
    n_positions: int = 128
    vocab_size: int = 3072

    @property
    def d_head(self):
        """Width of one head."""
        return self.n_embd // self.n_head


def _block_shapes(cfg):
    """Names and shapes of one block's parameters."""
    c, i = cfg.n_embd, cfg.n_inner
    return {
        "ln_1.weight": (c,),
        "ln_1.bias": (c,),
        "attn.c_attn.weight": (c, 3 * c),
        "attn.c_attn.bias": (3 * c,),
        "attn.c_proj.weight": (c, c),
        "attn.c_proj.bias": (c,),
        "ln_2.weight": (c,),
        "ln_2.bias": (c,),
        "mlp.c_fc.weight": (c, i),
        "mlp.c_fc.bias": (i,),
        "mlp.c_proj.weight": (i, c),
        "mlp.c_proj.bias": (c,),
    }


def _draw(name, shape, gen, proj_std):
    """One freshly drawn parameter: ones, zeros or a normal matrix."""
    if len(shape) == 1:
        return torch.ones(shape) if name.endswith("weight") else torch.zeros(shape)
    std = proj_std if name.endswith("c_proj.weight") else 0.05
    return torch.randn(shape, generator=gen) * std


def new_block(cfg, gen, proj_std):
    """A fresh block. With `proj_std` 0 it leaves the residual stream alone."""
    return {n: _draw(n, s, gen, proj_std) for n, s in _block_shapes(cfg).items()}


def new_model(cfg, gen):
    """A freshly drawn model of `cfg.n_layer` blocks."""
    params = {
        "wte.weight": torch.randn(cfg.vocab_size, cfg.n_embd, generator=gen) * 0.03,
        "wpe.weight": torch.randn(cfg.n_positions, cfg.n_embd, generator=gen) * 0.01,
        "ln_f.weight": torch.ones(cfg.n_embd),
        "ln_f.bias": torch.zeros(cfg.n_embd),
    }
    proj_std = 0.05 / math.sqrt(2 * cfg.n_layer)
    for layer in range(cfg.n_layer):
        put_block(params, layer, new_block(cfg, gen, proj_std))
    return params


def block(params, layer):
    """The parameters of block `layer`, named without their `h.N.`."""
    prefix = f"h.{layer}."
    return {n[len(prefix):]: p for n, p in params.items() if n.startswith(prefix)}


def put_block(params, layer, new):
    """Store `new` as block `layer`."""
    params.update({f"h.{layer}.{n}": p for n, p in new.items()})


def depth(params):
    """The number of blocks."""
    return 1 + max(int(n.split(".")[1]) for n in params if n.startswith("h."))


def grow(params, cfg, places, gen):
    """A model of `cfg`'s depth that computes the same: old block i goes to `places[i]`.

    The blocks between are fresh, with both output projections zero.
    """
    grown = {n: p for n, p in params.items() if not n.startswith("h.")}
    origin = {place: old for old, place in enumerate(places)}
    for layer in range(cfg.n_layer):
        if layer in origin:
            put_block(grown, layer, block(params, origin[layer]))
        else:
            put_block(grown, layer, new_block(cfg, gen, proj_std=0.0))
    return grown


def mean(models, weights):
    """The weighted mean of models of one shape."""
    return {n: sum(w * m[n] for m, w in zip(models, weights)) for n in models[0]}


def _share(n, parts, part):
    """Which of `n` things the `part`-th of `parts` blocks takes over, as a mask [n]."""
    return torch.arange(n) * parts // n == part


def _part_of(old, cfg, gen, parts, part):
    """A fresh block with the heads and the MLP's units that the `part`-th of `parts`
    blocks takes over from `old`."""
    new = new_block(cfg, gen, proj_std=0.05)
    heads = _share(cfg.n_head, parts, part).repeat_interleave(cfg.d_head)
    units = _share(cfg.n_inner, parts, part)
    for into, out, columns, rows in (
        ("attn.c_attn", "attn.c_proj", heads.repeat(3), heads),
        ("mlp.c_fc", "mlp.c_proj", units, units),
    ):
        new[f"{into}.weight"][:, columns] = old[f"{into}.weight"][:, columns]
        new[f"{into}.bias"][columns] = old[f"{into}.bias"][columns]
        new[f"{out}.weight"][rows] = old[f"{out}.weight"][rows]
        new[f"{out}.bias"] = old[f"{out}.bias"] / parts
    for name in ("ln_1.weight", "ln_1.bias", "ln_2.weight", "ln_2.bias"):
        new[name] = old[name].clone()
    return new


def spread(params, cfg, places, gen):
    """The model with the work of the blocks at `places` shared with those after them.

    The heads and the MLP's units of such a block are dealt out to it and to all the
    blocks before the next place, in order and each in its own slot; all other slots
    start afresh. What stood in the blocks between is dropped.
    """
    shared = {n: p for n, p in params.items() if not n.startswith("h.")}
    for place, end in zip(places, (*places[1:], cfg.n_layer)):
        old = block(params, place)
        for part in range(end - place):
            put_block(shared, place + part, _part_of(old, cfg, gen, end - place, part))
    return shared


@lru_cache(maxsize=None)
def _causal_mask(length):
    """[length, length], 0 where j <= i and -inf above the diagonal."""
    return torch.full((length, length), float("-inf")).triu(1)


def _attention(x, b, cfg, silenced):
    """The attention's output for the normalised `x` [batch, time, embd]."""
    n, t, c = x.shape
    qkv = torch.addmm(b["attn.c_attn.bias"], x.reshape(n * t, c), b["attn.c_attn.weight"])
    q, k, v = (
        qkv.view(n, t, 3, cfg.n_head, cfg.d_head)
        .permute(2, 0, 3, 1, 4)
        .reshape(3, n * cfg.n_head, t, cfg.d_head)
        .unbind(0)
    )
    scores = torch.baddbmm(
        _causal_mask(t), q, k.transpose(1, 2), alpha=1 / math.sqrt(cfg.d_head)
    )
    z = torch.bmm(torch.softmax(scores, -1), v)
    z = z.view(n, cfg.n_head, t, cfg.d_head).transpose(1, 2)
    if silenced is not None:
        z = z.clone()
        z[:, :, silenced] = 0
    z = z.reshape(n * t, c)
    return torch.addmm(b["attn.c_proj.bias"], z, b["attn.c_proj.weight"]).view(n, t, c)


def _mlp(x, b):
    """The MLP's output for the normalised `x`, with gelu_new."""
    flat = x.reshape(-1, x.shape[-1])
    hidden = torch.addmm(b["mlp.c_fc.bias"], flat, b["mlp.c_fc.weight"])
    hidden = F.gelu(hidden, approximate="tanh")
    return torch.addmm(b["mlp.c_proj.bias"], hidden, b["mlp.c_proj.weight"]).view(x.shape)


def _norm(x, weight, bias):
    return F.layer_norm(x, (x.shape[-1],), weight, bias, 1e-5)


def run_block(x, b, cfg, silenced=None):
    """One block; `silenced` is the head whose slice of c_proj's input is 0."""
    x = x + _attention(_norm(x, b["ln_1.weight"], b["ln_1.bias"]), b, cfg, silenced)
    return x + _mlp(_norm(x, b["ln_2.weight"], b["ln_2.bias"]), b)


def embed(params, tokens):
    """The residual stream before block 0, for `tokens` [batch, time]."""
    return F.embedding(tokens, params["wte.weight"]) + params["wpe.weight"][: tokens.shape[1]]


def final_norm(params, x):
    """ln_f of the last state `x` (any leading shape)."""
    return _norm(x, params["ln_f.weight"], params["ln_f.bias"])


def unembed(params, x):
    """Logits of the last state `x` (any leading shape)."""
    return final_norm(params, x) @ params["wte.weight"].T


def states(params, cfg, tokens):
    """The residual streams: the embedding's, then each block's output."""
    out = [embed(params, tokens)]
    for layer in range(cfg.n_layer):
        out.append(run_block(out[-1], block(params, layer), cfg))
    return out


def loss(params, cfg, inputs, targets):
    """Mean cross entropy in nats."""
    x = embed(params, inputs)
    for layer in range(cfg.n_layer):
        x = run_block(x, block(params, layer), cfg)
    return F.cross_entropy(unembed(params, x).flatten(0, 1), targets.flatten())
