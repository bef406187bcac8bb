import Evidence
import Figures
import Reporting
import Runs
import Tables

/// What is said of weights that are carried over from another run.
struct CarryText {
    let facts: [RunReport.Fact]

    /// - Parameter features: Columns that the model reads.
    init(_ carried: CarriedModel, _ share: CarriedShare, features: Int) {
        let matches = carried.source.columns ?? []
        let named = matches.map {
            $0.column == $0.other ? $0.column : "\($0.column) (there \($0.other))"
        }
        var facts = [
            RunReport.Fact(
                "Carried over",
                "from \(carried.run), whose weights have the SHA-256 "
                    + "\(carried.source.weightsSHA256.prefix(12))…: \(matches.count) of \(features) columns "
                    + "(\(Self.listed(named))), and \(NumberText.count(share.weights)) of "
                    + "\(NumberText.count(share.all)) weights; "
                    + (share.hasHead
                        ? "the target has the same name and kind, so that the head is among them"
                        : "the head begins at random"))
        ]
        if let matching = carried.matching {
            if !matching.refusals.isEmpty {
                let reasons = matching.refusals.map { "\($0.column) \($0.reason)" }
                facts.append(
                    .init("Not carried over, though named alike", Self.listed(reasons, with: "; ")))
            }
            if !matching.new.isEmpty {
                facts.append(.init("New here", Self.listed(matching.new)))
            }
            if !matching.unused.isEmpty {
                facts.append(.init("Unused of that run", Self.listed(matching.unused)))
            }
        }
        self.facts = facts
    }

    private static let mostNames = 20

    private static func listed(_ names: [String], with sign: String = ", ") -> String {
        names.prefix(mostNames).joined(separator: sign)
            + (names.count > mostNames ? "\(sign)and \(names.count - mostNames) more" : "")
    }

    static func warning(_ repeated: CarriedOver.RepeatedRows, of run: String) -> String {
        "\(repeated.count) of \(repeated.rows) test rows equal one that \(run) learned from, in all "
            + "\(repeated.columns) columns that both tables have: what is measured on them may flatter the model"
    }

    /// What the comparison came to, and which model is delivered.
    static func verdict(_ outcome: CarriedOver, _ rise: LossRise?) -> String {
        let delivered =
            outcome.isDelivered
            ? "the model with weights of \(outcome.run) is delivered"
            : "the model without weights of \(outcome.run) is delivered"
        guard let rise else { return "they could not be compared: \(delivered)" }
        let said =
            switch outcome.verdict {
            case "helps": "it helps"
            case "harms": "it harms"
            default: "chance may explain it"
            }
        return "\(rise.text) over \(rise.rows) validation rows, \(said): \(delivered)"
    }
}
