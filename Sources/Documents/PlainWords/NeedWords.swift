import Cost
import Evidence
import Figures
import Reporting
import Runs

/// Whether a cheaper kind of model would do, in words.
enum NeedWords {
    /// A cheaper kind is not worse.
    case notNeeded(kind: String)
    case needed, cannotTell, cheapest

    /// - Returns: `nil` where its probe found nothing, or was written by a later version.
    init?(_ summary: Measurement) {
        switch summary.verdict {
        case "not needed":
            guard let kind = summary.group?.dropFirst("cheapest = ".count) else { return nil }
            self = .notNeeded(kind: String(kind))
        case "needed": self = .needed
        case "cannot tell": self = .cannotTell
        case "the cheapest": self = .cheapest
        default: return nil
        }
    }

    /// `a linear model`
    static func name(_ kind: String) -> String { form(kind)?.inWords ?? "another model" }

    /// Whether the cheaper model can be read whole.
    var isReadable: Bool {
        guard case .notNeeded(let kind) = self else { return false }
        return Self.form(kind)?.isReadable ?? false
    }

    private static func form(_ kind: String) -> (any ModelForm)? {
        TrainConfiguration.ModelKind(rawValue: kind)?.form
    }

    var sentence: String {
        switch self {
        case .notNeeded(let kind):
            let name = Self.name(kind)
            return "\(name.prefix(1).uppercased())\(name.dropFirst()), which is cheaper to use, is not "
                + "worse: you do not need this one."
        case .needed: return "Every kind of model that is cheaper to use is worse."
        case .cannotTell: return "Cannot tell whether a cheaper kind of model would do."
        case .cheapest: return "No kind of model is cheaper to use."
        }
    }

    var tone: RunReport.Answer.Tone {
        switch self {
        case .notNeeded: .bad
        case .needed: .good
        case .cannotTell: .unsure
        case .cheapest: .plain
        }
    }
}

extension ReportFacts {
    /// `nil` where it was not measured.
    var need: NeedWords? { all(.cheaperModels).first.flatMap(NeedWords.init) }
}
