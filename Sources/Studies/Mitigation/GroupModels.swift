import Models
import Prediction
import Runs
import Tables

/// Linear models that predict the group of a protected column, or of a combination, by the features that a run's model
/// sees.
struct GroupModels {
    /// Sorted; those without a training row are never predicted.
    let names: [String]
    private let trials: Trials
    private let groups: TrialPlan.Replacement

    /// - Parameter others: Groups of other rows.
    init(_ learner: Learner, columns: [String], among others: Set<String> = []) throws {
        let prepared = learner.prepared
        let naming = learner.groupNaming()
        let each = columns.compactMap { prepared.table.column(named: $0) }
            .map { $0.groupNames(naming) }
        let group = (0..<prepared.table.rowCount).map { row in
            each.map { $0[row] }.joined(separator: intersectionSign)
        }
        names = others.union(group).sorted()
        guard names.count > 1 else {
            throw VouchError(
                "\(columns[0]) has one group, \(names.first ?? "none"); a gap needs two")
        }
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0)) })
        groups = TrialPlan.Replacement(
            name: "group\n" + columns.joined(separator: ","), classes: names,
            codes: group.map { places[$0] ?? -1 })
        trials = Trials(learner)
    }

    /// A linear model at its standard settings; of probabilities, of the rows and numbers as they are.
    private func plan(_ rows: [Int]) -> TrialPlan {
        var plan = TrialPlan(LinearBaseline.configuration(of: trials.settings))
        plan.settings.model.balancesClasses = false
        plan.settings.model.groupRepair = nil
        plan.rows = .learned(rows)
        plan.answers = .replaced(groups)
        return plan
    }

    /// `[groups][rows]`
    func chances(_ rows: [Int], of table: Table) throws -> [[Double]] {
        let found = try trials.trained(plan(rows)).predictions(of: table)
        return names.map { name in
            found.classes.firstIndex(of: name).map { place in
                (0..<found.rows).map { found.values[$0 * found.width + place] }
            } ?? Array(repeating: 0, count: found.rows)
        }
    }
}
