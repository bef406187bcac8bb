import Explanation
import Figures
import GraphIR
import Kernels
import Models
import Platform
import Runs
import Tables
import TensorCore

/// Training rows that stand for many as the model sees them, and rows that those do not stand for.
package struct RowExamples: Sendable, Encodable {
    package var columns: [String]
    package var prototypes: [[String?]]
    package var criticisms: [[String?]]
    /// Training rows that they were chosen from.
    package var rows: Int
}

/// Rows that a look is drawn from: the kernel of all pairs is kept in memory.
private let mostExampleRows = 2000

/// Examples of what a run's model learned from, by its hidden features.
///
/// They are shown with their answers; that validation rows are among them is recorded in the run's
/// ledger.
///
/// - Throws: an error that names the option, or says that the training rows are not what they were.
package func exampleRows(
    run: String, count: Int, seed: UInt64 = 0, threads: Int? = nil
) throws -> RowExamples {
    guard (1...100).contains(count) else {
        throw VouchError("--count is \(count); it must be from 1 to 100")
    }
    let explained = try ExplainedModel(run: run, label: nil, threads: threads)
    let model = try explained.model.requireNetwork()
    var door = HeldOutRows(of: run, for: "vouch explain examples")
    let known = try door.open(learnedRows(of: run, threads: explained.threads))
    let order = CounterRandom(seed: seed, name: "example rows").permutation(of: known.rowCount)
    let rows = known.selecting(rows: order.prefix(mostExampleRows).sorted())
    let features = try model.encoder.encode(rows)
    let (hidden, width) = try model.values(
        of: .hiddenFeatures, features, pool: explained.pool)
    let found = Prototypes(features: hidden, width: width, count: count)
    let names =
        explained.predictor.features
        + [model.target.column].filter { rows.column(named: $0) != nil }
    func cells(_ row: Int) -> [String?] { names.map { rows.column(named: $0)?.text(row) } }
    return RowExamples(
        columns: names, prototypes: found.prototypes.map(cells),
        criticisms: found.criticisms.map(cells), rows: rows.rowCount)
}

extension RowExamples {
    /// For machines.
    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }

    /// For a terminal.
    package var text: String {
        func part(_ title: String, _ rows: [[String?]]) -> String {
            title + "\n"
                + alignedTable([columns] + rows.map { $0.map { $0 ?? "" } }, rightAligned: [])
        }
        return
            "Of \(NumberText.count(self.rows)) training rows, by the model's hidden features.\n\n"
            + part("Prototypes: rows that stand for many.", prototypes) + "\n"
            + part("Criticisms: rows that the prototypes do not stand for.", criticisms)
    }
}
