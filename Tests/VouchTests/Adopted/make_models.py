"""Writes the small models that the tests of `vouch adopt` take, and what ONNX's reference implementation says of rows.

Run with onnx 1.16.2 and numpy 1.26 or later, from this folder:  python make_models.py

adult_linear.onnx   six columns of numbers of Adult side by side, [N, 6] float -> probability [N, 1] of ">50K"
adult_batch.onnx    the same for exactly four rows at once, as scores before the logistic function
adult_named.onnx    one input a column, texts among them -> probabilities [N, 2], and a label
adult_hours.onnx    a number: hours-per-week from two columns
expected.csv        what the first three say of the first 12 rows of adult_test.csv
input.pb output.pb  stored inputs and outputs of adult_linear.onnx
"""
import csv
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

ADULT = os.path.join("..", "..", "..", "Examples", "adult")
NUMBERS = ["age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week"]
SEXES = ["Female", "Male"]
CLASSES = ["<=50K", ">50K"]


def rows(name):
    with open(os.path.join(ADULT, name), newline="") as file:
        return list(csv.DictReader(file))


def numbers(table, columns):
    return np.array([[float(row[c]) for c in columns] for row in table], dtype=np.float64)


def fitted(x, y, steps=300, rate=0.5):
    """Weights of a logistic regression for x as it stands."""
    center, scale = x.mean(0), x.std(0)
    z = (x - center) / scale
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(steps):
        p = 1 / (1 + np.exp(-(z @ w + b)))
        w -= rate * (z.T @ (p - y) / len(y) + 1e-4 * w)
        b -= rate * (p - y).mean()
    return w / scale, b - (w * center / scale).sum()


def constant(name, values, kind=np.float32):
    return numpy_helper.from_array(np.array(values, dtype=kind), name)


def save(name, nodes, inputs, outputs, initializers):
    graph = helper.make_graph(nodes, name, inputs, outputs, initializers)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9,
        producer_name="make_models", producer_version="1")
    onnx.checker.check_model(model)
    onnx.save(model, name + ".onnx")
    return ReferenceEvaluator(model)


def port(name, kind, *shape):
    return helper.make_tensor_value_info(name, kind, list(shape))


def linear(name, weights, bias, batch, ends):
    nodes = [
        helper.make_node("MatMul", ["numbers", "weights"], ["product"], name="product"),
        helper.make_node("Add", ["product", "bias"], ["score"], name="score"),
    ]
    output = "score"
    if ends:
        nodes.append(helper.make_node("Sigmoid", ["score"], ["probability"], name="probability"))
        output = "probability"
    return save(
        name, nodes, [port("numbers", TensorProto.FLOAT, batch, len(NUMBERS))],
        [port(output, TensorProto.FLOAT, batch, 1)],
        [constant("weights", weights.reshape(-1, 1)), constant("bias", [bias])])


def named(table, y):
    columns = ["age", "education-num", "hours-per-week"]
    x = np.hstack(
        [numbers(table, columns), [[row["sex"] == s for s in SEXES] for row in table]]).astype(np.float64)
    w, b = fitted(x[:, :4], y)
    both = np.zeros((5, 2))
    both[:4, 1] = w
    nodes = [
        helper.make_node("Equal", ["sex", "sexes"], ["is_sex"], name="is_sex"),
        helper.make_node("Cast", ["is_sex"], ["sex_marks"], to=TensorProto.FLOAT, name="sex_marks"),
        helper.make_node(
            "Concat", ["age", "education_num", "hours_per_week", "sex_marks"], ["features"], axis=1,
            name="features"),
        helper.make_node("MatMul", ["features", "weights"], ["product"], name="product"),
        helper.make_node("Add", ["product", "bias"], ["scores"], name="scores"),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1, name="probabilities"),
        helper.make_node("ArgMax", ["scores"], ["label"], axis=1, keepdims=0, name="label"),
    ]
    inputs = [port(c.replace("-", "_"), TensorProto.FLOAT, "N", 1) for c in columns]
    inputs.append(port("sex", TensorProto.STRING, "N", 1))
    return save(
        "adult_named", nodes, inputs,
        [port("label", TensorProto.INT64, "N"), port("probabilities", TensorProto.FLOAT, "N", 2)],
        [
            numpy_helper.from_array(np.array([SEXES], dtype=object), "sexes"),
            constant("weights", both), constant("bias", [0, b]),
        ])


def main():
    train, test = rows("adult_train.csv"), rows("adult_test.csv")[:12]
    y = np.array([row["class"] == CLASSES[1] for row in train], dtype=np.float64)
    weights, bias = fitted(numbers(train, NUMBERS), y)
    first = linear("adult_linear", weights, bias, "N", ends=True)
    linear("adult_batch", weights, bias, 4, ends=False)
    second = named(train, y)
    x = numbers(train, ["age", "education-num"])
    design = np.hstack([x, np.ones((len(x), 1))])
    solved = np.linalg.lstsq(design, numbers(train, ["hours-per-week"])[:, 0], rcond=None)[0]
    save(
        "adult_hours",
        [helper.make_node("Gemm", ["x", "weights", "bias"], ["hours"], name="hours")],
        [port("x", TensorProto.FLOAT, "N", 2)], [port("hours", TensorProto.FLOAT, "N", 1)],
        [constant("weights", solved[:2].reshape(-1, 1)), constant("bias", [solved[2]])])
    given = numbers(test, NUMBERS).astype(np.float32)
    said = first.run(None, {"numbers": given})[0]
    columns = {
        c.replace("-", "_"): numbers(test, [c]).astype(np.float32)
        for c in ["age", "education-num", "hours-per-week"]
    }
    columns["sex"] = np.array([[row["sex"]] for row in test], dtype=object)
    other = second.run(None, columns)[1]
    with open("expected.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["linear", "named"])
        for a, b in zip(said[:, 0], other[:, 1]):
            writer.writerow([repr(float(a)), repr(float(b))])
    for name, value in [("input.pb", given), ("output.pb", said)]:
        with open(name, "wb") as file:
            file.write(numpy_helper.from_array(value).SerializeToString())


main()
