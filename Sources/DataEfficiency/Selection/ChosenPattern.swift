package import Prediction
import RealModule
import Statistics
import TensorCore

/// Whether the answers of chosen rows follow a pattern that the recipe can learn, and learns from them.
///
/// An answer is worth asking only if it does: where the rows at the border are those whose answers are noise, what
/// is uncertain stays so however many are asked. Each row is predicted by models that did not learn it, of four
/// fifths of all answered rows, chosen and drawn. Half of their mean and half of what is known without a model (the
/// shares of the classes among rows of the same kind, or their mean) is one prediction, so that models that are too
/// sure of themselves do not hide a pattern:
///
/// `skill = Σ (loss without a model − loss) / Σ loss without a model`
///
/// in nats or squared errors; what chosen rows taught of each other is the same with the loss by models that
/// learned none of them in the first place. The intervals are Student's over rows, by the ratio's linear part. They
/// are about the models as they are: rows of one part share theirs, and what is known without a model is taken from
/// the other parts.
package struct ChosenPattern: Sendable, Hashable {
    package static let parts = ChoosingGain.parts
    /// How often rows are cut into parts: predictions are the means of as many models, whose own chance would else
    /// be as large as that of the rows.
    package static let repeats = 3
    /// Of chosen rows: over fewer the intervals are nearly as wide as `least`, so that luck would decide.
    package static let leastRows = 400
    /// A share of the loss up to it is no pattern that is worth asking for.
    ///
    /// Set on draws that `Benchmarks/data/next` does not report: intervals of the skill of 400 rows that were
    /// chosen by margin end at 0.049 or above on honest tables, and at 0.022 or below where answers near the border
    /// are noise. On other draws of such noise they end as high as 0.056: the bound is for few wrong words.
    package static let least = 0.03
    /// What is not known of chosen rows without a model, as a share of that of rows drawn at random. Below it they
    /// have nearly the same answers: that is a pattern, too, which no skill shows.
    package static let leastUnknown = 0.5

    /// How much lower a loss is, as a share of that without a model.
    package struct Skill: Sendable, Hashable {
        package var value: Double
        package var lower: Double
        package var upper: Double
        package var rows: Int

        /// - Parameters:
        ///   - losses: Of each row, of which there are at least two.
        ///   - before: What is lowered.
        ///   - known: Of each row without a model; their sum is above 0.
        package init(losses: [Double], before: [Double], known: [Double]) {
            precondition(
                losses.count > 1 && before.count == losses.count && known.count == losses.count,
                "three losses a row")
            let rows = Double(losses.count)
            let sum = known.reduce(0, +)
            let share = zip(before, losses).reduce(0) { $0 + $1.0 - $1.1 } / sum
            // A row's part of the ratio's variance; they add up to 0.
            var squares = 0.0
            for row in losses.indices {
                let residual = before[row] - losses[row] - share * known[row]
                squares += residual * residual
            }
            let error = (squares * rows / (rows - 1)).squareRoot() / sum
            let reach = error * SpecialFunctions.studentQuantile(0.975, degrees: rows - 1)
            (value, lower, upper) = (share, share - reach, share + reach)
            self.rows = losses.count
        }
    }

    /// Of chosen rows.
    package var chosen: Skill
    /// What the others of them taught of each chosen row.
    package var taught: Skill
    /// Of rows drawn at random, by the same models.
    package var random: Skill

    package init(chosen: Skill, taught: Skill, random: Skill) {
        (self.chosen, self.taught, self.random) = (chosen, taught, random)
    }

    /// - Parameters:
    ///   - chosen: A part each: its chosen rows, as the model says that learned none of the part.
    ///   - before: The same rows, as models say that learned no chosen row.
    ///   - random: As `chosen`, of rows drawn at random.
    /// - Returns: `nil` with too few rows, or where those of one kind have nearly the same answers.
    package init?(
        chosen: [LabelledPredictions], before: [Predictions], random: [LabelledPredictions]
    ) {
        let ofChosen = RowLosses(chosen)
        let ofBefore = RowLosses(zip(chosen, before).map { $0.with($1) })
        let ofRandom = RowLosses(random)
        guard ofChosen.known.count >= Self.leastRows,
            ofRandom.known.count >= ChoosingGain.leastRows,
            ofRandom.unknown > 0,
            ofChosen.unknown >= Self.leastUnknown * ofRandom.unknown
        else { return nil }
        self.init(
            chosen: Skill(losses: ofChosen.told, before: ofChosen.known, known: ofChosen.known),
            taught: Skill(losses: ofChosen.told, before: ofBefore.told, known: ofChosen.known),
            random: Skill(losses: ofRandom.told, before: ofRandom.known, known: ofRandom.known))
    }

    /// Chosen answers follow none that is worth asking for and taught none, whereas those of rows drawn at random
    /// follow one, by the same models.
    package var isMissing: Bool {
        max(chosen.upper, taught.upper) <= Self.least && random.lower > chosen.upper
    }
}

/// Of rows in parts, each predicted by a model of its part.
private struct RowLosses {
    /// By half a prediction and half of what is known without a model.
    private(set) var told: [Double] = []
    /// Without a model.
    private(set) var known: [Double] = []

    /// The mean without a model.
    var unknown: Double { known.reduce(0, +) / Double(max(known.count, 1)) }

    init(_ parts: [LabelledPredictions]) {
        for (number, part) in parts.enumerated() {
            let others = parts.indices.filter { $0 != number }.map { parts[$0].answers }
            switch part.answers {
            case .classes(let labels):
                let width = part.predictions.width
                let shares = Self.shares(others, classes: width)
                for (row, label) in labels.enumerated() {
                    let share = shares[Int(label)]
                    known.append(-Double.log(share))
                    told.append(
                        -Double.log(
                            (share + part.predictions.values[row * width + Int(label)]) / 2))
                }
            case .numbers(let targets):
                let mean = Self.mean(others)
                for (value, target) in zip(part.predictions.values, targets) {
                    known.append((mean - target) * (mean - target))
                    let miss = (mean + value) / 2 - target
                    told.append(miss * miss)
                }
            }
        }
    }

    /// With half a row more in each class, so that none has the share 0.
    private static func shares(
        _ answers: [LabelledPredictions.Answers], classes: Int
    ) -> [Double] {
        var counts = [Double](repeating: 0.5, count: classes)
        for case .classes(let labels) in answers {
            for label in labels { counts[Int(label)] += 1 }
        }
        let sum = counts.reduce(0, +)
        return counts.map { $0 / sum }
    }

    private static func mean(_ answers: [LabelledPredictions.Answers]) -> Double {
        var (sum, rows) = (0.0, 0.0)
        for case .numbers(let targets) in answers {
            sum += targets.reduce(0, +)
            rows += Double(targets.count)
        }
        return rows > 0 ? sum / rows : 0
    }
}
