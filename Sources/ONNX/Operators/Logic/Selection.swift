/// Elements of one tensor where a truth holds, and of another where it does not.
private struct Choice: ElementWork {
    let truths: [Bool]
    let other: Elements
    let plan: BroadcastPlan

    func work<Element: ONNXElement>(_ elements: [Element]) -> Elements? {
        guard let other = Element.array(other) else { return nil }
        guard plan.count > 0 else { return [Element]().elements }
        var result = [Element](repeating: .zero, count: plan.count)
        var cursor = plan.cursor
        let steps = plan.rowSteps
        for row in stride(from: 0, to: plan.count, by: plan.width) {
            let (truth, one, another) = (cursor.offsets[0], cursor.offsets[1], cursor.offsets[2])
            for index in 0..<plan.width {
                result[row + index] =
                    truths[truth + index * steps[0]]
                    ? elements[one + index * steps[1]] : other[another + index * steps[2]]
            }
            cursor.advance()
        }
        return result.elements
    }
}

enum Selection {
    static func choose(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let truths: [Bool] = try call.array(0)
        let one = try call.tensor(1)
        let another = try call.tensor(2)
        try call.checkOneType([one, another])
        let plan = try call.plan([try call.tensor(0), one, another])
        let work = Choice(truths: truths, other: another.elements, plan: plan)
        guard let elements = one.elements.withElements(work) else {
            throw call.failure("cannot choose between \(one.type.name) and \(another.type.name)")
        }
        return [.tensor(ONNXTensor(plan.shape, elements))]
    }
}
