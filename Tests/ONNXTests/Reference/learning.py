"""Small models of every operator of ai.onnx.ml, with what ONNX Runtime answers.

Writes `learning.cases`: one line of JSON, a newline, and the bytes that the line points into. The line lists the cases, each
with its name and the offset and length of its model, inputs and outputs, which are serialized as in the files of ONNX's node
tests (ModelProto, and TensorProto, SequenceProto or MapProto by the type of the graph's input or output).

Made with Python 3.11, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6, scikit-learn 1.9.1, skl2onnx 1.20.0, lightgbm 4.7.0,
xgboost 3.2.0, onnxmltools 1.16.0:

    python learning.py
"""

import itertools
import json
import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

onnxruntime.set_default_logger_severity(4)
ML = "ai.onnx.ml"
NAN, INF = np.nan, np.inf
TYPES = {"f": np.float32, "d": np.float64, "i": np.int64, "j": np.int32, "s": np.object_}
cases = []
blob = bytearray()


def store(message):
    data = message if isinstance(message, bytes) else message.SerializeToString()
    start = len(blob)
    blob.extend(data)
    return [start, len(data)]


def element(array):
    return TensorProto.STRING if array.dtype.kind in "OU" else helper.np_dtype_to_tensor_dtype(array.dtype)


def scalar(value):
    if isinstance(value, str):
        return helper.make_tensor("", TensorProto.STRING, [], [value.encode()])
    if isinstance(value, (int, np.integer)):
        return helper.make_tensor("", TensorProto.INT64, [], [int(value)])
    return helper.make_tensor("", TensorProto.FLOAT, [], [float(value)])


def message(value):
    if isinstance(value, dict):
        result = onnx.MapProto()
        texts = any(isinstance(key, str) for key in value)
        result.key_type = TensorProto.STRING if texts else TensorProto.INT64
        for key, item in value.items():
            if texts:
                result.string_keys.append(key.encode())
            else:
                result.keys.append(int(key))
            result.values.tensor_values.append(scalar(item))
        return result
    if isinstance(value, list):
        result = onnx.SequenceProto()
        result.elem_type = onnx.SequenceProto.MAP
        result.map_values.extend(message(item) for item in value)
        return result
    value = np.asarray(value)
    if value.dtype.kind in "OU":
        return helper.make_tensor("", TensorProto.STRING, value.shape, [str(text).encode() for text in value.ravel()])
    return numpy_helper.from_array(value)


def add(name, model, inputs):
    """Runs a model and keeps it with its inputs and outputs."""
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        outputs = session.run(None, inputs)
    except Exception as error:
        raise SystemExit(f"{name}: {error}")
    cases.append(
        {
            "name": name,
            "model": store(model),
            "inputs": [store(message(inputs[port.name])) for port in model.graph.input],
            "outputs": [store(message(output)) for output in outputs],
        }
    )


def map_type(key, value):
    return helper.make_map_type_proto(key, helper.make_tensor_type_proto(value, []))


def case(name, operator, inputs, outputs, version, **attributes):
    """A model of one node. Outputs are element types, or types as protos."""
    ports = []
    for index, value in enumerate(inputs):
        if isinstance(value, dict):
            key = TensorProto.STRING if any(isinstance(k, str) for k in value) else TensorProto.INT64
            item = next(iter(value.values()))
            kind = TensorProto.STRING if isinstance(item, str) else (
                TensorProto.INT64 if isinstance(item, int) else TensorProto.FLOAT)
            ports.append(helper.make_value_info(f"x{index}", map_type(key, kind)))
        else:
            shape = [None] * value.ndim
            ports.append(helper.make_tensor_value_info(f"x{index}", element(value), shape))
    results = [
        helper.make_value_info(f"y{index}", kind) if not isinstance(kind, int)
        else helper.make_tensor_value_info(f"y{index}", kind, None)
        for index, kind in enumerate(outputs)
    ]
    node = helper.make_node(
        operator, [port.name for port in ports], [port.name for port in results], name="node", domain=ML, **attributes)
    graph = helper.make_graph([node], name, ports, results)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid(ML, version), helper.make_opsetid("", 18)], ir_version=9)
    add(name, model, {port.name: value for port, value in zip(ports, inputs)})


F, D, I, S = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64, TensorProto.STRING
random = np.random.default_rng(24)
MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]


def rows(count, features, dtype=np.float32):
    """Halves, so that thresholds are met exactly, with NaN and infinities where the type has them."""
    x = np.round(random.normal(scale=2, size=(count, features)) * 2) / 2
    if np.dtype(dtype).kind == "f":
        for value in (NAN, INF, -INF, -0.0):
            x[random.random(x.shape) < 0.06] = value
    return x.astype(dtype)


def tree(tree_id, depth, modes, features, weights, tracks, attributes, prefix, chance=0.85):
    """Appends a random tree to attributes; `weights` makes the pairs of target and weight of a leaf."""
    count = itertools.count()

    def node(level):
        own = next(count)
        place = len(attributes["nodes_treeids"])
        leaf = level == depth or (level > 0 and random.random() > chance)
        attributes["nodes_treeids"].append(tree_id)
        attributes["nodes_nodeids"].append(own)
        attributes["nodes_modes"].append("LEAF" if leaf else str(random.choice(modes)))
        attributes["nodes_featureids"].append(0 if leaf else int(random.integers(features)))
        attributes["nodes_values"].append(0.0 if leaf else float(np.round(random.normal(scale=2) * 2) / 2))
        attributes["nodes_truenodeids"].append(0)
        attributes["nodes_falsenodeids"].append(0)
        if tracks:
            attributes["nodes_missing_value_tracks_true"].append(int(not leaf and random.random() < 0.5))
        if leaf:
            for target, weight in weights():
                attributes[f"{prefix}_treeids"].append(tree_id)
                attributes[f"{prefix}_nodeids"].append(own)
                attributes[f"{prefix}_ids"].append(target)
                attributes[f"{prefix}_weights"].append(weight)
        else:
            attributes["nodes_truenodeids"][place] = node(level + 1)
            attributes["nodes_falsenodeids"][place] = node(level + 1)
        return own

    node(0)


def forest(prefix, trees, weights, depth=4, modes=("BRANCH_LEQ",), features=4, tracks=False):
    names = ["nodes_treeids", "nodes_nodeids", "nodes_modes", "nodes_featureids", "nodes_values", "nodes_truenodeids",
             "nodes_falsenodeids", f"{prefix}_treeids", f"{prefix}_nodeids", f"{prefix}_ids", f"{prefix}_weights"]
    attributes = {name: [] for name in names + (["nodes_missing_value_tracks_true"] if tracks else [])}
    for index in range(trees):
        tree(index, depth, list(modes), features, weights, tracks, attributes, prefix)
    return attributes


def doubles(attributes, *names):
    """The same with some attributes as tensors of doubles that no float is."""
    result = dict(attributes)
    for name in names:
        values = np.array(result.pop(name), dtype=np.float64) + (1e-9 if name == "nodes_values" else 0.1)
        result[name + "_as_tensor"] = numpy_helper.from_array(values)
    return result


def weight(positive=False):
    value = float(np.float32(random.normal(scale=0.5)))
    return abs(value) if positive else value


def tree_cases():
    one = lambda: [(0, weight())]
    for mode in MODES:
        for tracks in (False, True):
            case(f"regressor {mode} {'tracks' if tracks else 'plain'}", "TreeEnsembleRegressor", [rows(40, 4)], [F], 1,
                 n_targets=1, **forest("target", 7, one, modes=[mode], tracks=tracks))
    case("regressor mixed", "TreeEnsembleRegressor", [rows(70, 4)], [F], 3, n_targets=1,
         **forest("target", 12, one, depth=6, modes=MODES, tracks=True))
    case("regressor one row", "TreeEnsembleRegressor", [rows(1, 4)], [F], 3, n_targets=1,
         **forest("target", 21, one, depth=6, modes=MODES[:2], tracks=True))
    for aggregate in ("SUM", "AVERAGE", "MIN", "MAX"):
        case(f"regressor {aggregate}", "TreeEnsembleRegressor", [rows(20, 4)], [F], 3, n_targets=1,
             aggregate_function=aggregate, base_values=[0.25], **forest("target", 5, one))
        some = lambda: [(t, weight()) for t in range(3) if random.random() < 0.5]
        case(f"regressor {aggregate} of three targets", "TreeEnsembleRegressor", [rows(20, 4)], [F], 3, n_targets=3,
             aggregate_function=aggregate, base_values=[0.25, -1.0, 2.0], **forest("target", 4, some))
    for transform in ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"):
        share = lambda: [(0, 0.2 * random.random())]
        case(f"regressor {transform}", "TreeEnsembleRegressor", [rows(12, 4)], [F], 1, n_targets=1,
             post_transform=transform, **forest("target", 4, share))
        shares = lambda: [(t, 0.2 * random.random()) for t in range(3) if random.random() < 0.8]
        case(f"regressor {transform} of three targets", "TreeEnsembleRegressor", [rows(12, 4)], [F], 1, n_targets=3,
             post_transform=transform, **forest("target", 4, shares))
    plain = forest("target", 5, one, modes=MODES, tracks=True)
    case("regressor doubles", "TreeEnsembleRegressor", [rows(30, 4, np.float64)], [F], 3, n_targets=1, **plain)
    case("regressor tensors of doubles", "TreeEnsembleRegressor", [rows(30, 4, np.float64)], [F], 3, n_targets=1,
         base_values_as_tensor=numpy_helper.from_array(np.array([0.1])),
         **doubles(plain, "nodes_values", "target_weights"))
    # What the text does not say: a leaf without a weight counts its node's value, and of two weights the first.
    case("regressor leaves without and with two weights", "TreeEnsembleRegressor", [rows(8, 1)], [F], 3, n_targets=1,
         nodes_treeids=[0] * 3, nodes_nodeids=[0, 1, 2], nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"],
         nodes_featureids=[0] * 3, nodes_values=[0.5, 7.0, 9.0], nodes_truenodeids=[1, 0, 0],
         nodes_falsenodeids=[2, 0, 0], target_ids=[0, 0], target_nodeids=[1, 1], target_treeids=[0, 0],
         target_weights=[3.0, 4.0])
    # Chains of BRANCH_EQ with one true node, as LightGBM's categorical splits are exported.
    for name, values, track in (("small", [1, 2, 5, 9], 0), ("tracking", [1, 2, 5, 9], 1), ("large", [0, 33, 64, 65, 2.5], 0)):
        k = len(values)
        x = np.array([[v] for v in [-1, 0, 1, 1.5, 2, 2.5, 3, 5, 9, 33, 64, 65, NAN, INF, -INF]], np.float32)
        case(f"regressor chain {name}", "TreeEnsembleRegressor", [x], [F], 3, n_targets=1, nodes_treeids=[0] * (k + 2),
             nodes_nodeids=list(range(k + 2)), nodes_modes=["BRANCH_EQ"] * k + ["LEAF"] * 2, nodes_featureids=[0] * (k + 2),
             nodes_values=[float(v) for v in values] + [0.0, 0.0], nodes_truenodeids=[k] * k + [0, 0],
             nodes_falsenodeids=list(range(1, k)) + [k + 1, 0, 0],
             nodes_missing_value_tracks_true=[track] * k + [0, 0], target_ids=[0, 0], target_nodeids=[k, k + 1],
             target_treeids=[0, 0], target_weights=[1.0, 0.0])

    labels = {"int": dict(classlabels_int64s=[10, 20, 30]), "text": dict(classlabels_strings=["ä", "b", "c d"])}
    kinds = {"int": I, "text": S}
    for name, values in labels.items():
        one_each = lambda: [(int(random.integers(3)), weight())]
        case(f"classifier three {name}", "TreeEnsembleClassifier", [rows(30, 4)], [kinds[name], F], 1,
             post_transform="SOFTMAX", **values, **forest("class", 9, one_each))
    all_three = lambda: [(t, weight(True)) for t in range(3)]
    for transform in ("NONE", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"):
        small = lambda: [(t, 0.1 * random.random()) for t in range(3)]
        case(f"classifier three {transform}", "TreeEnsembleClassifier", [rows(12, 4)], [I, F], 3,
             post_transform=transform, base_values=[0.1, 0.2, 0.05], classlabels_int64s=[7, 8, 9], **forest("class", 4, small))
    for kind, dtype in (("double", np.float64), ("int64", np.int64), ("int32", np.int32)):
        case(f"classifier {kind}", "TreeEnsembleClassifier", [rows(30, 4, dtype)], [I, F], 1, classlabels_int64s=[0, 1, 2],
             **forest("class", 6, all_three, modes=MODES, tracks=True))
    case("classifier tensors of doubles", "TreeEnsembleClassifier", [rows(30, 4, np.float64)], [I, F], 3,
         classlabels_int64s=[0, 1, 2],
         **doubles(forest("class", 6, all_three, modes=MODES, tracks=True), "nodes_values", "class_weights"))
    # Two classes: weights of one class or both, positive or mixed, with 0, 1 or 2 base values.
    for which in ("first", "second", "both"):
        for positive in (False, True):
            for base in ([], [0.25], [0.5, 0.25]):
                if which == "both" and len(base) == 1:
                    transforms = ("LOGISTIC",)
                else:
                    transforms = ("NONE", "LOGISTIC") if not base else ("NONE",)
                for transform in transforms:
                    pairs = {"first": [0], "second": [1], "both": [0, 1]}[which]
                    some = lambda: [(c, weight(positive)) for c in pairs]
                    extra = dict(base_values=base) if base else {}
                    name = f"classifier two {which} {'positive' if positive else 'mixed'} {len(base)} {transform}"
                    texts = which == "second"
                    case(name, "TreeEnsembleClassifier", [rows(12, 4)], [S if texts else I, F], 3, post_transform=transform,
                         **extra, **(dict(classlabels_strings=["no", "yes"]) if texts else dict(classlabels_int64s=[10, 20])),
                         **forest("class", 3, some, depth=3))
    case("classifier two SOFTMAX", "TreeEnsembleClassifier", [rows(12, 4)], [I, F], 1, post_transform="SOFTMAX",
         classlabels_int64s=[0, 1], **forest("class", 3, lambda: [(0, weight())]))
    case("classifier one class", "TreeEnsembleClassifier", [rows(12, 4)], [I, F], 1, classlabels_int64s=[5],
         **forest("class", 3, lambda: [(0, weight())]))
    general_cases()


def general_cases():
    """TreeEnsemble of version 5."""
    for dtype, kind in ((np.float32, F), (np.float64, D)):
        tensor = lambda values: numpy_helper.from_array(np.array(values, dtype=dtype))
        for aggregate, transform in ((1, 0), (0, 0), (2, 0), (3, 0), (1, 1), (1, 2), (1, 3)):
            if dtype == np.float64 and (aggregate, transform) != (1, 0):
                continue
            case(f"general {np.dtype(dtype).name} {aggregate} {transform}", "TreeEnsemble", [rows(20, 3, dtype)], [kind], 5,
                 n_targets=2, aggregate_function=aggregate, post_transform=transform, tree_roots=[0, 3],
                 nodes_modes=numpy_helper.from_array(np.array([0, 6, 2, 6, 1], np.uint8)), nodes_featureids=[0, 1, 2, 0, 1],
                 nodes_splits=tensor([0.5, 0, -1.0, 0, 1.5]), nodes_truenodeids=[1, 0, 2, 4, 5],
                 nodes_trueleafs=[0, 1, 1, 0, 1], nodes_falsenodeids=[2, 1, 3, 4, 0], nodes_falseleafs=[0, 1, 1, 1, 1],
                 nodes_missing_value_tracks_true=[1, 0, 1, 0, 0], leaf_targetids=[0, 1, 0, 1, 0, 1],
                 leaf_weights=tensor([0.5, -1.25, 2.0, 0.75, -3.0, 0.1]),
                 membership_values=tensor([1, 2, 4, NAN, 1, 3, NAN]))
    members = [float(v) for v in range(0, 90, 2)]
    tensor = lambda values: numpy_helper.from_array(np.array(values, dtype=np.float32))
    x = np.array([[v] for v in [-2, 0, 1, 1.5, 2, 44, 45, 88, 89, 90, NAN, INF]], np.float32)
    case("general large set", "TreeEnsemble", [x], [F], 5, n_targets=1, tree_roots=[0],
         nodes_modes=numpy_helper.from_array(np.array([6], np.uint8)), nodes_featureids=[0], nodes_splits=tensor([0]),
         nodes_truenodeids=[0], nodes_trueleafs=[1], nodes_falsenodeids=[1], nodes_falseleafs=[1], leaf_targetids=[0, 0],
         leaf_weights=tensor([1, -1]), membership_values=tensor(members + [NAN]))
    case("general single leaf", "TreeEnsemble", [x], [F], 5, n_targets=1, tree_roots=[0],
         nodes_modes=numpy_helper.from_array(np.array([0], np.uint8)), nodes_featureids=[0], nodes_splits=tensor([0]),
         nodes_truenodeids=[0], nodes_trueleafs=[1], nodes_falsenodeids=[0], nodes_falseleafs=[1], leaf_targetids=[0],
         leaf_weights=tensor([5]))


def linear_cases():
    x = random.normal(size=(9, 3)).astype(np.float32)
    three = dict(coefficients=random.normal(size=9).tolist(), intercepts=[0.1, -0.2, 0.3])
    for transform in ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO"):
        case(f"linear classifier three {transform}", "LinearClassifier", [x], [S, F], 1, post_transform=transform,
             classlabels_strings=["a", "b", "c"], multi_class=1, **three)
        case(f"linear regressor three {transform}", "LinearRegressor", [x], [F], 1, post_transform=transform, targets=3, **three)
    one = dict(coefficients=[0.5, -1.0, 2.0], intercepts=[0.25])
    for transform in ("NONE", "LOGISTIC"):
        case(f"linear classifier pair {transform}", "LinearClassifier", [x], [I, F], 1, post_transform=transform,
             classlabels_ints=[3, 4], **one)
        case(f"linear regressor one {transform}", "LinearRegressor", [x], [F], 1, post_transform=transform, targets=1, **one)
    special = np.array([[1, NAN, 2], [INF, 1, 1], [0, 0, 0]], np.float32)
    case("linear classifier special", "LinearClassifier", [special], [I, F], 1, classlabels_ints=[1, 2, 3],
         post_transform="SOFTMAX", **three)
    for kind, dtype in (("double", np.float64), ("int64", np.int64), ("int32", np.int32)):
        case(f"linear classifier {kind}", "LinearClassifier", [(x * 3).astype(dtype)], [I, F], 1, classlabels_ints=[1, 2, 3],
             post_transform="LOGISTIC", **three)
    case("linear regressor probit", "LinearRegressor", [random.random((5, 2)).astype(np.float32)], [F], 1, targets=1,
         coefficients=[0.2, 0.3], intercepts=[0.1], post_transform="PROBIT")
    case("linear regressor without intercepts", "LinearRegressor", [x], [F], 1, targets=1, coefficients=[0.5, -1.0, 2.0])


def support_cases():
    x = random.normal(size=(9, 3)).astype(np.float32)
    kernels = {"LINEAR": [0.0, 0.0, 0.0], "POLY": [0.5, 1.0, 3.0], "RBF": [0.7, 0.0, 0.0], "SIGMOID": [0.3, 0.2, 0.0]}
    vectors = random.normal(size=(7, 3))
    for kernel, parameters in kernels.items():
        shared = dict(kernel_type=kernel, kernel_params=parameters)
        three = dict(support_vectors=vectors.ravel().tolist(), vectors_per_class=[2, 3, 2],
                     coefficients=random.normal(size=14).tolist(), rho=[0.1, -0.2, 0.3], **shared)
        case(f"svm three {kernel}", "SVMClassifier", [x], [I, F], 1, classlabels_ints=[4, 5, 6], **three)
        case(f"svm three {kernel} probabilities", "SVMClassifier", [x], [S, F], 1, classlabels_strings=["a", "b", "c"],
             prob_a=[-1.0, -0.8, -1.2], prob_b=[0.1, 0.0, -0.1], **three)
        two = dict(support_vectors=vectors.ravel().tolist(), vectors_per_class=[4, 3],
                   coefficients=random.normal(size=7).tolist(), rho=[0.15], **shared)
        case(f"svm two {kernel}", "SVMClassifier", [x], [I, F], 1, classlabels_ints=[4, 5], **two)
        case(f"svm two {kernel} probabilities", "SVMClassifier", [x], [I, F], 1, classlabels_ints=[4, 5], prob_a=[-1.0],
             prob_b=[0.1], **two)
        for one_class in (0, 1):
            case(f"svr {kernel} {one_class}", "SVMRegressor", [x], [F], 1, one_class=one_class, n_supports=7,
                 support_vectors=vectors.ravel().tolist(), coefficients=random.normal(size=7).tolist(), rho=[0.2], **shared)
    two = dict(support_vectors=vectors.ravel().tolist(), vectors_per_class=[4, 3], coefficients=random.normal(size=7).tolist(),
               rho=[0.15], kernel_type="RBF", kernel_params=[0.7, 0.0, 0.0])
    case("svm two LOGISTIC", "SVMClassifier", [x], [I, F], 1, classlabels_ints=[4, 5], post_transform="LOGISTIC", **two)
    case("svm two double", "SVMClassifier", [x.astype(np.float64)], [I, F], 1, classlabels_ints=[4, 5], **two)
    case("svm two int64", "SVMClassifier", [(x * 2).astype(np.int64)], [I, F], 1, classlabels_ints=[4, 5], **two)
    linear = dict(kernel_type="LINEAR", kernel_params=[0.0, 0.0, 0.0], rho=[0.3, 0.1, 0.2])
    case("svm linear three", "SVMClassifier", [x], [I, F], 1, classlabels_ints=[4, 5, 6], post_transform="SOFTMAX",
         coefficients=random.normal(size=9).tolist(), **linear)
    case("svm linear two", "SVMClassifier", [x], [I, F], 1, classlabels_ints=[4, 5],
         coefficients=random.normal(size=6).tolist(), **linear)
    case("svm linear two positive", "SVMClassifier", [x], [I, F], 1, classlabels_ints=[4, 5],
         coefficients=np.abs(random.normal(size=6)).tolist(), **linear)
    case("svr linear", "SVMRegressor", [x], [F], 1, n_supports=0, coefficients=[0.5, -1.0, 2.0], rho=[0.2],
         kernel_type="LINEAR", kernel_params=[0.0, 0.0, 0.0])


def scaling_cases():
    x = np.array([[1, NAN, -2], [INF, 0, 3], [0, 0, 0], [-1, -2, -INF]], np.float32)
    finite = np.array([[1, 5, -2], [7, 0, 3], [0, 0, 0], [-1, -2, -9]])
    for name, dtype in (("float", np.float32), ("double", np.float64), ("int64", np.int64), ("int32", np.int32)):
        own = x if dtype == np.float32 else finite.astype(dtype)
        case(f"scaler {name}", "Scaler", [own], [F], 1, offset=[0.5, -1.0, 2.0], scale=[2.0, 0.3, -1.0])
        for norm in ("MAX", "L1", "L2"):
            case(f"normalizer {norm} {name}", "Normalizer", [own if norm != "L2" else finite.astype(dtype)], [F], 1, norm=norm)
    case("scaler one", "Scaler", [x], [F], 1, offset=[0.5], scale=[2.0])
    case("scaler vector", "Scaler", [x[0]], [F], 1, offset=[0.5, 1, 1], scale=[2.0, 2, 2])
    case("normalizer vector", "Normalizer", [finite[0].astype(np.float32)], [F], 1, norm="L2")
    case("imputer float", "Imputer", [x], [F], 1, imputed_value_floats=[7.0, 8.0, 9.0], replaced_value_float=NAN)
    case("imputer float one", "Imputer", [x], [F], 1, imputed_value_floats=[7.0], replaced_value_float=0.0)
    case("imputer int64", "Imputer", [finite.astype(np.int64)], [I], 1, imputed_value_int64s=[70, 80, 90],
         replaced_value_int64=-2)
    case("imputer int64 one", "Imputer", [finite.astype(np.int64)], [I], 1, imputed_value_int64s=[70], replaced_value_int64=0)
    case("binarizer", "Binarizer", [np.array([[0.5, 0.6, -INF, INF]], np.float32)], [F], 1, threshold=0.5)
    case("binarizer default", "Binarizer", [np.array([0.5, 0.0, -1], np.float32)], [F], 1)


def category_cases():
    texts = np.array([["a", "é", "e\u0301"], ["never seen", "", "b"]], dtype=object)
    numbers = np.array([[1, -5, 3], [2**40, 0, 2]], dtype=np.int64)
    floats = np.array([[1.0, 2.9, -1.5], [NAN, INF, 0.0]], np.float32)
    case("one-hot text", "OneHotEncoder", [texts], [F], 1, cats_strings=["a", "é", "b", "a"])
    case("one-hot int64", "OneHotEncoder", [numbers], [F], 1, cats_int64s=[3, 1, 2, 2**40])
    case("one-hot int64 vector", "OneHotEncoder", [numbers[0]], [F], 1, cats_int64s=[3, 1, -5], zeros=0)
    case("one-hot float", "OneHotEncoder", [floats[:1]], [F], 1, cats_int64s=[1, 2, -1])
    case("one-hot double", "OneHotEncoder", [floats[:1].astype(np.float64)], [F], 1, cats_int64s=[1, 2, -1])
    case("category mapper text", "CategoryMapper", [texts], [I], 1, cats_strings=["a", "é", "b"], cats_int64s=[5, 6, 7],
         default_int64=-9)
    case("category mapper int64", "CategoryMapper", [numbers], [S], 1, cats_strings=["a", "é", "b"], cats_int64s=[1, 3, 2],
         default_string="none")
    case("label encoder 1 text", "LabelEncoder", [texts], [I], 1, classes_strings=["a", "é", "b"], default_int64=-7)
    case("label encoder 1 int64", "LabelEncoder", [numbers], [S], 1, classes_strings=["x", "y", "z", "w"], default_string="none")
    lists = {"strings": ["a", "é", "b", "a"], "int64s": [1, 3, -5, 1], "floats": [1.0, NAN, 0.0, INF]}
    data = {"strings": texts, "int64s": numbers, "floats": floats}
    kinds = {"strings": S, "int64s": I, "floats": F}
    defaults = {"strings": ("default_string", "none"), "int64s": ("default_int64", -3), "floats": ("default_float", 0.5)}
    for version in (2, 4):
        for key in lists:
            for value in lists:
                extra = dict([defaults[value]]) if key != "int64s" else {}
                case(f"label encoder {version} {key} {value}", "LabelEncoder", [data[key]], [kinds[value]], version,
                     **{f"keys_{key}": lists[key], f"values_{value}": lists[value]}, **extra)
    tensor = lambda values, dtype: numpy_helper.from_array(np.array(values, dtype=dtype))
    case("label encoder 4 doubles", "LabelEncoder", [floats.astype(np.float64)], [D], 4,
         keys_tensor=tensor([1, NAN, 0], np.float64), values_tensor=tensor([0.1, 0.2, 0.3], np.float64),
         default_tensor=tensor([-1.5], np.float64))
    case("label encoder 4 double text", "LabelEncoder", [floats.astype(np.float64)], [S], 4,
         keys_tensor=tensor([1, NAN, 0], np.float64), values_strings=["one", "none", "zero"], default_string="other")
    case("label encoder 4 text double", "LabelEncoder", [texts], [D], 4, keys_strings=["a", "b"],
         values_tensor=tensor([0.1, 0.2], np.float64), default_tensor=tensor([-1.5], np.float64))
    case("label encoder 4 text int16", "LabelEncoder", [texts], [TensorProto.INT16], 4, keys_strings=["a", "b"],
         values_tensor=tensor([4, 5], np.int16), default_tensor=tensor([-1], np.int16))


def feature_cases():
    x = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    case("extractor three axes", "ArrayFeatureExtractor", [x, np.array([3, 0, 0])], [F], 1)
    case("extractor vector", "ArrayFeatureExtractor", [np.array(["a", "b", "c"], dtype=object), np.array([[2, 1]])], [S], 1)
    for name, dtype in (("double", np.float64), ("int64", np.int64), ("int32", np.int32)):
        case(f"extractor {name}", "ArrayFeatureExtractor", [x[0].astype(dtype), np.array([1])],
             [helper.np_dtype_to_tensor_dtype(np.dtype(dtype))], 1)
    case("vectorizer", "FeatureVectorizer", [x[0][:2], np.array([[7], [8]], np.float32)], [F], 1, inputdimensions=[4, 1])
    case("vectorizer cut and filled", "FeatureVectorizer", [x[0][:2], x[1][:2]], [F], 1, inputdimensions=[2, 6])
    case("vectorizer double", "FeatureVectorizer", [x[0].astype(np.float64), x[1].astype(np.float64)], [F], 1,
         inputdimensions=[4, 4])


def map_cases():
    sequence = lambda key: helper.make_sequence_type_proto(map_type(key, F))
    x = np.array([[0.25, 0.75], [NAN, 1.0], [0.0, INF]], np.float32)
    case("zip map text", "ZipMap", [x], [sequence(S)], 1, classlabels_strings=["yes", "é"])
    case("zip map int64", "ZipMap", [x], [sequence(I)], 1, classlabels_int64s=[9, -3])
    case("zip map vector", "ZipMap", [x[0]], [sequence(I)], 1, classlabels_int64s=[9, -3])
    case("dict text float", "DictVectorizer", [{"a": 1.5, "b": -2.0, "z": 4.0}], [F], 1, string_vocabulary=["b", "c", "a", "b"])
    case("dict int64 float", "DictVectorizer", [{1: 1.5, -7: 2.5}], [F], 1, int64_vocabulary=[-7, 2, 1])
    floats = {3: 1.5, 0: -2.75, 2: 1e6}
    for cast, kind in (("TO_FLOAT", F), ("TO_INT64", I), ("TO_STRING", S)):
        case(f"cast map float {cast}", "CastMap", [floats], [kind], 1, cast_to=cast)
        case(f"cast map float {cast} sparse", "CastMap", [floats], [kind], 1, cast_to=cast, map_form="SPARSE", max_map=5)


def export_cases():
    """Small models of the libraries that people use."""
    import lightgbm
    import xgboost
    from onnxmltools import convert_lightgbm, convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType
    from skl2onnx import to_onnx
    from sklearn import ensemble, linear_model, pipeline, preprocessing, svm

    x = random.normal(size=(400, 5)).astype(np.float32)
    x[:, 4] = random.integers(0, 12, 400)
    y = (x[:, 0] + x[:, 1] * x[:, 2] + (x[:, 4] % 3) > 1).astype(int)
    y3 = np.digitize(x[:, 0] + 0.1 * x[:, 4], [0, 1])
    missing = x.copy()
    missing[random.random(x.shape) < 0.1] = NAN
    missing[:, 4] = x[:, 4]
    few = missing[:40]
    kind = [("X", FloatTensorType([None, 5]))]

    def exported(name, model, data):
        model.ir_version = 9
        del model.metadata_props[:]
        model.doc_string = ""
        for node in model.graph.node:
            for attribute in list(node.attribute):
                if attribute.name == "nodes_hitrates":
                    node.attribute.remove(attribute)
        # Ports whose extents the exporters tell wrongly.
        for port in model.graph.output:
            if port.type.HasField("tensor_type"):
                port.type.tensor_type.ClearField("shape")
        if all(node.domain == ML for node in model.graph.node):
            add(name, model, {model.graph.input[0].name: data})
        else:
            # Only the nodes of this domain: the first one with what it reads from the input.
            nodes = [node for node in model.graph.node if node.domain == ML and model.graph.input[0].name in node.input]
            outputs = []
            for output in nodes[0].output:
                info = next((o for o in model.graph.output if o.name == output), None)
                label = nodes[0].op_type.endswith("Classifier") and output == nodes[0].output[0]
                outputs.append(helper.make_tensor_value_info(output, I if label else F, None) if info is None else info)
            graph = helper.make_graph(nodes[:1], name, model.graph.input, outputs)
            own = helper.make_model(graph, opset_imports=model.opset_import, ir_version=9)
            add(name, own, {model.graph.input[0].name: data})

    small = dict(n_estimators=6, num_leaves=6, n_jobs=1, verbose=-1, min_child_samples=5)
    exported("lightgbm two", convert_lightgbm(lightgbm.LGBMClassifier(**small).fit(missing, y), initial_types=kind, zipmap=False), few)
    exported("lightgbm three", convert_lightgbm(lightgbm.LGBMClassifier(**small).fit(missing, y3), initial_types=kind, zipmap=False), few)
    exported("lightgbm categorical", convert_lightgbm(
        lightgbm.LGBMClassifier(**small, min_data_per_group=1, cat_smooth=1, max_cat_to_onehot=2).fit(
            missing, y, categorical_feature=[4]), initial_types=kind, zipmap=False), few)
    exported("lightgbm regression", convert_lightgbm(lightgbm.LGBMRegressor(**small).fit(missing, x[:, 0]), initial_types=kind), few)
    boosted = dict(n_estimators=6, max_depth=3, n_jobs=1)
    exported("xgboost two", convert_xgboost(xgboost.XGBClassifier(**boosted).fit(missing, y), initial_types=kind), few)
    exported("xgboost three", convert_xgboost(xgboost.XGBClassifier(**boosted).fit(missing, y3), initial_types=kind), few)
    exported("xgboost regression", convert_xgboost(xgboost.XGBRegressor(**boosted).fit(missing, x[:, 0]), initial_types=kind), few)
    whole = x[:40]
    options = lambda model: {id(model): {"zipmap": False}}
    for name, model, target in (
        ("forest two", ensemble.RandomForestClassifier(5, max_depth=4, random_state=0), y),
        ("forest three", ensemble.RandomForestClassifier(5, max_depth=4, random_state=0), y3),
        ("boosting two", ensemble.GradientBoostingClassifier(n_estimators=5, random_state=0), y),
        ("logistic", linear_model.LogisticRegression(), y),
        ("svc", svm.SVC(probability=False), y3),
    ):
        model.fit(x, target)
        exported(f"sklearn {name}", to_onnx(model, x[:1], options=options(model), target_opset={"": 18, ML: 3}), whole)
    regressor = ensemble.ExtraTreesRegressor(5, max_depth=4, random_state=0).fit(x, np.stack([x[:, 0], x[:, 1]], axis=1))
    exported("sklearn trees of two targets", to_onnx(regressor, x[:1], target_opset={"": 18, ML: 3}), whole)


for part in (tree_cases, linear_cases, support_cases, scaling_cases, category_cases, feature_cases, map_cases, export_cases):
    part()
index = json.dumps({"cases": cases}, ensure_ascii=True, separators=(",", ":")).encode()
path = pathlib.Path(__file__).with_name("learning.cases")
path.write_bytes(index + b"\n" + bytes(blob))
print(len(cases), "cases,", path.stat().st_size, "bytes")
