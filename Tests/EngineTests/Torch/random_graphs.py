"""Computes random graphs and their gradients in PyTorch and compares them with the engine's numbers.

    python random_graphs.py FOLDER      reads FOLDER/graph-*.json, writes FOLDER/summary.json

`TorchGraphTests.swift` writes the graphs: nodes with their operations, the numbers of inputs,
parameters and dropout masks, and what the engine made of them in float32. Here every operation is
spelt in PyTorch's own functions and run in float64; the gradients are those of torch.autograd, so
that no gradient rule of the engine takes part.

An element may differ by 10·spread + 4e-7·scale + 1e-12, as in `RuntimeHarness.swift`: `scale` is
the value's largest element, by PyTorch, and `spread` how far relative noise of 2⁻²² on every
intermediate number moves the value at most, in eight runs of the engine's float64 interpreter, in
four of which all elements of a tensor draw the same noise, as equal elements round alike. For
comparison the same is asked of PyTorch's own float32.
"""

import json
import os
import pathlib
import platform
import sys

# One code path for every element: elements that are equal stay equal, and ties are ties.
os.environ["ATEN_CPU_CAPABILITY"] = "default"

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

torch.set_num_threads(1)
# PyTorch's own convolutions: the engine uses oneDNN, and oneDNN's strided point-wise convolutions
# write past their scratchpad, which ends this process.
torch.backends.mkldnn.enabled = False


# Operations


def first(x):
    """Channels-last to PyTorch's channels-first."""
    return x.permute(0, 3, 1, 2)


def last(x):
    return x.permute(0, 2, 3, 1)


def axes(window):
    return window["vertical"], window["horizontal"]


def both(window, name):
    return tuple(axis[name] for axis in axes(window))


def surrounded(x, window, number):
    """Channels-last images, channels first and with the window's padding around them."""
    vertical, horizontal = axes(window)
    around = (horizontal["before"], horizontal["after"], vertical["before"], vertical["after"])
    return F.pad(first(x), around, value=number)


def convolution(args, x, w):
    window = args["_0"]
    return last(F.conv2d(
        surrounded(x, window, 0), w.permute(3, 2, 0, 1).contiguous(), stride=both(window, "stride"),
        dilation=both(window, "dilation"), groups=args["groups"],
    ))


def greatest(window, x):
    return F.max_pool2d(
        surrounded(x, window, -torch.inf), both(window, "extent"), both(window, "stride"),
        dilation=both(window, "dilation"), return_indices=True,
    )


def max_pool_pick(args, x, u):
    indices = greatest(args["_0"], x.detach())[1]
    picked = surrounded(u, args["_0"], 0).flatten(2).gather(2, indices.flatten(2))
    return last(picked.view(indices.shape))


def average_pool(args, x):
    window = args["_0"]
    assert both(window, "dilation") == (1, 1), "PyTorch's averages have no dilation"

    def mean(images):
        return F.avg_pool2d(
            surrounded(images, window, 0), both(window, "extent"), both(window, "stride")
        )

    return last(mean(x) if args["countsPadding"] else mean(x) / mean(torch.ones_like(x)))


UNARY = {
    "identity": lambda x: x,
    "negate": torch.neg,
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "reciprocal": torch.reciprocal,
    "square": torch.square,
    "abs": torch.abs,
    "sign": torch.sign,
    "relu": torch.relu,
    "step": lambda x: (x > 0).to(x.dtype),
    "gelu": F.gelu,
    "silu": F.silu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": lambda x: F.softplus(x, threshold=100),
    "erf": torch.erf,
    "sin": torch.sin,
    "cos": torch.cos,
}
BINARY = {
    "add": torch.add,
    "subtract": torch.sub,
    "multiply": torch.mul,
    "divide": torch.div,
    "minimum": torch.minimum,
    "maximum": torch.maximum,
    "greater": lambda a, b: (a > b).to(a.dtype),
    "equal": lambda a, b: (a == b).to(a.dtype),
}
REDUCE = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax}


def matmul(args, a, b):
    a = a.transpose(-1, -2) if args["transposeA"] else a
    b = b.transpose(-1, -2) if args["transposeB"] else b
    return a @ b


def int8_matmul(x, w, scale, bias, byte_range):
    """For inference alone: no gradient passes."""
    inverse, zero = byte_range[0], byte_range[1]
    whole = torch.clamp(torch.round(x * inverse), -zero, 255 - zero)
    return ((whole @ w.to(x.dtype)) * scale + bias).detach()


def pad(args, x):
    after = x.dim() - 1 - args["axis"]
    return F.pad(x, (0, 0) * after + (args["before"], args["after"]))


def scatter_add(args, indices, rows):
    table = rows.new_zeros(args["values"], rows.shape[-1])
    return table.index_add(0, indices.flatten(), rows.flatten(0, -2))


def one_hot(args, indices, dtype):
    return F.one_hot(indices, args["classes"]).to(dtype)


# By the name of the operation: its attributes, the shape of the result, the operands.
OPERATIONS = {
    "unary": lambda args, shape, x: UNARY[args["_0"]](x),
    "binary": lambda args, shape, a, b: BINARY[args["_0"]](a, b),
    "select": lambda args, shape, c, a, b: torch.where(c != 0, a, b),
    "broadcast": lambda args, shape, x: x.broadcast_to(shape),
    "reduce": lambda args, shape, x: REDUCE[args["_0"]](x, dim=args["axes"], keepdim=True),
    "shardStatistic": lambda args, shape, x: x,
    "sumOverShards": lambda args, shape, x: x,
    "scaleGradient": lambda args, shape, x: x.detach() + args["_0"] * (x - x.detach()),
    "matmul": lambda args, shape, a, b: matmul(args, a, b),
    "int8Matmul": lambda args, shape, *operands: int8_matmul(*operands),
    "convolution": lambda args, shape, x, w: convolution(args, x, w),
    "maxPool": lambda args, shape, x: last(greatest(args["_0"], x)[0]),
    "maxPoolPick": lambda args, shape, x, u: max_pool_pick(args, x, u),
    "averagePool": lambda args, shape, x: average_pool(args, x),
    "softmax": lambda args, shape, x: torch.softmax(x, -1),
    "logSoftmax": lambda args, shape, x: torch.log_softmax(x, -1),
    "reshape": lambda args, shape, x: x.reshape(shape),
    "transpose": lambda args, shape, x: x.permute(args["_0"]),
    "slice": lambda args, shape, x: x.narrow(
        args["axis"], args["start"], args["end"] - args["start"]
    ),
    "pad": lambda args, shape, x: pad(args, x),
    "concatenate": lambda args, shape, *parts: torch.cat(parts, args["axis"]),
    "gather": lambda args, shape, table, indices: table[indices],
    "scatterAdd": lambda args, shape, indices, rows: scatter_add(args, indices, rows),
}


# Graphs


def numbers(texts):
    """JSON has no infinities and no NaN: they come as text."""
    return torch.tensor([float(number) for number in texts], dtype=torch.float64)


def evaluate(graph, dtype):
    """The values of all nodes, and by label the leaves that may have a gradient."""
    values, leaves = [], {}
    for node in graph["nodes"]:
        (name, args), = node["op"].items()
        shape = node["shape"]
        if "given" in node:
            # inputs, parameters and masks; the engine's numbers are float32
            value = numbers(node["given"]).float().reshape(shape)
            value = value.long() if node["isInteger"] else value.to(dtype)
            if not node["isInteger"] and name != "dropoutMask":
                leaves[node["label"]] = value.requires_grad_()
        elif name == "constant":
            value = torch.tensor(args["_0"], dtype=torch.float32).to(dtype)
        else:
            operands = [values[index] for index in node["inputs"]]
            if name == "oneHot":
                value = one_hot(args, *operands, dtype)
            else:
                value = OPERATIONS[name](args, shape, *operands)
        assert list(value.shape) == shape, f"{name} gave {list(value.shape)}, not {shape}"
        values.append(value)
    return values, leaves


def compute(graph, dtype):
    """What the engine's numbers are compared with, in the order of graph["watched"]."""
    values, leaves = evaluate(graph, dtype)
    loss = values[graph["loss"]].sum()
    gradients = {}
    if loss.requires_grad:
        found = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True)
        gradients = dict(zip(leaves, found))
    results = []
    for watched in graph["watched"]:
        if "node" in watched:
            result = values[watched["node"]]
        else:
            # what the loss does not depend on has a gradient of zero
            result = gradients.get(watched["gradient"])
            result = torch.zeros_like(leaves[watched["gradient"]]) if result is None else result
        results.append(result.detach().to(torch.float64).flatten())
    return results


def error(found, truth, spread):
    """The worst element and its error in units of the tolerance, infinite where one is NaN."""
    tolerance = 10 * spread + 4e-7 * truth.abs().max() + 1e-12
    errors = ((found - truth).abs() / tolerance).nan_to_num(nan=torch.inf)
    errors[(found == truth) | (found.isnan() & truth.isnan())] = 0
    worst = int(errors.argmax())
    return float(errors[worst]), worst, float(tolerance)


def name_of(graph, watched):
    if "gradient" in watched:
        return f"the gradient of {watched['gradient']}"
    node = graph["nodes"][watched["node"]]
    return f"%{watched['node']} {json.dumps(node['op'])}"


def main(folder):
    summary = {
        "python": platform.python_version(), "torch": torch.__version__, "graphs": 0, "agreed": 0,
        "tensors": 0, "gradients": 0, "elements": 0, "worst": 0.0, "worstOfFloat32": 0.0,
        "float32Agreed": 0, "operations": {}, "disagreements": [],
    }
    for path in sorted(folder.glob("graph-*.json")):
        graph = json.loads(path.read_text())
        truths, own = compute(graph, torch.float64), compute(graph, torch.float32)
        most, most_of_own, wrong = 0.0, 0.0, None
        for watched, truth, single in zip(graph["watched"], truths, own, strict=True):
            found = numbers(watched["values"])
            assert found.shape == truth.shape, f"{path.name}: {name_of(graph, watched)}"
            units, element, tolerance = error(found, truth, watched["spread"])
            if units > 1 and wrong is None:
                wrong = (
                    f"{path.stem}, {name_of(graph, watched)}: element {element} is "
                    f"{float(found[element])}, in PyTorch {float(truth[element])} ± {tolerance}"
                )
            most = max(most, units)
            most_of_own = max(most_of_own, error(single, truth, watched["spread"])[0])
            summary["tensors"] += 1
            summary["gradients"] += "gradient" in watched
            summary["elements"] += truth.numel()
        for node in graph["nodes"]:
            (name, args), = node["op"].items()
            kind = f"{name} {args['_0']}" if name in ("unary", "binary", "reduce") else name
            summary["operations"][kind] = summary["operations"].get(kind, 0) + 1
        summary["graphs"] += 1
        summary["agreed"] += most <= 1
        summary["float32Agreed"] += most_of_own <= 1
        summary["worst"] = max(summary["worst"], most)
        summary["worstOfFloat32"] = max(summary["worstOfFloat32"], most_of_own)
        if wrong is not None:
            summary["disagreements"].append(wrong)
    for key in "worst", "worstOfFloat32":
        summary[key] = min(summary[key], sys.float_info.max)
    (folder / "summary.json").write_text(json.dumps(summary))
    print(
        f"{summary['agreed']} of {summary['graphs']} graphs agree with PyTorch "
        f"{summary['torch']}, at worst {summary['worst']:.3g} tolerances away"
    )
    print("\n".join(summary["disagreements"][:1]))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
