import RealModule
import Statistics
import Tables
import TensorCore

/// Numbers about one attribution or two of the same row.
package enum AttributionComparison {
    /// `Σ a·b / (‖a‖ ‖b‖)`; 0 where one of them is 0 throughout.
    package static func cosine(_ a: [Double], _ b: [Double]) -> Double {
        let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        let sizes = (norm(a) * norm(b))
        return sizes > 0 ? product / sizes : 0
    }

    package static func norm(_ a: [Double]) -> Double {
        a.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }

    /// Spearman's correlation of the sizes; ties have their mean rank.
    package static func rankCorrelation(_ a: [Double], _ b: [Double]) -> Double {
        let (first, second) = (ranks(a.map(abs)), ranks(b.map(abs)))
        let middle = Double(a.count - 1) / 2
        return cosine(first.map { $0 - middle }, second.map { $0 - middle })
    }

    private static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        var result = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in start..<end { result[order[place]] = Double(start + end - 1) / 2 }
            start = end
        }
        return result
    }

    /// Columns that an attribution leans on: `exp(−Σ p log p)` with `p = |φ| / Σ |φ|`.
    ///
    /// - Source: complexity as entropy, Bhatt et al. 2020, arXiv:2005.00631.
    package static func effectiveColumns(_ a: [Double]) -> Double {
        let total = a.reduce(0) { $0 + abs($1) }
        guard total > 0 else { return 0 }
        let entropy = a.reduce(0) { sum, value in
            let share = abs(value) / total
            return share > 0 ? sum - share * Double.log(share) : sum
        }
        return Double.exp(entropy)
    }
}

/// How much an attribution changes when the row hardly does: the largest `‖φ' − φ‖ / ‖φ‖` over some rows whose numbers
/// were moved by up to a twentieth of their spread in the background; categories stay.
///
/// - Source: max-sensitivity, Yeh et al. 2019, arXiv:1901.09392.
struct Sensitivity {
    let model: AttributedModel
    private static let draws = 4
    private static let reach = 0.05

    func values(
        _ rows: Table, _ own: [[Double]], method: any RowAttribution, seed: UInt64
    ) throws -> [Double] {
        var worst = [Double](repeating: 0, count: rows.rowCount)
        for draw in 0..<Self.draws {
            let moved = moved(rows, draw: draw, seed: seed)
            let found = try method.attributions(of: moved, in: model, seed: seed)
            for row in worst.indices {
                let size = AttributionComparison.norm(own[row])
                guard size > 0 else { continue }
                let change = zip(found[row].contributions, own[row]).map { $0.value - $1 }
                worst[row] = max(worst[row], AttributionComparison.norm(change) / size)
            }
        }
        return worst
    }

    private func moved(_ rows: Table, draw: Int, seed: UInt64) -> Table {
        let random = CounterRandom(seed: seed, name: "moved rows")
        let columns = rows.columns.enumerated().map { place, column -> Column in
            guard let values = column.numbers, model.columns.contains(column.name),
                let known = model.background.column(named: column.name)?.measures
            else { return column }
            let spread = Moments(known.filter { !$0.isNaN }).standardDeviation
            let step = UInt32(draw * rows.columns.count + place)
            return Column(
                name: column.name,
                cells: .numbers(
                    values.enumerated().map { row, value in
                        let turn = 2 * random.uniform(step: step, index: UInt64(row)) - 1
                        return value + Self.reach * spread * turn
                    }))
        }
        return Table(name: rows.name, rowCount: rows.rowCount, columns: columns)
    }
}
