import GraphIR
import TensorCore

/// What is known of a value of the model while its nodes are walked.
enum Tracked {
    case known(Known)
    /// Whole numbers of which some are multiples of the number of rows: parts of shapes.
    case extents(KnownExtents)
    case traced(Traced)
}

/// A tensor that is the same at every run.
struct Known {
    var tensor: ONNXTensor
    /// What it is called as a parameter: its initializer, or what makes it.
    var name: String
    var isInitializer: Bool
    /// Whether it is computed from initializers of floats, so that it is learned.
    var isLearned: Bool
    /// Where it is an initializer with its axes in another order: axis `i` is this axis of the initializer.
    var view: [Int]?
    /// Its extents where it is stretched over the rows: `tensor` has 1 there.
    var stretched: Shape?

    var shape: Shape { stretched ?? Shape(tensor.shape.map { .fixed($0) }) }
}

struct KnownExtents {
    var elements: [Extent]
    /// Whether it has no axis.
    var isScalar: Bool
}

/// A value of the graph.
struct Traced {
    /// As floats; truths are 0 or 1.
    var value: Value
    /// Axis `i` of `value` is this axis of the model's tensor.
    var axes: [Int]
    var type: ElementType
    /// As int32, in the same order; only what comes straight from an input has it.
    var indices: Value?
    /// Of whole numbers: the input that it is, and a bound of its magnitude.
    var source: String?
    var bound: Double = 0

    init(_ value: Value, axes: [Int], type: ElementType = .float32) {
        self.value = value
        self.axes = axes
        self.type = type
    }

    var rank: Int { axes.count }
    var isOrdered: Bool { axes == Array(0..<axes.count) }
}

extension Extent {
    /// `nil` where both depend on the rows, or the product cannot be counted.
    func times(_ other: Extent) -> Extent? {
        let (product, overflows) = count(rows: 1).multipliedReportingOverflow(by: other.count(rows: 1))
        guard !overflows, !(dependsOnRows && other.dependsOnRows) else { return nil }
        guard dependsOnRows || other.dependsOnRows else { return .fixed(product) }
        return product > 0 ? .rowParts(product) : product == 0 ? 0 : nil
    }

    /// `nil` where it is no whole number of parts.
    func divided(by other: Extent) -> Extent? {
        let (own, divisor) = (count(rows: 1), other.count(rows: 1))
        guard divisor > 0, own % divisor == 0 else { return nil }
        if other.dependsOnRows { return dependsOnRows ? .fixed(own / divisor) : nil }
        return dependsOnRows ? .rowParts(own / divisor) : .fixed(own / divisor)
    }

    var fixed: Int? { if case .fixed(let count) = self { count } else { nil } }
}

extension Sequence<Extent> {
    /// `nil` where it cannot be counted.
    var product: Extent? {
        var product: Extent? = 1
        for extent in self { product = product?.times(extent) }
        return product
    }
}

extension Shape {
    /// Without axes of the batch; `nil` where it has one.
    var numbers: [Int]? {
        var numbers: [Int] = []
        for extent in extents {
            guard let count = extent.fixed else { return nil }
            numbers.append(count)
        }
        return numbers
    }
}
