package import Generalization
package import Kernels
package import Models
import NN
import Prediction
import RunStore
package import Statistics
package import Tables
import TensorCore
import Training

/// What a run keeps in order to say how unlike its training rows a new row is.
///
/// Two scores, of the hidden features and of the logits of the run's first model: distance to the k-th
/// nearest training row, and energy. Of several models the first alone is asked, since its validation
/// rows are those that it did not learn from: their scores say what is ordinary.
package struct OutOfDistributionReference {
    package static let fileName = "out_of_distribution.safetensors"

    package var neighbors: NearestNeighbors
    /// Of validation rows.
    package var distances: OutlierScale
    /// Of validation rows; `nil` for a regression, which has no logits.
    package var energies: OutlierScale?
    package var ranges: SeenRanges

    /// Training rows whose features are kept.
    private static let mostReferences = 2_000
    /// Validation rows whose scores are kept.
    private static let mostScores = 5_000
    /// Which nearest row is looked at; fixed beforehand, tuned on nothing.
    private static let neighbor = 10

    /// What a training row's neighbours and a validation row's scores are.
    ///
    /// - Returns: `nil` where there are no validation rows.
    package init?(_ learner: Learner, _ model: ModelBundle, _ features: EncodedFeatures) throws {
        let prepared = learner.prepared
        guard let fold = prepared.folds.first, !fold.validation.isEmpty, !fold.train.isEmpty else {
            return nil
        }
        let seed = learner.configuration.learning.seed
        func sample(_ rows: [Int], _ most: Int, _ purpose: String) -> [Int] {
            CounterRandom(seed: seed, name: purpose).permutation(of: rows.count).prefix(most)
                .map { rows[$0] }.sorted()
        }
        let reference = try model.values(
            of: .hiddenFeatures,
            features.selecting(rows: sample(fold.train, Self.mostReferences, "reference rows")),
            pool: learner.pool)
        neighbors = NearestNeighbors(
            reference: NearestNeighbors.normalized(reference.numbers, width: reference.width),
            width: reference.width, neighbor: Self.neighbor)
        ranges = try SeenRanges(prepared.table, prepared.encoder, rows: prepared.split.train)
        distances = OutlierScale(ordinary: [])
        let scores = try scores(
            features.selecting(rows: sample(fold.validation, Self.mostScores, "ordinary rows")),
            model, pool: learner.pool)
        distances = OutlierScale(ordinary: scores.distances)
        energies = scores.energies.map { OutlierScale(ordinary: $0) }
    }

    /// What the scores of some rows are, and what they are of.
    private struct Scores {
        /// `[rows, width]`
        var hidden: [Float]
        /// `[rows, members · outputs]`; none for a regression.
        var logits: [Float]
        var distances: [Double]
        var energies: [Double]?
    }

    private func scores(
        _ features: EncodedFeatures, _ model: ModelBundle, pool: WorkerPool
    ) throws -> Scores {
        let hidden = try model.values(of: .hiddenFeatures, features, pool: pool).numbers
        var scores = Scores(
            hidden: hidden, logits: [],
            distances: neighbors.distances(of: hidden, pool: pool).map(Double.init))
        guard model.target.task != .regression else { return scores }
        scores.logits = try model.values(of: .memberLogits, features, pool: pool).numbers
        scores.energies = Generalization.energies(
            scores.logits, rows: features.rows, members: model.network.members)
        return scores
    }
}

// MARK: - In the run folder

extension OutOfDistributionReference {
    private static let neighborKey = "neighbor"

    package func encoded() -> [UInt8] {
        var tensors = Safetensors(metadata: [Self.neighborKey: String(neighbors.neighbor)])
        tensors.add(
            "reference", shape: [neighbors.rows, neighbors.width], neighbors.reference)
        tensors.add("distances", shape: [distances.scores.count], distances.scores)
        if let energies { tensors.add("energies", shape: [energies.scores.count], energies.scores) }
        tensors.add("lowest", shape: [ranges.lowest.count], ranges.lowest)
        tensors.add("highest", shape: [ranges.highest.count], ranges.highest)
        return tensors.encoded()
    }

    /// - Throws: where the run does not keep it, or the file is damaged.
    package init(run: String) throws {
        let folder = try RunFolder.open(run)
        guard folder.contains(Self.fileName) else {
            throw VouchError(
                "\(run) does not hold \(Self.fileName), which --out-of-distribution needs: an "
                    + "earlier version wrote the run, or it had no validation rows. Train again")
        }
        let tensors = try folder.tensors(Self.fileName)
        let reference = try tensors.floats("reference")
        let shape = tensors.entries["reference"]?.shape ?? []
        guard shape.count == 2, shape[1] > 0, !reference.isEmpty,
            let neighbor = tensors.metadata[Self.neighborKey].flatMap({ Int($0) })
        else {
            throw VouchError("\(run)/\(Self.fileName) has no reference rows. Train again")
        }
        neighbors = NearestNeighbors(reference: reference, width: shape[1], neighbor: neighbor)
        distances = OutlierScale(ordinary: try tensors.doubles("distances"))
        energies =
            tensors.names.contains("energies")
            ? OutlierScale(ordinary: try tensors.doubles("energies")) : nil
        ranges = SeenRanges(
            lowest: try tensors.doubles("lowest"), highest: try tensors.doubles("highest"))
    }
}

// MARK: - In predictions

extension OutOfDistributionReference {
    /// Validation rows whose distances say what is ordinary.
    package var ordinaryRows: Int { distances.scores.count }

    /// Of each row the share of ordinary rows that lie as far from the training rows, or farther (a conformal
    /// p-value).
    package func distancePValues(
        _ table: Table, _ model: ModelBundle, pool: WorkerPool
    ) throws -> [Double] {
        try scores(try model.encoder.encode(table), model, pool: pool).distances
            .map { distances.pValue(of: $0) }
    }

    /// Columns of `vouch predict --out-of-distribution`: their names, and a cell for every row of each.
    ///
    /// - Parameter withFeatures: Whether the features and logits that are scored follow.
    package func columns(
        _ table: Table, _ model: ModelBundle, withFeatures: Bool, pool: WorkerPool
    ) throws -> [(name: String, cells: [String])] {
        let scores = try scores(try model.encoder.encode(table), model, pool: pool)
        func pair(
            _ name: String, _ scores: [Double], _ scale: OutlierScale
        ) -> [(name: String, cells: [String])] {
            [
                (name, scores.map(\.description)),
                (name + "_p_value", scores.map { scale.pValue(of: $0).description }),
            ]
        }
        var columns = pair("neighbor_distance", scores.distances, distances)
        if let found = scores.energies, let energies { columns += pair("energy", found, energies) }
        let unseen = try ranges.unseenCounts(table, model.encoder)
        columns.append(("features_outside_training", unseen.map(\.description)))
        guard withFeatures, table.rowCount > 0 else { return columns }
        for (name, numbers) in [("hidden", scores.hidden), ("logit", scores.logits)] {
            let width = numbers.count / table.rowCount
            columns += (0..<width).map { column in
                (
                    "\(name)[\(column)]",
                    (0..<table.rowCount).map { numbers[$0 * width + column].description }
                )
            }
        }
        return columns
    }
}
