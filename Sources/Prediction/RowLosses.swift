import RealModule
package import Statistics

extension LabelledPredictions {
    /// The loss of every row: −log of the true class's probability in nats, or the squared error of
    /// a number in the target's unit squared.
    ///
    /// A probability of 0 counts as 10⁻¹⁵, so that one row's loss stays below 35 nats.
    package var rowLosses: [Double] {
        switch answers {
        case .classes(let labels):
            let width = predictions.width
            return labels.indices.map { row in
                -Double.log(max(predictions.values[row * width + Int(labels[row])], 1e-15))
            }
        case .numbers(let targets):
            return zip(predictions.values, targets).map { ($0 - $1) * ($0 - $1) }
        }
    }

    package var lossUnit: String {
        if case .classes = answers { "nats" } else { "squared" }
    }

    /// How the rows were drawn: weights and clusters.
    package var design: SamplingDesign {
        get throws(StatisticsError) {
            try SamplingDesign(rows: rows, weights: weights, clusters: clusters)
        }
    }
}
