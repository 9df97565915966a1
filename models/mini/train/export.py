"""Writes a model's folder in Hugging Face's layout, weights as F16."""
import json
import struct

import torch


def rounded(params):
    """The parameters as F16 stores them, in float32."""
    return {n: p.half().float() for n, p in params.items()}


def _safetensors(params):
    """The bytes of a safetensors file with all `params` as F16."""
    header, data, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name in sorted(params):
        raw = params[name].half().contiguous().numpy().tobytes()
        header[name] = {
            "dtype": "F16",
            "shape": list(params[name].shape),
            "data_offsets": [offset, offset + len(raw)],
        }
        data.append(raw)
        offset += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(data)


def _config(cfg, end):
    """GPT-2's usual keys."""
    return {
        "activation_function": "gelu_new",
        "architectures": ["GPT2LMHeadModel"],
        "attn_pdrop": 0.0,
        "bos_token_id": end,
        "embd_pdrop": 0.0,
        "eos_token_id": end,
        "initializer_range": 0.05,
        "layer_norm_epsilon": 1e-05,
        "model_type": "gpt2",
        "n_ctx": cfg.n_positions,
        "n_embd": cfg.n_embd,
        "n_head": cfg.n_head,
        "n_inner": cfg.n_inner,
        "n_layer": cfg.n_layer,
        "n_positions": cfg.n_positions,
        "reorder_and_upcast_attn": False,
        "resid_pdrop": 0.0,
        "scale_attn_by_inverse_layer_idx": False,
        "scale_attn_weights": True,
        "summary_activation": None,
        "summary_first_dropout": 0.1,
        "summary_proj_to_labels": True,
        "summary_type": "cls_index",
        "summary_use_proj": True,
        "tie_word_embeddings": True,
        "torch_dtype": "float16",
        "use_cache": True,
        "vocab_size": cfg.vocab_size,
    }


def _tokenizer_config(cfg, token):
    return {
        "add_prefix_space": False,
        "bos_token": token,
        "eos_token": token,
        "model_max_length": cfg.n_positions,
        "tokenizer_class": "GPT2Tokenizer",
        "unk_token": token,
    }


def _write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="ascii")


def write_model(folder, cfg, params, tok):
    """model.safetensors, config.json, vocab.json, merges.txt, tokenizer_config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    if not all(torch.isfinite(p.half()).all() for p in params.values()):
        raise ValueError("a parameter is not finite in F16")
    (folder / "model.safetensors").write_bytes(_safetensors(params))
    _write_json(folder / "config.json", _config(cfg, tok.end))
    _write_json(folder / "tokenizer_config.json", _tokenizer_config(cfg, tok.end_token))
    tok.save(folder)
