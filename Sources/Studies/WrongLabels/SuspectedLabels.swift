import DataEfficiency
import Prediction
import Runs
import Statistics
import TensorCore

/// What is suspected of rows, by classes or by numbers.
enum Suspicion {
    case classes(GivenLabels, WrongShare)
    case numbers([Double], predictions: [Double], WrongNumbers)

    /// Of right numbers, so many lie outside an interval.
    static let miscoverage = 0.01

    init(_ rows: LabelledPredictions, seed: UInt64) throws {
        switch rows.answers {
        case .classes:
            guard let given = GivenLabels(rows) else {
                throw VouchError("one class alone has no wrong labels")
            }
            self = .classes(given, WrongShare(given))
        case .numbers(let targets):
            guard targets.count > 1 else { throw VouchError("one row alone tells nothing") }
            let shift =
                1
                + CounterRandom(seed: seed, name: "planted numbers").integer(
                    below: targets.count - 1, index: 0)
            self = .numbers(
                targets, predictions: rows.predictions.values,
                WrongNumbers(
                    targets: targets, predictions: rows.predictions.values,
                    miscoverage: Self.miscoverage, shift: shift))
        }
    }

    var share: WrongShare {
        switch self {
        case .classes(_, let share): share
        case .numbers(_, _, let numbers): numbers.share
        }
    }
}

/// Rows whose labels are probably wrong, by two passes of out-of-fold predictions.
///
/// The first pass learns from all rows; the second from those that the first does not suspect, with other folds, since
/// wrong labels among the rows to learn from hide others. What both say is averaged.
struct SuspectedLabels {
    let rows: LabelledPredictions
    let suspicion: Suspicion
    /// Places among the rows, the most doubted first.
    let listed: [Int]
    /// Left out of the second pass.
    let leftOut: Int
    /// What was not done, where somebody interrupted it.
    let interrupted: String?

    /// A row is left out of the second pass where it is at least as probably wrong as right.
    private static let leastChance = 0.5

    init(_ passes: LabelPasses, shareRight: Double) throws {
        let seed = passes.trials.settings.learning.seed
        var values = try passes.values(pass: 0, called: "Predicting rows not learned from")
        var rows = try passes.labelled(values)
        var suspicion = try Suspicion(rows, seed: seed)
        let leftOut = Self.likelyWrong(suspicion)
        var interrupted: String?
        do {
            let second = try passes.values(
                pass: 1, leavingOut: leftOut, called: "Again without \(leftOut.count) suspected rows")
            for place in values.indices { values[place] = (values[place] + second[place]) / 2 }
            rows = try passes.labelled(values)
            suspicion = try Suspicion(rows, seed: seed)
        } catch is Interruption {
            interrupted = "interrupted after the first pass, which is what is told here"
        }
        self.rows = rows
        self.suspicion = suspicion
        self.leftOut = interrupted == nil ? leftOut.count : 0
        self.interrupted = interrupted
        listed = suspicion.share.listed(shareRight: shareRight)
    }

    /// Places of rows that are at least as probably wrong as right, the most doubted first.
    var likelyWrong: [Int] { Self.likelyWrong(suspicion) }

    /// Of each class at most half, so that every class is still learned.
    private static func likelyWrong(_ suspicion: Suspicion) -> [Int] {
        let share = suspicion.share
        let suspects = share.order.filter { share.chances[$0] >= leastChance }
        guard case .classes(let given, _) = suspicion else {
            return Array(suspects.prefix(share.order.count / 4))
        }
        var left = [Int](repeating: 0, count: given.classes)
        for label in given.labels { left[label] += 1 }
        left = left.map { $0 / 2 }
        return suspects.filter { row in
            left[given.labels[row]] -= 1
            return left[given.labels[row]] >= 0
        }
    }
}
