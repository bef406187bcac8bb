import DataEfficiency

/// What the guard says, as `vouch data next` prints it.
struct GuardAnswer: Encodable, Sendable {
    /// Loss by random rows less loss by chosen rows.
    let gain: Double?
    let lower: Double?
    let upper: Double?
    /// `better`, `notBetter` or `cannotTell`, of all evidence.
    let verdict: String
    let rows: Int
    let learned: Int
    /// Whether chosen answers follow a pattern; `nil` where too few are there.
    let pattern: Pattern?
    let text: String

    struct Pattern: Encodable, Sendable {
        let chosen: Skill
        let taught: Skill
        let random: Skill
        /// What is up to it is none, of `chosen` and of `taught`.
        let bound: Double
        let isMissing: Bool

        init(_ pattern: ChosenPattern) {
            chosen = Skill(pattern.chosen)
            taught = Skill(pattern.taught)
            random = Skill(pattern.random)
            bound = ChosenPattern.least
            isMissing = pattern.isMissing
        }
    }

    struct Skill: Encodable, Sendable {
        let value: Double
        let lower: Double
        let upper: Double
        let rows: Int

        init(_ skill: ChosenPattern.Skill) {
            (value, lower, upper) = (skill.value, skill.lower, skill.upper)
            rows = skill.rows
        }

        var text: String {
            "\(shown(100 * value, 1)) % [\(shown(100 * lower, 1)), \(shown(100 * upper, 1))]"
        }
    }

    /// - Parameters:
    ///   - guarded: `nil` where there are too few answers.
    ///   - givesWay: Whether this batch is drawn at random because of it.
    ///   - suited: What would have chosen.
    ///   - strategy: What this batch is chosen by.
    init(
        _ guarded: GuardVerdict?, givesWay: Bool, suited: SelectionStrategy, strategy: String
    ) {
        let found = guarded?.gain
        (gain, lower, upper) = (found?.gain, found?.lower, found?.upper)
        verdict = (guarded?.verdict ?? .cannotTell).rawValue
        (rows, learned) = (found?.rows ?? 0, found?.learned ?? 0)
        pattern = guarded?.pattern.map(Pattern.init)
        text = guarded.map { Self.text($0, givesWay, suited, strategy) } ?? Self.tooFew
    }

    private static let tooFew =
        "Whether choosing beats drawing at random cannot be told yet: it needs "
        + "\(ChoosingGain.leastRows) answered rows of either kind that the run learned from, "
        + "and one answered row for every \(ChoosingGain.mostFirst) that it began with."

    private static func text(
        _ guarded: GuardVerdict, _ givesWay: Bool, _ suited: SelectionStrategy, _ strategy: String
    ) -> String {
        let gain = guarded.gain
        let numbers =
            "\(gain.learned) chosen rows in the place of as many random ones lower the loss by "
            + "\(shown(gain.gain)) [\(shown(gain.lower)), \(shown(gain.upper))] from "
            + "\(shown(gain.randomLoss)), judged on \(gain.rows) rows drawn at random"
        let pattern = guarded.pattern.map { Self.text($0) } ?? ""
        switch guarded.verdict {
        case .better: return "Choosing beats drawing at random: \(numbers).\(pattern)"
        case .cannotTell:
            let why = guarded.isContradictory ? ", as two pieces of evidence contradict" : ""
            return
                "Whether choosing beats drawing at random cannot be told\(why): \(numbers).\(pattern)"
        case .notBetter:
            let then =
                givesWay
                ? "This batch is drawn at random in place of \(suited.rawValue)."
                : strategy == SelectionStrategy.random.rawValue
                    ? "This batch is drawn at random."
                    : "--strategy \(strategy) was asked for and is used; leave it out to draw at random."
            guard gain.verdict == .cannotTell else {
                return
                    "Choosing does not beat drawing at random here: \(numbers).\(pattern) \(then)"
            }
            return
                "Choosing does not beat drawing at random here.\(pattern) By itself a comparison of models cannot "
                + "tell: \(numbers). \(then)"
        }
    }

    /// Begins with a space.
    private static func text(_ pattern: ChosenPattern) -> String {
        let told = Pattern(pattern)
        let measured =
            "models that did not learn them lower the loss of \(told.chosen.rows) chosen rows by \(told.chosen.text) "
            + "(by \(told.taught.text) for having learned other chosen rows) and that of "
            + "\(told.random.rows) rows drawn at random by \(told.random.text) of what it is without a model"
        let bound = "\(shown(100 * told.bound, 1)) %"
        return pattern.isMissing
            ? " The chosen rows' answers follow no pattern worth asking for (\(bound)): \(measured)."
            : " Of a pattern in the chosen rows' answers: \(measured)."
    }
}

private func shown(_ number: Double, _ digits: Int = 4) -> String {
    let scale = digits == 1 ? 10.0 : 10_000
    return ((number * scale).rounded() / scale).description
}
