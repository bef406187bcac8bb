"""Writes the reference tensors of the operation that changes gradients alone, from PyTorch.

    python gradients.py        writes gradients.json beside this file

As `generate.py`, whose helpers it uses. PyTorch has no such operation: it is written with `detach`.
"""

import numpy as np
import torch

import generate
from generate import case, normal

generate.RANDOM = np.random.default_rng(20261126)


def scaled(x, factor):
    return x.detach() + factor * (x - x.detach())


def scaled_cases():
    x = normal(3, 4)
    for name, factor in [("reversed", -0.75), ("stopped", 0.0)]:
        case(
            f"scaleGradient/{name}", lambda x: scaled(x, factor), second=True, rows={"x": 0}, x=x
        )
    case(
        "scaleGradient/between", lambda x, w: torch.sin(scaled(torch.tanh(x), -0.75) @ w),
        second=True, rows={"x": 0}, x=x, w=normal(4, 2),
    )


if __name__ == "__main__":
    scaled_cases()
    generate.write("gradients.json", {"cases": generate.CASES})
