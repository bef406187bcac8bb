import GraphIR
import TensorCore

/// A convolution in one form, of which each of the three operations is a case.
struct ConvolutionForm: Sendable {
    var images: Extent
    var height: Int
    var width: Int
    var channels: Int
    var outputs: Int
    var window: Window
    var groups = 1

    var imageShape: Shape { [images, .fixed(height), .fixed(width), .fixed(channels)] }
    var weightShape: Shape {
        [
            .fixed(window.vertical.extent), .fixed(window.horizontal.extent),
            .fixed(channels / groups), .fixed(outputs),
        ]
    }
    var resultShape: Shape {
        [
            images, .fixed(window.vertical.places(over: height)),
            .fixed(window.horizontal.places(over: width)), .fixed(outputs),
        ]
    }

    func opCase(_ kind: OpKind) -> OpCase {
        switch kind {
        case .convolutionInputGradient:
            OpCase(
                .convolutionInputGradient(window, groups: groups, height: height, width: width),
                (resultShape, .signed), (weightShape, .signed))
        case .convolutionWeightGradient:
            OpCase(
                .convolutionWeightGradient(window, groups: groups), (imageShape, .signed),
                (resultShape, .signed))
        default:
            OpCase(
                .convolution(window, groups: groups), (imageShape, .signed),
                (weightShape, .signed))
        }
    }

    /// Every setting of the window alone and together; few channels and whole vectors of them.
    static let all: [ConvolutionForm] = [
        form(5, 4, 3, 4, Window(.init(3), .init(2))),
        form(5, 4, 1, 1, Window(.init(2), .init(3, before: 1, after: 1))),
        form(7, 6, 2, 3, Window(.init(3, stride: 2, before: 1), .init(2, stride: 2, after: 1))),
        // cells between the places, and cells that the last place does not reach
        form(8, 7, 2, 3, Window(.init(2, stride: 3), .init(1, stride: 4))),
        form(
            7, 7, 2, 2,
            Window(.init(3, dilation: 2, before: 2, after: 1), .init(2, dilation: 3, before: 3))),
        form(
            9, 5, 2, 4,
            Window(.init(3, stride: 2, dilation: 2, before: 4, after: 4), .init(5, after: 2))),
        form(4, 5, 4, 6, Window(.init(3, before: 1, after: 1), .init(3)), groups: 2),
        // depthwise: one output a channel, and two
        form(6, 5, 8, 8, .around(3), groups: 8),
        form(5, 6, 5, 5, Window(.init(3, stride: 2, before: 1), .init(3)), groups: 5),
        form(4, 4, 3, 6, .around(3), groups: 3),
        form(3, 4, 5, 7, Window(.init(1), .init(1))),
        form(3, 4, 16, 8, Window(.init(1, stride: 2), .init(1, stride: 2))),
        form(8, 7, 4, 3, Window(.init(1, stride: 2), .init(1))),
        // the window as large as the image
        form(3, 4, 2, 9, Window(.init(3), .init(4))),
        form(6, 6, 16, 24, .around(3)),
        form(5, 5, 32, 16, .around(3), groups: 2),
        form(4, 3, 2, 3, .around(3), images: 2), form(4, 3, 2, 3, .around(3), images: .rowParts(2)),
    ]

    private static func form(
        _ height: Int, _ width: Int, _ channels: Int, _ outputs: Int, _ window: Window,
        groups: Int = 1, images: Extent = .rows
    ) -> ConvolutionForm {
        ConvolutionForm(
            images: images, height: height, width: width, channels: channels, outputs: outputs,
            window: window, groups: groups)
    }
}

/// A pooling in one form.
struct PoolForm: Sendable {
    var images: Extent
    var height: Int
    var width: Int
    var channels: Int
    var window: Window

    func opCases(_ kind: OpKind) -> [OpCase] {
        let x: Shape = [images, .fixed(height), .fixed(width), .fixed(channels)]
        let y: Shape = [
            images, .fixed(window.vertical.places(over: height)),
            .fixed(window.horizontal.places(over: width)), .fixed(channels),
        ]
        return switch kind {
        case .maxPoolPick: [OpCase(.maxPoolPick(window), (x, .signed), (x, .signed))]
        case .maxPoolSpread: [OpCase(.maxPoolSpread(window), (x, .signed), (y, .signed))]
        case .averagePool:
            [false, true].map { OpCase(.averagePool(window, countsPadding: $0), (x, .signed)) }
        case .averagePoolGradient:
            [false, true].map {
                OpCase(
                    .averagePoolGradient(window, countsPadding: $0, height: height, width: width),
                    (y, .signed))
            }
        default: [OpCase(.maxPool(window), (x, .signed))]
        }
    }

    static let all: [PoolForm] = [
        form(6, 4, 3, Window(.init(2, stride: 2), .init(2, stride: 2))),
        form(5, 7, 8, Window(.init(3, stride: 2, before: 1, after: 1), .init(3, stride: 2))),
        // overlapping, with padding on one side only
        form(4, 5, 2, Window(.init(3, before: 2), .init(2, after: 1))),
        form(7, 6, 5, Window(.init(2, dilation: 3, before: 1), .init(3, dilation: 2, before: 2))),
        // cells between the places, and cells that the last place does not reach
        form(8, 7, 1, Window(.init(2, stride: 3), .init(1, stride: 4))),
        form(3, 1, 4, Window(.init(3, before: 2, after: 1), .init(1, dilation: 2))),
        form(3, 4, 70, Window(.init(3), .init(4))),
        form(4, 3, 16, .around(3)), form(2, 3, 4, .around(3), images: 2),
        form(2, 3, 4, .around(3), images: .rowParts(2)),
    ]

    private static func form(
        _ height: Int, _ width: Int, _ channels: Int, _ window: Window, images: Extent = .rows
    ) -> PoolForm {
        PoolForm(images: images, height: height, width: width, channels: channels, window: window)
    }
}

extension Window {
    /// An odd square window that keeps the size of an image.
    static func around(_ extent: Int) -> Window {
        let axis = Axis(extent, before: extent / 2, after: extent / 2)
        return Window(axis, axis)
    }
}

/// The definitions of operations on images, cell by cell.
enum ImageReference {
    /// A sum over the terms `x·w·y` of `Σ y·convolution(x, w)`, of which each of the three
    /// operations is the derivative for the factor that is not its operand.
    static func convolution(_ op: Op, _ a: Tensor, _ b: Tensor, to shape: [Int]) -> Tensor {
        var result = Tensor(shape, Array(repeating: 0, count: shape.reduce(1, *)))
        switch op {
        case .convolution(let window, let groups):
            forEachTerm(window, groups, a.shape, b.shape, shape) {
                result.values[$2] += a.values[$0] * b.values[$1]
            }
        case .convolutionInputGradient(let window, let groups, _, _):
            forEachTerm(window, groups, shape, b.shape, a.shape) {
                result.values[$0] += a.values[$2] * b.values[$1]
            }
        case .convolutionWeightGradient(let window, let groups):
            forEachTerm(window, groups, a.shape, shape, b.shape) {
                result.values[$1] += a.values[$0] * b.values[$2]
            }
        default: preconditionFailure("\(op) is no convolution")
        }
        return result
    }

    /// Calls `body` with the offsets of each term's image cell, weight and place.
    private static func forEachTerm(
        _ window: Window, _ groups: Int, _ x: [Int], _ w: [Int], _ y: [Int],
        _ body: (Int, Int, Int) -> Void
    ) {
        let (inputs, outputs) = (x[3] / groups, y[3] / groups)
        for n in 0..<y[0] {
            forEachCell(window, x, y) { p, q, i, j, row, column in
                for o in 0..<y[3] {
                    for c in 0..<inputs {
                        let channel = o / outputs * inputs + c
                        body(
                            ((n * x[1] + row) * x[2] + column) * x[3] + channel,
                            ((i * w[1] + j) * w[2] + c) * w[3] + o,
                            ((n * y[1] + p) * y[2] + q) * y[3] + o)
                    }
                }
            }
        }
    }

    /// Pooling, place by place.
    static func pooling(_ op: Op, _ x: [Tensor], to shape: [Int]) -> Tensor {
        var result = Tensor(shape, Array(repeating: 0, count: shape.reduce(1, *)))
        switch op {
        case .maxPool(let window):
            forEachPlace(window, x[0].shape, shape) { place, cells in
                result.values[place] = x[0].values[greatest(cells, x[0])]
            }
        case .maxPoolPick(let window):
            forEachPlace(window, x[0].shape, shape) { place, cells in
                result.values[place] = x[1].values[greatest(cells, x[0])]
            }
        case .maxPoolSpread(let window):
            forEachPlace(window, shape, x[1].shape) { place, cells in
                result.values[greatest(cells, x[0])] += x[1].values[place]
            }
        case .averagePool(let window, let counts):
            forEachPlace(window, x[0].shape, shape) { place, cells in
                let sum = cells.reduce(0) { $0 + x[0].values[$1] }
                result.values[place] = sum / Double(counts ? window.area : cells.count)
            }
        case .averagePoolGradient(let window, let counts, _, _):
            forEachPlace(window, shape, x[0].shape) { place, cells in
                let count = Double(counts ? window.area : cells.count)
                for cell in cells { result.values[cell] += x[0].values[place] / count }
            }
        default: preconditionFailure("\(op) is no pooling")
        }
        return result
    }

    /// The first of the greatest, or the first NaN.
    private static func greatest(_ cells: [Int], _ x: Tensor) -> Int {
        cells.dropFirst().reduce(cells[0]) { best, cell in
            let (a, b) = (x.values[best], x.values[cell])
            return a.isNaN ? best : (b > a || b.isNaN ? cell : best)
        }
    }

    /// Calls `body` with the offset of each place and channel, and of the cells of its window.
    private static func forEachPlace(
        _ window: Window, _ x: [Int], _ y: [Int], _ body: (Int, [Int]) -> Void
    ) {
        for n in 0..<y[0] {
            for channel in 0..<y[3] {
                var cells = [[Int]](repeating: [], count: y[1] * y[2])
                forEachCell(window, x, y) { p, q, _, _, row, column in
                    cells[p * y[2] + q].append(
                        ((n * x[1] + row) * x[2] + column) * x[3] + channel)
                }
                for (place, own) in cells.enumerated() {
                    body((n * y[1] * y[2] + place) * y[3] + channel, own)
                }
            }
        }
    }

    /// Calls `body` with each place `p`, `q`, each cell `i`, `j` of the window there that lies on
    /// the image, and that cell's row and column.
    private static func forEachCell(
        _ window: Window, _ x: [Int], _ y: [Int], _ body: (Int, Int, Int, Int, Int, Int) -> Void
    ) {
        let (v, h) = (window.vertical, window.horizontal)
        for p in 0..<y[1] {
            for q in 0..<y[2] {
                for i in 0..<v.extent {
                    for j in 0..<h.extent {
                        let row = p * v.stride - v.before + i * v.dilation
                        let column = q * h.stride - h.before + j * h.dilation
                        if (0..<x[1]).contains(row), (0..<x[2]).contains(column) {
                            body(p, q, i, j, row, column)
                        }
                    }
                }
            }
        }
    }
}

/// Operations on images that cannot be, and what their message must name.
enum ImageWrongs {
    typealias Wrong = GraphErrorTests.Wrong

    private static func op(_ kind: OpKind, _ window: Window, groups: Int = 1) -> Op {
        switch kind {
        case .convolutionInputGradient:
            .convolutionInputGradient(window, groups: groups, height: 5, width: 5)
        case .convolutionWeightGradient: .convolutionWeightGradient(window, groups: groups)
        default: .convolution(window, groups: groups)
        }
    }

    static func convolution(_ kind: OpKind) -> [Wrong] {
        let plain = Window(.init(3), .init(2))
        func square(_ axis: Window.Axis) -> Window { Window(axis, axis) }
        let x: Shape = [.rows, 5, 5, 4]
        let w: Shape = [3, 2, 4, 6]
        let y: Shape = [.rows, 3, 4, 6]
        switch kind {
        case .convolution:
            return [
                Wrong(op(kind, plain), [x], "2 operands", "[rows, 5, 5, 4]"),
                Wrong(op(kind, plain), [x, w], indices: [0], "float32", "[rows, 5, 5, 4]"),
                Wrong(op(kind, plain), [[.rows, 5, 4], w], "[rows, 5, 4]", "height, width"),
                Wrong(op(kind, plain), [[5, 5, .rows, 4], w], "[5, 5, rows, 4]"),
                Wrong(op(kind, plain), [x, [3, 3, 4, 6]], "[3, 3, 4, 6]", "[3, 2, channels"),
                Wrong(op(kind, plain), [x, [3, 2, 4]], "[3, 2, 4]"),
                Wrong(op(kind, plain), [x, [3, 2, 4, .rows]], "[3, 2, 4, rows]"),
                Wrong(op(kind, plain), [x, [3, 2, 3, 6]], "[3, 2, 3, 6]", "[rows, 5, 5, 4]"),
                Wrong(op(kind, plain, groups: 2), [x, w], "2 groups", "[3, 2, 4, 6]"),
                Wrong(op(kind, plain, groups: 4), [x, [3, 2, 1, 6]], "6 outputs", "4 equal"),
                Wrong(op(kind, plain, groups: 0), [x, w], "0 equal groups"),
                Wrong(op(kind, square(.init(6))), [x, [6, 6, 4, 6]], "6", "height of 5"),
                Wrong(op(kind, square(.init(3, dilation: 3))), [x, [3, 3, 4, 6]], "dilation 3"),
                Wrong(op(kind, square(.init(3, stride: 0))), [x, [3, 3, 4, 6]], "stride 0"),
                Wrong(op(kind, square(.init(3, before: 3))), [x, [3, 3, 4, 6]], "0 to 2"),
                Wrong(op(kind, square(.init(3, after: -1))), [x, [3, 3, 4, 6]], "0 to 2"),
                Wrong(op(kind, square(.init(.max))), [x, w], "[3, 2, 4, 6]"),
            ]
        case .convolutionInputGradient:
            return [
                Wrong(op(kind, plain), [y], "2 operands"),
                Wrong(op(kind, plain), [[.rows, 3, 6], w], "[rows, 3, 6]"),
                Wrong(op(kind, plain), [[.rows, 3, 3, 6], w], "[rows, 3, 3, 6]", "3 × 4"),
                Wrong(op(kind, plain), [y, [3, 2, 4, 5]], "[3, 2, 4, 5]", "[rows, 3, 4, 6]"),
                Wrong(op(kind, plain, groups: 5), [y, w], "6 outputs", "5 equal groups"),
                Wrong(
                    .convolutionInputGradient(plain, groups: 1, height: 0, width: 5), [y, w],
                    "height of 0"),
                Wrong(
                    .convolutionInputGradient(plain, groups: 1, height: 2, width: 5), [y, w],
                    "height of 2"),
            ]
        default:
            return [
                Wrong(op(kind, plain), [x], "2 operands"),
                Wrong(op(kind, plain), [x, [.rows, 3, 3, 6]], "[rows, 3, 3, 6]", "3 × 4"),
                Wrong(op(kind, plain), [x, [2, 3, 4, 6]], "[2, 3, 4, 6]", "[rows, 5, 5, 4]"),
                Wrong(op(kind, plain, groups: 4), [x, y], "4 equal groups", "[rows, 3, 4, 6]"),
                Wrong(op(kind, plain), [[5, 5, 4], y], "[5, 5, 4]"),
            ]
        }
    }

    static func pooling(_ kind: OpKind) -> [Wrong] {
        let two = Window.square(2, stride: 2)
        let x: Shape = [.rows, 4, 4, 3]
        let y: Shape = [.rows, 2, 2, 3]
        /// Some place of a window of two cells that far apart would hold padding only.
        let far = Window(.init(2, dilation: 3, before: 1, after: 1), .init(1))
        switch kind {
        case .maxPool, .averagePool:
            func op(_ window: Window) -> Op {
                kind == .maxPool ? .maxPool(window) : .averagePool(window, countsPadding: false)
            }
            return [
                Wrong(op(two), [x, x], "1 operands"),
                Wrong(op(two), [x], indices: [0], "float32"),
                Wrong(op(two), [[.rows, 4, 3]], "[rows, 4, 3]"),
                Wrong(op(.square(5)), [x], "height of 4"),
                Wrong(op(.square(2, padding: 2)), [x], "0 to 1"),
                Wrong(op(far), [[.rows, 2, 4, 3]], "dilation 3", "more than 2 cells"),
            ]
        case .maxPoolPick:
            return [
                Wrong(.maxPoolPick(two), [x], "2 operands"),
                Wrong(.maxPoolPick(two), [x, y], "[rows, 4, 4, 3]", "[rows, 2, 2, 3]"),
                Wrong(.maxPoolPick(far), [[.rows, 2, 4, 3], [.rows, 2, 4, 3]], "dilation 3"),
            ]
        case .maxPoolSpread:
            return [
                Wrong(.maxPoolSpread(two), [x, x], "[rows, 4, 4, 3] is not [rows, 2, 2, 3]"),
                Wrong(.maxPoolSpread(two), [[.rows, 4, 3], y], "[rows, 4, 3]"),
            ]
        default:
            func op(_ height: Int, _ window: Window) -> Op {
                .averagePoolGradient(window, countsPadding: true, height: height, width: 4)
            }
            return [
                Wrong(op(6, two), [y], "[rows, 2, 2, 3]", "3 × 2", "6 × 4"),
                Wrong(op(4, two), [[.rows, 2, 3]], "[rows, 2, 3]"),
                Wrong(op(2, far), [y], "dilation 3"),
            ]
        }
    }
}
