import Prediction
import RealModule
import Statistics
package import Tables
import TensorCore

/// Numbers drawn at random: what an explanation must beat.
package struct RandomAttribution: RowAttribution {
    package init() {}

    package let name = "random numbers"

    package func attributions(
        of rows: Table, in model: AttributedModel, seed: UInt64
    ) throws -> [Attribution] {
        let random = CounterRandom(seed: seed, name: "random attribution")
        let width = model.columns.count
        return (0..<rows.rowCount).map { row in
            Attribution(
                base: 0, value: 0,
                contributions: model.columns.enumerated().map { place, name in
                    .init(
                        column: name,
                        value: 2 * random.uniform(index: UInt64(row * width + place)) - 1,
                        standardError: 0)
                }, resolved: 0, evaluations: 0)
        }
    }
}

/// How unusual a cell is among the background rows: what can be said without a model.
///
/// A number's distance from the background's median in units of its spread, with its sign; `−log` of a category's share,
/// less its mean over the background.
package struct UnusualCells: RowAttribution {
    package init() {}

    package let name = "unusual cells (no model)"

    package func attributions(
        of rows: Table, in model: AttributedModel, seed: UInt64
    ) throws -> [Attribution] {
        let columns = model.columns.map { name in
            unusual(rows.column(named: name), model.background.column(named: name))
        }
        return (0..<rows.rowCount).map { row in
            Attribution(
                base: 0, value: 0,
                contributions: zip(model.columns, columns).map {
                    .init(column: $0, value: $1[row], standardError: 0)
                }, resolved: 0, evaluations: 0)
        }
    }

    private func unusual(_ own: Column?, _ background: Column?) -> [Double] {
        guard let own, let background else { return [] }
        if let known = background.measures, let mine = own.measures {
            let sorted = known.filter { !$0.isNaN }.sorted()
            guard !sorted.isEmpty else { return mine.map { _ in 0 } }
            let middle = sorted[sorted.count / 2]
            let spread = Moments(sorted).standardDeviation
            return mine.map { $0.isNaN || spread == 0 ? 0 : ($0 - middle) / spread }
        }
        var counts: [String?: Double] = [:]
        for row in 0..<background.count { counts[background.text(row), default: 0] += 1 }
        let total = Double(background.count) + 1
        let surprise = { (text: String?) in -Double.log((counts[text] ?? 0.5) / total) }
        let mean =
            (0..<background.count).reduce(0) { $0 + surprise(background.text($1)) }
            / Double(background.count)
        return (0..<own.count).map { surprise(own.text($0)) - mean }
    }
}

/// A method's attributions of another model: the third control, of a model with randomised weights.
package struct OfAnotherModel: RowAttribution {
    private let method: any RowAttribution
    private let other: AttributedModel

    package init(_ method: any RowAttribution, of other: AttributedModel) {
        self.method = method
        self.other = other
    }

    package var name: String { method.name + " of randomised weights" }

    package func attributions(
        of rows: Table, in model: AttributedModel, seed: UInt64
    ) throws -> [Attribution] {
        try method.attributions(of: rows, in: other, seed: seed)
    }
}
