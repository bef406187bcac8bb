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
/// the last non-linearity: a member's outputs `z` and the line's `l` become `(1 − s)·z + s·l`, so that the model stays one
/// graph. The penalty is that of the lines' own least loss on the rows that each did not learn from, and the share
/// `s` that of the blend's; of equal ones the smaller share. Both are the same for all trainings of a model: two numbers
/// that its validation rows chose, beside those that stopped it.
///
/// - Source: Breiman 1996, DOI 10.1007/BF00117832, for shares found on out-of-fold predictions, which are not negative and
///   here sum to 1; van der Laan et al. 2007, DOI 10.2202/1544-6115.1309.
struct LineBlend {
    let learner: Learner
    let features: EncodedFeatures

    /// The strongest first, as each search begins where the one before ended.
    private static let penalties: [Double] = [100, 30, 10, 3, 1]
    private static let shares = (0...20).map { Double($0) / 20 }

    struct Blended {
        var trainings: [TrainedFold]
        var share: Double
        var penalty: Double
    }

    /// - Returns: `nil` where there is nothing to fit: the network has no line, the training began with a model's
    ///   parameters, a line among them, or learned other answers than the rows' own, or no rows were held out.
    func applied(to trainings: [TrainedFold]) throws -> Blended? {
        guard learner.network().hasLine == true, learner.start == nil, learner.taughtRows == nil,
            learner.configuration.model.fairPenalty == nil, !trainings.isEmpty
        else { return nil }
        let model = try learner.bundle(sets: trainings.map(\.weights))
        let parts = try trainings.indices.map { try part($0, of: model) }
        guard parts.contains(where: { $0.held != nil }) else { return nil }
        var lines: [ShrunkLinearFit]?
        var best: (lines: [ShrunkLinearFit], penalty: Double, loss: Double)?
        for penalty in Self.penalties {
            let fitted = parts.enumerated().map { place, part in
                ShrunkLinearFit(
                    part.rows, answers: part.answers, rowWeights: part.weights, penalty: penalty,
                    start: lines?[place])
            }
            lines = fitted
            let loss = Self.loss(parts, fitted, share: 1)
            if best.map({ loss < $0.loss }) ?? loss.isFinite { best = (fitted, penalty, loss) }
        }
        guard let best else { return nil }
        let losses = Self.shares.map { Self.loss(parts, best.lines, share: $0) }
        guard let least = losses.min(), let place = losses.firstIndex(of: least) else { return nil }
        let share = Self.shares[place]
        let sets = model.blended(best.lines, share: share)
        var result = trainings
        for (place, set) in sets.enumerated() { result[place].weights = set }
        return Blended(trainings: result, share: share, penalty: best.penalty)
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
        _ parts: [Part], _ lines: [ShrunkLinearFit], share: Double
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
                        (1 - share) * Double($0) + share * $1
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
    /// The parameters with a share of each training's line in place of as much of its members' outputs.
    fileprivate func blended(_ lines: [ShrunkLinearFit], share: Double) -> [Buffer] {
        ModelParameters(graph, count: count) { tensor, set in
            switch tensor.name {
            case TabularNetwork.lineWeight: lines[set].weights.map { Float(share * $0) }
            case TabularNetwork.lineBias: lines[set].intercepts.map { Float(share * $0) }
            case let name where TabularNetwork.headTensors.contains(name):
                parameters.values(of: tensor, model: set).map { Float(1 - share) * $0 }
            default: parameters.values(of: tensor, model: set)
            }
        }.sets
    }
}
