import Models
package import Prediction
import Tables

extension Trials {
    /// What models say of each part of the rows that were trained on all other parts, by the whole way of a run:
    /// split, scale, encoder and recipe are made of those.
    ///
    /// - Parameters:
    ///   - plan: How they are trained; its rows are set for each part.
    ///   - parts: Rows of the run's table, each in one of them.
    ///   - leftOut: Rows that none learns from; they are predicted, too.
    ///   - onPart: Is told before each part which it is, from 0.
    /// - Returns: One a part, with its rows in the order given and their own answers.
    /// - Throws: as `trained`.
    package func outOfFold(
        _ plan: TrialPlan, parts: [[Int]], leavingOut leftOut: Set<Int> = [],
        onPart: (Int) -> Void = { _ in }
    ) throws -> [LabelledPredictions] {
        try parts.enumerated().map { place, held in
            onPart(place)
            return try predictions(of: held, of: parts, plan, leavingOut: leftOut)
        }
    }

    /// The same of one part alone.
    func predictions(
        of held: [Int], of parts: [[Int]], _ plan: TrialPlan, leavingOut leftOut: Set<Int> = []
    ) throws -> LabelledPredictions {
        let isHeld = Set(held)
        var plan = plan
        plan.rows = .redrawn(
            parts.joined().filter { !isHeld.contains($0) && !leftOut.contains($0) }.sorted())
        let trial = try trained(plan)
        let rows = run.prepared.table.selecting(rows: held)
        return try LabelledPredictions(
            rows, rows: nil, model: trial.model, predictions: trial.predictions(of: rows),
            split: .named("held out"))
    }

    /// How the run's own way is gone again on rows that are drawn anew.
    ///
    /// - Parameter seed: Added to the run's.
    package func redrawing(seed: UInt64) -> TrialPlan {
        var plan = TrialPlan(settings)
        plan.settings.splits.canaries = 0
        plan.settings.learning.seed &+= seed
        plan.choosesPairs = true
        return plan
    }
}
