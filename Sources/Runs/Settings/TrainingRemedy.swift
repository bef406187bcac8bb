package import Evidence
package import Fairness
import Figures
package import Training

/// Something against a drawback that is done by training anew: a change of the run's settings. Most are
/// declared with the setting that is their strength, in `Settings`, or with the form of model that they train.
package struct TrainingRemedy: Sendable {
    package var description: RemedyDescription
    /// Of these the validation rows choose where no strength is given; empty where it has none.
    package var strengths: [Float]
    /// Whether a strength must be given: the validation loss would choose the weakest.
    package var needsStrength = false
    package var isOfClassesOnly = false
    /// Of a remedy of gaps: what it adds to the run's command line.
    package var options: @Sendable (_ strength: Float) -> String = { _ in "" }
    /// Changes a configuration in which everything else is settled.
    package var apply: @Sendable (_ strength: Float, inout TrainConfiguration) -> Void

    /// `dropout` or `dropout=0.3`: a remedy and its strength.
    ///
    /// - Returns: `nil` where no remedy that trains anew has the name.
    /// - Throws: where the strength is no number, or the remedy takes none.
    package static func parse(_ text: String) throws(VouchError) -> (TrainingRemedy, strength: Float?)? {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard let remedy = all.first(where: { $0.description.id == parts.first }) else {
            return nil
        }
        guard parts.count == 2 else {
            guard !remedy.needsStrength else {
                throw VouchError(
                    "--remedy is \"\(text)\"; say how strong, such as \(text)=\(remedy.strengths[0])"
                )
            }
            return (remedy, nil)
        }
        guard !remedy.strengths.isEmpty else {
            throw VouchError("--remedy is \"\(text)\", but \(parts[0]) takes no strength")
        }
        guard let strength = Float(parts[1]), strength.isFinite else {
            throw VouchError(
                "--remedy is \"\(text)\"; write its strength as a number, such as "
                    + "\(parts[0])=\(remedy.strengths[0])")
        }
        return (remedy, strength)
    }

    /// The metric that decides: the loss that a user of the task knows.
    package func judged(isRegression: Bool) -> RemedyDescription {
        var result = description
        if isRegression { result.judgedBy = .rootMeanSquaredError }
        return result
    }

    package static func overfitting(
        _ id: String, _ name: String, _ strengths: [Float], source: String,
        isOfClassesOnly: Bool = false,
        apply: @escaping @Sendable (Float, inout TrainConfiguration) -> Void
    ) -> TrainingRemedy {
        TrainingRemedy(
            description: .init(
                id: id, name: name, drawback: .overfitting, judgedBy: .logLoss, source: source),
            strengths: strengths, isOfClassesOnly: isOfClassesOnly, apply: apply)
    }

    /// A penalty in the loss: one for each gap and each way to compare scores.
    package static func fairPenalty(
        _ measure: PenaltyMeasure, _ constraint: FairnessConstraint
    ) -> TrainingRemedy {
        // Of equalized odds the proof's changes hold the two gaps apart; the first decides.
        let gap: MetricID =
            constraint == .demographicParity ? .selectionRateGap : .truePositiveRateGap
        let form = measure.remedy
        return TrainingRemedy(
            description: .init(
                id: "\(form.id)-\(constraint.rawValue)",
                name: form.name(constraint.text), drawback: .bias, judgedBy: gap,
                source: form.source),
            strengths: [form.strength], needsStrength: true, isOfClassesOnly: true,
            options: {
                "--fair-penalty \(constraint.rawValue)=\(NumberText.plain(Double($0)))"
                    + (measure == .means ? "" : " --fair-penalty-measure \(measure.rawValue)")
            },
            apply: {
                $1.model.fairPenalty = .init(
                    constraint, strength: Double($0), measure: measure == .means ? nil : measure)
            })
    }

    package static let all: [TrainingRemedy] =
        Settings.remedies(of: .overfitting) + ModelForms.remedies(of: .overfitting)
        + Settings.remedies(of: .bias)
        + Settings.remedies(of: .hyperParameters)
}

extension PenaltyMeasure {
    /// The penalty as a remedy: an id and a name to which a gap is added, a strength to begin with, and who it is by.
    fileprivate var remedy:
        (id: String, name: (_ gap: String) -> String, strength: Float, source: String)
    {
        let penalty = { (rest: String) in
            { (gap: String) in "Penalty on the \(gap) gap in the training loss" + rest }
        }
        return switch self {
        case .means:
            ("fair-penalty", penalty(""), 5, "Bendekgey & Sudderth 2021, arXiv:2105.14119")
        case .mmd:
            (
                "mmd-penalty", penalty(", of distributions (MinDiff)"), 5,
                "Prost et al. 2019, arXiv:1910.11779"
            )
        case .hsic:
            (
                "hsic-penalty", penalty(", of dependence (HSIC)"), 20,
                "Pérez-Suay et al. 2017, arXiv:1710.05578"
            )
        case .adversary:
            (
                "fair-adversary", { "Learning against an adversary on the \($0) gap" }, 1,
                "Zhang et al. 2018, arXiv:1801.07593"
            )
        }
    }
}

extension TrainingRemedy {
    /// A remedy of gaps that trains anew, with its strength; 0 where it has none.
    ///
    /// - Parameter user: Who takes it, for the error.
    /// - Throws: where there is none of the name, or its strength is not said.
    package static func ofGaps(
        _ text: String, for user: String
    ) throws(VouchError) -> (remedy: TrainingRemedy, strength: Float) {
        guard let (remedy, strength) = try parse(text), remedy.description.drawback == .bias else {
            throw VouchError(
                "--remedy is \"\(text)\"; \(user) takes remedies of gaps that train anew: "
                    + all.filter { $0.description.drawback == .bias }
                    .map(\.description.id).joined(separator: ", "))
        }
        return (remedy, strength ?? 0)
    }
}
