import Explanation
import Figures
import Models
import NN
import Platform
import RealModule
package import Runs
import Tables

/// Training rows that pushed one prediction up, and down.
package struct InfluentialRows: Sendable, Encodable {
    /// What is pushed, such as `log-odds of >50K`.
    package var quantity: String
    package var columns: [String]
    package var up: [Row]
    package var down: [Row]
    /// Training rows that were looked at.
    package var rows: Int

    package struct Row: Sendable, Encodable {
        package var influence: Double
        package var cells: [String?]
    }
}

/// Rows that are looked at together: their hidden features are in memory.
private let rowsTogether = 2048

/// The training rows that matter most for the prediction of one row of a file.
///
/// Their answers are read; that validation rows are among them is recorded in the run's ledger.
///
/// - Throws: an error that names the option, or says what the run lacks.
package func influentialRows(
    run: String, rows path: String, row: Int, count: Int,
    reading: TrainConfiguration.ReadingOptions, threads: Int? = nil
) throws -> InfluentialRows {
    guard (1...100).contains(count) else {
        throw VouchError("--count is \(count); it must be from 1 to 100")
    }
    let explained = try ExplainedModel(run: run, label: nil, threads: threads)
    let model = try explained.model.requireNetwork()
    let target = model.target
    guard target.classes.count <= 2 else {
        throw VouchError(
            "influential rows are for two classes or a number, and \(target.column) has "
                + "\(target.classes.count) classes")
    }
    guard model.network.additive == nil else {
        throw VouchError(
            "influential rows need a last layer, and \(run) is an additive model, which has none; "
                + "vouch explain shows its functions")
    }
    let table = try explained.rows(of: path, reading, chosen: [row])
    var door = HeldOutRows(of: run, for: "vouch explain influential")
    let known = try door.open(learnedRows(of: run, threads: explained.threads))
    guard let column = known.column(named: target.column) else {
        throw VouchError("the training rows have no column \"\(target.column)\"")
    }
    let answers =
        target.task == .regression
        ? try target.values(column, source: known.name).map { ($0 - target.center) / target.scale }
        : try target.labels(column, source: known.name).map(Double.init)
    let pool = explained.pool
    let own = try model.encoder.encode(table.selecting(rows: [row - 1]))
    var influences = [Double](repeating: 0, count: known.rowCount)
    for number in 0..<model.count {
        func hidden(_ features: EncodedFeatures) throws -> [Float] {
            try model.values(of: .memberFeatures, features, model: number, pool: pool).numbers
        }
        let influence = Influence(
            features: try hidden(own), members: model.network.members)
        for begin in stride(from: 0, to: known.rowCount, by: rowsTogether) {
            let places = Array(begin..<min(begin + rowsTogether, known.rowCount))
            let features = try model.encoder.encode(known.selecting(rows: places))
            let (logits, width) = try model.values(
                of: .memberLogits, features, model: number, pool: pool)
            let members = model.network.members
            let outputs = width / members
            var errors: [Double] = []
            errors.reserveCapacity(places.count * members)
            for (place, known) in places.enumerated() {
                for member in 0..<members {
                    let score = Double(logits[place * width + member * outputs])
                    errors.append(
                        target.task == .regression
                            ? 2 * (score - answers[known])
                            : 1 / (1 + Double.exp(-score)) - answers[known])
                }
            }
            let found = influence.values(rows: try hidden(features), errors: errors)
            for (place, value) in zip(places, found) {
                influences[place] += value / Double(model.count)
            }
        }
    }
    let order = influences.indices.sorted { (influences[$1], $0) < (influences[$0], $1) }
    let names = explained.predictor.features + [target.column]
    func shown(_ row: Int) -> InfluentialRows.Row {
        .init(
            influence: influences[row],
            cells: names.map { known.column(named: $0)?.text(row) })
    }
    return InfluentialRows(
        quantity: target.classes.isEmpty
            ? "predicted \(target.column)" : "log-odds of \(target.classes[1])",
        columns: names, up: order.prefix(count).filter { influences[$0] > 0 }.map(shown),
        down: order.suffix(count).reversed().filter { influences[$0] < 0 }.map(shown),
        rows: known.rowCount)
}

extension InfluentialRows {
    /// For machines.
    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }

    /// For a terminal.
    package var text: String {
        func part(_ title: String, _ rows: [Row]) -> String {
            title + "\n"
                + alignedTable(
                    [["influence"] + columns]
                        + rows.map {
                            [NumberText.plain($0.influence)] + $0.cells.map { $0 ?? "" }
                        }, rightAligned: [0])
        }
        return
            "Of \(NumberText.count(self.rows)) training rows, by a step of the last layer on each. To first order; "
            + "not what a training without the row would give.\n\n"
            + part("Pushed the \(quantity) up most:", up) + "\n"
            + part("Pushed it down most:", down)
    }
}
