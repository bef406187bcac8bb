/// Columns as numbers whose differences are distances.
package struct DistanceMatrix: Sendable {
    /// `[rows, width]`
    package private(set) var values: [Float]
    package private(set) var width: Int

    /// Numbers in standard deviations, missing ones at the mean; of each category one number for each of its values, so that two that
    /// differ are 2 apart, squared.
    package init(_ table: Table, features: [String]) {
        var columns: [[Float]] = []
        for column in features.compactMap({ table.column(named: $0) }) {
            if let numbers = column.measures {
                let known = numbers.filter { !$0.isNaN }
                let mean = known.reduce(0, +) / Double(max(known.count, 1))
                let variance = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
                let deviation = (variance / Double(max(known.count - 1, 1))).squareRoot()
                columns.append(
                    numbers.map {
                        $0.isNaN || deviation == 0 ? 0 : Float(($0 - mean) / deviation)
                    })
            } else {
                let own = column.coded
                // Of very many values all but the first hundred are one.
                let kept = min(own.values.count, 100)
                for value in 0..<kept {
                    columns.append(own.codes.map { Int($0) == value ? 1 : 0 })
                }
            }
        }
        width = max(columns.count, 1)
        values = columns.isEmpty ? Array(repeating: 0, count: table.rowCount) : []
        guard !columns.isEmpty else { return }
        values.reserveCapacity(table.rowCount * width)
        for row in 0..<table.rowCount { for column in columns { values.append(column[row]) } }
    }
}
