#!/usr/bin/env python3
"""The models of `engine-step` in PyTorch: `peer.py MODEL HIDDEN BATCH STEPS THREADS`.

Prints the median seconds of a training step, data in memory: the better of eager and compiled.
"""

import json
import statistics
import sys
import time

import torch


class Members(torch.nn.Module):
    """Perceptrons side by side, as batched products."""

    def __init__(self, members, hidden):
        super().__init__()
        widths = [100, hidden, hidden, 2]
        self.weights = torch.nn.ParameterList(
            torch.empty(members, a, b).uniform_(-(a**-0.5), a**-0.5) for a, b in zip(widths, widths[1:])
        )
        self.biases = torch.nn.ParameterList(
            torch.zeros(members, 1, b) for b in widths[1:]
        )

    def forward(self, x):
        x = x.expand(self.weights[0].shape[0], *x.shape)
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases)):
            x = torch.baddbmm(bias, x, weight)
            if layer < 2:
                x = torch.relu(x)
        return x


class Images(torch.nn.Sequential):
    """Six 3×3 convolutions with batch norm and ReLU, pooled in pairs; channels last."""

    def __init__(self):
        layers, width = [], 3
        for channels in (32, 64, 128):
            for _ in range(2):
                layers += [
                    torch.nn.Conv2d(width, channels, 3, padding=1, bias=False),
                    torch.nn.BatchNorm2d(channels), torch.nn.ReLU(),
                ]  # fmt: skip
                width = channels
            layers.append(torch.nn.MaxPool2d(2))
        super().__init__(*layers, torch.nn.Flatten(), torch.nn.Linear(2048, 10))
        self.to(memory_format=torch.channels_last)


class Sequence(torch.nn.Module):
    """One encoder layer over 64 places; the mean of the places decides."""

    def __init__(self, width):
        super().__init__()
        self.width = width
        self.encoder = torch.nn.TransformerEncoderLayer(
            width, 4, 4 * width, dropout=0.0, batch_first=True
        )
        self.head = torch.nn.Linear(width, 2)

    def forward(self, x):
        return self.head(self.encoder(x.view(-1, 64, self.width)).mean(1))


def network(name, hidden):
    if name == "members":
        return Members(16, hidden)
    if name == "cnn":
        return Images()
    if name == "transformer":
        return Sequence(hidden)
    return torch.nn.Sequential(
        torch.nn.Linear(100, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, hidden),
        torch.nn.ReLU(), torch.nn.Linear(hidden, 2),
    )  # fmt: skip


def data(name, hidden, rows):
    width = {"cnn": 3072, "transformer": 64 * hidden}.get(name, 100)
    x = torch.rand(rows, width) * 2 - 1
    labels = (x[:, 0] + x[:, 1] > 0).long()
    if name == "cnn":
        x = x.view(rows, 32, 32, 3).permute(0, 3, 1, 2)
    return x, labels


def median_step(name, hidden, batch, steps, compiled):
    torch.manual_seed(0)
    model = network(name, hidden)
    rows, labels = data(name, hidden, 8 * batch)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-2, fused=True)
    loss = torch.nn.CrossEntropyLoss()
    members = 16 if name == "members" else 1

    def forward(x, y):
        z = model(x)
        if members > 1:
            return loss(z.reshape(-1, 2), y.repeat(members))
        return loss(z, y)

    if compiled:
        forward = torch.compile(forward)
    times = []
    order = torch.randperm(len(rows))
    for step in range(50 + steps):
        start = step * batch % (len(rows) - batch + 1)
        begin = time.perf_counter()
        chosen = order[start : start + batch]
        optimizer.zero_grad(set_to_none=True)
        forward(rows[chosen], labels[chosen]).backward()
        optimizer.step()
        times.append(time.perf_counter() - begin)
    return statistics.median(times[50:])


def main():
    name, hidden, batch, steps, threads = sys.argv[1], *map(int, sys.argv[2:6])
    torch.set_num_threads(threads)
    found = {"eager": median_step(name, hidden, batch, steps, False)}
    try:
        found["compiled"] = median_step(name, hidden, batch, steps, True)
    except Exception as error:  # no compiler on this machine
        print(f"not compiled: {error}", file=sys.stderr)
    print(json.dumps({"step": min(found.values()), **found, "torch": torch.__version__}))


if __name__ == "__main__":
    main()
