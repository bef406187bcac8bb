"""Writes a perceptron of torch on Adult, and the gradients that torch has of it.

Run with torch 2.13.0, onnx 1.23.2, numpy 2.4.6, from this folder:  python make_perceptron.py

adult_perceptron.onnx   six columns of numbers, [N, 6] float -> probabilities [N, 2] of "<=50K" and ">50K"
gradients.csv           of the probability of ">50K" for the first 12 rows of adult_test.csv: each column's gradient times its
                        number; the same of the score of ">50K" before softmax; and integrated gradients from
                        the 13th row (20,000 midpoints)
"""
import csv
import os

import numpy as np
import onnx
import torch
from torch import nn

ADULT = os.path.join("..", "..", "..", "Examples", "adult")
NUMBERS = ["age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week"]


def rows(name):
    with open(os.path.join(ADULT, name), newline="") as file:
        return list(csv.DictReader(file))


def numbers(table):
    return torch.tensor([[float(row[c]) for c in NUMBERS] for row in table], dtype=torch.float32)


class Perceptron(nn.Module):
    def __init__(self, center, scale):
        super().__init__()
        self.register_buffer("center", center)
        self.register_buffer("scale", scale)
        self.layers = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 2))

    def scores(self, x):
        return self.layers((x - self.center) / self.scale)

    def forward(self, x):
        return torch.softmax(self.scores(x), -1)


def times_gradient(function, x):
    x = x.clone().requires_grad_()
    function(x)[:, 1].sum().backward()
    return (x * x.grad).detach().numpy()


def integrated(function, x, base, steps=20_000):
    total = np.zeros(x.shape)
    for row in range(len(x)):
        at = base + (torch.arange(steps)[:, None] + 0.5) / steps * (x[row] - base)
        at = at.requires_grad_()
        function(at)[:, 1].sum().backward()
        total[row] = at.grad.double().mean(0).numpy() * (x[row] - base).numpy()
    return total


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    train = rows("adult_train.csv")
    x = numbers(train)
    y = torch.tensor([row["class"] == ">50K" for row in train]).long()
    network = Perceptron(x.mean(0), x.std(0))
    optimizer = torch.optim.Adam(network.parameters(), 0.02)
    for _ in range(200):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network.scores(x), y).backward()
        optimizer.step()
    network.eval()
    print("accuracy", float((network(x).argmax(1) == y).float().mean()))
    torch.onnx.export(
        network, (x[:2],), "adult_perceptron.onnx", dynamo=False, opset_version=17, input_names=["numbers"],
        output_names=["probabilities"], dynamic_axes={"numbers": {0: "N"}, "probabilities": {0: "N"}})
    onnx.checker.check_model("adult_perceptron.onnx")
    test = numbers(rows("adult_test.csv"))
    columns = {
        "probability": times_gradient(network, test[:12]), "score": times_gradient(network.scores, test[:12]),
        "integrated": integrated(network, test[:12], test[12])}
    with open("gradients.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([f"{kind} {name}" for kind in columns for name in NUMBERS])
        for row in range(12):
            writer.writerow([f"{v:.8g}" for found in columns.values() for v in found[row]])


if __name__ == "__main__":
    main()
