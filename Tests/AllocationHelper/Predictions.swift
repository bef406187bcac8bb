import CAllocations
import Vouch

/// Predicts one row after the other through the public library.
func countPredictions(planted plants: Bool) throws {
    let network = Network(
        input: .features(10),
        layers: [.linear(64), .batchNorm, .relu, .linear(64), .relu, .linear(2)])
    let features = (0..<1000).map { Float($0 % 17) / 17 }
    let classifier = try network.trainClassifier(
        features: features, labels: (0..<100).map { $0 % 2 }, options: TrainingOptions(epochs: 1))
    let predictor = try classifier.makePredictor(rows: 1)
    let row = Array(features.prefix(10))
    var answer: [Float] = [0, 0]
    var span = answer.mutableSpan
    try predictor.predict(row.span, into: &span)
    start_counting_allocations()
    for _ in 0..<1000 {
        try predictor.predict(row.span, into: &span)
        if plants { _ = try predictor.probabilities(of: row) }
    }
    stop_counting_allocations()
}
