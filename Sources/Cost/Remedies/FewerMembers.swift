package import Evidence
package import Kernels
package import Models
import NN
import Prediction
import RealModule
import Statistics
import Tables

/// Keeps some of an ensemble's members, and leaves out the weights and the work of the others.
///
/// Members are put in an order greedily: next comes the one with which the mean of those before it has the lowest loss on
/// held-out rows. Of that order so many are kept as were asked for, else the fewest whose loss is above that of all members
/// by no more than one standard error of the difference, row by row. As the order is chosen on the same rows, that
/// loss flatters; the proof is on others.
///
/// Of a model that is the mean of several, such as of folds, each keeps the same number, chosen on the rows that it did not
/// learn from; one that learned from all rows keeps those of the first model.
///
/// A single member needs no scales of its own: they go into the first layer's weights.
///
/// - Source: Caruana et al. 2004, DOI 10.1145/1015330.1015432, for the greedy order (here without replacement); Breiman et
///   al. 1984, ISBN 978-0-412-04841-8, section 3.4.3, for one standard error (here of the paired difference).
package struct FewerMembers: ModelRemedy {
    package init() {}

    package let description = RemedyDescription(
        id: "fewer-members", name: "Fewer members", drawback: .computeCost,
        judgedBy: CostMetrics.latency.id,
        source: "Caruana et al. 2004, DOI 10.1145/1015330.1015432")
    package let strengthText: String? = "members to keep"

    /// Halves, down to one.
    package func strengths(for model: ModelBundle) -> [Double?] {
        var counts: [Double?] = []
        var left = model.network.members / 2
        while left > 0 {
            counts.append(Double(left))
            left /= 2
        }
        return counts
    }

    package func changed(
        _ model: ModelBundle, strength: Double?, on rows: CalibrationRows, pool: WorkerPool
    ) throws -> ChangedModel {
        let members = model.network.members
        guard members > 1 else {
            throw ModelError("this model is no ensemble: it has no members to leave out")
        }
        let asked = try strength.map { try Self.count($0, of: members) }
        let orders = try (0..<model.count).compactMap { set in
            try MemberOrder(model, set: set, rows, pool: pool)
        }
        let kept = try asked ?? Self.fewest(orders, of: members, rows.rows)
        let numbers = (0..<model.count).map { set in
            (orders.first { $0.set == set } ?? orders[0]).members.prefix(kept).sorted()
        }
        let chosen =
            asked == nil
            ? "the fewest within one standard error of all members' loss on" : "chosen on"
        return ChangedModel(
            model: try model.keeping(numbers),
            text: "\(kept) of \(members) members kept, \(chosen) "
                + "\(rows.rows.rows) \(rows.rows.split) rows")
    }

    private static func count(_ strength: Double, of members: Int) throws(ModelError) -> Int {
        guard let count = Int(exactly: strength), (1..<members).contains(count) else {
            throw ModelError(
                "\(strength) members cannot be kept of \(members). Write a whole number from 1 to "
                    + "\(members - 1)")
        }
        return count
    }

    private static func fewest(
        _ orders: [MemberOrder], of members: Int, _ rows: LabelledPredictions
    ) throws -> Int {
        let design = try rows.design
        return (1..<members).first { count in
            var rises = [Double](repeating: 0, count: rows.rows)
            for order in orders {
                for (place, rise) in zip(order.places, order.rises(count)) { rises[place] = rise }
            }
            return design.mean(rises, scale: .plain).isWithinStandardError
        } ?? members - 1
    }
}

/// One model's members, the best first, with the losses that they come to.
private struct MemberOrder {
    let set: Int
    /// The rows that chose it, among the calibration rows.
    let places: [Int]
    let members: [Int]
    /// `[kept − 1][rows]`
    private let losses: [[Double]]

    /// - Returns: `nil` for a model that learned from all rows.
    init?(_ model: ModelBundle, set: Int, _ rows: CalibrationRows, pool: WorkerPool) throws {
        let places = rows.places(heldOutFrom: set)
        guard !places.isEmpty else { return nil }
        let own = rows.rows.selecting(places)
        let values = try MemberValues(
            model, set: set, rows.features.selecting(rows: places), own, pool: pool)
        let weights = own.weights ?? Array(repeating: 1, count: own.rows)
        var left = Array(0..<model.network.members)
        var sum = [Double](repeating: 0, count: own.rows)
        var order: [Int] = []
        var found: [[Double]] = []
        while !left.isEmpty {
            var best: (place: Int, loss: Double, losses: [Double])?
            for (place, member) in left.enumerated() {
                let losses = values.losses(of: sum, with: member, count: order.count + 1)
                let loss = zip(weights, losses).reduce(0.0) { $0 + $1.0 * $1.1 }
                if best.map({ loss < $0.loss }) ?? true { best = (place, loss, losses) }
            }
            guard let best else { break }
            let member = left.remove(at: best.place)
            for row in sum.indices { sum[row] += values.numbers[member][row] }
            order.append(member)
            found.append(best.losses)
        }
        self.set = set
        self.places = places
        members = order
        losses = found
    }

    /// How much more each row loses with so many members than with all.
    func rises(_ count: Int) -> [Double] {
        zip(losses[count - 1], losses[losses.count - 1]).map { $0 - $1 }
    }
}

/// What the loss of a row needs of each member: its probability of the row's true class, or its number.
private struct MemberValues {
    /// `[members][rows]`
    let numbers: [[Double]]
    /// Of a regression, scaled as the members' numbers are.
    private let targets: [Double]?

    init(
        _ model: ModelBundle, set: Int, _ features: EncodedFeatures, _ rows: LabelledPredictions,
        pool: WorkerPool
    ) throws {
        let (all, width) = try model.values(of: .memberLogits, features, model: set, pool: pool)
        let members = model.network.members
        let outputs = width / members
        func logits(_ row: Int, _ member: Int) -> ArraySlice<Float> {
            let start = row * width + member * outputs
            return all[start..<(start + outputs)]
        }
        switch rows.answers {
        case .classes(let labels):
            targets = nil
            numbers = (0..<members).map { member in
                labels.indices.map { row in
                    Self.probability(of: Int(labels[row]), logits(row, member))
                }
            }
        case .numbers(let answers):
            let target = model.target
            targets = answers.map { ($0 - target.center) / target.scale }
            numbers = (0..<members).map { member in
                answers.indices.map { row in
                    let own = logits(row, member)
                    return Double(own[own.startIndex])
                }
            }
        }
    }

    /// Of two classes there is one logit, the second's.
    private static func probability(of label: Int, _ logits: ArraySlice<Float>) -> Double {
        let own = logits.map(Double.init)
        let all = own.count == 1 ? [0, own[0]] : own
        let top = all.max() ?? 0
        let powers = all.map { Double.exp($0 - top) }
        return powers[label] / powers.reduce(0, +)
    }

    /// The losses of the mean of some members, one more among them.
    func losses(of sum: [Double], with member: Int, count: Int) -> [Double] {
        let own = numbers[member]
        return sum.indices.map { row in
            let mean = (sum[row] + own[row]) / Double(count)
            guard let targets else { return -Double.log(max(mean, 1e-15)) }
            return (mean - targets[row]) * (mean - targets[row])
        }
    }
}

extension ModelBundle {
    /// - Parameter members: The numbers of those that stay, of each model that is averaged: of all as many, fewer than there
    ///   are.
    fileprivate func keeping(_ members: [[Int]]) throws -> ModelBundle {
        var smaller = network
        smaller.members = members[0].count
        let graph = try smaller.inferenceGraph(keepsDropout: dropoutPasses != nil)
        let kept = try ModelParameters(graph, count: count) { tensor, set in
            guard let own = parameters.tensor(named: tensor.name) else {
                throw ModelError("this model has no \(tensor.name)")
            }
            let all = parameters.values(of: own, model: set)
            // What all members share.
            var values = all
            if own.shape != tensor.shape {
                let width = all.count / network.members
                values = members[set].flatMap { all[$0 * width..<($0 + 1) * width] }
            }
            if smaller.members == 1, tensor.name == firstWeights {
                scale(&values, as: members[set][0], set: set)
            }
            return values
        }
        return with(network: smaller, graph: graph, parameters: kept)
    }

    /// The tensor that multiplies what the members' own numbers scale.
    private var firstWeights: String {
        network.hidden.isEmpty ? "head/weight" : "hidden0/linear/weight"
    }

    /// `Σ (x · s) w = Σ x (s · w)`
    ///
    /// - Parameter weights: `[features, width]`.
    private func scale(_ weights: inout [Float], as member: Int, set: Int) {
        guard let scales = parameters.tensor(named: "members") else { return }
        let features = scales.range.count / network.members
        let width = weights.count / features
        let own = parameters.values(of: scales, model: set)
        for feature in 0..<features {
            let scale = own[member * features + feature]
            for place in feature * width..<(feature + 1) * width { weights[place] *= scale }
        }
    }
}
