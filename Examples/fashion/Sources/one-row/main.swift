import Vouch

// How long one row takes a perceptron of 100, 256, 256 and 2 numbers, through the public library.

/// Microseconds of each of so many calls.
func measured(calls: Int) throws -> [Double] {
    let network = Network(
        input: .features(100),
        layers: [.linear(256), .relu, .linear(256), .relu, .linear(2)])
    let features = (0..<512 * 100).map { Float(($0 * 7919) % 1000) / 1000 }
    let classifier = try network.trainClassifier(
        features: features, labels: (0..<512).map { $0 % 2 },
        options: TrainingOptions(epochs: 1))
    let predictor = try classifier.makePredictor(rows: 1)
    let row = Array(features.prefix(100))
    var answer: [Float] = [0, 0]
    var span = answer.mutableSpan
    let clock = ContinuousClock()
    var times: [Double] = []
    times.reserveCapacity(calls)
    for _ in 0..<calls {
        let begin = clock.now
        try predictor.predict(row.span, into: &span)
        times.append((clock.now - begin) / .microseconds(1))
    }
    return times
}

let times = try measured(calls: 20_000).sorted()
func quantile(_ share: Double) -> String { "\(times[Int(share * Double(times.count - 1))]) µs" }
print("one row: median \(quantile(0.5)), 1 % \(quantile(0.01)), 99 % \(quantile(0.99))")
