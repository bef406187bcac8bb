import Evidence
import Figures
import RunStore
import Tuning

/// Trials in words.
enum StudyText {
    static func name(_ number: Int) -> String {
        switch number {
        case StudyStore.Trial.first: "of the default"
        case ..<StudyStore.Trial.first: "of the best, whole"
        default: "\(number)"
        }
    }

    /// What a point changes, and what part of a training it was tried by.
    static func settings(_ plan: PlannedTrial) -> String {
        point(plan.point) + (part(plan.fidelity).map { " (\($0))" } ?? "")
    }

    static func point(_ point: SearchPoint) -> String {
        let settings = point.values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return settings.isEmpty ? "the default settings" : settings.joined(separator: ", ")
    }

    /// `nil` of a whole training.
    static func part(_ fidelity: Fidelity) -> String? {
        guard fidelity != .whole else { return nil }
        let parts = [
            fidelity.rows < 1 ? "\(NumberText.plain(fidelity.rows)) of the rows" : nil,
            fidelity.epochs < 1 ? "\(NumberText.plain(fidelity.epochs)) of the epochs" : nil,
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }

    /// The objective as its metric has it.
    static func objective(_ trial: FinishedTrial, higherIsBetter: Bool) -> Double? {
        trial.objective.map { higherIsBetter ? -$0 : $0 }
    }

    static func line(of trial: FinishedTrial, _ metric: StudyMetric) -> String {
        let value = objective(trial, higherIsBetter: metric.definition.direction > 0)
        let missed = trial.excess.filter { $0.value > 0 }.keys.sorted()
        return "Trial \(name(trial.plan.number)): "
            + (value.map { "\(metric.text) \(NumberText.plain($0))" }
                ?? "failed: \(trial.failure ?? "no objective")")
            + (missed.isEmpty ? "" : "; misses \(missed.joined(separator: "; "))")
    }
}
