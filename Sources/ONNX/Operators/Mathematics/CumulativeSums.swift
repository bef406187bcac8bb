private struct CumulativeSum: NumberWork {
    let layout: AxisLayout
    /// Without the element itself.
    let isExclusive: Bool
    let isReversed: Bool

    func work<Number: ONNXNumber>(_ numbers: [Number]) -> Elements {
        guard !numbers.isEmpty else { return numbers.elements }
        var result = numbers
        let first = isReversed ? (layout.extent - 1) * layout.inner : 0
        let step = isReversed ? -layout.inner : layout.inner
        layout.forEachLine { start in
            var sum = Number.zero
            var place = start + first
            for _ in 0..<layout.extent {
                let next = sum.adding(numbers[place])
                result[place] = isExclusive ? sum : next
                sum = next
                place += step
            }
        }
        return result.elements
    }
}

extension Arithmetic {
    static func cumulativeSum(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let tensor = try call.tensor(0)
        let axes = try call.integers(1)
        guard axes.count == 1 else { throw call.failure("wants one axis, and gets \(axes.count)") }
        let axis = try call.axis(axes[0], rank: tensor.rank)
        let work = CumulativeSum(
            layout: AxisLayout(tensor.shape, axis: axis), isExclusive: try call.flag("exclusive"),
            isReversed: try call.flag("reverse"))
        guard let elements = tensor.elements.withNumbers(work) else {
            throw call.failure("wants numbers, and gets \(tensor.type.name)")
        }
        return [.tensor(ONNXTensor(tensor.shape, elements))]
    }
}
