import DataEfficiency
import Models
import Prediction
import Tables
import Training

// What rows without labels tell an encoder.
extension PreparedData {
    /// The same rows, to be learned with the rows without labels, whose cells the encoder is fitted to as well: scales,
    /// categories and marks of missing cells by all rows, bins by the labels of those that have one and what a forest that
    /// learned them says of the others.
    package func learningFromPool() throws -> PreparedData {
        guard let pool, !usesPool else { return self }
        var result = self
        result.usesPool = true
        let planted = canaries?.planted ?? .max..<Int.max
        let rows = split.train.filter { !planted.contains($0) }
        let both = try table.appending(
            pool.table, columns: PoolRows.usedColumns(of: schema))
        let all = rows + Array(table.rowCount..<both.rowCount)
        let repair = encoder.repair?.rule
        var fitted = try Encoder.fit(
            both, schema, rows: all, repair: repair, kinds: kinds.encoders)
        if let bins = recipe.fittedBins {
            fitted = try Encoder.fit(
                both, schema, rows: all, bins: bins,
                outcomes: outcomes(rows, pool: pool.table, fitted), repair: repair,
                kinds: kinds.encoders)
        }
        result.encoder = fitted
        return result
    }

    /// For `TargetEncoder.outcomes`' columns: those of labelled rows, then what a forest says of the pool's.
    private func outcomes(
        _ rows: [Int], pool: Table, _ encoder: Encoder
    ) throws -> [[Float]] {
        let known = try outcomes(rows)
        let forest = try forest(rows, encoder.encode(table), encoder)
        guard let said = try forest?.predictions(encoder.forestCells(encoder.encode(pool))) else {
            return known.map { $0 + Array(repeating: mean($0), count: pool.rowCount) }
        }
        let width = outputCount
        let first = target.task == .binary ? 1 : 0
        return known.enumerated().map { number, column in
            column + (0..<pool.rowCount).map { said[$0 * width + first + number] }
        }
    }

    private func mean(_ values: [Float]) -> Float {
        values.reduce(0, +) / Float(max(values.count, 1))
    }

    /// A share a class, or the scaled number.
    var outputCount: Int { max(1, target.classes.count) }

    /// A forest of labelled rows; `nil` where no column is a number or an index.
    func forest(
        _ rows: [Int], _ features: EncodedFeatures, _ encoder: Encoder
    ) throws -> RandomTrees? {
        let cells = encoder.forestCells(features.selecting(rows: rows))
        guard cells.width > 0, !cells.values.isEmpty else { return nil }
        let width = outputCount
        var answers = [Float](repeating: 0, count: rows.count * width)
        switch try self.answers(of: rows) {
        case .numbers(let numbers):
            answers = numbers.map { Float(($0 - target.center) / target.scale) }
        case .classes(let labels):
            for (place, label) in labels.enumerated() { answers[place * width + Int(label)] = 1 }
        }
        let weights = try table.weights(in: schema.names(.weight).first).map { all in
            rows.map { all[$0] }
        }
        guard weights.map({ $0.contains { $0 > 0 } }) ?? true else { return nil }
        return RandomTrees(
            cells, answers: answers, outputs: width, weights: weights, seed: poolSeed)
    }
}

extension Encoder {
    /// Categories up to so many are a column of 0 and 1 each, others the number of their index.
    private static let mostFlags = 12

    /// Encoded rows as a forest reads them: numbers as they are scaled, and categories.
    func forestCells(_ features: EncodedFeatures) -> RandomTrees.Cells {
        let numbers = numericParents.count
        let indices = indexParents.map(\.cardinality)
        let width = numbers + indices.reduce(0) { $0 + ($1 <= Self.mostFlags ? $1 : 1) }
        guard width > 0 else { return RandomTrees.Cells(width: 1, values: []) }
        var values: [Float] = []
        values.reserveCapacity(features.rows * width)
        for row in 0..<features.rows {
            let number = row * features.numericWidth
            values += features.numeric[number..<number + numbers]
            let index = row * features.categoryWidth
            for (place, cardinality) in indices.enumerated() {
                let own = features.categories[index + place]
                guard cardinality <= Self.mostFlags else {
                    values.append(Float(own))
                    continue
                }
                for value in 0..<cardinality { values.append(Int(own) == value ? 1 : 0) }
            }
        }
        return RandomTrees.Cells(width: width, values: values)
    }
}
