import GraphIR
import NN
import TensorCore

/// How our engine builds the cases of `images.json`.
let images: [String: Construct] = {
    let groups = [
        convolutions, poolings,
        keyed("layer/batchNorm2D/", ["training", "inference", "shard"], { $0 }) { b, v, kind in
            b.batchNorm(
                "layer", v.x, training: kind != "inference",
                statistics: kind == "shard" ? .shard : .batch, momentum: 0.25, epsilon: 1e-3)
        },
        keyed("layer/convolution2D/", ["strided", "depthwise"], { $0 }) { b, v, name in
            guard let form = windows[name], let outputs = b.shape(v.x).extents.last else {
                return v.x
            }
            let y = b.convolution2D(
                "layer", v.x, output: name == "strided" ? 5 : outputs.count(rows: 1),
                window: form.window, groups: form.groups)
            return b.unary(.relu, y)
        },
    ]
    return groups.reduce(into: [:]) { $0.merge($1) { old, _ in old } }
}()

/// `WINDOWS` of `images.py`.
private let windows: [String: (window: Window, groups: Int, height: Int, width: Int)] = [
    "plain": (Window(.init(3), .init(2)), 1, 5, 4),
    "strided": (
        Window(.init(3, stride: 2, before: 1, after: 1), .init(2, stride: 3)), 1, 8, 7
    ),
    "padded": (Window(.init(3, before: 2, after: 1), .init(3, after: 2)), 1, 4, 5),
    "dilated": (
        Window(
            .init(3, dilation: 3, before: 2, after: 2),
            .init(2, stride: 2, dilation: 2, before: 1, after: 1)), 1, 7, 6
    ),
    "grouped": (.square(3, padding: 1), 2, 5, 5),
    "depthwise": (
        Window(.init(3, stride: 2, before: 1, after: 1), .init(3, before: 1, after: 1)), 8, 6, 5
    ),
    "multiplied": (.square(3, padding: 1), 3, 4, 4),
    "point": (.square(1), 1, 3, 4),
    "vectors": (.square(3, padding: 1), 1, 4, 3),
]

private let convolutions: [String: Construct] = {
    var table: [String: Construct] = [:]
    for (name, form) in windows {
        let (window, groups, height, width) = form
        table["convolution/" + name] = { b, v in
            b.apply(.convolution(window, groups: groups), [v.x, v.w])
        }
        table["convolutionInputGradient/" + name] = { b, v in
            b.apply(
                .convolutionInputGradient(window, groups: groups, height: height, width: width),
                [v.g, v.w])
        }
        table["convolutionWeightGradient/" + name] = { b, v in
            b.apply(.convolutionWeightGradient(window, groups: groups), [v.x, v.g])
        }
    }
    return table
}()

/// `POOLS` of `images.py`.
private let pools: [String: (window: Window, height: Int, width: Int)] = [
    "plain": (.square(2, stride: 2), 6, 4),
    "overlapping": (
        Window(.init(3, stride: 2, before: 1, after: 1), .init(3, before: 1, after: 1)), 5, 7
    ),
    "uneven": (
        Window(.init(3, stride: 3, before: 1, after: 1), .init(2, stride: 2)), 7, 5
    ),
    "dilated": (
        Window(
            .init(3, dilation: 2, before: 1, after: 1),
            .init(2, stride: 2, dilation: 3, before: 1, after: 1)), 7, 6
    ),
]

private let poolings: [String: Construct] = {
    var table: [String: Construct] = [
        "layer/globalAveragePool": { b, v in b.globalAveragePool(v.x) }
    ]
    for (name, form) in pools {
        let (window, height, width) = form
        table["maxPool/" + name] = { b, v in b.maxPool2D(v.x, window: window) }
        table["maxPoolPick/" + name] = { b, v in b.apply(.maxPoolPick(window), [v.x, v.u]) }
        table["maxPoolSpread/" + name] = { b, v in b.apply(.maxPoolSpread(window), [v.x, v.g]) }
        guard name != "dilated" else { continue }
        for (label, counts) in [("withPadding", true), ("cellsOnly", false)] {
            table["averagePool/\(name)/\(label)"] = { b, v in
                b.averagePool2D(v.x, window: window, countsPadding: counts)
            }
            table["averagePoolGradient/\(name)/\(label)"] = { b, v in
                b.apply(
                    .averagePoolGradient(
                        window, countsPadding: counts, height: height, width: width), [v.g])
            }
        }
    }
    return table
}()
