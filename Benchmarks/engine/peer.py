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


def network(name, hidden):
    if name == "members":
        return Members(16, hidden)
    return torch.nn.Sequential(
        torch.nn.Linear(100, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, hidden),
        torch.nn.ReLU(), torch.nn.Linear(hidden, 2),
    )  # fmt: skip


def median_step(name, hidden, batch, steps, compiled):
    torch.manual_seed(0)
    model = network(name, hidden)
    rows = torch.rand(max(8 * batch, 4096), 100) * 2 - 1
    labels = (rows[:, 0] + rows[:, 1] > 0).long()
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
