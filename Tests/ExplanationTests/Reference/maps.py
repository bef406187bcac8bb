#!/usr/bin/env python3
"""Writes maps.json: maps of pictures by Captum, of a small convolutional network.

    pip install torch==2.13.0 captum==0.9.0 numpy
    Tests/ExplanationTests/Reference/maps.py

Pictures are 7 × 6 with three channels. Gradients and what the paths give are summed over channels, as a map has a number a pixel; of occlusion all channels
of a square have the same number. Weights are laid out as ours: convolutions [height, width, in, out], products [in, out], pixels with channels last.
"""

import json
import pathlib

import captum
import torch
from captum.attr import InputXGradient, IntegratedGradients, LayerAttribution, LayerGradCam, Occlusion, Saliency
from torch import nn

HEIGHT, WIDTH, ROWS, SIDE, STEPS, TARGET, SEED = 7, 6, 3, 2, 50, 1, 12


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 5, 3, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        self.second = nn.Conv2d(5, 4, 3, padding=1)
        self.last = nn.ReLU()
        self.linear = nn.Linear(3 * 3 * 4, 2)

    def forward(self, x):
        x = self.last(self.second(self.pool(torch.tanh(self.first(x)))))
        return self.linear(x.permute(0, 2, 3, 1).reshape(len(x), -1))


def numbers(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()]}


def main():
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    network = Network().eval()
    x = torch.randn(ROWS, 3, HEIGHT, WIDTH)
    shape = (HEIGHT, WIDTH)
    cam = LayerGradCam(network, network.last).attribute(x, target=TARGET, relu_attributions=True)
    maps = {
        "saliency": Saliency(network).attribute(x.clone().requires_grad_(), target=TARGET).sum(1),
        "inputTimesGradient": InputXGradient(network).attribute(x.clone().requires_grad_(), target=TARGET).sum(1),
        "integratedGradients": IntegratedGradients(network).attribute(x, target=TARGET, n_steps=STEPS).sum(1),
        "gradCAM": LayerAttribution.interpolate(cam, shape, interpolate_mode="bilinear")[:, 0],
        "occlusion": Occlusion(network).attribute(
            x, sliding_window_shapes=(3, SIDE, SIDE), strides=(3, SIDE, SIDE), target=TARGET)[:, 0],
    }
    weights = {}
    for name in ("first", "second"):
        layer = getattr(network, name)
        weights[name + "/weight"] = numbers(layer.weight.permute(2, 3, 1, 0))
        weights[name + "/bias"] = numbers(layer.bias)
    weights["linear/weight"] = numbers(network.linear.weight.T)
    weights["linear/bias"] = numbers(network.linear.bias)
    found = {
        "versions": {"torch": torch.__version__, "captum": captum.__version__},
        "target": TARGET, "side": SIDE, "steps": STEPS, "weights": weights,
        "pictures": numbers(x.permute(0, 2, 3, 1)), "scores": numbers(network(x)[:, TARGET]),
        "maps": {name: numbers(value) for name, value in maps.items()},
    }
    path = pathlib.Path(__file__).with_name("maps.json")
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
