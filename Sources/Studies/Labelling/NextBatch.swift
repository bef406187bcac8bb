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

    let batch: String
    let round: Int
    let strategy: String
    let rows: Int
    let random: Int
    let cost: Double
    let nearCopies: Int
    let open: Int
    let guarding: GuardAnswer
    let randomRows: Interval
    private let sentences: [String]

    init(
        _ request: NextRequest, _ asked: AskedRound, _ choice: BatchChoice,
        guarded: GuardVerdict?, givesWay: Bool, suited: SelectionStrategy, seen: RandomAnswers
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
        guarding = GuardAnswer(
            guarded, givesWay: givesWay, suited: suited, strategy: asked.strategy)
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
        sentences.append(guarding.text)
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

    private enum CodingKeys: String, CodingKey {
        case batch, round, strategy, rows, random, cost, nearCopies, open
        case guarding = "guard"
        case randomRows
    }

    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }

    package var text: String { sentences.joined(separator: "\n") + "\n" }
}
