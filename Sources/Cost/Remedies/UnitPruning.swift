package import Evidence
package import Kernels
package import Models
import NN

/// Keeps the hidden units of each layer that matter most, and trains the narrower network for a few epochs on what the model
/// says.
///
/// How much a unit matters is `‖what enters it‖₂ · ‖what leaves it‖₂` of its weights, a bound of what it adds. Of a model
/// that is the mean of several, the first one is narrowed, and all of them teach it.
///
/// Without a number of units, a half, a quarter or an eighth is kept: the fewest within one standard error of the half.
///
/// - Source: He et al. 2014, DOI 10.1109/ICASSP.2014.6853595, of nodes by their outgoing weights (here times the ingoing ones);
///   Li et al. 2017, arXiv:1608.08710, of whole units by norms and retraining.
package struct UnitPruning: ModelRemedy {
    package init() {}

    package let description = RemedyDescription(
        id: "pruning", name: "Fewer hidden units", drawback: .computeCost,
        judgedBy: CostMetrics.latency.id, source: "Li et al. 2017, arXiv:1608.08710")
    package let strengthText: String? = "hidden units to keep"

    package func strengths(for model: ModelBundle) -> [Double?] {
        Self.widths(of: model.network).map(Double.init)
    }

    private static func widths(of network: TabularNetwork) -> [Int] {
        guard let width = network.hidden.min() else { return [] }
        return [2, 4, 8].map { width / $0 }.filter { $0 > 0 }
    }

    package func sketch(
        of model: ModelBundle, strength: Double?, on rows: CalibrationRows
    ) throws -> ModelBundle? {
        guard let strength, let least = model.network.hidden.min() else { return nil }
        let width = try hiddenUnits(strength, 1...max(1, least - 1))
        return try rows.training(for: description).untrained(
            .narrowed(width: width, start: model.pruned(to: width)), inPlaceOf: model)
    }

    package func changed(
        _ model: ModelBundle, strength: Double?, on rows: CalibrationRows, pool: WorkerPool
    ) throws -> ChangedModel {
        let network = model.network
        let widths = Self.widths(of: network)
        guard let least = network.hidden.min(), !widths.isEmpty else {
            throw ModelError("this model has no hidden units to leave out")
        }
        let training = try rows.training(for: description)
        func pruned(_ width: Int) throws -> SmallModel {
            let start = try model.pruned(to: width)
            return try training.trained(.narrowed(width: width, start: start), inPlaceOf: model)
        }
        let (width, made) =
            try strength.map { strength in
                let width = try hiddenUnits(strength, 1...max(1, least - 1))
                return (width, try pruned(width))
            }
            ?? WidthChoice(rows: rows, pool: pool)
            .narrowest(of: widths, model: \.model, making: pruned)
        return ChangedModel(
            model: made.model,
            text: "\(width) of \(least) units kept in each hidden layer, trained anew from there on "
                + "what the model says of \(made.rows) training rows and \(made.mixedRows) mixed of "
                + "them; chosen on validation rows")
    }
}

extension ModelBundle {
    /// The parameters of the first model's network with so many units in each hidden layer, those that matter most.
    ///
    /// - Parameter width: Below each layer's.
    /// - Returns: As the narrower network's graph lays them out.
    /// - Throws: where its tensors are none of a perceptron's.
    package func pruned(to width: Int) throws -> [Float] {
        let layers = network.hidden.indices.map { "hidden\($0)/linear" }
        var kept: [[Int]] = []
        for (layer, name) in layers.enumerated() {
            let entering = try matrix(name + "/weight")
            let leaving = try matrix(
                layer + 1 < layers.count ? layers[layer + 1] + "/weight" : "head/weight")
            let norms = (0..<network.hidden[layer]).map { unit in
                entering.columnNorm(unit) * leaving.rowNorm(unit)
            }
            kept.append(norms.indices.sorted { (norms[$0], $1) > (norms[$1], $0) }
                .prefix(width).sorted())
        }
        var smaller = network
        smaller.hidden = network.hidden.map { _ in width }
        let graph = try smaller.inferenceGraph(keepsDropout: dropoutPasses != nil)
        let numbers = try ModelParameters(graph, count: 1) { tensor, _ in
            guard let own = parameters.tensor(named: tensor.name) else {
                throw ModelError("this model has no \(tensor.name)")
            }
            let all = parameters.values(of: own)
            guard own.shape != tensor.shape else { return all }
            if tensor.name == "head/weight" {
                return Matrices(all, own.shape).selecting(rows: kept[kept.count - 1], columns: nil)
            }
            guard let layer = layers.firstIndex(where: { tensor.name.hasPrefix($0 + "/") }) else {
                throw ModelError("\(tensor.name) of this model cannot be narrowed")
            }
            guard own.shape.count == 2 else { return kept[layer].map { all[$0] } }
            return Matrices(all, own.shape).selecting(
                rows: layer > 0 ? kept[layer - 1] : nil, columns: kept[layer])
        }
        return numbers.sets[0].floats(0..<numbers.sets[0].count)
    }

    private func matrix(_ name: String) throws(ModelError) -> Matrices {
        guard let tensor = parameters.tensor(named: name) else {
            throw ModelError("this model has no \(name)")
        }
        return Matrices(parameters.values(of: tensor), tensor.shape)
    }
}

/// Matrices of one shape, one after another, row-major; such as one a member.
private struct Matrices {
    let numbers: [Float]
    let count: Int
    let rows: Int
    let columns: Int

    /// - Parameter shape: `[rows, columns]`, or `[count, rows, columns]`.
    init(_ numbers: [Float], _ shape: [Int]) {
        self.numbers = numbers
        count = shape.dropLast(2).reduce(1, *)
        rows = shape[shape.count - 2]
        columns = shape[shape.count - 1]
    }

    private func norm(_ places: some Sequence<Int>) -> Double {
        places.reduce(0.0) { $0 + Double(numbers[$1]) * Double(numbers[$1]) }.squareRoot()
    }

    /// Over all matrices.
    func columnNorm(_ column: Int) -> Double {
        norm(stride(from: column, to: numbers.count, by: columns))
    }

    /// Over all matrices.
    func rowNorm(_ row: Int) -> Double {
        norm((0..<count).flatMap { matrix in
            let start = (matrix * rows + row) * columns
            return Array(start..<start + columns)
        })
    }

    /// - Parameters:
    ///   - rows: `nil` for all.
    ///   - columns: `nil` for all.
    func selecting(rows: [Int]?, columns: [Int]?) -> [Float] {
        let (rows, columns) = (rows ?? Array(0..<self.rows), columns ?? Array(0..<self.columns))
        return (0..<count).flatMap { matrix in
            rows.flatMap { row in
                columns.map { numbers[(matrix * self.rows + row) * self.columns + $0] }
            }
        }
    }
}
