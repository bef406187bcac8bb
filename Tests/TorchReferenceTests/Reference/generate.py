"""Writes the reference tensors of every operation, layer, loss and optimizer, from PyTorch.

    python generate.py        writes operations.json and optimizers.json beside this file

Inputs are rounded to three decimals and then to float32; everything after that is float64, so a
reference is exact for a float32 engine. The shapes are small and not square: a permuted or
transposed result has other numbers. Where PyTorch has no counterpart, the formula is written out
here and marked `own formula`; its derivatives still come from PyTorch.

The files hold the versions of Python, PyTorch and NumPy that wrote them.
"""

import json
import math
import pathlib
import platform

import numpy as np
import torch
import torch.nn.functional as F
from torch.optim import lr_scheduler as schedulers

torch.use_deterministic_algorithms(True)
HERE = pathlib.Path(__file__).parent
RANDOM = np.random.default_rng(20240917)
VERSIONS = {
    "python": platform.python_version(),
    "torch": torch.__version__,
    "numpy": np.__version__,
}


# Tensors


def normal(*shape, scale=1.0):
    return np.round(RANDOM.normal(0, scale, shape), 3).astype(np.float32)


def positive(*shape):
    return np.round(RANDOM.uniform(0.2, 3, shape), 3).astype(np.float32)


def nonzero(*shape):
    """Far enough from zero to divide by."""
    return positive(*shape) * RANDOM.choice(np.float32([-1, 1]), shape)


def steps(*shape):
    """Whole numbers of −2…2, so that zeros and ties occur."""
    return RANDOM.integers(-2, 3, shape).astype(np.float32)


def indices(below, *shape):
    return RANDOM.integers(0, below, shape).astype(np.int32)


def numbers(values):
    """A flat list, short: float32 as it reads back, the rest in ten digits, far finer."""
    flat = np.asarray(values).reshape(-1)
    text = str if flat.dtype == np.float32 else "{:.10g}".format
    return [int(v) if float(v).is_integer() else float(text(v)) for v in flat]


def tensor(values, row_axis=None):
    array = np.asarray(values)
    result = {"shape": list(array.shape), "values": numbers(array)}
    if array.dtype == np.int32:
        result["integer"] = True
    if row_axis is not None:
        result["rowAxis"] = row_axis
    return result


# Operations, layers and losses

CASES = []


def case(
    name, compute, second=False, rows=None, state=(), updates=None, mask=None, cancels=False,
    **operands,
):
    """Adds a case: operands, result, and the gradient of `sum(cotangent * result)`.

    rows     which axis of an operand runs over the rows of a batch, by operand
    second   also the gradient of `sum(direction * gradient)`
    state    operands without a gradient
    updates  the new values of state tensors after `compute`
    cancels  says that the gradients are small differences of terms of the cotangent's size
    """
    rows = rows or {}
    operands = {key.replace("__", "/"): value for key, value in operands.items()}
    variables = {}
    for key, value in operands.items():
        if value.dtype == np.float32:
            variables[key] = torch.tensor(value, dtype=torch.float64, requires_grad=True)
        else:
            variables[key] = torch.tensor(value, dtype=torch.int64)
    result = compute(*variables.values())
    cotangent = normal(*result.shape)
    learned = {k: v for k, v in variables.items() if v.is_floating_point() and k not in state}
    record = {
        "name": name,
        "operands": {k: tensor(v, rows.get(k)) for k, v in operands.items()},
        "cotangent": tensor(cotangent),
        "result": tensor(result.detach().numpy()),
        "gradients": {},
    }
    if learned and result.requires_grad:
        total = (result * torch.tensor(cotangent, dtype=torch.float64)).sum()
        found = torch.autograd.grad(
            total, list(learned.values()), allow_unused=True, create_graph=second
        )
        found = {
            k: torch.zeros_like(v) if g is None else g
            for (k, v), g in zip(learned.items(), found)
        }
        record["gradients"] = {k: tensor(g.detach().numpy()) for k, g in found.items()}
        if second:
            record["second"] = second_order(learned, found)
    if updates:
        record["updates"] = {k: tensor(v.detach().numpy()) for k, v in updates().items()}
    if cancels:
        record["terms"] = float(np.abs(cotangent).max())
    if mask is not None:
        record["mask"] = mask
    CASES.append(record)


def second_order(learned, gradients):
    directions = {k: normal(*v.shape) for k, v in learned.items()}
    total = sum(
        (g * torch.tensor(directions[k], dtype=torch.float64)).sum()
        for k, g in gradients.items()
    )
    total = total + 0 * sum(v.sum() for v in learned.values())  # linear results have no second
    found = torch.autograd.grad(total, list(learned.values()), allow_unused=True)
    return {
        k: {
            "direction": tensor(directions[k]),
            "gradient": tensor((torch.zeros_like(v) if g is None else g).numpy()),
        }
        for (k, v), g in zip(learned.items(), found)
    }


def unary_cases():
    smooth = {
        "negate": torch.neg,
        "exp": torch.exp,
        "log": torch.log,
        "sqrt": torch.sqrt,
        "reciprocal": torch.reciprocal,
        "square": torch.square,
        "gelu": F.gelu,  # the exact form, x·Φ(x)
        "silu": F.silu,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "softplus": lambda x: F.softplus(x, threshold=1000),  # never replaced by x
        "erf": torch.erf,
        "sin": torch.sin,
        "cos": torch.cos,
    }
    domain = {"log": positive, "sqrt": positive, "reciprocal": nonzero}
    for name, function in smooth.items():
        x = domain.get(name, lambda *shape: normal(*shape, scale=2))(3, 7)
        case(f"unary/{name}", function, second=True, x=x)
    kinked = {
        "identity": lambda x: x * 1,
        "abs": torch.abs,
        "sign": torch.sign,
        "relu": torch.relu,
        # own formula: 1 where x > 0
        "step": lambda x: (x > 0).double() + 0 * x,
    }
    for name, function in kinked.items():
        case(f"unary/{name}", function, x=np.concatenate([steps(3, 4), normal(3, 3)], axis=1))
    # saturated on both sides, where a careless formula overflows or cancels
    far = np.float32([[-90, -30, -12, -6, -1e-4, 0, 1e-4], [6, 9, 12, 20, 30, 60, 88]])
    for name in ["gelu", "silu", "tanh", "sigmoid", "softplus", "erf"]:
        case(f"unary/{name}/far", smooth[name], x=far)
    # longer than one block of a fused program
    case("unary/gelu/long", F.gelu, x=normal(9, 61))


def binary_cases():
    functions = {
        "add": (torch.add, normal, True),
        "subtract": (torch.subtract, normal, True),
        "multiply": (torch.multiply, normal, True),
        "divide": (torch.divide, nonzero, True),
        "minimum": (torch.minimum, steps, False),
        "maximum": (torch.maximum, steps, False),
        # own formulas: 1 or 0, without gradient
        "greater": (lambda a, b: (a > b).double() + 0 * (a + b), steps, False),
        "equal": (lambda a, b: (a == b).double() + 0 * (a + b), steps, False),
    }
    for name, (function, draw, smooth) in functions.items():
        shapes = {
            "same": ([3, 5], [3, 5]),
            "stretched": ([3, 1, 5], [4, 1]),
            "scalar": ([], [3, 5]),
            "row": ([4, 3], [3]),
            "column": ([4, 3], [4, 1]),
        }
        for kind, (a, b) in shapes.items():
            case(f"binary/{name}/{kind}", function, second=smooth, a=draw(*a), b=draw(*b))
    case("binary/multiply/rows", torch.multiply, rows={"a": 0}, a=normal(5, 3), b=normal(3))
    case("binary/divide/long", torch.divide, a=normal(9, 7, 11), b=nonzero(7, 1))
    case(
        "select/same", lambda c, a, b: torch.where(c != 0, a, b),
        condition=steps(3, 5), a=normal(3, 5), b=normal(3, 5),
    )
    case(
        "select/stretched", lambda c, a, b: torch.where(c != 0, a, b),
        condition=steps(4, 1), a=normal(3, 1, 5), b=normal(5),
    )
    case("constant", lambda x: 2.5 * x + 0.75, second=True, x=normal(3, 5))
    case("broadcast", lambda x: x.broadcast_to(2, 3, 4, 5), second=True, x=normal(3, 1, 5))


def reduction_cases():
    functions = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax}
    for name, function in functions.items():
        for axes in [[0], [1], [2], [0, 1], [1, 2], [0, 2], [2, 0], [0, 1, 2]]:
            label = "".join(map(str, axes))
            draw = steps if name == "max" else normal
            case(
                f"reduce/{name}/{label}", lambda x: function(x, dim=axes, keepdim=True),
                second=name != "max", x=draw(3, 4, 5),
            )
        # longer than the lanes in which a row is summed
        case(f"reduce/{name}/wide", lambda x: function(x, 1, keepdim=True), x=normal(2, 37))
        case(
            f"reduce/{name}/rows", lambda x: function(x, 0, keepdim=True), rows={"x": 0},
            x=normal(37, 3),
        )
        case(
            f"reduce/{name}/middleRows", lambda x: function(x, [1, 2], keepdim=True),
            rows={"x": 1}, x=normal(2, 7, 3),
        )


def matmul_cases():
    for ta in [False, True]:
        for tb in [False, True]:
            label = ("T" if ta else "N") + ("T" if tb else "N")

            def product(a, b):
                a = a.transpose(-1, -2) if ta else a
                b = b.transpose(-1, -2) if tb else b
                return a @ b

            a = [4, 3] if ta else [3, 4]
            b = [5, 4] if tb else [4, 5]
            case(f"matmul/{label}", product, second=True, a=normal(*a), b=normal(*b))
            for m, n in [(2, 2), (1, 2), (2, 1)]:
                case(
                    f"matmul/{label}/{m}x{n}", product, second=(m == 1),
                    a=normal(m, *a), b=normal(n, *b),
                )
    case("matmul/large", torch.matmul, rows={"a": 0}, a=normal(17, 33), b=normal(33, 19))
    x, w, b = normal(5, 3), normal(3, 4), normal(4)
    rows = {"x": 0}
    case("matmul/bias", lambda x, w, b: x @ w + b, rows=rows, x=x, w=w, b=b)
    case("matmul/biasFirst", lambda x, w, b: b + x @ w, rows=rows, x=x, w=w, b=b)
    case("matmul/relu", lambda x, w: (x @ w).relu(), rows=rows, x=x, w=w)
    case("matmul/biasReLU", lambda x, w, b: (x @ w + b).relu(), rows=rows, x=x, w=w, b=b)
    case(
        "matmul/columnBias", lambda x, w, b: (x @ w + b).relu(),
        x=normal(4, 3), w=normal(3, 4), b=normal(4, 1),
    )


def softmax_cases():
    for name, function in [("softmax", torch.softmax), ("logSoftmax", torch.log_softmax)]:
        along = lambda x: function(x, -1)
        case(name, along, second=True, x=normal(3, 4, 5, scale=2))
        case(f"{name}/wide", along, rows={"x": 0}, x=normal(5, 37, scale=3))
        # far from zero, near each other
        case(f"{name}/shifted", along, x=normal(3, 5) + np.float32([[1000], [-1000], [80]]))
        case(f"{name}/spread", along, cancels=True, x=normal(3, 5, scale=60))


def movement_cases():
    x = normal(3, 4, 5)
    case("reshape", lambda x: x.reshape(6, 10), second=True, x=x)
    case("reshape/rows", lambda x: x.reshape(3, 20), rows={"x": 0}, x=x)
    for permutation in [[2, 0, 1], [1, 2, 0], [0, 2, 1], [2, 1, 0]]:
        label = "".join(map(str, permutation))
        case(f"transpose/{label}", lambda x: x.permute(permutation), second=True, x=x)
    case("transpose/matrix", lambda x: x.T, rows={"x": 0}, x=normal(7, 3))
    case("slice/0", lambda x: x[1:2], second=True, x=x)
    case("slice/1", lambda x: x[:, 1:4], x=x)
    case("slice/2", lambda x: x[:, :, 2:5], x=x)
    case("pad/0", lambda x: F.pad(x, (0, 0, 0, 0, 2, 1)), second=True, x=x)
    case("pad/1", lambda x: F.pad(x, (0, 0, 1, 0)), x=x)
    case("pad/2", lambda x: F.pad(x, (0, 3)), x=x)
    for axis in range(3):
        shapes = [[3, 4, 5], [3, 4, 5], [3, 4, 5]]
        shapes[0][axis], shapes[2][axis] = 1, 2
        case(
            f"concatenate/{axis}", lambda *parts: torch.cat(parts, axis), second=True,
            a=normal(*shapes[0]), b=normal(*shapes[1]), c=normal(*shapes[2]),
        )
    case("concatenate/twice", lambda a: torch.cat([a, a], 1), a=normal(3, 2))


def lookup_cases():
    lookup = lambda table, i: F.embedding(i, table)
    case("gather", lookup, second=True, table=normal(7, 3), indices=np.int32([6, 0, 3, 3, 0]))
    case(
        "gather/matrix", lookup, rows={"indices": 0}, table=normal(7, 3), indices=indices(7, 4, 2)
    )
    scatter = lambda x, i: torch.zeros(7, 3, dtype=x.dtype).index_add(0, i, x)
    case(
        "scatterAdd", scatter, second=True, x=normal(5, 3), indices=np.int32([6, 0, 3, 3, 0])
    )
    case(
        "scatterAdd/matrix",
        lambda x, i: scatter(x.reshape(-1, 3), i.reshape(-1)),
        x=normal(4, 2, 3), indices=indices(7, 4, 2),
    )
    case("oneHot", lambda i: F.one_hot(i, 4).double(), indices=np.int32([3, 0, 2, 2, 1]))
    case(
        "oneHot/matrix", lambda i: F.one_hot(i, 4).double(), rows={"indices": 0},
        indices=indices(4, 5, 2),
    )
    # whole numbers through the movements, then one-hot
    case(
        "oneHot/moved",
        lambda i: F.one_hot(torch.cat([i[:, 1:3].T, i[:, 0:1].T], 0).reshape(-1), 5).double(),
        indices=indices(5, 4, 3),
    )


def philox(counter, key):
    """Philox4x32-10. Source: Salmon et al. 2011, DOI 10.1145/2063384.2063405."""
    c, k, word = list(counter), list(key), 0xFFFFFFFF
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & word, (p0 >> 32) ^ c[3] ^ k[1], p0 & word]
        k = [(k[0] + 0x9E3779B9) & word, (k[1] + 0xBB67AE85) & word]
    return c


# The known answers of Random123's `kat_vectors`.
assert philox([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
assert philox([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2) == [
    0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD,
]


def dropout_mask(shape, rate, stream, seed, step, shard):
    """Own formula: word i of the stream keeps element i when it is at least rate · 2³²."""
    count, words = math.prod(shape), []
    for block in range((count + 3) // 4):
        counter = (shard << 40) + block
        words += philox(
            [counter & 0xFFFFFFFF, counter >> 32, step, stream], [seed & 0xFFFFFFFF, seed >> 32]
        )
    rate = np.float32(rate)
    threshold = int(float(rate) * 2**32)
    kept = np.float32(1) / (np.float32(1) - rate)
    return np.where(np.array(words[:count]) >= threshold, kept, np.float32(0)).reshape(shape)


def dropout_cases():
    place = {"seed": 0x123456789ABCDEF, "step": 77, "shard": 3}
    masks = [
        torch.tensor(dropout_mask((9, 61), rate, stream, **place), dtype=torch.float64)
        for stream, rate in enumerate([0.3, 0.75])
    ]
    case(
        "dropoutMask", lambda x: x * masks[0] + x.sin() * masks[1], rows={"x": 0}, mask=place,
        x=normal(9, 61),
    )
    mask = torch.tensor(dropout_mask((5, 3), 0.4, 0, **place), dtype=torch.float64)
    case("layer/dropout", lambda x: x * mask, rows={"x": 0}, mask=place, x=normal(5, 3))


def chain_cases():
    """Compositions that fuse, split and join in the runtime."""
    case(
        "chain/shared", lambda x: x * x + x * x.sin() - x / (1 + x * x), second=True,
        x=normal(3, 5),
    )

    def long(x, y):
        for _ in range(14):
            x = torch.tanh(0.9 * x + y) - 0.1 * x
        return x

    case("chain/long", long, rows={"x": 0}, x=normal(11, 53), y=normal(53))

    def diamond(x):
        shifted = x - x.mean(0, keepdim=True)
        scale = (shifted.square().sum(1, keepdim=True) + 1).sqrt()
        return shifted / scale + torch.softmax(shifted, -1) * scale

    case("chain/diamond", diamond, second=True, x=normal(4, 6))
    case(
        "chain/selects",
        lambda c, x, y: torch.where(c != 0, x, y) * torch.where(x > y, x.exp(), y.exp()),
        c=steps(3, 5), x=normal(3, 5), y=normal(3, 5),
    )


def layer_cases():
    rows = {"x": 0}
    weight, bias = normal(3, 4), normal(4)
    case(
        "layer/linear", lambda x, w, b: F.linear(x, w.T, b), rows=rows,
        x=normal(5, 3), layer__weight=weight, layer__bias=bias,
    )
    # own formula
    members = lambda x, w, b: torch.einsum("mri,mio->mro", x.expand(2, -1, -1), w) + b
    for count, name in [(1, "shared"), (2, "own")]:
        case(
            f"layer/memberLinear/{name}", members, rows={"x": 1},
            x=normal(count, 5, 3), layer__weight=normal(2, 3, 4), layer__bias=normal(2, 1, 4),
        )
    for name in ["dense", "sparse"]:
        case(
            f"layer/embedding/{name}", lambda i, t: F.embedding(i, t), rows={"indices": 0},
            indices=indices(7, 6, 2), layer__table=normal(7, 3),
        )
    case(
        "layer/embedding/sparseTwice",
        lambda i, j, t: F.embedding(i, t) * F.embedding(j, t), rows={"i": 0, "j": 0},
        i=indices(7, 6), j=indices(7, 6), layer__table=normal(7, 3),
    )
    for shape, axis in [([5, 7], 0), ([2, 5, 7], 1)]:
        case(
            f"layer/layerNorm/{len(shape)}", lambda x, s, b: F.layer_norm(x, [7], s, b, 1e-5),
            second=True, rows={"x": axis}, x=normal(*shape, scale=2) + np.float32(1),
            layer__scale=positive(7), layer__shift=normal(7),
        )
    batch_norm_cases()
    for name in ["relu", "gelu", "silu", "tanh", "sigmoid"]:
        function = F.gelu if name == "gelu" else getattr(torch, name, getattr(F, name, None))
        case(f"layer/activation/{name}", function, rows=rows, x=normal(5, 3))


def batch_norm_cases():
    for kind in ["training", "inference"]:
        running = {}

        def norm(x, scale, shift, mean, variance):
            running["layer/runningMean"] = mean.detach().clone()
            running["layer/runningVariance"] = variance.detach().clone()
            return F.batch_norm(
                x, *running.values(), scale, shift, training=kind == "training", momentum=0.1,
                eps=1e-5,
            )

        case(
            f"layer/batchNorm/{kind}", norm, rows={"x": 0},
            state=["layer/runningMean", "layer/runningVariance"],
            updates=(lambda: running) if kind == "training" else None,
            x=normal(6, 3, scale=2) + np.float32([1, -2, 0]),
            layer__scale=positive(3), layer__shift=normal(3),
            layer__runningMean=normal(3), layer__runningVariance=positive(3),
        )


def pinball(prediction, target, quantile):
    """Own formula."""
    error = target - prediction
    return torch.maximum(quantile * error, (quantile - 1) * error)


def loss_cases():
    rows = {"prediction": 0, "target": 0}
    cross = lambda z, y: F.binary_cross_entropy_with_logits(z, y, reduction="none")
    case(
        "loss/binaryCrossEntropy", cross, second=True, rows=rows,
        prediction=normal(9, 1, scale=3), target=indices(2, 9, 1).astype(np.float32),
    )
    case(
        "loss/binaryCrossEntropy/soft", cross, rows=rows,
        prediction=normal(9, 1, scale=3), target=np.round(positive(9, 1) / 3, 3),
    )
    case(
        "loss/binaryCrossEntropy/far", cross, rows=rows,
        prediction=np.float32([[-300], [-100], [-30], [30], [100], [300]]),
        target=np.float32([[1], [0], [1], [0], [1], [0]]),
    )
    for smoothing in [0, 0.1]:
        cross = lambda z, y: F.cross_entropy(z, y, reduction="none", label_smoothing=smoothing)
        case(
            f"loss/softmaxCrossEntropy/{smoothing}", lambda z, y: cross(z, y)[:, None],
            second=True, rows=rows, prediction=normal(7, 4, scale=2), target=indices(4, 7),
        )
        case(
            f"loss/softmaxCrossEntropy/members/{smoothing}",
            lambda z, y: cross(z.transpose(1, 2), y.expand(2, -1))[..., None],
            rows={"prediction": 1, "target": 0},
            prediction=normal(2, 7, 4, scale=2), target=indices(4, 7),
        )
    case(
        "loss/squaredError", lambda p, t: F.mse_loss(p, t, reduction="none"), second=True,
        rows=rows, prediction=normal(7, 1), target=normal(7, 1),
    )
    # errors of 0, of exactly delta and beyond
    error = np.float32([[0], [1.5], [-1.5], [0.25], [-3], [4], [-0.5]])
    case(
        "loss/huber", lambda p, t: F.huber_loss(p, t, reduction="none", delta=1.5), rows=rows,
        prediction=error + 2, target=np.full((7, 1), 2, np.float32),
    )
    for quantile in [0.125, 0.9]:
        case(
            f"loss/pinball/{quantile}", lambda p, t: pinball(p, t, quantile), rows=rows,
            prediction=error + 2, target=np.full((7, 1), 2, np.float32),
        )
    for shape, axis in [([7, 1], 0), ([2, 7, 1], 1)]:
        # own formula
        case(
            f"loss/weightedSum/{len(shape)}",
            lambda l, w: (l * w).sum() / (l.shape[0] if l.ndim == 3 else 1),
            rows={"losses": axis, "weights": 0}, losses=normal(*shape), weights=positive(7, 1),
        )


def network_cases():
    """Whole networks: numbers, a one-hot column and an embedded column, two hidden layers."""
    outputs = {"binary": 1, "multiclass": 3, "regression": 1}
    activations = {"binary": torch.relu, "multiclass": F.silu, "regression": F.gelu}
    for task, width in outputs.items():

        def forward(x, categories, table, w0, b0, w1, b1, w2, b2):
            one_hot = F.one_hot(categories[:, 0], 4).double()
            h = torch.cat([x, one_hot, F.embedding(categories[:, 1], table)], 1)
            h = activations[task](F.linear(h, w0.T, b0))
            h = activations[task](F.linear(h, w1.T, b1))
            return F.linear(h, w2.T, b2)

        def prediction(*operands):
            logits = forward(*operands)
            if task == "binary":
                return torch.sigmoid(logits)
            return torch.softmax(logits, 1) if task == "multiclass" else logits

        def loss(label, weight, *operands):
            logits = forward(*operands)
            if task == "binary":
                losses = F.binary_cross_entropy_with_logits(
                    logits, 0.9 * label + 0.05, reduction="none"
                )
            elif task == "multiclass":
                losses = F.cross_entropy(logits, label, reduction="none", label_smoothing=0.1)
                losses = losses[:, None]
            else:
                losses = F.huber_loss(logits, label, reduction="none", delta=0.5)
            return (losses * weight).sum()

        n = 11
        categories = np.stack([indices(4, n), indices(33, n)], 1)
        operands = {
            "numeric": normal(n, 3), "categories": categories, "category1__table": normal(33, 10),
            "hidden0__linear__weight": normal(17, 6, scale=0.3), "hidden0__linear__bias": normal(6),
            "hidden1__linear__weight": normal(6, 5, scale=0.5), "hidden1__linear__bias": normal(5),
            "head__weight": normal(5, width), "head__bias": normal(width),
        }
        rows = {"numeric": 0, "categories": 0}
        case(
            f"network/{task}/prediction", prediction, rows=rows, cancels=task == "multiclass",
            **operands,
        )
        label = {
            "binary": indices(2, n, 1).astype(np.float32), "multiclass": indices(3, n),
            "regression": normal(n, 1),
        }[task]
        rows = {"label": 0, "weight": 0, **rows}
        case(
            f"network/{task}/loss", loss, rows=rows, label=label,
            weight=np.round(positive(n, 1) / n, 3), **operands,
        )


# Schedules


def torch_rates(make, count):
    """The rates of a PyTorch schedule at steps `0..<count`, for a peak of 1."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler, rates = make(optimizer), []
    for _ in range(count):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def schedule_rates(shape, total, warmup=0, floor=0.0):
    """The share of the peak rate at every step.

    LinearLR warms up. CosineAnnealingLR with T_max = total − 1 ends on the floor at the last step.
    OneCycleLR has the default first 30 % and division by 25; `final_div_factor` of 400 ends it at
    1e-4 of the peak, as our documentation says (PyTorch's default of 1e4 ends at 4e-6).
    """
    rest = total - warmup
    rates = []
    if warmup:
        rates = torch_rates(
            lambda o: schedulers.LinearLR(o, 1 / (warmup + 1), 1, total_iters=warmup), warmup
        )
    if shape == "constant":
        return rates + [1.0] * rest
    if shape == "cosine":
        make = lambda o: schedulers.CosineAnnealingLR(o, T_max=max(rest - 1, 1), eta_min=floor)
        return rates + torch_rates(make, rest)
    # OneCycleLR refuses a step beyond its total, so the last rate is read before it is asked for.
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = schedulers.OneCycleLR(
        optimizer, max_lr=1.0, total_steps=rest, cycle_momentum=False, final_div_factor=400
    )
    for step in range(rest):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step + 1 < rest:
            scheduler.step()
    return rates


def schedule_cases():
    result = []
    for shape, total, warmup, floor in [
        ("constant", 10, 0, 0), ("constant", 10, 4, 0), ("cosine", 10, 0, 0),
        ("cosine", 37, 5, 0.0625), ("one-cycle", 10, 0, 0), ("one-cycle", 37, 0, 0),
        ("one-cycle", 40, 7, 0), ("one-cycle", 200, 0, 0), ("one-cycle", 1, 0, 0),
        ("one-cycle", 2, 0, 0), ("one-cycle", 3, 0, 0), ("one-cycle", 4, 0, 0), ("cosine", 1, 0, 0.5),
        ("cosine", 2, 0, 0.5),
    ]:
        rates = schedule_rates(shape, total, warmup, floor)
        result.append({
            "shape": shape, "totalSteps": total, "warmupSteps": warmup, "floor": floor,
            "factors": numbers(rates),
        })
    return result


# Optimizers

ROLES = {"weight": [3, 4], "bias": [4], "norm": [3], "embedding": [5, 2]}
BETAS = tuple(float(np.float32(beta)) for beta in (0.9, 0.999))


def single(number):
    """The double that a float32 setting stands for."""
    return float(np.float32(number))


def optimizer_case(
    name, rule="adamW", steps=10, shapes=ROLES, rate=0.5, decay=0.0, decay_all=False, clip=None,
    average=None, schedule=None, momentum=0.9, nesterov=False, epsilon=1e-8, table=None,
    scale=1.0, record_all=True,
):
    """Steps by torch.optim.AdamW or torch.optim.SGD with given gradients.

    The rate is large, so that the parameters end as sums of steps and a wrong step shows.

    * Decay groups: weights decay; biases, norms and embeddings only with `decay_all`.
    * AdamW: torch.optim.AdamW, a parameter group for each. SGD: our decay is decoupled (own
      formula: p ← p·(1 − rate·decay) before the step); torch.optim.SGD without decay does the rest.
    * Clipping: torch.nn.utils.clip_grad_norm_. Its divisor is norm + 1e-6, ours the norm; the 1e-6
      is taken out afterwards.
    * Averages: torch.optim.swa_utils.get_ema_avg_fn with the decay min(average, (t + 1)/(t + 10)).
    * `table`: rows of a table that each step looks up, by torch.optim.SparseAdam (its epsilon
      stands elsewhere in the formula, so it is tiny here); for SGD, own formula: touched rows alone
      move, velocities included.
    """
    parameters = {k: nonzero(*s) for k, s in shapes.items()}
    variables = {k: torch.tensor(v, dtype=torch.float64) for k, v in parameters.items()}
    averages = {k: v.clone() for k, v in variables.items()}
    dense = [k for k in shapes if k != "table"]
    decays = {k: decay if decay_all or k.startswith("weight") else 0.0 for k in shapes}
    make_decay = (lambda k: single(decays[k])) if rule == "adamW" else (lambda k: 0.0)
    groups = [{"params": [variables[k]], "weight_decay": make_decay(k)} for k in dense]
    rate32, momentum32 = single(rate), single(momentum)
    sparse, velocity = None, None
    if rule == "adamW":
        optimizer = torch.optim.AdamW(groups, lr=rate32, betas=BETAS, eps=single(epsilon))
        if "table" in shapes:
            sparse = torch.optim.SparseAdam(
                [variables["table"]], lr=rate32, betas=BETAS, eps=single(epsilon)
            )
    else:
        optimizer = torch.optim.SGD(groups, lr=rate32, momentum=momentum32, nesterov=nesterov)
        if "table" in shapes:
            velocity = torch.zeros_like(variables["table"])
    schedule = schedule or {"shape": "constant"}
    factors = schedule_rates(total=steps, **schedule)
    records = []
    for step in range(steps):
        lr = rate32 * factors[step]
        given = {k: normal(*shapes[k]) * np.float32(scale) for k in dense}
        for k in dense:
            variables[k].grad = torch.tensor(given[k], dtype=torch.float64)
        if table:
            rows = normal(len(table[step]), shapes["table"][1])
            variables["table"].grad = torch.zeros_like(variables["table"]).index_add(
                0, torch.tensor(table[step]), torch.tensor(rows, dtype=torch.float64)
            )
        norm = clip_gradients([variables[k] for k in shapes], clip)
        for group in optimizer.param_groups:
            group["lr"] = lr
        if rule == "sgd":
            for k in dense:
                variables[k].mul_(1 - lr * single(decays[k]))
        optimizer.step()
        if table:
            touched = torch.unique(torch.tensor(table[step]))
            variables["table"][touched] *= 1 - lr * single(decays["table"])
            if sparse:
                sparse_step(sparse, variables["table"], touched, lr)
            else:
                velocity_step(variables["table"], velocity, touched, lr, momentum32, nesterov)
        if average is not None:
            share = min(single(average), single(np.float32(step + 1) / np.float32(step + 10)))
            blend = torch.optim.swa_utils.get_ema_avg_fn(share)
            averages = {k: blend(averages[k], variables[k], step) for k in shapes}
        record = {"gradients": {k: numbers(v) for k, v in given.items()}, "norm": float(norm)}
        if table:
            record["rows"] = {"indices": table[step], "values": numbers(rows)}
        if record_all or step == steps - 1:
            record["parameters"] = {k: numbers(v.numpy()) for k, v in variables.items()}
            if average is not None:
                record["averages"] = {k: numbers(v.numpy()) for k, v in averages.items()}
            record["first"], record["second"] = moments(
                rule, optimizer, sparse, velocity, variables
            )
        records.append(record)
    return {
        "name": name, "rule": rule, "learningRate": rate, "weightDecay": decay,
        "decaysEverything": decay_all, "clipNorm": clip, "averageDecay": average,
        "momentum": momentum, "nesterov": nesterov, "epsilon": epsilon,
        "schedule": {"shape": "constant", "warmup": 0, "floor": 0, **schedule},
        "parameters": {k: tensor(v) for k, v in parameters.items()}, "steps": records,
    }


def clip_gradients(variables, limit):
    """Clips the gradients to `limit`, if any; returns their norm before."""
    norm = torch.nn.utils.clip_grad_norm_(variables, math.inf if limit is None else limit)
    if limit is not None and norm > limit:
        for variable in variables:
            variable.grad *= (norm + 1e-6) / norm
    return norm


def sparse_step(optimizer, table, touched, rate):
    gradient = table.grad
    table.grad = torch.sparse_coo_tensor(
        touched[None], gradient[touched], gradient.shape, is_coalesced=True,
        check_invariants=True,
    )
    optimizer.param_groups[0]["lr"] = rate
    optimizer.step()


def velocity_step(table, velocity, touched, rate, momentum, nesterov):
    """Own formula: torch.optim.SGD on the touched rows alone."""
    gradient = table.grad[touched]
    velocity[touched] = momentum * velocity[touched] + gradient
    way = gradient + momentum * velocity[touched] if nesterov else velocity[touched]
    table[touched] -= rate * way


def moments(rule, optimizer, sparse, velocity, variables):
    """What the rule remembers after a step, by parameter."""
    first, second = {}, {}
    for k, p in variables.items():
        state = (sparse if k == "table" and sparse else optimizer).state.get(p, {})
        if rule == "adamW":
            first[k] = numbers(state["exp_avg"].numpy())
            second[k] = numbers(state["exp_avg_sq"].numpy())
        else:
            value = velocity if k == "table" else state.get("momentum_buffer")
            first[k] = None if value is None else numbers(value.numpy())
    return {k: v for k, v in first.items() if v is not None}, second


def optimizer_cases():
    sgd = dict(rule="sgd")
    looked = [[1, 4, 1], [0], [4, 4, 2], [1, 3], [0, 0, 0], [5], [2, 1], [5, 0], [3, 3], [1, 2, 4]]
    table = dict(shapes={"weight": [3, 4], "table": [6, 2]}, table=looked, epsilon=1e-12)
    return [
        optimizer_case("adamW"),
        optimizer_case("adamW/decay", decay=0.1),
        optimizer_case("adamW/decayAll", decay=0.1, decay_all=True),
        optimizer_case("adamW/clip", clip=1.25, decay=0.05),
        optimizer_case("adamW/epsilon", epsilon=0.1),
        optimizer_case("adamW/tiny", scale=2**-10),
        optimizer_case("adamW/average", average=0.9),
        optimizer_case("adamW/averageCapped", average=0.25),
        optimizer_case(
            "adamW/cosine", schedule=dict(shape="cosine", warmup=3, floor=0.125), decay=0.1
        ),
        optimizer_case("adamW/one-cycle", schedule=dict(shape="one-cycle"), decay=0.1),
        # several blocks of the flat buffer
        optimizer_case(
            "adamW/blocks", steps=2, shapes={"weight": [67, 64], "bias": [5]}, clip=2, decay=0.1,
            record_all=False,
        ),
        optimizer_case("adamW/table", **table),
        optimizer_case("adamW/table/all", **table, clip=1.25, average=0.9),
        optimizer_case("adamW/table/decayAll", **table, decay=0.1, decay_all=True),
        optimizer_case("sgd", **sgd, momentum=0.0),
        optimizer_case("sgd/momentum", **sgd),
        optimizer_case("sgd/nesterov", **sgd, nesterov=True),
        optimizer_case("sgd/decay", **sgd, decay=0.1, clip=1.25),
        optimizer_case(
            "sgd/cosine", **sgd, nesterov=True, schedule=dict(shape="cosine"), decay=0.1,
            decay_all=True, average=0.9,
        ),
        optimizer_case("sgd/one-cycle", **sgd, schedule=dict(shape="one-cycle", warmup=3)),
        optimizer_case("sgd/table", **sgd, **table, nesterov=True, clip=1.25, average=0.9),
    ]


def write(name, content):
    path = HERE / name
    text = json.dumps({"versions": VERSIONS, **content}, separators=(",", ":"), allow_nan=False)
    path.write_text(text.replace('{"name"', '\n{"name"') + "\n")
    print(f"{name}: {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    for group in [
        unary_cases, binary_cases, reduction_cases, matmul_cases, softmax_cases, movement_cases,
        lookup_cases, dropout_cases, chain_cases, layer_cases, loss_cases, network_cases,
    ]:
        group()
    write("operations.json", {"cases": CASES})
    write("optimizers.json", {"schedules": schedule_cases(), "cases": optimizer_cases()})
