"""Networks as exporters write them, with small random weights, and what ONNX Runtime answers.

Writes a folder for each network beside this script, laid out as the test data of ONNX is: `model.onnx`, and in
`test_data_set_N` the inputs and outputs; `cuts.json` has values within some of them (`--cuts` for these alone).
`python networks.py --large FOLDER` writes those whose speed is measured: the same shapes at full size, without answers.

Made with onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

OPSET = 17


class Builder:
    """Collects nodes and initializers."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.initializers, self.count = [], [], 0

    def weight(self, name, *shape, scale=None):
        scale = scale or 1 / np.sqrt(np.prod(shape[1:]) if len(shape) > 2 else shape[0])
        return self.tensor(name, (self.random.standard_normal(shape) * scale).astype(np.float32))

    def tensor(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def constant(self, array):
        return self.add("Constant", [], value=numpy_helper.from_array(np.asarray(array)))

    def add(self, operation, inputs, name=None, outputs=1, domain="", **attributes):
        self.count += 1
        stem = name or f"/{operation}_{self.count}_output"
        names = [stem] if outputs == 1 else [f"{stem}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(
            operation, inputs, names, name=f"/{operation}_{self.count}", domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def model(self, inputs, outputs, opset=OPSET, ml=False):
        graph = helper.make_graph(self.nodes, "main_graph", inputs, outputs, self.initializers)
        opsets = [helper.make_opsetid("", opset)] + ([helper.make_opsetid("ai.onnx.ml", 3)] if ml else [])
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        onnx.checker.check_model(model)
        return model


def floats(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def integers(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.INT64, shape)


def perceptron(widths=(10, 16, 8, 3), seed=1):
    """As torch exports `Sequential(Linear, ReLU, …)`."""
    b = Builder(seed)
    x = "input"
    for layer, (i, o) in enumerate(zip(widths, widths[1:])):
        w = b.weight(f"{2 * layer}.weight", o, i, scale=1 / np.sqrt(i))
        x = b.add("Gemm", [x, w, b.weight(f"{2 * layer}.bias", o, scale=0.1)], alpha=1.0, beta=1.0, transB=1)
        if layer < len(widths) - 2:
            x = b.add("Relu", [x])
    b.add("Softmax", [x], name="output", axis=-1)
    return b.model([floats("input", "batch", widths[0])], [floats("output", "batch", widths[-1])])


def normed(b, x, name, channels):
    scale = b.tensor(f"{name}.weight", b.random.uniform(0.5, 1.5, channels).astype(np.float32))
    shift = b.weight(f"{name}.bias", channels, scale=0.1)
    mean = b.weight(f"{name}.running_mean", channels, scale=0.1)
    variance = b.tensor(f"{name}.running_var", b.random.uniform(0.5, 1.5, channels).astype(np.float32))
    return b.add("BatchNormalization", [x, scale, shift, mean, variance], epsilon=1e-5, momentum=0.9)


def convolved(b, x, name, i, o, kernel, stride=1, groups=1, norm=True):
    w = b.weight(f"{name}.weight", o, i // groups, kernel, kernel, scale=1.4 / np.sqrt(i // groups * kernel * kernel))
    pad = kernel // 2
    x = b.add("Conv", [x, w], dilations=[1, 1], group=groups, kernel_shape=[kernel, kernel],
              pads=[pad] * 4, strides=[stride, stride])
    return normed(b, x, name.replace("conv", "bn"), o) if norm else x


def resnet(widths=(4, 8, 16, 32), size=32, classes=5, seed=2):
    """The shape of ResNet-18 before norms are folded."""
    b = Builder(seed)
    x = b.add("Relu", [convolved(b, "input", "conv1", 3, widths[0], 7, 2)])
    x = b.add("MaxPool", [x], kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2], ceil_mode=0)
    i = widths[0]
    for stage, o in enumerate(widths, 1):
        for block in range(2):
            name, stride = f"layer{stage}.{block}", 2 if stage > 1 and block == 0 else 1
            y = b.add("Relu", [convolved(b, x, f"{name}.conv1", i, o, 3, stride)])
            y = convolved(b, y, f"{name}.conv2", o, o, 3)
            if stride != 1 or i != o:
                x = convolved(b, x, f"{name}.downsample.conv", i, o, 1, stride)
            x, i = b.add("Relu", [b.add("Add", [y, x])]), o
    x = b.add("Flatten", [b.add("GlobalAveragePool", [x])], axis=1)
    b.add("Gemm", [x, b.weight("fc.weight", classes, i), b.weight("fc.bias", classes, scale=0.1)], name="output",
          alpha=1.0, beta=1.0, transB=1)
    return b.model([floats("input", "batch", 3, size, size)], [floats("output", "batch", classes)])


def mobilenet(seed=3):
    """The shape of MobileNetV2: inverted residuals, depthwise convolutions, ReLU6 as `Clip`."""
    b = Builder(seed)
    low, high = b.tensor("min", np.float32(0)), b.tensor("max", np.float32(6))

    def clipped(x):
        return b.add("Clip", [x, low, high])

    x, i = clipped(convolved(b, "input", "features.0.conv", 3, 8, 3, 2)), 8
    for block, (o, stride, factor) in enumerate([(4, 1, 1), (6, 2, 6), (6, 1, 6), (8, 2, 6), (8, 1, 6)], 1):
        name, y = f"features.{block}.conv", x
        if factor > 1:
            y = clipped(convolved(b, y, f"{name}.0", i, i * factor, 1))
        y = clipped(convolved(b, y, f"{name}.1", i * factor, i * factor, 3, stride, groups=i * factor))
        y = convolved(b, y, f"{name}.2", i * factor, o, 1)
        x = b.add("Add", [x, y]) if stride == 1 and i == o else y
        i = o
    x = clipped(convolved(b, x, "features.6.conv", i, 24, 1))
    x = b.add("ReduceMean", [x], axes=[2, 3], keepdims=0)
    b.add("Gemm", [x, b.weight("classifier.weight", 4, 24), b.weight("classifier.bias", 4, scale=0.1)],
          name="output", alpha=1.0, beta=1.0, transB=1)
    return b.model([floats("input", "batch", 3, 28, 36)], [floats("output", "batch", 4)])


def convolutional(seed=7):
    """A small network of images, whose gradients are compared with differences."""
    b = Builder(seed)
    w = b.weight("conv.weight", 4, 1, 3, 3, scale=0.5)
    x = b.add("Conv", ["input", w, b.weight("conv.bias", 4, scale=0.1)], group=2, kernel_shape=[3, 3],
              pads=[1, 0, 1, 1], strides=[1, 1])
    x = b.add("LeakyRelu", [normed(b, x, "norm", 4)], alpha=0.1)
    x = b.add("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 1], ceil_mode=1)
    x = b.add("Sigmoid", [b.add("AveragePool", [x], kernel_shape=[2, 2], pads=[0, 1, 0, 0], strides=[1, 2])])
    x = b.add("Flatten", [x], axis=1)
    b.add("Gemm", [x, b.weight("fc.weight", 16, 2), b.weight("fc.bias", 2, scale=0.1)], name="output")
    return b.model([floats("input", "batch", 2, 6, 5)], [floats("output", "batch", 2)])


def layer_norm(b, x, name, width, decomposed):
    scale = b.tensor(f"{name}.weight", b.random.uniform(0.5, 1.5, width).astype(np.float32))
    shift = b.weight(f"{name}.bias", width, scale=0.1)
    if not decomposed:
        return b.add("LayerNormalization", [x, scale, shift], axis=-1, epsilon=1e-5)
    centered = b.add("Sub", [x, b.add("ReduceMean", [x], axes=[-1])])
    square = b.add("Pow", [centered, b.constant(np.float32(2))])
    variance = b.add("Add", [b.add("ReduceMean", [square], axes=[-1]), b.constant(np.float32(1e-5))])
    norm = b.add("Div", [centered, b.add("Sqrt", [variance])])
    return b.add("Add", [b.add("Mul", [norm, scale]), shift])


def linear(b, x, name, i, o):
    x = b.add("MatMul", [x, b.weight(f"{name}.weight", i, o)])
    return b.add("Add", [b.weight(f"{name}.bias", o, scale=0.1), x])


def extent(b, x, axis):
    return b.add("Gather", [b.add("Shape", [x]), b.constant(np.int64(axis))], axis=0)


def shape_of(b, parts):
    """A shape, as the exporter that traces writes it: every part is unsqueezed and put behind the others."""
    parts = [b.add("Unsqueeze", [p, b.constant(np.array([0]))]) if isinstance(p, str) else b.constant(np.array([p]))
             for p in parts]
    return b.add("Concat", parts, axis=0)


def encoder(decomposed, width=16, heads=4, layers=2, inner=32, vocabulary=50, places=24, classes=2, seed=4):
    """A transformer encoder of token ids, as torch's two exporters write BERT's shape."""
    b = Builder(seed)
    words = b.add("Gather", [b.weight("embeddings.word", vocabulary, width, scale=0.5), "input_ids"])
    length = extent(b, "input_ids", 1)
    ends = b.add("Unsqueeze", [length, b.constant(np.array([0]))])
    ids = b.add("Slice", [b.tensor("position_ids", np.arange(places)[None]), b.constant(np.array([0])), ends,
                          b.constant(np.array([1])), b.constant(np.array([1]))])
    positions = b.add("Gather", [b.weight("embeddings.position", places, width, scale=0.5), ids])
    both = shape_of(b, [extent(b, "input_ids", 0), length])
    kinds = b.add("ConstantOfShape", [both], value=numpy_helper.from_array(np.array([0])))
    kinds = b.add("Gather", [b.weight("embeddings.kind", 2, width, scale=0.5), kinds])
    x = b.add("Add", [b.add("Add", [words, kinds]), positions])
    x = layer_norm(b, x, "embeddings.norm", width, decomposed)
    mask = b.add("Unsqueeze", ["attention_mask", b.constant(np.array([1]))])
    mask = b.add("Cast", [b.add("Unsqueeze", [mask, b.constant(np.array([2]))])], to=TensorProto.FLOAT)
    mask = b.add("Sub", [b.constant(np.float32(1)), mask])
    if decomposed:
        mask = b.add("Mul", [mask, b.constant(np.float32(-10000))])
    else:
        hidden = b.add("Cast", [mask], to=TensorProto.BOOL)
        mask = b.add("Where", [hidden, b.constant(np.float32(np.finfo(np.float32).min)), mask])
    for layer in range(layers):
        name = f"encoder.{layer}"

        def split(y):
            shape = shape_of(b, [extent(b, y, 0), extent(b, y, 1), heads, width // heads])
            return b.add("Reshape", [y, shape])

        query, key, value = (split(linear(b, x, f"{name}.{part}", width, width)) for part in ("query", "key", "value"))
        query = b.add("Transpose", [query], perm=[0, 2, 1, 3])
        key = b.add("Transpose", [key], perm=[0, 2, 3, 1])
        value = b.add("Transpose", [value], perm=[0, 2, 1, 3])
        scores = b.add("Div", [b.add("MatMul", [query, key]), b.constant(np.float32(np.sqrt(width // heads)))])
        shares = b.add("Softmax", [b.add("Add", [scores, mask])], axis=-1)
        seen = b.add("Transpose", [b.add("MatMul", [shares, value])], perm=[0, 2, 1, 3])
        seen = b.add("Reshape", [seen, shape_of(b, [extent(b, seen, 0), extent(b, seen, 1), width])])
        x = layer_norm(b, b.add("Add", [linear(b, seen, f"{name}.output", width, width), x]), f"{name}.norm1", width,
                       decomposed)
        y = linear(b, x, f"{name}.inner", width, inner)
        erf = b.add("Erf", [b.add("Div", [y, b.constant(np.float32(np.sqrt(2)))])])
        y = b.add("Mul", [b.add("Mul", [y, b.add("Add", [erf, b.constant(np.float32(1))])]),
                          b.constant(np.float32(0.5))])
        x = layer_norm(b, b.add("Add", [linear(b, y, f"{name}.outer", inner, width), x]), f"{name}.norm2", width,
                       decomposed)
    first = b.add("Gather", [x, b.constant(np.int64(0))], axis=1)
    pooled = b.add("Tanh", [b.add("Gemm", [first, b.weight("pooler.weight", width, width),
                                           b.weight("pooler.bias", width, scale=0.1)], transB=1)])
    b.add("Gemm", [pooled, b.weight("classifier.weight", classes, width), b.weight("classifier.bias", classes, scale=0.1)],
          name="logits", transB=1)
    return b.model([integers("input_ids", "batch", "sequence"), integers("attention_mask", "batch", "sequence")],
                   [floats("logits", "batch", classes)])


def pipeline(seed=5):
    """As skl2onnx writes a scaler before an `MLPClassifier`: a class and probabilities."""
    b = Builder(seed)
    x = b.add("Scaler", ["X"], domain="ai.onnx.ml", offset=[0.5, -1.0, 2.0, 0.0], scale=[1.0, 0.5, 2.0, 0.25])
    x = b.add("Cast", [x], to=TensorProto.FLOAT)
    for layer, (i, o) in enumerate([(4, 6), (6, 5), (5, 3)]):
        x = b.add("MatMul", [x, b.weight(f"coefficient{layer}", i, o)])
        x = b.add("Add", [x, b.tensor(f"intercepts{layer}", b.random.standard_normal((1, o)).astype(np.float32))])
        x = b.add("Relu", [x]) if layer < 2 else b.add("Softmax", [x], name="probabilities", axis=1)
    best = b.add("ArgMax", [x], axis=1, keepdims=1)
    classes = b.tensor("classes", np.array([10, 20, 30]))
    label = b.add("ArrayFeatureExtractor", [classes, best], domain="ai.onnx.ml")
    label = b.add("Reshape", [b.add("Cast", [label], to=TensorProto.INT64), b.tensor("shape", np.array([-1]))],
                  name="output_label")
    return b.model([floats("X", None, 4)], [integers("output_label", None), floats("probabilities", None, 3)], ml=True)


def write(name, model, *sets):
    folder = folder_of(name)
    onnx.save(model, folder / "model.onnx")
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    for index, given in enumerate(sets):
        data = folder / f"test_data_set_{index}"
        data.mkdir(exist_ok=True)
        names = [port.name for port in model.graph.input]
        for place, port in enumerate(names):
            (data / f"input_{place}.pb").write_bytes(numpy_helper.from_array(given[port], port).SerializeToString())
        for place, array in enumerate(session.run(None, given)):
            (data / f"output_{place}.pb").write_bytes(numpy_helper.from_array(array, f"{place}").SerializeToString())


def main():
    random = np.random.default_rng(6)

    def numbers(*shape):
        return random.standard_normal(shape).astype(np.float32)

    write("perceptron", perceptron(), {"input": numbers(7, 10)}, {"input": numbers(1, 10)})
    write("resnet", resnet(), {"input": numbers(2, 3, 32, 32)})
    write("mobilenet", mobilenet(), {"input": numbers(2, 3, 28, 36)})
    write("convolutional", convolutional(), {"input": numbers(3, 2, 6, 5)})
    write("pipeline", pipeline(), {"X": numbers(5, 4)})
    for name, decomposed in [("encoder", False), ("encoder-decomposed", True)]:
        sets = []
        for rows, length in [(3, 7), (1, 12)]:
            lengths = random.integers(3, length + 1, rows)
            mask = (np.arange(length)[None] < lengths[:, None]).astype(np.int64)
            sets.append({"input_ids": random.integers(0, 50, (rows, length)), "attention_mask": mask})
        write(name, encoder(decomposed), *sets)


def channels_last(seed=8):
    """Pictures as TensorFlow has them, and a convolution as a classifier's input after a mean."""
    b = Builder(seed)
    x = b.add("Transpose", ["input"], perm=[0, 3, 1, 2])
    x = b.add("Relu", [convolved(b, x, "conv", 1, 6, 3, 2)])
    x = b.add("Squeeze", [b.add("ReduceMean", [x], axes=[2, 3], keepdims=1), b.tensor("axes", np.array([2, 3]))])
    b.add("MatMul", [x, b.weight("kernel", 6, 2)], name="output")
    return b.model([floats("input", "batch", 12, 10, 1)], [floats("output", "batch", 2)])


def any_size(seed=9):
    """A network of pictures of any size, without a classifier behind the mean."""
    b = Builder(seed)
    x = b.add("Relu", [convolved(b, "input", "conv", 3, 5, 3)])
    b.add("GlobalAveragePool", [x], name="output")
    model = b.model([floats("input", "batch", 3, "height", "width")], [floats("output", "batch", 5, 1, 1)])
    helper.set_model_props(model, {"author": "somebody", "model_License": "MIT"})
    return model


def cuts():
    """What ONNX Runtime has at values within networks: the pixels are made by a rule that the tests know."""
    here = pathlib.Path(__file__).parent
    onnx.save(channels_last(), folder_of("channels-last") / "model.onnx")
    onnx.save(any_size(), folder_of("any-size") / "model.onnx")

    def entry(name, height, width, channels, value, asked=None, rows=3):
        model = onnx.load(here / name / "model.onnx")
        model.graph.output.append(helper.make_empty_tensor_value_info(value))
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        place = np.arange(rows * height * width * channels)
        pixels = ((place * 7919 + place // 31) % 256).reshape(rows, height, width, channels)
        numbers = ((pixels.astype(np.float32) - 127) / 128).astype(np.float32)
        shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
        last = shape[3] in (1, 3)
        numbers = np.repeat(numbers, 3, axis=3) if channels == 1 and not last else numbers
        given = numbers if last else numbers.transpose(0, 3, 1, 2)
        found = session.run([value], {"input": np.ascontiguousarray(given)})[0]
        found = found.mean((2, 3)) if found.ndim == 4 else found
        return dict(model=name, height=height, width=width, channels=channels, value=value, asked=asked, rows=rows,
                    features=[float(f"{x:.9g}") for x in found.ravel()])

    def input_of(name, operation):
        nodes = onnx.load(here / name / "model.onnx").graph.node
        return [node for node in nodes if node.op_type == operation][-1].input[0]

    def last(name, operation):
        return [n for n in onnx.load(here / name / "model.onnx").graph.node if n.op_type == operation][-1]

    entries = {
        "resnet": entry("resnet", 32, 32, 3, input_of("resnet", "Gemm")),
        "mobilenet": entry("mobilenet", 28, 36, 3, input_of("mobilenet", "Gemm")),
        "mobilenet, grey": entry("mobilenet", 28, 36, 1, input_of("mobilenet", "Gemm")),
        "mobilenet, node": entry("mobilenet", 28, 36, 3, last("mobilenet", "Add").output[0], last("mobilenet", "Add").name),
        "resnet, map": entry("resnet", 32, 32, 3, last("resnet", "Relu").output[0], last("resnet", "Relu").output[0]),
        "channels last": entry("channels-last", 12, 10, 1, input_of("channels-last", "MatMul")),
        "any size": entry("any-size", 9, 14, 3, "output", "output"),
    }
    (here / "cuts.json").write_text(json.dumps(entries, indent=1) + "\n")


def folder_of(name):
    folder = pathlib.Path(__file__).parent / name
    folder.mkdir(exist_ok=True)
    return folder


def large(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True, parents=True)
    onnx.save(perceptron((64, 256, 256, 10)), folder / "perceptron.onnx")
    onnx.save(resnet((64, 128, 256, 512), 224, 1000), folder / "resnet.onnx")
    onnx.save(encoder(False, 384, 12, 6, 1536, 30522, 512, 2), folder / "encoder.onnx")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--large"]:
        large(sys.argv[2])
    elif sys.argv[1:2] == ["--cuts"]:
        cuts()
    else:
        main()
        cuts()
