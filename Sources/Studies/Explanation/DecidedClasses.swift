import Generalization
import Models
import Runs
import Tables

/// The classes that a run decides for rows.
struct DecidedClasses {
    /// By row, from 1; empty where numbers are predicted.
    let classes: [Int: String]
}

extension DecidedClasses {
    /// Of rows of a file, which is not read where numbers are predicted.
    init(_ request: ExplanationRequest) throws {
        let explained = try ExplainedModel(
            run: request.run, label: nil, threads: request.threads, kinds: request.kinds)
        guard !explained.model.target.classes.isEmpty else {
            if let favourable = request.favourable {
                throw VouchError(
                    "--favourable is \(favourable), but the run predicts numbers; leave it out")
            }
            self.init(classes: [:])
            return
        }
        try self.init(
            of: explained.rows(of: request.rows, request.reading, chosen: request.chosen), request.chosen,
            by: explained)
    }

    /// - Parameter chosen: Rows of the table, from 1.
    init(of table: Table, _ chosen: [Int], by explained: ExplainedModel) throws {
        let target = explained.model.target
        guard !target.classes.isEmpty else {
            self.init(classes: [:])
            return
        }
        let decisions = try explained.predictor.predictions(for: table.selecting(rows: chosen.map { $0 - 1 }))
            .decisions(threshold: explained.model.threshold).classes
        self.init(
            classes: Dictionary(
                zip(chosen, decisions.map { target.classes[$0] }), uniquingKeysWith: { $1 }))
    }
}
