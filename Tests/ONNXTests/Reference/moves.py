"""Writes what ONNX Runtime makes of operators that move elements, find them and read texts.

    python moves.py        writes moves.json beside this file

Attributes, extents and elements are drawn at random, with negative axes, indices, steps and
paddings, empty extents, every type of elements that the runtime takes, and every version whose
inputs or attributes differ. A drawn case that the runtime refuses is left out; the file holds how
many these were, the versions of what wrote it, and of each case the model, its inputs and its
outputs as ONNX messages in base64. Needs onnx, onnxruntime and NumPy.
"""

import base64
import collections
import json
import pathlib
import platform

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

RANDOM = np.random.default_rng(20261130)
WORDS = np.array(["a", "b", "cc", "é", "Zoo", "", "x y", "日本"], dtype=object)
LARGEST, SMALLEST = np.iinfo(np.int64).max, np.iinfo(np.int64).min
cases, refused = [], collections.Counter()
counts = collections.Counter()

options = onnxruntime.SessionOptions()
options.log_severity_level = 4
options.intra_op_num_threads = 1
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL


def element_type(array):
    return TensorProto.STRING if array.dtype.kind in "OU" else helper.np_dtype_to_tensor_dtype(array.dtype)


def message(array):
    if array.dtype.kind in "OU":
        texts = [text.encode() for text in array.ravel().tolist()]
        tensor = helper.make_tensor("", TensorProto.STRING, array.shape, texts)
    else:
        tensor = numpy_helper.from_array(array)
    return base64.b64encode(tensor.SerializeToString()).decode()


def case(operator, inputs, opset, outputs=1, **attributes):
    names = ["" if array is None else f"x{place}" for place, array in enumerate(inputs)]
    given = {name: array for name, array in zip(names, inputs) if name}
    made = [f"y{place}" for place in range(outputs)]
    graph = helper.make_graph(
        [helper.make_node(operator, names, made, **attributes)], "graph",
        [helper.make_tensor_value_info(k, element_type(v), v.shape) for k, v in given.items()],
        [onnx.ValueInfoProto(name=name) for name in made])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), options)
        results = [np.asarray(result) for result in session.run(None, given)]
    except Exception:
        refused[operator] += 1
        return
    counts[operator] += 1
    cases.append({
        "name": f"{operator} {opset} {counts[operator]}",
        "model": base64.b64encode(model.SerializeToString()).decode(),
        "inputs": {name: message(array) for name, array in given.items()},
        "outputs": {name: message(array) for name, array in zip(made, results)},
    })


def chance(probability=0.5):
    return RANDOM.random() < probability


def pick(*values):
    return values[int(RANDOM.integers(0, len(values)))]


def extents(least=1, most=4, low=1, high=4):
    return [int(n) for n in RANDOM.integers(low, high + 1, int(RANDOM.integers(least, most + 1)))]


def array(shape, kind=None):
    kind = kind or pick(*"fdlisbu")
    integer = {"l": np.int64, "i": np.int32}
    if kind in "fd":
        return np.asarray(RANDOM.normal(size=shape)).astype(np.float32 if kind == "f" else np.float64)
    if kind in "li":
        return np.asarray(RANDOM.integers(-9, 9, shape)).astype(integer[kind])
    if kind == "u":
        return np.asarray(RANDOM.integers(0, 9, shape)).astype(np.uint8)
    if kind == "b":
        return np.asarray(RANDOM.integers(0, 2, shape)).astype(bool)
    return np.asarray(WORDS[RANDOM.integers(0, len(WORDS), shape)], dtype=object).reshape(shape)


def longs(values):
    return np.array(values, dtype=np.int64)


def whole(low, high):
    return int(RANDOM.integers(low, high))


def slices():
    shape = extents(low=0, high=5)
    count = whole(1, len(shape) + 1)
    axes = RANDOM.permutation(len(shape))[:count]
    starts, ends = RANDOM.integers(-7, 8, count), RANDOM.integers(-7, 8, count)
    steps = RANDOM.choice([-3, -2, -1, 1, 2, 3], count)
    case("Slice", [array(shape, "f")], 9, starts=starts.tolist(), ends=ends.tolist(), axes=axes.tolist())
    if chance(0.4):
        ends[0] = pick(LARGEST, SMALLEST, 2**31 - 1)
    case("Slice", [array(shape), longs(starts), longs(ends),
                   longs(axes - len(shape) * (RANDOM.random(count) < 0.3)), longs(steps)], 13)


def paddings():
    shape = extents()
    rank = len(shape)
    pads = RANDOM.integers(-1, 4, 2 * rank)
    kind = pick(*"fdlib")
    value = [array([], kind)] if chance() else []
    case("Pad", [array(shape, kind), longs(pads)] + value, 19, mode=pick("constant", "edge", "reflect", "wrap"))
    axes = RANDOM.permutation(rank)[:whole(1, rank + 1)]
    case("Pad", [array(shape, kind), longs(RANDOM.integers(-1, 3, 2 * len(axes))), None, longs(axes - rank)],
         18, mode=pick("constant", "edge"))
    case("Pad", [array(shape, "f")], 10, mode=pick("constant", "edge", "reflect"), value=1.5,
         pads=np.minimum(pads, np.array(shape + shape) - 1).tolist())


def arrangements():
    shape, kind = extents(1, 5), pick(*"fdlisb")
    axis = whole(0, len(shape))
    case("Transpose", [array(shape)], 13, perm=RANDOM.permutation(len(shape)).tolist())
    case("Tile", [array(shape), longs(RANDOM.integers(0, 4, len(shape)))], 13)
    case("Expand", [array([n if chance() else 1 for n in shape]), longs(shape[whole(0, len(shape)):])], 13)
    case("Concat", [array(shape[:axis] + [whole(0, 4)] + shape[axis + 1:], kind) for _ in range(3)], 13,
         axis=axis - len(shape))
    parts = whole(1, 4)
    whole_shape = shape[:axis] + [whole(1, 9)] + shape[axis + 1:]
    case("Split", [array(whole_shape, kind)], 18, outputs=parts, axis=axis, num_outputs=parts)
    lengths = RANDOM.multinomial(whole_shape[axis], [1 / 3] * 3)
    case("Split", [array(whole_shape, kind), longs(lengths)], 13, outputs=3, axis=axis)
    case("Split", [array(whole_shape, "f")], 11, outputs=3, axis=axis, split=lengths.tolist())
    case("CenterCropPad", [array(shape, "f"), longs(RANDOM.integers(1, 8, len(shape)))], 18)
    matrices = extents(2, 4)
    case("Trilu", [array(matrices, pick(*"flb")), longs(whole(-4, 5))], 14, upper=whole(0, 2))
    batch = whole(0, 2)
    case("ReverseSequence", [array(matrices), longs(RANDOM.integers(0, matrices[1 - batch] + 1, matrices[batch]))],
         10, batch_axis=batch, time_axis=1 - batch)
    side = whole(1, 4)
    case("DepthToSpace", [array([2, side * side * 2, 2, 3], "f")], 13, blocksize=side, mode=pick("DCR", "CRD"))
    case("SpaceToDepth", [array([2, 3, 2 * side, side], "f")], 13, blocksize=side)
    step = pick(-1, 1) * RANDOM.uniform(0.1, 1)
    case("Range", [np.array(n, np.float32) for n in (RANDOM.normal(), 4 * RANDOM.normal(), step)], 11)
    case("Range", [np.array(n, np.int32) for n in (whole(-9, 9), whole(-9, 9), pick(-3, -1, 1, 2))], 11)


def images():
    rank = 2
    image, block = RANDOM.integers(3, 7, rank), RANDOM.integers(1, 4, rank)
    dilations, strides = RANDOM.integers(1, 3, rank), RANDOM.integers(1, 3, rank)
    pads = RANDOM.integers(0, 2, 2 * rank)
    blocks = (image + pads[:rank] + pads[rank:] - dilations * (block - 1) - 1) // strides + 1
    if blocks.min() > 0:
        case("Col2Im", [array([2, 2 * int(block.prod()), int(blocks.prod())], "f"), longs(image), longs(block)], 18,
             dilations=dilations.tolist(), strides=strides.tolist(), pads=pads.tolist())


def indices():
    shape = extents(1, 4)
    axis = whole(0, len(shape))
    extent = shape[axis]
    # Of texts, ONNX Runtime 1.32 copies the first of each inner block and leaves the others empty.
    case("Gather", [array(shape, pick(*("fdlibus" if axis == len(shape) - 1 else "fdlibu"))), RANDOM.integers(-extent, extent, extents(0, 3)).astype(pick(np.int32, np.int64))],
         13, axis=axis - len(shape) * whole(0, 2))
    within = [whole(1, n + 1) for n in shape]
    longer = within[:axis] + [whole(1, 6)] + within[axis + 1:]
    case("GatherElements", [array(shape), longs(RANDOM.integers(-extent, extent, longer))], 13, axis=axis)
    kind = pick(*"fdlisb")
    order = np.argsort(RANDOM.random(within[:axis] + [extent] + within[axis + 1:]), axis=axis)
    once = np.take(order, range(within[axis]), axis=axis) - extent * (RANDOM.random(within) < 0.3)
    case("ScatterElements", [array(shape, kind), longs(once), array(within, kind)], 13, axis=axis)
    kind = pick(*"fl")
    often = RANDOM.integers(-extent, extent, within)
    case("ScatterElements", [array(shape, kind), longs(often), array(within, kind)], 18, axis=axis,
         reduction=pick("add", "mul", "min", "max"))
    length, tuples = whole(1, len(shape) + 1), extents(0, 2)
    places = np.stack([RANDOM.integers(-n, n, tuples) for n in shape[:length]], -1)
    case("GatherND", [array(shape), longs(places)], 13)
    case("ScatterND", [array(shape, "f"), longs(places), array(tuples + shape[length:], "f")], 18,
         reduction=pick("add", "mul", "min", "max"))
    if len(shape) > 1:
        tuples = shape[:1] + extents(0, 2)
        places = np.stack([RANDOM.integers(-n, n, tuples) for n in shape[1:whole(2, len(shape) + 1)]], -1)
        case("GatherND", [array(shape), longs(places)], 13, batch_dims=1)
    classes, marks = whole(1, 6), extents(1, 3)
    case("OneHot", [RANDOM.integers(-classes - 2, classes + 2, marks).astype(pick(np.int64, np.float32, np.int32)),
                    longs(classes), array([2], pick(*"fls"))], 11, axis=whole(-len(marks) - 1, len(marks) + 1))
    case("NonZero", [array(shape, pick(*"flib"))], 13)
    along = {"axis": axis} if chance(0.6) else {}
    case("Compress", [array(shape), array([whole(1, 7)], "b")], 11, **along)
    values = array(shape, pick(*"flsd"))
    case("Unique", [values if values.dtype.kind == "O" else np.round(values)], 11, outputs=4, sorted=whole(0, 2),
         **along)


def n_grams():
    shortest = whole(1, 3)
    longest = whole(shortest, 4)
    texts = chance()
    tokens = ["a", "b", "é", "dd", "z"] if texts else [1, 2, 3, 4, 5]
    pool, starts, count = [], [], 0
    for length in range(1, longest + 1):
        starts.append(len(pool))
        grams = {tuple(int(n) for n in RANDOM.integers(0, 5, length)) for _ in range(3)}
        for gram in sorted(grams):
            pool += [tokens[n] for n in gram]
            count += 1
    attributes = {"pool_strings" if texts else "pool_int64s": pool}
    if chance(0.7):
        attributes["weights"] = RANDOM.uniform(0.5, 2, count).astype(np.float32).tolist()
    rows = RANDOM.integers(0, 5, [whole(1, 9)] if chance(0.4) else [2, whole(1, 9)])
    case("TfIdfVectorizer", [np.array(tokens, dtype=object if texts else np.int64)[rows]], 9,
         min_gram_length=shortest, max_gram_length=longest, max_skip_count=whole(0, 4),
         mode=pick("TF", "IDF", "TFIDF"), ngram_counts=starts, ngram_indexes=RANDOM.permutation(count).tolist(),
         **attributes)


PATTERNS = [
    r"", r"a*", r"(a|b)+c{2}", r"\w+@\w+\.(com|org)", r"(?i)zoo", r"[^a-c]+", r".*", r"a.c", r"\d{2,3}", r"^x y$",
    r"\bfoo\b.*", r"[[:alpha:]]+\s[[:digit:]]*", r"\p{L}+", r"\pN*", r"\p{Lu}\p{Ll}*", r"(?s).+", r"(?m)^a$\n^b$",
    r"(?P<n>ab)?c", r"\Qa.b\E+", r"x{,2}", r"[\]\-x]+", r"\x41\x{42}", r"(?:a|)*b", r"[a\d]*?", r"\141b", r"(a+)+$",
    r"(?i)[k-l]+", r"\S+\s\S+", r"a|b|cc", r"[^\n]*", r"日.", r"(?i)É", r"\PL+", r"a{0}b", r"(?U)a+b", r"(?i:a)b",
    r"\Aab\z", r"[é-ü]+", r"a\Bb", r"[[:^digit:]]+",
]
TEXTS = np.array([
    "", "a", "aa", "abcc", "ab", "AB", "Ab", "aB", "b", "b\nb", "a\nb", "x y", "foo bar", "foobar", "joe@x.com",
    "zoo", "ZOO", "12", "1234", "日本", "é", "É", "Zoo", "a.b", "a.bb", "axc", "a\nc", "c", "abc", "x{,2}", "-]x",
    "\u017f", "K", "\u212a", "Élan", "hello 12", "cc", "\t\v", "   ", "ü", 46 * "a" + "!",
], dtype=object)


def texts():
    for pattern in PATTERNS:
        case("RegexFullMatch", [TEXTS], 20, pattern=pattern)
    table = np.array([["a-b--c", "  a b  c "], ["-", "ab-abab"], ["aéb é", "x"]], dtype=object)
    for delimiter in ["", " ", "-", "ab", "é"]:
        for most in [None, 0, 1, 2]:
            limit = {} if most is None else {"maxsplit": most}
            case("StringSplit", [table], 20, outputs=2, delimiter=delimiter, **limit)
            case("StringSplit", [np.array(["", "a b\tc\n"], dtype=object)], 20, outputs=2, delimiter=delimiter, **limit)
    for sensitive in [0, 1]:
        case("StringNormalizer", [WORDS], 10, case_change_action="NONE", is_case_sensitive=sensitive,
             stopwords=["a", "ZOO", "É"])
    case("StringConcat", [WORDS.reshape(2, 4), WORDS[:4]], 20)


def scan_body():
    """The element becomes the state; gathered are the state before, and both side by side."""
    def port(name):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, None])
    nodes = [
        helper.make_node("Transpose", ["element"], ["next"], perm=[0, 1]),
        helper.make_node("Transpose", ["state"], ["before"], perm=[0, 1]),
        helper.make_node("Concat", ["state", "element"], ["both"], axis=0),
    ]
    return helper.make_graph(
        nodes, "body", [port("state"), port("element")], [port("next"), port("before"), port("both")])


def scans():
    shape, axis = [2, 3, 4], whole(0, 3)
    state = array(shape[:axis] + shape[axis + 1:], "f")
    case("Scan", [state, array(shape, "f")], 11, outputs=3, body=scan_body(), num_scan_inputs=1,
         scan_input_axes=[axis - 3 * whole(0, 2)], scan_input_directions=[whole(0, 2)],
         scan_output_axes=[whole(-3, 3), whole(-3, 3)], scan_output_directions=[whole(0, 2), whole(0, 2)])
    lengths = longs(RANDOM.integers(1, 5, 3)) if chance(0.7) else None
    case("Scan", [lengths, array([3, 2, 2], "f"), array([3, 4, 2, 2], "f")], 8, outputs=3, body=scan_body(),
         num_scan_inputs=1, directions=[whole(0, 2)])


for draw, times in [(slices, 20), (paddings, 24), (arrangements, 8), (images, 8), (indices, 12), (n_grams, 16),
                    (texts, 1), (scans, 8)]:
    for _ in range(times):
        draw()

versions = {
    "python": platform.python_version(), "onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__,
    "numpy": np.__version__,
}
file = pathlib.Path(__file__).with_suffix(".json")
with file.open("w") as stream:
    json.dump({"versions": versions, "refused": dict(refused), "cases": cases}, stream, indent=0, ensure_ascii=False)
    stream.write("\n")
print(len(cases), "cases;", sum(refused.values()), "refused:", dict(refused))
