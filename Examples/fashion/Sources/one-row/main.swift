import Vouch

// How long one row takes a perceptron of 100, 256, 256 and 2 numbers, through the public library.

let network = Network(
    input: .features(100),
    layers: [.linear(256), .relu, .linear(256), .relu, .linear(2)])
let rows = 512
let features = (0..<rows * 100).map { Float(($0 * 7919) % 1000) / 1000 }
let classifier = try network.trainClassifier(
    features: features, labels: (0..<rows).map { $0 % 2 }, options: TrainingOptions(epochs: 1))
let predictor = try classifier.makePredictor(rows: 1)
let row = Array(features.prefix(100))
var answer: [Float] = [0, 0]
var span = answer.mutableSpan

let clock = ContinuousClock()
var microseconds: [Double] = []
for _ in 0..<20_000 {
    let begin = clock.now
    try predictor.predict(row.span, into: &span)
    microseconds.append((clock.now - begin) / .microseconds(1))
}
microseconds.sort()
func quantile(_ share: Double) -> Double {
    microseconds[Int(share * Double(microseconds.count - 1))]
}
print("one row: median \(quantile(0.5)) µs, 1 % \(quantile(0.01)), 99 % \(quantile(0.99)) µs")
