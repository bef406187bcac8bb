import GraphIR
import Kernels
import Models
import NN
import RealModule
import Statistics
import Tables
import Training

/// Fits the line of a network that has one (`TabularNetwork.hasLine`), and blends it with its members.
///
/// Each training's line learns, shrunk, from the rows that this training learned from. What is blended is what comes before
/// the last non-linearity: a member's outputs `z` and the line's `l` become `a·z + b·l`, so that the model stays one graph.
/// The factors need not sum to 1: members that are too sure of themselves, as on few rows, are shrunk too.
///
/// The penalty is that of the lines' own least loss on the rows that each did not learn from. The factors, from 0, are
/// those of least `n · loss + 2 · ((a − 0.7)² + (b − 0.3)²)` of the blend on these `n` rows; the loss is in nats, of a
/// number half the squared error over the members' mean squared one. All are the same for all trainings of a model: three
/// numbers that its validation rows chose, beside those that stopped it.
///
/// - Source: Breiman 1996, DOI 10.1007/BF00117832, for factors that are not negative and found on out-of-fold predictions; van
///   der Laan et al. 2007, DOI 10.2202/1544-6115.1309. That they are drawn to what they usually are is ours.
struct LineBlend {
    let learner: Learner
    let features: EncodedFeatures

    /// The strongest first, as each search begins where the one before ended.
    private static let penalties: [Double] = [100, 30, 10, 3, 1]

    struct Blended {
        var trainings: [TrainedFold]
        var factors: Factors
    }

    /// - Returns: `nil` where there is nothing to fit: the network has no line; the training began with a model's
    ///   parameters, a line among them; it learned other answers than the rows' own, or under a penalty; no rows were
    ///   held out, or none counts.
    func applied(to trainings: [TrainedFold]) throws -> Blended? {
        guard learner.network().hasLine == true, learner.start == nil, learner.taughtRows == nil,
            learner.configuration.model.fairPenalty == nil, !trainings.isEmpty
        else { return nil }
        let model = try learner.bundle(sets: trainings.map(\.weights))
        let parts = try trainings.indices.map { try part($0, of: model) }
        guard parts.contains(where: { $0.held != nil }), parts.allSatisfy(\.weighs) else {
            return nil
        }
        var lines: [ShrunkLinearFit]?
        var best: (lines: [ShrunkLinearFit], loss: Double)?
        for penalty in Self.penalties {
            let fitted = parts.enumerated().map { place, part in
                ShrunkLinearFit(
                    part.rows, answers: part.answers, rowWeights: part.weights, penalty: penalty,
                    start: lines?[place])
            }
            lines = fitted
            let loss = Self.loss(parts, fitted, Factors(members: 0, line: 1))
            if best.map({ loss < $0.loss }) ?? loss.isFinite { best = (fitted, loss) }
        }
        guard let best else { return nil }
        let rows = parts.reduce(0.0) { $0 + ($1.held?.weights.reduce(0, +) ?? 0) }
        let unit =
            learner.prepared.target.task == .regression
            ? 2 * Self.loss(parts, best.lines, Factors(members: 1, line: 0)) : 1
        guard unit > 0 else { return nil }
        let factors = Factors.least {
            Self.loss(parts, best.lines, $0) / unit + 2 / rows * $0.distanceFromUsual
        }
        var result = trainings
        for (place, set) in model.blended(best.lines, factors).enumerated() {
            result[place].weights = set
        }
        return Blended(trainings: result, factors: factors)
    }
}

extension LineBlend {
    /// By which the members' outputs and the line's are multiplied.
    struct Factors: Hashable {
        var members: Double
        var line: Double

        /// What they usually are, where members and line are both of some use.
        static let usual = Factors(members: 0.7, line: 0.3)
        static let most = Factors(members: 1.5, line: 1)
        private static let steps = 20.0

        var distanceFromUsual: Double {
            let (first, second) = (members - Self.usual.members, line - Self.usual.line)
            return first * first + second * second
        }

        /// Those of least value among multiples of a twentieth, by going from the usual ones to the best neighbour until none
        /// is better: the least of all where the value is convex.
        static func least(_ value: (Factors) -> Double) -> Factors {
            func factors(_ place: (Int, Int)) -> Factors {
                Factors(members: Double(place.0) / steps, line: Double(place.1) / steps)
            }
            var place = (Int(usual.members * steps + 0.5), Int(usual.line * steps + 0.5))
            var best = value(factors(place))
            while true {
                var next: (place: (Int, Int), value: Double)?
                for first in place.0 - 1...place.0 + 1 {
                    for second in place.1 - 1...place.1 + 1 {
                        let tried = factors((first, second))
                        guard first >= 0, second >= 0, tried.members <= most.members,
                            tried.line <= most.line
                        else { continue }
                        let found = value(tried)
                        if found < next?.value ?? best { next = ((first, second), found) }
                    }
                }
                guard let next else { return factors(place) }
                (place, best) = next
            }
        }
    }
}

// MARK: - What a line learns from, and what it is measured on

extension LineBlend {
    /// Of one training.
    private struct Part {
        /// What the line multiplies, `[rows, features]`.
        var rows: [Float]
        var answers: ShrunkLinearFit.Answers
        var weights: [Double]?
        /// `nil` of a training that learned from all rows.
        var held: Held?

        /// Whether any row counts.
        var weighs: Bool { weights?.contains { $0 > 0 } ?? true }
    }

    private struct Held {
        var rows: [Float]
        var answers: ShrunkLinearFit.Answers
        var weights: [Double]
        /// `[rows, members · outputs]`
        var members: [Float]
    }

    private func part(_ place: Int, of model: ModelBundle) throws -> Part {
        let folds = learner.prepared.folds
        let isFold = place < folds.count
        let split = isFold ? folds[place] : learner.prepared.split
        let learned = isFold ? split.train : (split.train + split.validation).sorted()
        let (answers, weights) = try answers(learned, balanced: true)
        var part = Part(
            rows: try lineFeatures(learned, model, set: place), answers: answers, weights: weights)
        if isFold, !split.validation.isEmpty {
            let rows = split.validation
            let (answers, weights) = try self.answers(rows, balanced: false)
            part.held = Held(
                rows: try lineFeatures(rows, model, set: place), answers: answers,
                weights: weights ?? Array(repeating: 1, count: rows.count),
                members: try model.values(
                    of: .memberLogits, features.selecting(rows: rows), model: place,
                    pool: learner.pool
                ).numbers)
        }
        return part
    }

    private func answers(
        _ rows: [Int], balanced: Bool
    ) throws -> (ShrunkLinearFit.Answers, [Double]?) {
        let (labels, weights) = try learner.answers(rows, balanced: balanced)
        let target = learner.prepared.target
        let answers: ShrunkLinearFit.Answers =
            switch labels {
            case .numbers(let numbers) where target.task == .regression:
                .numbers(numbers.map(Double.init))
            case .numbers(let numbers): .binary(numbers.map(Double.init))
            case .classes(let places): .classes(places.map { Int($0) }, count: target.classes.count)
            case .shares, .none: preconditionFailure("rows' own answers are numbers or classes")
            }
        return (answers, weights?.map(Double.init))
    }

    private func lineFeatures(_ rows: [Int], _ model: ModelBundle, set: Int) throws -> [Float] {
        guard let value = model.network.lineFeatures(in: model.graph) else { return [] }
        var builder = GraphBuilder(extending: model.graph)
        let port = OutputPort("lineFeatures")
        builder.output(port, value)
        let evaluator = NetworkEvaluator(
            try builder.build(), output: port, layout: model.parameters.layout, pool: learner.pool)
        return evaluator.values(
            of: EncodedData(features.selecting(rows: rows), labels: .none),
            weights: model.parameters.sets[set])
    }

    /// The mean loss of blends on the rows that their trainings did not learn from.
    private static func loss(
        _ parts: [Part], _ lines: [ShrunkLinearFit], _ factors: Factors
    ) -> Double {
        var sum = 0.0
        var total = 0.0
        for (part, line) in zip(parts, lines) {
            guard let held = part.held else { continue }
            let outputs = held.answers.outputs
            let scores = line.scores(held.rows)
            let members = held.members.count / scores.count
            for (row, weight) in held.weights.enumerated() {
                let own = scores[row * outputs..<(row + 1) * outputs]
                let blends = (0..<members).map { member in
                    let start = (row * members + member) * outputs
                    return zip(held.members[start..<(start + outputs)], own).map {
                        factors.members * Double($0) + factors.line * $1
                    }
                }
                total += weight
                sum += weight * held.answers.loss(ofMembers: blends, row: row)
            }
        }
        return sum / total
    }
}

extension ShrunkLinearFit.Answers {
    /// What the mean of members' predictions loses in a row: nats, or a squared error.
    ///
    /// - Parameter members: What each puts out.
    fileprivate func loss(ofMembers members: [[Double]], row: Int) -> Double {
        func mean(_ value: ([Double]) -> Double) -> Double {
            members.reduce(0) { $0 + value($1) } / Double(members.count)
        }
        func nats(_ probability: Double) -> Double { -Double.log(max(probability, 1e-15)) }
        switch self {
        case .numbers(let all):
            let error = mean { $0[0] } - all[row]
            return error * error
        case .binary(let all):
            let sign: Double = all[row] == 1 ? 1 : -1
            return nats(mean { 1 / (1 + Double.exp(-sign * $0[0])) })
        case .classes(let all, _):
            return nats(
                mean { own in
                    let top = own.max() ?? 0
                    return Double.exp(own[all[row]] - top)
                        / own.reduce(0) { $0 + Double.exp($1 - top) }
                })
        }
    }
}

extension ModelBundle {
    /// The parameters with the line of each training, and its members' outputs, multiplied.
    fileprivate func blended(
        _ lines: [ShrunkLinearFit], _ factors: LineBlend.Factors
    ) -> [Buffer] {
        ModelParameters(graph, count: count) { tensor, set in
            switch tensor.name {
            case TabularNetwork.lineWeight: lines[set].weights.map { Float(factors.line * $0) }
            case TabularNetwork.lineBias: lines[set].intercepts.map { Float(factors.line * $0) }
            case let name where TabularNetwork.headTensors.contains(name):
                parameters.values(of: tensor, model: set).map { Float(factors.members) * $0 }
            default: parameters.values(of: tensor, model: set)
            }
        }.sets
    }
}
