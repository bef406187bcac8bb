package import Prediction

/// Labels as they were given, and what a model that did not learn from a row says of it.
package struct GivenLabels: Sendable, Hashable {
    /// The place of each row's class.
    package let labels: [Int]
    /// `[rows, classes]`, each row's sum 1.
    package let probabilities: [Double]
    package let classes: Int

    /// - Precondition: two classes or more, a number a row and class, and labels among the classes.
    package init(labels: [Int], probabilities: [Double], classes: Int) {
        precondition(classes > 1, "there are two classes at the least")
        precondition(probabilities.count == labels.count * classes, "a number a row and class")
        precondition(labels.allSatisfy { (0..<classes).contains($0) }, "labels among the classes")
        self.labels = labels
        self.probabilities = probabilities
        self.classes = classes
    }

    /// - Returns: `nil` where the answers are numbers.
    package init?(_ rows: LabelledPredictions) {
        guard case .classes(let labels) = rows.answers, rows.predictions.width > 1 else {
            return nil
        }
        self.init(
            labels: labels.map(Int.init), probabilities: rows.predictions.values,
            classes: rows.predictions.width)
    }

    package var rows: Int { labels.count }

    package func probability(_ row: Int, _ label: Int) -> Double {
        probabilities[row * classes + label]
    }

    /// `1 − p(given label)`: how little the model believes what a row says.
    ///
    /// Where a label is swapped for each other one equally often, the chance that it is wrong is
    /// `b (1 − p*) / p̃` with `b = ε / (K − 1)` and `p̃ = (1 − ε) p* + b (1 − p*)`, which falls as `p̃` rises: no
    /// other order of the same predictions finds more. Corrections by class threshold find less on
    /// tables whose classes overlap, which is why there are none.
    ///
    /// - Source: the self-confidence of Northcutt et al. 2021, arXiv:1911.00068.
    package var doubts: [Double] { labels.indices.map { 1 - probability($0, labels[$0]) } }

    /// The likeliest class but the given one; of equals the first.
    package var suggestions: [Int] {
        labels.indices.map { row in
            var best = labels[row] == 0 ? 1 : 0
            for label in 0..<classes
            where label != labels[row] && probability(row, label) > probability(row, best) {
                best = label
            }
            return best
        }
    }

    /// Of a row at most about twice as many other labels are planted, evenly among the classes.
    private static let mostPlanted = 20

    /// The doubts that rows would meet if they had other labels, each other class equally likely.
    package var plantedDoubts: [PlantedDoubt] {
        let step = max(1, (classes - 1) / Self.mostPlanted)
        var found: [PlantedDoubt] = []
        found.reserveCapacity(rows * (classes - 1) / step)
        for row in 0..<rows {
            for other in stride(from: row % step, to: classes - 1, by: step) {
                let label = other < labels[row] ? other : other + 1
                found.append(PlantedDoubt(row: row, doubt: 1 - probability(row, label)))
            }
        }
        return found
    }
}

/// How little a model that did not learn from a row would believe a wrong label of it.
package struct PlantedDoubt: Sendable, Hashable {
    package var row: Int
    package var doubt: Double

    package init(row: Int, doubt: Double) {
        self.row = row
        self.doubt = doubt
    }
}
