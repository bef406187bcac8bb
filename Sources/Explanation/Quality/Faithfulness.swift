import Models
import Prediction
package import Tables
import TensorCore

/// Whether the columns that an attribution calls important are those that move the prediction.
///
/// Columns of a row are replaced by those of other rows, one after the other: first those that raise the output most,
/// down to those that lower it most, and in the opposite order. With `m_k` and `l_k` the mean outputs after k
/// replacements in the first and in the second order, the faithfulness is the mean over k of `l_k − m_k`, in the unit
/// of the output. It is 0 for an attribution that has nothing to do with the model. The first curve is *deletion*, the
/// second read from its end is *insertion*, so that both are in it.
///
/// - Source: Samek et al. 2017, DOI 10.1109/TNNLS.2016.2599820; both orders against one another: Blücher et al. 2024,
///   arXiv:2401.06654.
package struct Faithfulness: Sendable {
    /// Where the other cells come from.
    package enum Donors: String, Sendable, CaseIterable {
        /// Background rows as they come: cells may not fit together.
        case marginal
        /// The background rows that are most like the row in the columns it keeps, so that the mixed rows are likelier.
        ///
        /// - Source: in the manner of ROAD, Rong et al. 2022, arXiv:2202.00449.
        case conditional
    }

    private let model: AttributedModel
    private let likeness: RowLikeness
    private let donors: Donors

    private static let nearest = 8

    package init(_ model: AttributedModel, donors: Donors) {
        self.model = model
        self.donors = donors
        likeness = RowLikeness(model.background, columns: model.columns)
    }

    /// Of each row; the contributions in the order of the model's columns.
    package func values(_ rows: Table, _ contributions: [[Double]]) throws -> [Double] {
        try (0..<rows.rowCount).map { try value($0, of: rows, contributions[$0]) }
    }

    private func value(_ row: Int, of rows: Table, _ contributions: [Double]) throws -> Double {
        let width = model.columns.count
        guard width > 1 else { return 0 }
        // Ties keep the order of the columns in both directions, so that they cancel on average.
        let falling = contributions.indices.sorted {
            (contributions[$1], $0) < (contributions[$0], $1)
        }
        let rising = contributions.indices.sorted {
            (contributions[$0], $0) < (contributions[$1], $1)
        }
        let joined = try model.background.appending(
            rows.selecting(rows: [row]), columns: model.columns)
        let own = model.background.rowCount
        let distances = donors == .conditional ? likeness.distances(row, of: rows) : []
        var sources = [[Int]](repeating: [], count: width)
        var signs: [Double] = []
        for (order, sign) in [(falling, -1.0), (rising, 1.0)] {
            for replaced in 1..<width {
                let gone = Set(order.prefix(replaced))
                let others = others(keeping: (0..<width).filter { !gone.contains($0) }, distances)
                for other in others {
                    for column in 0..<width {
                        sources[column].append(gone.contains(column) ? other : own)
                    }
                }
                signs += Array(repeating: sign / Double(others.count), count: others.count)
            }
        }
        let predictions = try model.predictor.predictions(mixing: joined, sources: sources)
        let sum = signs.enumerated().reduce(0) {
            $0 + $1.element * model.output(predictions, $1.offset)
        }
        return sum / Double(width - 1)
    }

    private func others(keeping kept: [Int], _ distances: [[Double]]) -> [Int] {
        let all = Array(0..<model.background.rowCount)
        guard donors == .conditional, all.count > Self.nearest else { return all }
        let far = all.map { row in kept.reduce(0) { $0 + distances[$1][row] } }
        return Array(all.sorted { (far[$0], $0) < (far[$1], $1) }.prefix(Self.nearest))
    }
}

/// How unlike the cells of two rows are, column by column: Gower's distance.
///
/// Numbers: the difference in units of the background's spread, at most 1; categories: 0 or 1; of a missing cell and
/// one that is not, 1.
///
/// - Source: Gower 1971, DOI 10.2307/2528823.
struct RowLikeness: Sendable {
    private let background: Table
    private let columns: [String]
    private let spreads: [Double]

    init(_ background: Table, columns: [String]) {
        self.background = background
        self.columns = columns
        spreads = columns.map { name in
            let values = background.column(named: name)?.measures ?? []
            let known = values.filter { !$0.isNaN }.sorted()
            guard let first = known.first, let last = known.last else { return 0 }
            return last - first
        }
    }

    /// `[columns][background rows]`.
    func distances(_ row: Int, of rows: Table) -> [[Double]] {
        columns.enumerated().map { place, name in
            guard let own = rows.column(named: name), let others = background.column(named: name)
            else { return Array(repeating: 0, count: background.rowCount) }
            if let known = others.measures, let mine = own.measures {
                return known.map { other in
                    if other.isNaN || mine[row].isNaN {
                        return other.isNaN == mine[row].isNaN ? 0 : 1
                    }
                    guard spreads[place] > 0 else { return other == mine[row] ? 0 : 1 }
                    return min(1, abs(other - mine[row]) / spreads[place])
                }
            }
            let text = own.text(row)
            return (0..<others.count).map { others.text($0) == text ? 0 : 1 }
        }
    }
}
