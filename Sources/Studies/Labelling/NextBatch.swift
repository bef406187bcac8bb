import DataEfficiency
import Runs
import Statistics

/// A batch that was asked, with what is known of the choosing itself.
package struct NextBatch: Encodable, Sendable {
    struct Interval: Encodable {
        var value: Double?
        var lower: Double?
        var upper: Double?
        var rows: Int
        var note: String?

        init(_ estimate: Estimate) {
            (value, lower, upper) = (estimate.value, estimate.lower, estimate.upper)
            rows = estimate.count
            note = estimate.note
        }
    }

    struct Guard: Encodable {
        /// Loss by random rows less loss by chosen rows.
        var gain: Double?
        var lower: Double?
        var upper: Double?
        /// `better`, `notBetter` or `cannotTell`.
        var verdict: String
        var rows: Int
        var learned: Int
        var text: String
    }

    let batch: String
    let round: Int
    let strategy: String
    let rows: Int
    let random: Int
    let cost: Double
    let nearCopies: Int
    let open: Int
    let guarding: Guard
    let randomRows: Interval
    private let sentences: [String]

    init(
        _ request: NextRequest, _ asked: AskedRound, _ choice: BatchChoice,
        guarded: ChoosingGain?, givesWay: Bool, suited: SelectionStrategy, seen: RandomAnswers
    ) {
        batch = request.output
        round = asked.round
        strategy = asked.strategy
        rows = asked.rows.count
        random = asked.rows.count { $0.isRandom }
        cost = choice.cost
        nearCopies = choice.nearCopies
        open = asked.open
        randomRows = Interval(seen.all)
        let told = Self.guardText(
            guarded, givesWay: givesWay, suited: suited, strategy: asked.strategy)
        guarding = Guard(
            gain: guarded?.gain, lower: guarded?.lower, upper: guarded?.upper,
            verdict: (guarded?.verdict ?? .cannotTell).rawValue, rows: guarded?.rows ?? 0,
            learned: guarded?.learned ?? 0, text: told)
        var sentences = [
            "Round \(round): \(rows) of \(open) open rows, \(rows - random) by \(strategy) and "
                + "\(random) drawn at random."
        ]
        if strategy == SelectionStrategy.random.rawValue {
            sentences[0] = "Round \(round): \(rows) of \(open) open rows, all drawn at random."
        }
        if request.costColumn != nil {
            sentences.append(
                "They cost \(cost) of \(request.budget), by \(request.costColumn ?? "").")
        }
        if nearCopies > 0 {
            sentences.append(
                "\(nearCopies) rows were passed over, as one of the batch is nearly the same.")
        }
        sentences.append(told)
        sentences += seen.sentences
        sentences.append(
            "Written: \(request.output)"
                + (request.labelStudio.map {
                    ", \($0) and \(BatchFile.configurationPath($0)), its labelling interface"
                } ?? "")
                + ". Take the answers back with: vouch data answers \(request.run) \(request.output)"
        )
        self.sentences = sentences
    }

    private static func guardText(
        _ gain: ChoosingGain?, givesWay: Bool, suited: SelectionStrategy, strategy: String
    ) -> String {
        guard let gain else {
            return "Whether choosing beats drawing at random cannot be told yet: it needs "
                + "\(ChoosingGain.leastRows) answered rows of either kind that the run learned from, "
                + "and one answered row for every \(ChoosingGain.mostFirst) that it began with."
        }
        func shown(_ number: Double) -> String {
            ((number * 10_000).rounded() / 10_000).description
        }
        let numbers =
            "\(gain.learned) chosen rows in the place of as many random ones lower the loss by "
            + "\(shown(gain.gain)) [\(shown(gain.lower)), \(shown(gain.upper))] from "
            + "\(shown(gain.randomLoss)), judged on \(gain.rows) rows drawn at random"
        switch gain.verdict {
        case .better: return "Choosing beats drawing at random: \(numbers)."
        case .cannotTell:
            return "Whether choosing beats drawing at random cannot be told: \(numbers)."
        case .notBetter:
            let then =
                givesWay
                ? "this batch is drawn at random in place of \(suited.rawValue)"
                : strategy == SelectionStrategy.random.rawValue
                    ? "this batch is drawn at random"
                    : "--strategy \(strategy) was asked for and is used; leave it out to draw at random"
            return "Choosing does not beat drawing at random here: \(numbers); \(then)."
        }
    }

    private enum CodingKeys: String, CodingKey {
        case batch, round, strategy, rows, random, cost, nearCopies, open
        case guarding = "guard"
        case randomRows
    }

    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }

    package var text: String { sentences.joined(separator: "\n") + "\n" }
}
