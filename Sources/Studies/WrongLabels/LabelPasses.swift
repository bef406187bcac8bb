import DataEfficiency
import Models
import Prediction
import RunStore
import Runs
import Tables

/// Predictions of a run's rows by models of its own recipe that did not learn from them.
struct LabelPasses {
    let run: String
    let trials: Trials
    let model: ModelBundle
    /// Of the run's table: those that train or validate, ascending.
    let rows: [Int]
    let folds: Int
    let repeats: Int
    let onEvent: (RunEvent) -> Void

    /// - Parameter door: That of the run, whose validation rows are among these.
    /// - Throws: where a clock ended the run, or a remedy made its model.
    init(
        run: String, folds: Int, repeats: Int, threads: Int, _ door: inout HeldOutRows,
        onEvent: @escaping (RunEvent) -> Void
    ) throws {
        let finished = try FinishedRun(run, threads: threads, onEvent: onEvent)
        try finished.checkIsTrained()
        guard finished.configuration.learning.budget == nil else {
            throw VouchError(
                "\(run) was trained with --budget, so that a busy machine would be part of what is found. "
                    + "Train it with the steps of its report's \"How to repeat it\", then ask that run")
        }
        try self.init(
            run: run, Trials(finished.learner, features: finished.features), folds: folds,
            repeats: repeats, &door, onEvent: onEvent)
    }

    /// Of a run whose trainings somebody carries out already.
    init(
        run: String, _ trials: Trials, folds: Int, repeats: Int, _ door: inout HeldOutRows,
        onEvent: @escaping (RunEvent) -> Void
    ) throws {
        self.run = run
        self.trials = trials
        self.folds = folds
        self.repeats = repeats
        self.onEvent = onEvent
        model = try ModelBundle(run: run)
        rows = try door.open(
            Sealed(
                trials.run.prepared.parts(folds, seed: 0).joined().sorted(), split: .validation,
                rows: trials.validationRows.count))
    }

    var prepared: PreparedData { trials.run.prepared }

    /// What to call a row: its line in the file where that is known, else its number, from 1.
    func line(_ place: Int) -> Int { prepared.table.lines?[rows[place]] ?? rows[place] + 1 }

    /// `[rows, outputs]`: the mean over the repeats.
    ///
    /// - Parameters:
    ///   - number: Of the pass; each draws other folds.
    ///   - leftOut: Places among `rows` that none learns from.
    func values(
        pass number: Int, leavingOut leftOut: [Int] = [],
        answers: TrialPlan.Answers = .asTheyAre, called name: String
    ) throws -> [Double] {
        let place = Dictionary(uniqueKeysWithValues: zip(rows, rows.indices))
        let width = max(prepared.target.classes.count, 1)
        var sums = [Double](repeating: 0, count: rows.count * width)
        for repetition in 0..<repeats {
            var plan = trials.redrawing(seed: UInt64(number * repeats + repetition + 1) << 44)
            plan.answers = answers
            let parts = try prepared.parts(folds, seed: plan.settings.learning.seed)
            guard parts.allSatisfy({ !$0.isEmpty }) else {
                throw VouchError(
                    "\(run) has too few rows, or groups of rows, for \(folds) folds; ask for fewer "
                        + "(--folds)")
            }
            let found = try trials.outOfFold(
                plan, parts: parts, leavingOut: Set(leftOut.map { rows[$0] }),
                onPart: {
                    onEvent(
                        .stage(
                            "\(name): fold \(repetition * folds + $0 + 1) of \(folds * repeats)"))
                })
            for (part, told) in zip(parts, found) {
                for (index, row) in part.enumerated() {
                    guard let place = place[row] else { continue }
                    for output in 0..<width {
                        sums[place * width + output] +=
                            told.predictions.values[index * width + output] / Double(repeats)
                    }
                }
            }
        }
        return sums
    }

    /// The rows with their answers and what was said of them.
    func labelled(_ values: [Double]) throws -> LabelledPredictions {
        let table = prepared.table.selecting(rows: rows)
        return try LabelledPredictions(
            table, rows: nil, model: model,
            predictions: Predictions(
                rows: rows.count, classes: prepared.target.classes, values: values),
            split: .named("held out"))
    }
}
