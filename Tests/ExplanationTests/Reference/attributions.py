"""Writes networks' weights, inputs and their attributions by Captum.

    python attributions.py        writes attributions.json beside this file

Weights are [input, output], as ours; PyTorch's are transposed here. Everything is computed in double precision.
What Captum draws at random is recorded and written too, so that the same numbers can be used on the other side.

Captum's DeepLift knows no GELU and would pass its gradient silently; it is told here that GELU is a non-linearity as
any other. For layer norm it has no rule at all, so DeepLIFT is not compared there. Its LRP knows BatchNorm2d only, so
that batch norm is written with two axes of extent 1.
"""

import json
import pathlib

import captum
import numpy as np
import torch
from captum.attr import (
    LRP, DeepLift, GradientShap, InputXGradient, IntegratedGradients, LayerIntegratedGradients,
    NoiseTunnel, Occlusion, Saliency,
)
from captum.attr._core import deep_lift
from captum.attr._utils.custom_modules import Addition_Module
from torch import nn

ROWS, BASELINES, DRAWS, SAMPLES, NOISE = 4, 3, 20, 10, 0.3
torch.manual_seed(20250607)
np.random.seed(20250607)
torch.set_default_dtype(torch.float64)
deep_lift.SUPPORTED_NON_LINEAR[nn.GELU] = deep_lift.nonlinear


class Named(nn.Module):
    """Layers one after the other, with the names that ours have."""

    def __init__(self, **layers):
        super().__init__()
        self.names = list(layers)
        for name, layer in layers.items():
            self.add_module(name, layer)

    def forward(self, x):
        for name in self.names:
            x = getattr(self, name)(x)
        return x


class Norm(nn.Module):
    """Batch norm of features."""

    def __init__(self, width):
        super().__init__()
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x):
        return self.norm(x[:, :, None, None])[:, :, 0, 0]


class Residual(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.inner = nn.Linear(width, hidden)
        self.relu = nn.ReLU()
        self.outer = nn.Linear(hidden, width)
        self.sum = Addition_Module()

    def forward(self, x):
        return self.sum(self.outer(self.relu(self.inner(x))), x)


class Embedded(nn.Module):
    """Numbers, and the vectors of two categories."""

    def __init__(self):
        super().__init__()
        self.categories = nn.Embedding(6, 3)
        self.rest = Named(linear0=nn.Linear(9, 7), relu0=nn.ReLU(), linear1=nn.Linear(7, 3))

    def forward(self, indices, numbers):
        vectors = self.categories(indices)
        return self.rest(torch.cat([numbers, vectors.flatten(1)], 1))


def tensor(x):
    x = np.asarray(x.detach() if isinstance(x, torch.Tensor) else x, dtype=np.float64)
    return {"shape": list(x.shape), "values": [float(f"{v:.9g}") for v in x.ravel()]}


def weights(model):
    found = {}
    for path, module in model.named_modules():
        name = path.replace(".", "/")
        if isinstance(module, nn.Linear):
            found[name + "/weight"] = tensor(module.weight.T)
            found[name + "/bias"] = tensor(module.bias)
        elif isinstance(module, (nn.LayerNorm, nn.BatchNorm2d)):
            name = name.removesuffix("/norm")
            found[name + "/scale"] = tensor(module.weight)
            found[name + "/shift"] = tensor(module.bias)
            if isinstance(module, nn.BatchNorm2d):
                found[name + "/runningMean"] = tensor(module.running_mean)
                found[name + "/runningVariance"] = tensor(module.running_var)
        elif isinstance(module, nn.Embedding):
            found[name + "/table"] = tensor(module.weight)
    return found


def unsettle(model):
    """Norms that do something, and numbers that single precision holds exactly."""
    for module in model.modules():
        if isinstance(module, (nn.LayerNorm, nn.BatchNorm2d)):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias)
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean)
            nn.init.uniform_(module.running_var, 0.5, 2)
    for value in list(model.parameters()) + list(model.buffers()):
        if value.is_floating_point():
            value.data = value.data.float().double()
    return model.eval()


class Recorder:
    """Keeps what a function of a module returns."""

    def __init__(self, module, name):
        self.module, self.name, self.kept = module, name, []

    def __enter__(self):
        self.original = getattr(self.module, self.name)

        def recording(*arguments, **named):
            result = self.original(*arguments, **named)
            self.kept.append(np.asarray(result))
            return result

        setattr(self.module, self.name, recording)
        return self

    def __exit__(self, *_):
        setattr(self.module, self.name, self.original)


def attributions(model, x, baselines, target, methods):
    one = baselines[:1]
    found, drawn = {}, {}
    if "saliency" in methods:
        found["saliency"] = Saliency(model).attribute(x.clone(), target=target)
    if "inputTimesGradient" in methods:
        found["inputTimesGradient"] = InputXGradient(model).attribute(x.clone(), target=target)
    if "integratedGradients" in methods:
        found["integratedGradients"] = IntegratedGradients(model).attribute(
            x, one, target=target, n_steps=50)
    if "deepLIFT" in methods:
        found["deepLIFT"] = DeepLift(model).attribute(x, one.expand_as(x), target=target)
    if "occlusion" in methods:
        found["occlusion"] = Occlusion(model).attribute(
            x, sliding_window_shapes=(1,), baselines=one.expand_as(x), target=target)
    if "relevancePropagation" in methods:
        found["relevancePropagation"] = LRP(model).attribute(x.clone(), target=target)
    if "expectedGradients" in methods:
        with Recorder(np.random, "choice") as choices, Recorder(np.random, "uniform") as shares:
            found["expectedGradients"] = GradientShap(model).attribute(
                x, baselines, n_samples=DRAWS, stdevs=0.0, target=target)
        assert len(choices.kept) == 1 and len(shares.kept) == 1
        drawn["baselines"] = tensor(choices.kept[0])
        drawn["shares"] = tensor(shares.kept[0])
    for method, kind in [("smoothGrad", "smoothgrad"), ("varGrad", "vargrad")]:
        if method not in methods:
            continue
        with Recorder(torch, "normal") as noise:
            found[method] = NoiseTunnel(Saliency(model)).attribute(
                x.clone(), nt_type=kind, nt_samples=SAMPLES, stdevs=NOISE, abs=False, target=target)
        assert len(noise.kept) == 1
        drawn[method] = tensor(noise.kept[0])
    return {name: tensor(values) for name, values in found.items()}, drawn


ALL = [
    "saliency", "inputTimesGradient", "integratedGradients", "expectedGradients", "smoothGrad",
    "varGrad", "deepLIFT", "relevancePropagation", "occlusion",
]


def without(*names):
    return [name for name in ALL if name not in names]


def case(name, model, methods, width=5, target=1):
    unsettle(model)
    x = torch.randn(ROWS, width).float().double()
    baselines = torch.randn(BASELINES, width).float().double()
    found, drawn = attributions(model, x, baselines, target, methods)
    return {
        "name": name, "target": target, "weights": weights(model), "points": tensor(x),
        "baselines": tensor(baselines), "outputs": tensor(model(x)[:, target]),
        "attributions": found, "drawn": drawn,
    }


def embedding_case():
    """Everything on the vectors that are looked up; integrated gradients as Captum does it at a layer."""
    model = unsettle(Embedded())
    indices = torch.randint(0, 6, (ROWS, 2))
    other = torch.randint(0, 6, (BASELINES, 2))
    numbers = torch.randn(ROWS, 3).float().double()
    others = torch.randn(BASELINES, 3).float().double()

    def points(indices, numbers):
        return torch.cat([numbers, model.categories(indices).flatten(1)], 1).detach()

    x, baselines = points(indices, numbers), points(other, others)
    found, drawn = attributions(model.rest, x, baselines, 1, ALL)
    # Numbers and vectors move together, so the layer's integral is compared with numbers that stay.
    layer = LayerIntegratedGradients(model, model.categories).attribute(
        indices, other[:1].expand_as(indices), additional_forward_args=numbers, target=1, n_steps=50)
    return {
        "name": "embedding", "target": 1, "weights": weights(model), "points": tensor(x),
        "baselines": tensor(baselines), "outputs": tensor(model(indices, numbers)[:, 1]),
        "attributions": found, "drawn": drawn, "indices": tensor(indices),
        "numbers": tensor(numbers), "otherIndices": tensor(other),
        "atLayer": tensor(layer.flatten(1)),
    }


CASES = [
    case("relu", Named(
        linear0=nn.Linear(5, 8), relu0=nn.ReLU(), linear1=nn.Linear(8, 6), relu1=nn.ReLU(),
        linear2=nn.Linear(6, 3)), ALL),
    case("gelu", Named(
        linear0=nn.Linear(5, 8), gelu0=nn.GELU(), linear1=nn.Linear(8, 6), gelu1=nn.GELU(),
        linear2=nn.Linear(6, 3)), without("relevancePropagation")),
    case("tanh", Named(
        linear0=nn.Linear(5, 8), tanh0=nn.Tanh(), linear1=nn.Linear(8, 3)), ALL),
    case("sigmoid", Named(
        linear0=nn.Linear(5, 8), relu0=nn.ReLU(), linear1=nn.Linear(8, 3), sigmoid1=nn.Sigmoid()),
        without("relevancePropagation")),
    case("layerNorm", Named(
        linear0=nn.Linear(5, 8), norm0=nn.LayerNorm(8), relu0=nn.ReLU(), linear1=nn.Linear(8, 3)),
        without("relevancePropagation", "deepLIFT")),
    case("batchNorm", Named(
        linear0=nn.Linear(5, 8), norm0=Norm(8), relu0=nn.ReLU(), linear1=nn.Linear(8, 3)), ALL),
    case("residual", Named(
        linear0=nn.Linear(5, 6), residual0=Residual(6, 4), relu0=nn.ReLU(),
        linear1=nn.Linear(6, 3)), ALL),
    embedding_case(),
]

pathlib.Path(__file__).with_name("attributions.json").write_text(json.dumps({
    "versions": {
        "captum": captum.__version__, "torch": torch.__version__.split("+")[0],
        "numpy": np.__version__},
    "settings": {"draws": DRAWS, "samples": SAMPLES},
    "cases": CASES,
}, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
