import Statistics
import TensorCore

/// Whether rows that were chosen teach a model more than as many that were drawn at random.
///
/// Rows drawn at random are cut into five parts. For each part one model learns the first rows and rows drawn at random
/// of the other parts, and one learns the first rows and as many chosen rows, no row of which another of these models
/// learned. Both are judged on rows drawn at random that they did not learn:
///
/// `gain = mean over rows of (loss by random rows − mean loss of the models by chosen rows)`
///
/// The mean is an honest one, as rows drawn at random stand for the pool. Its interval allows for the rows that judge
/// (Student over their differences) and for the rows and seeds that were learned. The models by chosen rows share none,
/// so that the spread of their mean losses is that of one training, s²; their mean varies by s²/5. The models by random
/// rows share three quarters of those, so that theirs varies by at most s²(1/5 + 4/5 · 3/4): together s².
package struct ChoosingGain: Sendable, Hashable {
    package static let parts = 5
    /// Of rows drawn at random: fewer tell nothing.
    package static let leastRows = 30
    /// First rows for each answered one: beside more of them, what a few answers teach is not to be seen.
    package static let mostFirst = 20
    /// Below this share of the loss a gain is none.
    package static let leastGain = 0.01

    package enum Verdict: String, Sendable, Hashable, Codable {
        case better, notBetter, cannotTell
    }

    /// In the unit of the loss; positive where choosing is better.
    package var gain: Double
    package var lower: Double
    package var upper: Double
    /// The mean loss of the models by random rows.
    package var randomLoss: Double
    /// That judged.
    package var rows: Int
    /// Rows that each model learned beside the first ones.
    package var learned: Int

    /// - Parameters:
    ///   - random: The loss of each row drawn at random by the model that did not learn its part.
    ///   - chosen: The loss of each such row by every model that learned chosen rows, a list a model.
    ///   - learned: Rows that each model learned beside the first ones.
    package init(random: [Double], chosen: [[Double]], learned: Int) {
        precondition(
            random.count > 1 && chosen.count > 1 && chosen.allSatisfy { $0.count == random.count },
            "a loss for each row")
        let rows = Double(random.count)
        let models = Double(chosen.count)
        let differences = random.indices.map { row in
            random[row] - chosen.reduce(0) { $0 + $1[row] } / models
        }
        let mean = differences.reduce(0, +) / rows
        let spread =
            differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (rows - 1) / rows
        let losses = chosen.map { $0.reduce(0, +) / rows }
        let middle = losses.reduce(0, +) / models
        let training = losses.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / (models - 1)
        let ofRows = SpecialFunctions.studentQuantile(0.025, degrees: rows - 1)
        let ofTraining = SpecialFunctions.studentQuantile(0.025, degrees: models - 1)
        let reach = (ofRows * ofRows * spread + ofTraining * ofTraining * training).squareRoot()
        (gain, lower, upper) = (mean, mean - reach, mean + reach)
        randomLoss = random.reduce(0, +) / rows
        self.rows = random.count
        self.learned = learned
    }

    /// It beats drawing at random; it does not, by as much as would matter; or these rows cannot tell.
    package var verdict: Verdict {
        if lower > 0 { return .better }
        return upper < Self.leastGain * randomLoss ? .notBetter : .cannotTell
    }
}

/// Which rows each model of the guard learns, and which judge it.
package struct ChoosingRows: Sendable, Hashable {
    /// Rows that each model learns beside the first ones.
    package private(set) var learned: Int
    /// By part: rows drawn at random that judge what the others taught.
    package private(set) var judges: [[Int]] = []
    package private(set) var learnedRandom: [[Int]] = []
    package private(set) var learnedChosen: [[Int]] = []
    /// By part: chosen rows that those judge who learned all others; each is in one part.
    package private(set) var heldChosen: [[Int]] = []

    /// - Parameters:
    ///   - random: Rows that were drawn at random, at least as many as there are parts.
    ///   - chosen: Rows that were chosen.
    package init(random: [Int], chosen: [Int], parts: Int, seed: UInt64) {
        let randomOrder = CounterRandom(seed: seed, name: "guard, rows drawn at random")
            .permutation(of: random.count).map { random[$0] }
        let chosenOrder = CounterRandom(seed: seed, name: "guard, chosen rows")
            .permutation(of: chosen.count).map { chosen[$0] }
        // The largest part leaves the fewest rows to learn from. Chosen rows are shared by no two models, so that the
        // spread of their losses is that of a training.
        let largest = (random.count + parts - 1) / parts
        learned = min(random.count - largest, chosen.count / parts)
        for part in 0..<parts {
            let judging = randomOrder.indices.filter { $0 % parts == part }.map { randomOrder[$0] }
            let others = randomOrder.indices.filter { $0 % parts != part }.map { randomOrder[$0] }
            judges.append(judging)
            learnedRandom.append(Array(others.prefix(learned)))
            learnedChosen.append(Array(chosenOrder[part * learned..<(part + 1) * learned]))
            heldChosen.append(
                chosenOrder.indices.filter { $0 % parts == part }.map { chosenOrder[$0] })
        }
    }
}
