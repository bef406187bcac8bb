/// Sums of products by an equation of letters.
///
/// Operands are contracted from left to right, each time by one product of matrices; an axis that no later operand and
/// no output names is summed as soon as it can be.
enum Einsum: ProductOperator {
    static func evaluate<Number: ProductNumber>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        guard let text = try call.optionalText("equation") else {
            throw call.failure("misses the attribute 'equation'")
        }
        let shapes = try call.tensors().map(\.shape)
        let equation = try EinsumEquation(text, shapes, call)
        let work = EinsumWork<Number>(extents: equation.extents, call: call)
        var result: EinsumWork<Number>.Term?
        for index in shapes.indices {
            let term = EinsumWork<Number>.Term(
                labels: equation.inputs[index], shape: shapes[index],
                values: try call.factors(index, as: Number.self))
            var needed = Set(equation.output)
            for later in equation.inputs[(index + 1)...] { needed.formUnion(later) }
            if let left = result {
                let reduced = try work.summed(term, keeping: needed.union(left.labels))
                result = try work.contracted(left, reduced, needed)
            } else {
                result = try work.summed(term, keeping: needed)
            }
        }
        guard let result else { throw call.failure("has no operands") }
        let output = try work.arranged(result, as: equation.output)
        return call.result(output.shape, output.values)
    }
}

/// Letters by their code; axes of an ellipsis are −1, −2 … from the last.
private struct EinsumEquation {
    var inputs: [[Int]] = []
    var output: [Int] = []
    var extents: [Int: Int] = [:]

    init(_ text: String, _ shapes: [[Int]], _ call: NodeCall) throws(ONNXError) {
        let bytes = text.utf8.filter { $0 != 0x20 }
        let isArrow = { (index: Int) in
            index + 1 < bytes.count && bytes[index] == 0x2D && bytes[index + 1] == 0x3E
        }
        let arrow = bytes.indices.first(where: isArrow)
        let terms = bytes[..<(arrow ?? bytes.count)].split(
            separator: 0x2C, omittingEmptySubsequences: false)
        guard terms.count == shapes.count else {
            throw call.failure(
                "has an equation of \(terms.count) terms for \(shapes.count) operands: '\(text)'")
        }
        var widest = 0
        for (term, shape) in zip(terms, shapes) {
            let (labels, ellipsis) = try Self.labels(Array(term), text, call)
            let free = shape.count - labels.count
            guard ellipsis == nil ? free == 0 : free >= 0 else {
                throw call.failure(
                    "names \(labels.count) axes of an operand of \(shape) in '\(text)'",
                    kind: .input)
            }
            var all = labels
            if let ellipsis {
                all.insert(contentsOf: (0..<free).map { $0 - free }, at: ellipsis)
                widest = max(widest, free)
            }
            inputs.append(all)
            for (label, extent) in zip(all, shape) {
                let known = extents[label] ?? 1
                guard known == extent || known == 1 || extent == 1 else {
                    throw call.failure(
                        "gives one axis of '\(text)' the extents \(known) and \(extent)",
                        kind: .input)
                }
                extents[label] = known == 1 ? extent : known
            }
        }
        let ellipsisAxes = (0..<widest).map { $0 - widest }
        if let arrow {
            let (labels, ellipsis) = try Self.labels(Array(bytes[(arrow + 2)...]), text, call)
            output = labels
            if let ellipsis { output.insert(contentsOf: ellipsisAxes, at: ellipsis) }
        } else {
            var counts: [Int: Int] = [:]
            for label in inputs.joined() where label >= 0 { counts[label, default: 0] += 1 }
            output = ellipsisAxes + counts.filter { $0.value == 1 }.keys.sorted()
        }
        guard Set(output).count == output.count, output.allSatisfy({ extents[$0] != nil }) else {
            throw call.failure("has an output with an axis twice, or one of no operand: '\(text)'")
        }
    }

    /// The letters of a term, and before which of them an ellipsis stands.
    private static func labels(
        _ term: [UInt8], _ text: String, _ call: NodeCall
    ) throws(ONNXError) -> (labels: [Int], ellipsis: Int?) {
        var labels: [Int] = []
        var ellipsis: Int?
        var index = 0
        while index < term.count {
            switch term[index] {
            case 0x41...0x5A, 0x61...0x7A:
                labels.append(Int(term[index]))
                index += 1
            case 0x2E
            where ellipsis == nil && index + 2 < term.count && term[index + 1] == 0x2E
                && term[index + 2] == 0x2E:
                ellipsis = labels.count
                index += 3
            default: throw call.failure("has an equation that cannot be read: '\(text)'")
            }
        }
        return (labels, ellipsis)
    }
}

private struct EinsumWork<Number: ProductNumber> {
    struct Term {
        var labels: [Int]
        var shape: [Int]
        var values: [Number]
    }

    let extents: [Int: Int]
    let call: NodeCall

    private func shape(of labels: [Int]) -> [Int] { labels.map { extents[$0] ?? 1 } }

    /// The term with axes in an order; the diagonal of an axis that it names twice, and stretched where it has an
    /// extent of 1.
    func arranged(_ term: Term, as labels: [Int]) throws(ONNXError) -> Term {
        let shape = shape(of: labels)
        if term.labels == labels, term.shape == shape { return term }
        let count = try call.count(of: shape)
        guard count > 0 else { return Term(labels: labels, shape: shape, values: []) }
        var steps = [Int](repeating: 0, count: labels.count)
        for (axis, step) in Broadcasting.steps(of: term.shape).enumerated()
        where term.shape[axis] != 1 {
            guard let place = labels.firstIndex(of: term.labels[axis]) else { continue }
            steps[place] += step
        }
        var values: [Number] = []
        values.reserveCapacity(count)
        Broadcasting.forEachPlace(in: shape, steps: steps) { values.append(term.values[$0]) }
        return Term(labels: labels, shape: shape, values: values)
    }

    /// The term with each axis once, and summed over those that nobody needs.
    func summed(_ term: Term, keeping needed: Set<Int>) throws(ONNXError) -> Term {
        var kept: [Int] = []
        var lost: [Int] = []
        for label in term.labels where !kept.contains(label) && !lost.contains(label) {
            if needed.contains(label) { kept.append(label) } else { lost.append(label) }
        }
        let whole = try arranged(term, as: kept + lost)
        guard !lost.isEmpty else { return whole }
        let shape = shape(of: kept)
        var sums = [Number](repeating: .zero, count: try call.count(of: shape))
        let run = whole.values.isEmpty ? 0 : whole.values.count / sums.count
        for place in sums.indices {
            var sum = Number.zero
            for index in place * run..<(place + 1) * run { sum = sum.adding(whole.values[index]) }
            sums[place] = sum
        }
        return Term(labels: kept, shape: shape, values: sums)
    }

    func contracted(_ left: Term, _ right: Term, _ needed: Set<Int>) throws(ONNXError) -> Term {
        let both = left.labels.filter { right.labels.contains($0) }
        let batch = both.filter { needed.contains($0) }
        let inner = both.filter { !needed.contains($0) }
        let lefts = left.labels.filter { !both.contains($0) }
        let rights = right.labels.filter { !both.contains($0) }
        let a = try arranged(left, as: batch + lefts + inner)
        let b = try arranged(right, as: batch + inner + rights)
        let (_, values) = try MatrixProduct.product(
            a.values, [try size(batch), try size(lefts), try size(inner)], b.values,
            [try size(batch), try size(inner), try size(rights)], call)
        let labels = batch + lefts + rights
        let sum = Term(labels: labels, shape: shape(of: labels), values: values)
        // An axis of the left operand alone that nobody needs any more.
        return labels.allSatisfy(needed.contains) ? sum : try summed(sum, keeping: needed)
    }

    private func size(_ labels: [Int]) throws(ONNXError) -> Int {
        try call.count(of: shape(of: labels))
    }
}
