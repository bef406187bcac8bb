import Evidence
import Fairness
import Figures
import Tables
package import Training

/// What is done for protected groups.
extension Settings {
    package static let reweighsGroups: Setting<Bool> = Setting(
        "reweigh-groups", \.model.weighsGroups,
        help: "Weigh rows so that the label does not depend on the protected groups."
    ).remedies([
        TrainingRemedy(
            description: .init(
                id: "reweighing", name: "Rows reweighed by group and label", drawback: .bias,
                judgedBy: .selectionRateGap,
                source: "Kamiran & Calders 2012, DOI 10.1007/s10115-011-0463-8"),
            strengths: [], isOfClassesOnly: true, options: { _ in "--reweigh-groups" },
            apply: { $1.model.reweighsGroups = true })
    ])

    package static let repairLevel: Setting<Double?> = repair(
        .quantiles, "Numbers moved to the median of the groups' distributions",
        source: "Feldman et al. 2015, DOI 10.1145/2783258.2783311",
        help: """
            Move each protected group's numbers to the median of all groups' distributions, from 0 to 1, the whole. New \
            rows need the protected columns, too.
            """, valueName: "level")

    package static let removedCorrelation: Setting<Double?> = repair(
        .correlation, "Numbers without what the groups say of them",
        source: "Fairlearn 0.15, CorrelationRemover",
        help: """
            Take off each number what a linear function of the protected groups says of it, from 0 to 1, the whole. New \
            rows need the protected columns, too.
            """, valueName: "share")

    private static func repair(
        _ method: GroupRepair.Rule.Method, _ name: String, source: String, help: String,
        valueName: String
    ) -> Setting<Double?> {
        let id = String(method.option.dropFirst(2))
        return Setting(
            id, \.model[repairedBy: method],
            Allowed("above 0 and up to 1, the whole") { $0 > 0 && $0 <= 1 }, help: help,
            valueName: valueName
        ).checkedIfAsked {
            $0.columns.protected.isEmpty && $0.columns.schemaFile == nil
                ? """
                \(named: id) changes numbers by protected groups, and there are none. Name \
                a column: \(named: "protected") COLUMN
                """
                : nil
        }.remedies([
            TrainingRemedy(
                description: .init(
                    id: id, name: name, drawback: .bias, judgedBy: .selectionRateGap,
                    source: source),
                strengths: [1], needsStrength: true, isOfClassesOnly: true,
                options: { "\(method.option) \(NumberText.plain(Double($0)))" },
                apply: { $1.model.groupRepair = .init(method, strength: Double($0)) })
        ])
    }

    package static let fairPenalty: Setting<TrainConfiguration.FairPenaltyOptions?> = Setting(
        "fair-penalty", \.model.fairPenalty,
        Allowed {
            $0.strength > 0 && $0.strength.isFinite
                ? nil : " is \($0.strength); it must be positive"
        },
        help: """
            A penalty on a gap between the protected groups in the training loss, with its strength, such as \
            demographic-parity=5 (or equal-opportunity, equalized-odds).
            """, valueName: "gap=strength"
    ).checkedIfAsked {
        if $0.columns.protected.isEmpty {
            return
                """
                \(named: fairPenalty) is on gaps between protected groups, and there are \
                none. Name a column: \(named: "protected") COLUMN
                """
        }
        return $0.regularising.mixup == 0
            ? nil
            : """
            \(named: fairPenalty) does not go with \(named: mixup): a mixed row is of two \
            groups. Leave one of them out
            """
    }.remedies(
        PenaltyMeasure.allCases.flatMap { measure in
            FairnessConstraint.allCases.map { .fairPenalty(measure, $0) }
        })

    package static let fairPenaltyMeasure: Setting<PenaltyMeasure?> = Setting(
        "fair-penalty-measure", \.model.penaltyMeasure,
        help: """
            What of the groups' scores the penalty compares: means; mmd (whole distributions, MinDiff); hsic (dependence \
            of score and group); adversary (what a network that learns beside the model can tell of the group).
            """)
}

extension TrainConfiguration.ModelOptions {
    /// `reweighsGroups`, which earlier runs do not have.
    fileprivate var weighsGroups: Bool {
        get { reweighsGroups ?? false }
        set { reweighsGroups = newValue ? true : nil }
    }

    /// The strength of one way to change numbers; `nil` where another or none is asked for.
    fileprivate subscript(repairedBy method: GroupRepair.Rule.Method) -> Double? {
        get { groupRepair?.method == method ? groupRepair?.strength : nil }
        set {
            if let newValue {
                groupRepair = .init(method, strength: newValue)
            } else if groupRepair?.method == method {
                groupRepair = nil
            }
        }
    }

    /// Of the penalty, if there is one.
    fileprivate var penaltyMeasure: PenaltyMeasure? {
        get { fairPenalty?.measure }
        set { fairPenalty?.measure = newValue }
    }
}
