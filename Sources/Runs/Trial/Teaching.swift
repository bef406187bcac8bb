import Kernels
package import Models
import NN
import Prediction
import Tables
import Training

extension TrialPlan {
    /// What another model says of the rows to learn from, in place of their answers, and of rows that are mixed of them.
    ///
    /// Rows that validate keep their answers, so that it is their loss that a training keeps its best weights by.
    package struct Teaching: Hashable, Codable, Sendable {
        /// Of rows to learn from.
        package var mixing: RowMixing
        /// `[rows, outputs]`: of the rows that the plan's first model learns from, in their order, then of those that are
        /// mixed. The positive class's probability, each class's, or a number as the network gives it.
        package var outputs: [Float]

        package init(mixing: RowMixing, outputs: [Float]) {
            self.mixing = mixing
            self.outputs = outputs
        }
    }
}

/// What a network learns of rows in place of their answers.
struct TaughtRows: Sendable {
    /// By the row of the table.
    private let places: [Int: Int]
    private let outputs: [Float]
    private let width: Int

    /// - Precondition: as many outputs as rows, each of its width.
    init(rows: [Int], outputs: [Float], width: Int) {
        precondition(outputs.count == rows.count * width, "outputs of other rows")
        places = Dictionary(zip(rows, rows.indices), uniquingKeysWith: { first, _ in first })
        self.outputs = outputs
        self.width = width
    }

    /// - Precondition: each row is among those that were taught.
    func labels(_ rows: [Int]) -> EncodedData.Labels {
        var chosen: [Float] = []
        chosen.reserveCapacity(rows.count * width)
        for row in rows {
            guard let place = places[row] else { preconditionFailure("row \(row) was not taught") }
            chosen += outputs[place * width..<(place + 1) * width]
        }
        return width == 1 ? .numbers(chosen) : .shares(chosen, classes: width)
    }
}

extension Learner {
    /// What a model says of the rows that this learner's first model learns from, and of rows mixed of them.
    ///
    /// - Parameter mixed: Rows to make.
    package func teaching(
        by model: ModelBundle, mixed: Int, seed: UInt64
    ) throws -> TrialPlan.Teaching {
        let rows = prepared.folds[0].train
        let mixing = RowMixing(count: mixed, seed: seed)
        let own = try outputs(of: model, prepared.table.selecting(rows: rows))
        let more = try outputs(of: model, mixing.made(of: prepared.table, among: rows))
        return TrialPlan.Teaching(mixing: mixing, outputs: own + more)
    }

    /// As this learner's network would give them.
    private func outputs(of model: ModelBundle, _ table: Table) throws -> [Float] {
        let told = try model.predict(table, pool: pool)
        let target = prepared.target
        return switch target.task {
        case .regression: told.values.map { Float(($0 - target.center) / target.scale) }
        case .binary: stride(from: 1, to: told.values.count, by: 2).map { Float(told.values[$0]) }
        case .multiclass: told.values.map { Float($0) }
        }
    }

    /// With the rows that are mixed behind the table's own, and with a teacher's answers; what rules say is in these.
    ///
    /// - Precondition: the outputs are of this learner's rows.
    func taught(_ teaching: TrialPlan.Teaching) throws -> Learner {
        var result = self
        let table = prepared.table
        let rows = prepared.folds[0].train
        let mixed = teaching.mixing.made(of: table, among: rows)
        result.prepared.table = try table.appending(mixed, columns: table.columns.map(\.name))
        let all = rows + (table.rowCount..<table.rowCount + mixed.rowCount)
        result.prepared.folds[0].train = all
        result.prepared.ruled = nil
        result.taughtRows = TaughtRows(
            rows: all, outputs: teaching.outputs, width: network().task.outputs)
        return result
    }
}
