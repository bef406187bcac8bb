/// `Unique`: each element, or each part along an axis, once.
enum UniqueElements {
    static let operators: [ONNXOperator] = [ONNXOperator("Unique", unique)]

    /// NaN comes after all numbers and equals NaN; texts are ordered by their bytes; parts by their first element that
    /// differs.
    static func unique(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        var data = try call.tensor(0)
        var axis = 0
        if let given = try call.optionalInt("axis") {
            axis = try call.axis(given, rank: data.rank)
        } else {
            data = data.reshaped([data.count])
        }
        // Parts along the axis as rows of the elements' ranks.
        let order = [axis] + data.shape.indices.filter { $0 != axis }
        let count = data.shape[axis]
        let ranks = ONNXTensor(data.shape, self.ranks(of: data.elements)).transposed(order)
        guard let rows = Int64.array(ranks.elements) else { return [] }
        let length = count == 0 ? 0 : rows.count / count
        func difference(_ one: Int, _ other: Int) -> Int64 {
            for place in 0..<length where rows[one * length + place] != rows[other * length + place]
            {
                return rows[one * length + place] - rows[other * length + place]
            }
            return 0
        }
        let sorted = (0..<count).sorted { one, other in
            let difference = difference(one, other)
            return difference == 0 ? one < other : difference < 0
        }
        // Of each group of equal rows its first, which the order above puts in front.
        var firsts: [Int] = []
        var groups = [Int](repeating: 0, count: count)
        for (place, row) in sorted.enumerated() {
            if place == 0 || difference(sorted[place - 1], row) != 0 { firsts.append(row) }
            groups[row] = firsts.count - 1
        }
        if try !call.flag("sorted", default: true) {
            let byPlace = firsts.indices.sorted { firsts[$0] < firsts[$1] }
            var renamed = [Int](repeating: 0, count: firsts.count)
            for (place, group) in byPlace.enumerated() { renamed[group] = place }
            firsts.sort()
            groups = groups.map { renamed[$0] }
        }
        var counts = [Int64](repeating: 0, count: firsts.count)
        for group in groups { counts[group] += 1 }
        var places = [[Int]?](repeating: nil, count: data.rank)
        places[axis] = firsts
        return [
            .tensor(GridView(source: data.shape, places: places).copy(of: data)),
            .tensor(.vector(firsts.map { Int64($0) })), .tensor(.vector(groups.map { Int64($0) })),
            .tensor(.vector(counts)),
        ]
    }

    /// Numbers of each element's own among the different ones, in their order.
    private static func ranks(of elements: Elements) -> [Int64] {
        switch elements {
        case .bool(let values): return values.map { $0 ? 1 : 0 }
        case .string(let texts):
            let bytes = texts.map { Array($0.utf8) }
            return ranks(
                bytes.count, precedes: { bytes[$0].lexicographicallyPrecedes(bytes[$1]) },
                equal: { bytes[$0] == bytes[$1] })
        default: return elements.numbers.map { ranks($0) } ?? []
        }
    }

    private static func ranks(_ numbers: some NumberArray) -> [Int64] {
        let values = numbers.array
        return ranks(
            values.count,
            precedes: {
                values[$0].isNaN ? false : values[$1].isNaN ? true : values[$0] < values[$1]
            },
            equal: { values[$0] == values[$1] || (values[$0].isNaN && values[$1].isNaN) })
    }

    private static func ranks(
        _ count: Int, precedes: (Int, Int) -> Bool, equal: (Int, Int) -> Bool
    ) -> [Int64] {
        let sorted = (0..<count).sorted(by: precedes)
        var ranks = [Int64](repeating: 0, count: count)
        for place in sorted.indices.dropFirst() {
            let rank = ranks[sorted[place - 1]]
            ranks[sorted[place]] = equal(sorted[place - 1], sorted[place]) ? rank : rank + 1
        }
        return ranks
    }
}
