"""Writes the reference tensors of operations and layers on images, from PyTorch.

    python images.py        writes images.json beside this file

As `generate.py`, whose helpers it uses. Images are channels-last and weights
[height, width, channels/groups, outputs], as ours; PyTorch's are permuted here.
"""

import numpy as np
import torch
import torch.nn.functional as F

import generate
from generate import case, normal, positive

generate.RANDOM = np.random.default_rng(20250611)

ROWS = {"x": 0, "g": 0}


def first(x):
    """Channels-last to PyTorch's channels-first."""
    return x.permute(0, 3, 1, 2)


def last(x):
    return x.permute(0, 2, 3, 1)


# Height, width, channels, outputs, groups, stride, padding (top, bottom, left, right), dilation,
# window. `OperationCases.swift` has the same table.
WINDOWS = {
    "plain": (5, 4, 3, 4, 1, (1, 1), (0, 0, 0, 0), (1, 1), (3, 2)),
    "strided": (8, 7, 2, 5, 1, (2, 3), (1, 1, 0, 0), (1, 1), (3, 2)),
    "padded": (4, 5, 3, 8, 1, (1, 1), (2, 1, 0, 2), (1, 1), (3, 3)),
    "dilated": (7, 6, 2, 3, 1, (1, 2), (2, 2, 1, 1), (3, 2), (3, 2)),
    "grouped": (5, 5, 4, 6, 2, (1, 1), (1, 1, 1, 1), (1, 1), (3, 3)),
    "depthwise": (6, 5, 8, 8, 8, (2, 1), (1, 1, 1, 1), (1, 1), (3, 3)),
    "multiplied": (4, 4, 3, 6, 3, (1, 1), (1, 1, 1, 1), (1, 1), (3, 3)),
    "point": (3, 4, 9, 5, 1, (1, 1), (0, 0, 0, 0), (1, 1), (1, 1)),
    "vectors": (4, 3, 8, 8, 1, (1, 1), (1, 1, 1, 1), (1, 1), (3, 3)),
}


def convolve(name, x, w, bias=None):
    _, _, _, _, groups, stride, (top, bottom, left, right), dilation, _ = WINDOWS[name]
    padded = F.pad(first(x), (left, right, top, bottom))
    kernel = w.permute(3, 2, 0, 1)
    return last(F.conv2d(padded, kernel, bias, stride=stride, dilation=dilation, groups=groups))


def operands(name):
    height, width, channels, outputs, groups, *_, window = WINDOWS[name]
    x, w = normal(2, height, width, channels), normal(*window, channels // groups, outputs)
    y = convolve(name, torch.tensor(x), torch.tensor(w))
    return x, w, normal(*y.shape)


def convolution_cases():
    for name in WINDOWS:
        x, w, g = operands(name)
        second = name != "vectors"

        def gradient(of, x, w, g):
            leaf = x if of == "x" else w
            leaf = leaf if leaf.requires_grad else leaf.requires_grad_()
            return torch.autograd.grad(
                convolve(name, x, w), leaf, g, create_graph=True
            )[0]

        case(
            f"convolution/{name}", lambda x, w: convolve(name, x, w), second=second, rows=ROWS,
            x=x, w=w,
        )
        case(
            f"convolutionInputGradient/{name}",
            lambda g, w: gradient("x", torch.zeros(x.shape, dtype=torch.float64), w, g),
            second=second, rows=ROWS, g=g, w=w,
        )
        case(
            f"convolutionWeightGradient/{name}",
            lambda x, g: gradient("w", x, torch.zeros(w.shape, dtype=torch.float64), g),
            second=second, rows=ROWS, x=x, g=g,
        )
    for name in ["strided", "depthwise"]:
        x, w, _ = operands(name)
        case(
            f"layer/convolution2D/{name}",
            lambda x, w, b: convolve(name, x, w, b).relu(), rows=ROWS,
            x=x, layer__weight=w, layer__bias=normal(w.shape[3]),
        )


# Height, width, channels, window, stride, padding on both sides, dilation.
POOLS = {
    "plain": (6, 4, 3, (2, 2), (2, 2), (0, 0), (1, 1)),
    "overlapping": (5, 7, 9, (3, 3), (2, 1), (1, 1), (1, 1)),
    "uneven": (7, 5, 2, (3, 2), (3, 2), (1, 0), (1, 1)),
    "dilated": (7, 6, 5, (3, 2), (1, 2), (1, 1), (2, 3)),
}


def pooling_cases():
    for name, (height, width, channels, window, stride, padding, dilation) in POOLS.items():

        def greatest(x):
            return F.max_pool2d(
                first(x), window, stride, padding, dilation, return_indices=True
            )

        def pick(x, u):
            indices = greatest(x.detach())[1]
            picked = first(u).flatten(2).gather(2, indices.flatten(2))
            return last(picked.view(indices.shape)) + 0 * x.sum()

        def spread(x, g):
            indices = greatest(x.detach())[1]
            flat = torch.zeros(*first(x).flatten(2).shape, dtype=g.dtype)
            flat = flat.scatter_add(2, indices.flatten(2), first(g).flatten(2))
            return last(flat.view(first(x).shape)) + 0 * x.sum()

        x = normal(2, height, width, channels)
        y = greatest(torch.tensor(x))[0]
        places = normal(*last(y).shape)
        case(f"maxPool/{name}", lambda x: last(greatest(x)[0]), second=True, rows=ROWS, x=x)
        case(f"maxPoolPick/{name}", pick, rows=ROWS | {"u": 0}, x=x, u=normal(*x.shape))
        case(f"maxPoolSpread/{name}", spread, rows=ROWS, x=x, g=places)
        ties = np.random.default_rng(3).integers(0, 2, x.shape).astype(np.float32)
        case(f"maxPool/{name}/ties", lambda x: last(greatest(x)[0]), rows=ROWS, x=ties)
        if dilation != (1, 1):
            continue  # PyTorch's averages have no dilation
        for counts in [True, False]:

            def mean(x):
                return last(F.avg_pool2d(
                    first(x), window, stride, padding, count_include_pad=counts
                ))

            def back(g):
                leaf = torch.zeros(x.shape, dtype=torch.float64, requires_grad=True)
                return torch.autograd.grad(mean(leaf), leaf, g, create_graph=True)[0]

            label = "withPadding" if counts else "cellsOnly"
            case(f"averagePool/{name}/{label}", mean, second=True, rows=ROWS, x=x)
            case(f"averagePoolGradient/{name}/{label}", back, second=True, rows=ROWS, g=places)
    case(
        "layer/globalAveragePool", lambda x: F.adaptive_avg_pool2d(first(x), 1).flatten(1),
        second=True, rows=ROWS, x=normal(3, 4, 5, 6),
    )


def batch_norm_cases():
    for kind in ["training", "inference", "shard"]:
        running = {}

        def norm(x, scale, shift, mean, variance):
            running["layer/runningMean"] = mean.detach().clone()
            running["layer/runningVariance"] = variance.detach().clone()
            return last(F.batch_norm(
                first(x), *running.values(), scale, shift, training=kind != "inference",
                momentum=0.25, eps=1e-3,
            ))

        case(
            f"layer/batchNorm2D/{kind}", norm, second=kind == "training", rows=ROWS,
            state=["layer/runningMean", "layer/runningVariance"],
            updates=(lambda: running) if kind != "inference" else None,
            x=normal(4, 3, 2, 5, scale=2) + np.float32([1, -2, 0, 3, 4]),
            layer__scale=positive(5), layer__shift=normal(5),
            layer__runningMean=normal(5), layer__runningVariance=positive(5),
        )
        # gradients of scale and shift are sums of 24 terms that nearly cancel
        generate.CASES[-1]["terms"] = 8.0


if __name__ == "__main__":
    convolution_cases()
    pooling_cases()
    batch_norm_cases()
    generate.write("images.json", {"cases": generate.CASES})
