/// How the cells of protected columns become named groups.
package struct GroupNaming: Codable, Sendable, Hashable {
    /// Edges that cut a column of numbers into ranges, ascending; by column.
    package var edges: [String: [Double]]
    /// Names of groups by their text, such as `1` to `male`; by column. No two groups of a column have one
    /// name, so that rows are of one group exactly where their texts are equal.
    package var labels: [String: [String: String]]

    package init(edges: [String: [Double]] = [:], labels: [String: [String: String]] = [:]) {
        self.edges = edges
        self.labels = labels
    }
}

extension Column {
    /// The group of every row, by the name that it was given.
    package func groupNames(_ naming: GroupNaming) -> [String] {
        let texts = groupNames(edges: naming.edges[name])
        guard let labels = naming.labels[name] else { return texts }
        return texts.map { labels[$0] ?? $0 }
    }

    /// The group of every row: its text, or the range of its number; missing is a group of its own, and so is a text that is no number.
    package func groupNames(edges: [Double]?) -> [String] {
        guard let numbers, let edges else {
            return (0..<count).map { text($0) ?? "(missing)" }
        }
        let names = (0...edges.count).map { bin in
            switch bin {
            case 0: "≤ \(numberText(edges[0]))"
            case edges.count: "> \(numberText(edges[bin - 1]))"
            default: "\(numberText(edges[bin - 1])) – \(numberText(edges[bin]))"
            }
        }
        return numbers.indices.map { row in
            if numbers[row].isNaN { return text(row) ?? "(missing)" }
            return names[edges.firstIndex { numbers[row] <= $0 } ?? edges.count]
        }
    }

    /// Quartiles that cut a column of many numbers into groups; `nil` where its values are groups.
    package func groupEdges(rows: [Int]) -> [Double]? {
        guard let numbers else { return nil }
        let sorted = rows.map { numbers[$0] }.filter { !$0.isNaN }.sorted()
        guard Set(sorted).count > 10 else { return nil }
        let edges = [0.25, 0.5, 0.75].map { sortedQuantile(sorted, $0) }
        return Array(Set(edges)).sorted()
    }
}
