"""Writes concept vectors, derivatives along them and TCAV scores by Captum.

    python concepts.py        reads attributions.json and writes concepts.json beside this file

The networks are those of attributions.py, with the same weights ([input, output] there). Captum's TCAV takes the
classifier that it is given; here that is the difference between the mean activations of examples and other rows. It
computes activations, gradients, products and shares itself. Everything is computed in double precision.
"""

import json
import pathlib
import tempfile

import captum
import numpy as np
import torch
from captum.attr import LayerGradientXActivation
from captum.concept import TCAV, Classifier, Concept
from captum.concept._utils.data_iterator import dataset_to_dataloader
from torch import nn
from torch.utils.data import IterableDataset

ROWS, EXAMPLES = 12, 9
torch.manual_seed(20260611)
torch.set_default_dtype(torch.float64)
HERE = pathlib.Path(__file__).parent


class Activation(nn.Module):
    """A module of its own at each place, so that it can be named as a layer."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Residual(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.inner, self.outer = inner, outer

    def forward(self, x):
        return self.outer(torch.relu(self.inner(x))) + x


def linear(weights, name):
    weight = np.reshape(weights[name + "/weight"]["values"], weights[name + "/weight"]["shape"])
    layer = nn.Linear(*weight.shape)
    layer.weight.data = torch.tensor(weight.T)
    layer.bias.data = torch.tensor(weights[name + "/bias"]["values"])
    return layer


def network(case):
    weights = case["weights"]
    if case["name"] == "residual":
        inner = linear(weights, "residual0/inner")
        outer = linear(weights, "residual0/outer")
        return nn.Sequential(
            linear(weights, "linear0"), Residual(inner, outer), Activation(torch.relu),
            linear(weights, "linear1")), ["2"]
    function = {"relu": torch.relu, "gelu": nn.functional.gelu, "tanh": torch.tanh}[case["name"]]
    names = sorted(name[:-7] for name in weights if name.endswith("/weight"))
    layers, hidden = [], []
    for name in names[:-1]:
        layers += [linear(weights, name), Activation(function)]
        hidden.append(str(len(layers) - 1))
    return nn.Sequential(*layers, linear(weights, names[-1])), hidden


class Rows(IterableDataset):
    def __init__(self, rows):
        self.rows = rows

    def __iter__(self):
        return iter(self.rows)


class Pattern(Classifier):
    """The difference of means in the place of a trained classifier's weights."""

    def __init__(self):
        self.vector = None

    def train_and_eval(self, dataloader, **kwargs):
        found = {}
        for rows, labels in dataloader:
            for row, label in zip(rows, labels):
                found.setdefault(int(label), []).append(row)
        first, second = (torch.stack(found[label]).mean(0) for label in sorted(found))
        self.vector = first - second
        return {"accs": torch.tensor(0.0)}

    def weights(self):
        return torch.stack([self.vector, -self.vector])

    def classes(self):
        return [0, 1]


def numbers(x):
    x = x.detach().numpy()
    return {"shape": list(x.shape), "values": [float(f"{v:.9g}") for v in x.ravel()]}


cases = []
for case in json.loads((HERE / "attributions.json").read_text())["cases"]:
    if case["name"] not in ("relu", "gelu", "tanh", "residual"):
        continue
    model, hidden = network(case)
    rows = torch.randn(ROWS, 5)
    # What the examples have in common: their first number is high.
    members = torch.randn(EXAMPLES, 5) + torch.tensor([1.5, 0, 0, 0, 0])
    others = torch.randn(EXAMPLES, 5)
    for layer in hidden:
        method = LayerGradientXActivation(
            model, model.get_submodule(layer), multiply_by_inputs=False)
        gradients = method.attribute(rows, target=case["target"])
        classifier = Pattern()
        with tempfile.TemporaryDirectory() as folder:
            tcav = TCAV(
                model, [layer], classifier=classifier, save_path=folder,
                layer_attr_method=LayerGradientXActivation(
                    model, None, multiply_by_inputs=False))
            sets = [
                Concept(0, "members", dataset_to_dataloader(Rows(members))),
                Concept(1, "others", dataset_to_dataloader(Rows(others))),
            ]
            # Captum takes derivatives to single precision, and vectors to the default one.
            torch.set_default_dtype(torch.float32)
            found = tcav.interpret(rows, [sets], target=case["target"])["0-1"][layer]
            torch.set_default_dtype(torch.float64)
        cases.append({
            "name": case["name"], "layer": hidden.index(layer), "target": case["target"],
            "rows": numbers(rows), "members": numbers(members), "others": numbers(others),
            "vector": numbers(classifier.vector), "gradients": numbers(gradients),
            "derivatives": numbers(gradients @ classifier.vector),
            "score": float(found["sign_count"][0]), "magnitude": float(found["magnitude"][0]),
        })

versions = {"captum": captum.__version__, "torch": torch.__version__.split("+")[0],
            "numpy": np.__version__}
text = json.dumps({"versions": versions, "cases": cases}, separators=(",", ":"))
(HERE / "concepts.json").write_text(text.replace('{"name"', '\n{"name"') + "\n")
