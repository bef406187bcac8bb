#!/usr/bin/env python3
"""The multilayer perceptron of `vouch train --model mlp` in PyTorch, on the bundled Adult data.

Prints the seconds of one training step, data already encoded and in memory. The same layers,
batch, dropout and update rule; no averaged weights and no validation, which Vouch's time includes.
"""

import json
import pathlib
import sys
import time

import pandas
import torch

ADULT = pathlib.Path(__file__).resolve().parent.parent.parent / "Examples" / "adult"


def main():
    steps, threads = int(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    table = pandas.read_csv(ADULT / "adult_train.csv")
    labels = torch.tensor((table.pop("class") == ">50K").to_numpy("float32"))[:, None]
    numbers = table.select_dtypes("number")
    encoded = pandas.concat(
        [(numbers - numbers.mean()) / numbers.std(), pandas.get_dummies(
            table.select_dtypes(exclude="number"), dummy_na=True)], axis=1)
    rows = torch.tensor(encoded.to_numpy("float32"))
    layers = []
    width = rows.shape[1]
    for _ in range(2):
        layers += [torch.nn.Linear(width, 256), torch.nn.ReLU(), torch.nn.Dropout(0.2)]
        width = 256
    network = torch.nn.Sequential(*layers, torch.nn.Linear(width, 1))
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-2)
    loss = torch.nn.BCEWithLogitsLoss()

    def train(count):
        order = torch.randperm(len(rows))
        for step in range(count):
            start = step * 256 % (len(rows) - 256)
            chosen = order[start : start + 256]
            optimizer.zero_grad(set_to_none=True)
            loss(network(rows[chosen]), labels[chosen]).backward()
            optimizer.step()

    train(50)
    begin = time.perf_counter()
    train(steps)
    seconds = (time.perf_counter() - begin) / steps
    print(json.dumps({"step": seconds, "features": rows.shape[1], "torch": torch.__version__}))


if __name__ == "__main__":
    main()
