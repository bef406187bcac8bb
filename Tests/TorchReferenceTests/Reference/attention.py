"""Writes the reference tensors of attention and transformer layers, from PyTorch.

    python attention.py        writes attention.json beside this file

As `generate.py`, whose helpers it uses. Weights are [input, output], as ours; PyTorch's are
transposed here.
"""

import numpy as np
import torch
import torch.nn.functional as F

import generate
from generate import case, normal, positive

generate.RANDOM = np.random.default_rng(20250612)

WIDTH, HEADS, HIDDEN, PLACES, ROWS = 6, 2, 5, 4, 3
KEYS = np.float32([[1, 1, 1, 0], [1, 0, 1, 1], [1, 1, 1, 1]])
ORDER = np.arange(PLACES, dtype=np.float32)


def projections(prefix, inputs):
    return {
        f"{prefix}__{name}__{part}": values
        for name, width in inputs.items()
        for part, values in [
            ("weight", normal(width, WIDTH, scale=0.5)), ("bias", normal(WIDTH, scale=0.5)),
        ]
    }


def attend(x, memory, wq, bq, wk, bk, wv, bv, wo, bo, keys=None, causal=False):
    """`torch.nn.functional.multi_head_attention_forward`, with our weights and rows first."""
    mask = torch.ones(x.shape[1], memory.shape[1]).triu(1).bool() if causal else None
    memory = memory.transpose(0, 1)
    y, _ = F.multi_head_attention_forward(
        x.transpose(0, 1), memory, memory, WIDTH, HEADS, None, torch.cat([bq, bk, bv]), None, None,
        False, 0.0, wo.T, bo, need_weights=True, attn_mask=mask,
        key_padding_mask=None if keys is None else keys == 0, use_separate_proj_weight=True,
        q_proj_weight=wq.T, k_proj_weight=wk.T, v_proj_weight=wv.T,
    )
    return y.transpose(0, 1)


def attention_cases():
    own = dict.fromkeys(["query", "key", "value", "output"], WIDTH)
    x = normal(ROWS, PLACES, WIDTH)
    rows = {"x": 0, "memory": 0, "keys": 0}
    case(
        "layer/attention/self", lambda x, *p: attend(x, x, *p), second=True, rows=rows, x=x,
        **projections("layer", own),
    )
    case(
        "layer/attention/padding", lambda x, keys, *p: attend(x, x, *p, keys=keys),
        rows=rows, state=["keys"], x=x, keys=KEYS, **projections("layer", own),
    )
    case(
        "layer/attention/causal", lambda x, order, *p: attend(x, x, *p, causal=True), second=False,
        rows=rows, state=["layer/order"], x=x, layer__order=ORDER, **projections("layer", own),
    )
    case(
        "layer/attention/both",
        lambda x, keys, order, *p: attend(x, x, *p, keys=keys, causal=True), rows=rows,
        state=["keys", "layer/order"], x=x, keys=KEYS, layer__order=ORDER,
        **projections("layer", own),
    )
    case(
        "layer/attention/memory", lambda x, memory, *p: attend(x, memory, *p), rows=rows, x=x,
        memory=normal(ROWS, 7, 3), **projections("layer", own | {"key": 3, "value": 3}),
    )


def transformer_cases():
    own = dict.fromkeys(["query", "key", "value", "output"], WIDTH)
    for norm in ["before", "after"]:
        for activation in ["gelu", "relu"]:
            module = torch.nn.TransformerEncoderLayer(
                WIDTH, HEADS, HIDDEN, dropout=0.0, activation=activation, batch_first=True,
                norm_first=norm == "before", dtype=torch.float64,
            ).train()

            def layer(
                x, keys, wq, bq, wk, bk, wv, bv, wo, bo, scale1, shift1, wh, bh, wy, by, scale2,
                shift2,
            ):
                parameters = {
                    "self_attn.in_proj_weight": torch.cat([wq.T, wk.T, wv.T]),
                    "self_attn.in_proj_bias": torch.cat([bq, bk, bv]),
                    "self_attn.out_proj.weight": wo.T, "self_attn.out_proj.bias": bo,
                    "linear1.weight": wh.T, "linear1.bias": bh,
                    "linear2.weight": wy.T, "linear2.bias": by,
                    "norm1.weight": scale1, "norm1.bias": shift1,
                    "norm2.weight": scale2, "norm2.bias": shift2,
                }
                return torch.func.functional_call(
                    module, parameters, (x,), {"src_key_padding_mask": keys == 0}
                )

            case(
                f"layer/transformer/{norm}/{activation}", layer, rows={"x": 0, "keys": 0},
                state=["keys"], x=normal(ROWS, PLACES, WIDTH), keys=KEYS,
                **projections("layer__attention", own),
                layer__attentionNorm__scale=positive(WIDTH),
                layer__attentionNorm__shift=normal(WIDTH),
                layer__hidden__weight=normal(WIDTH, HIDDEN, scale=0.5),
                layer__hidden__bias=normal(HIDDEN),
                layer__output__weight=normal(HIDDEN, WIDTH, scale=0.5),
                layer__output__bias=normal(WIDTH),
                layer__perceptronNorm__scale=positive(WIDTH),
                layer__perceptronNorm__shift=normal(WIDTH),
            )
    x = normal(ROWS, PLACES, WIDTH)
    case(
        "layer/linear/parts", lambda x, w, b: F.linear(x, w.T, b), second=True, rows={"x": 0},
        x=x, layer__weight=normal(WIDTH, 4), layer__bias=normal(4),
    )


if __name__ == "__main__":
    attention_cases()
    transformer_cases()
    generate.write("attention.json", {"cases": generate.CASES})
