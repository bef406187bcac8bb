import DataEfficiency
import Runs
import Statistics
import Tables

/// What several people said of a run's rows.
struct Annotations {
    let names: [String]
    let agreement: AnnotatorAgreement
    let consensus: DawidSkene
    /// Of each row the likeliest class of the consensus; `nil` where nobody labelled it.
    let classes: [Int?]
    /// `[annotator][row]`.
    let labels: [[Int?]]

    /// - Parameter names: Columns of the run's data; none where nobody asked.
    /// - Returns: `nil` where there are none.
    /// - Throws: where a column is missing, or says what is no class of the run.
    init?(_ names: [String], of passes: LabelPasses) throws {
        guard !names.isEmpty else { return nil }
        let prepared = passes.prepared
        let target = prepared.target
        guard target.task != .regression else {
            throw VouchError("--annotator is for classes, and \(passes.run) predicts a number")
        }
        labels = try names.map { name in
            guard let column = prepared.table.column(named: name) else {
                let known = prepared.table.columns.map(\.name).joined(separator: ", ")
                throw VouchError(
                    "--annotator is \"\(name)\"; \(prepared.table.name) has no such column. It has \(known)")
            }
            let codes = try target.labels(
                column, source: prepared.table.name, lines: prepared.table.lines)
            return passes.rows.map { codes[$0] < 0 ? nil : Int(codes[$0]) }
        }
        self.names = names
        let count = target.classes.count
        agreement = AnnotatorAgreement(labels: labels, classes: count)
        let consensus = DawidSkene(labels: labels, classes: count)
        self.consensus = consensus
        classes = passes.rows.indices.map { [labels] row in
            guard labels.contains(where: { $0[row] != nil }) else { return nil }
            let posterior = consensus.posteriors[row]
            return posterior.indices.max { posterior[$0] < posterior[$1] }
        }
    }

    /// The posterior of a row's class, and at most what is shown if all labels of rows that two or more labelled are right:
    /// the model itself, which takes annotators to err as they were seen to, may say 1.
    func posterior(_ row: Int, _ label: Int) -> Double {
        let compared = classes.indices.count { row in labels.count { $0[row] != nil } > 1 }
        return min(consensus.posteriors[row][label], shareShownByAll(of: Double(compared)))
    }

    /// The share of an annotator's labels that the consensus takes to be right, at most what so many rows can show.
    func rightShare(ofAnnotator place: Int) -> Double {
        let right = consensus.shares.indices.reduce(0.0) {
            $0 + consensus.shares[$1] * consensus.confusions[place][$1][$1]
        }
        return min(right, shareShownByAll(of: Double(labels[place].count { $0 != nil })))
    }
}
