import RealModule

extension Fidelity {
    /// What a trial takes over a whole training, about: steps follow from rows and epochs, other work does not.
    package var cost: Double { rows * epochs }

    /// Rows that a cheaper trial learns from at least: with fewer, settings of large tables are not told apart.
    private static let leastRows = 500.0

    /// From the cheapest to the whole training, each three times the one before: fewer rows while there are enough, else
    /// fewer epochs.
    ///
    /// - Parameters:
    ///   - trainingRows: That a whole training learns from.
    ///   - count: At least 1, which is the whole alone.
    package static func levels(trainingRows: Int, count: Int = 3) -> [Fidelity] {
        (0..<max(count, 1)).reversed().map { below in
            let cost = Double.pow(3, -Double(below))
            let rows = min(1, max(cost, leastRows / Double(max(trainingRows, 1))))
            return Fidelity(rows: rows, epochs: cost / rows)
        }
    }
}
