import CPURuntime
import GraphIR
import Kernels
import Models
import NN
import Tables
import Training

/// How much of a model begins with another run's weights.
package struct CarriedShare: Sendable, Hashable {
    package var weights: Int
    /// That are learned.
    package var all: Int
    /// Whether what reads the last layer is among them.
    package var hasHead: Bool
}

/// The weights that a model begins with where another run's are carried over.
///
/// What both networks have of the same thing is taken: vectors of shared numbers and categories, the rows of the first
/// layer that read shared features, members' scales of them, further layers of the same shape, and heads where the target
/// has the same name and the same classes. All else begins at random, as without. Members and models are taken one by
/// one, in their order; a model beyond the other run's begins with its first again. One perceptron that is made of an
/// ensemble takes the first member's scales into its first layer.
package struct CarriedStart {
    /// As the graph that predicts lays them out.
    package private(set) var weights: [Float]
    /// Of the parameters that were carried over for the most part.
    package private(set) var carried: Set<String> = []
    /// Weights that were carried over.
    private(set) var count = 0

    private let own: Side
    private let other: Side
    /// The other's scales `[members, features]`, and how many features; `nil` of one member.
    private let scales: (numbers: [Float], width: Int)?
    /// The place of the other's row that reads the same, of each feature.
    private let features: [Int?]
    /// By own columns.
    private let names: [String: String]

    /// A network with its weights.
    private struct Side {
        let network: TabularNetwork
        let encoder: Encoder
        let target: TargetEncoder
        let parameters: ModelParameters
        let model: Int

        func values(_ name: String) -> (shape: [Int], numbers: [Float])? {
            parameters.tensor(named: name).map {
                ($0.shape, parameters.values(of: $0, model: model))
            }
        }
    }

    /// - Parameters:
    ///   - network: The one that is to learn.
    ///   - number: Of the model, among those that are averaged.
    ///   - seed: Of what begins at random.
    init(
        _ network: TabularNetwork, _ prepared: PreparedData, from carried: CarriedModel,
        number: Int, seed: UInt64
    ) throws {
        let graph = try network.inferenceGraph()
        let layout = ParameterLayout(graph)
        let random = initialParameters(layout, seed: seed)
        weights = random.floats(0..<layout.count)
        own = Side(
            network: network, encoder: prepared.encoder, target: prepared.target,
            parameters: ModelParameters(graph, sets: [random]), model: 0)
        let model = carried.model
        other = Side(
            network: model.network, encoder: model.encoder, target: model.target,
            parameters: model.parameters, model: number % model.count)
        scales = other.values("members").map { ($0.numbers, $0.shape[1]) }
        names = Dictionary(
            (carried.source.columns ?? []).map { ($0.column, $0.other) },
            uniquingKeysWith: { first, _ in first })
        features = CarriedFeatures(network.input, prepared.encoder, naming: names)
            .places(in: CarriedFeatures(model.network.input, model.encoder))
        carryNumbers()
        carryCategories()
        carryLayers()
        carryHead()
    }

    var share: CarriedShare {
        CarriedShare(
            weights: count, all: own.parameters.learnedCount,
            hasHead: carried.contains("head/weight"))
    }

    // MARK: - Numbers written

    /// Writes some numbers of a parameter.
    ///
    /// - Parameter numbers: For each place its number; `nil` where it stays.
    private mutating func write(_ name: String, _ numbers: (_ place: Int) -> Float?) {
        guard let tensor = own.parameters.tensor(named: name), tensor.isLearned else { return }
        var written = 0
        for place in 0..<tensor.count {
            guard let number = numbers(place) else { continue }
            weights[tensor.range.lowerBound + place] = number
            written += 1
        }
        count += written
        if 2 * written > tensor.count { carried.insert(name) }
    }

    /// Writes the cells of `[a, b, c]` whose places the other has, too.
    ///
    /// - Parameter places: Of each axis, the other's place of an own one.
    private mutating func write(
        _ name: String, from otherName: String? = nil, axes: [(Int) -> Int?],
        changed: (_ place: [Int], Float) -> Float = { $1 }
    ) {
        guard let there = other.values(otherName ?? name),
            let here = own.parameters.tensor(named: name),
            there.shape.count == axes.count, here.shape.count == axes.count
        else { return }
        write(name) { place in
            var (rest, at) = (place, 0)
            var own = Array(repeating: 0, count: axes.count)
            for axis in axes.indices.reversed() {
                own[axis] = rest % here.shape[axis]
                rest /= here.shape[axis]
            }
            for axis in axes.indices {
                guard let found = axes[axis](own[axis]), found < there.shape[axis] else {
                    return nil
                }
                at = at * there.shape[axis] + found
            }
            return changed(own, there.numbers[at])
        }
    }

    // MARK: - Stems

    private mutating func carryNumbers() {
        guard let embedding = own.network.input.embedding,
            let before = other.network.input.embedding
        else { return }
        let (encoder, names) = (own.encoder, names)
        let found = encoder.bins.map { bins in
            names[bins.column].flatMap { name in
                other.encoder.bins.firstIndex { $0.column == name }
            }
        }
        let number: (Int) -> Int? = { found[$0] }
        let same: (Int) -> Int? = { $0 }
        write("numbers/slope", axes: [number, same])
        write("numbers/shift", axes: [number, same])
        write("numbers/curve", axes: [number, same, same])
        if embedding.frequencies == before.frequencies {
            write("numbers/frequencies", axes: [number, same, same])
            write("numbers/phases", axes: [number, same, same])
            write("numbers/waves", axes: [number, same, same])
        }
        let there = Self.codes(other.encoder) { $0 }
        let codes = Self.codes(encoder) { names[$0] }
        let place: (Int) -> Int? = {
            $0 == 0 ? 0 : codes.names[$0 - 1].flatMap { there.places[$0] }
        }
        write("numbers/values/table", axes: [place, same])
    }

    private struct Code: Hashable {
        var column: String
        var value: Double
    }

    /// Values with a code of their own, in their order, and their places from 1 on.
    private static func codes(
        _ encoder: Encoder, _ name: (String) -> String?
    ) -> (names: [Code?], places: [Code: Int]) {
        let all = encoder.bins.flatMap { bins in
            bins.atoms.map { atom in
                name(bins.column).map { Code(column: $0, value: atom) }
            }
        }
        var places: [Code: Int] = [:]
        for (place, code) in all.enumerated() {
            if let code { places[code] = place + 1 }
        }
        return (all, places)
    }

    private mutating func carryCategories() {
        let before = other.encoder.indexParents
        for (place, parent) in own.encoder.indexParents.enumerated() {
            guard let name = names[parent.column],
                let found = before.firstIndex(where: { $0.column == name }),
                let here = own.encoder.categories.first(where: { $0.column == parent.column }),
                let there = other.encoder.categories.first(where: { $0.column == name })
            else { continue }
            let known = Dictionary(
                zip(CarriedFeatures.parts(of: there), 0...), uniquingKeysWith: { first, _ in first }
            )
            let parts = CarriedFeatures.parts(of: here)
            write(
                "category\(place)/table", from: "category\(found)/table",
                axes: [{ known[parts[$0]] }, { $0 }])
        }
    }

    // MARK: - Layers

    private func member(_ number: Int) -> Int? { number < other.network.members ? number : nil }

    /// The scale of a feature in one of the other's members.
    private func scale(member: Int, feature: Int) -> Float {
        scales.map { $0.numbers[member * $0.width + feature] } ?? 1
    }

    private mutating func carryLayers() {
        let (own, other, features) = (own, other, features)
        let (this, members) = (self, own.network.members)
        let width = features.count
        write("members") { place in
            guard let feature = features[place % width], let member = this.member(place / width)
            else { return nil }
            return this.scale(member: member, feature: feature)
        }
        // A layer means the same only where its units are those of the layer before.
        for (index, units) in own.network.hidden.enumerated() {
            guard other.network.hidden.indices.contains(index),
                other.network.hidden[index] == units,
                own.network.activation == other.network.activation
            else { return }
            let name = "hidden\(index)/linear/"
            write(name + "bias", axes: [{ $0 }])
            guard index == 0 else {
                write(name + "weight", axes: [{ $0 }, { $0 }])
                continue
            }
            write(name + "weight", axes: [{ features[$0] }, { $0 }]) { place, number in
                guard members == 1, let feature = features[place[0]] else { return number }
                return number * this.scale(member: 0, feature: feature)
            }
        }
    }

    private mutating func carryHead() {
        let (own, other, features) = (own, other, features)
        let (here, there) = (own.network, other.network)
        guard here.hidden == there.hidden, here.activation == there.activation,
            here.task == there.task, here.quantiles == there.quantiles, here.loss == there.loss,
            own.target.isAlike(other.target)
        else { return }
        let input: (Int) -> Int? = here.hidden.isEmpty ? { features[$0] } : { $0 }
        let this = self
        let member: (Int) -> Int? = { this.member($0) }
        // A number is told in standard deviations of its own table.
        let isNumber = own.target.task == .regression
        let factor = isNumber ? other.target.scale / own.target.scale : 1
        let shift = isNumber ? (other.target.center - own.target.center) / own.target.scale : 0
        write("head/weight", axes: [member, input, { $0 }]) { place, number in
            guard here.hidden.isEmpty, here.members == 1, let feature = features[place[1]] else {
                return Float(factor) * number
            }
            return Float(factor) * number * this.scale(member: 0, feature: feature)
        }
        write("head/bias", axes: [member, { $0 }, { $0 }]) { Float(factor) * $1 + Float(shift) }
    }
}

extension TargetEncoder {
    /// Whether what is learned of one may be of the other: the same name and the same classes.
    fileprivate func isAlike(_ other: TargetEncoder) -> Bool {
        column == other.column && task == other.task && classes == other.classes
    }
}
