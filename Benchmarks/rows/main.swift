import Foundation
import Platform
import TensorCore
import Vouch

/// Writes made-up rows into a file, trains one epoch from it, and prints what it took.
///
/// `rows-on-disk [ROWS] [FOLDER]`: 20 million rows of 20 numbers unless said otherwise.

let arguments = CommandLine.arguments.dropFirst()
let count = arguments.first.flatMap { Int($0) } ?? 20_000_000
let folder = arguments.dropFirst().first ?? FileManager.default.temporaryDirectory.path
let path = folder + "/vouch-rows-\(count).safetensors"
let features = 20
let random = CounterRandom(seed: 0, name: "rows")

func said(_ what: String, since start: Double) {
    let seconds = Clock.monotonicSeconds() - start
    let megabytes = Double(Machine.peakMemoryBytes()) / 1e6
    print(
        what.padding(toLength: 24, withPad: " ", startingAt: 0)
            + String(format: "%8.1f s   peak memory %7.1f MB", seconds, megabytes))
}

/// Two classes, told by a sum and by a product of two numbers.
func part(_ rows: Range<Int>) -> (features: [Float], labels: [Int]) {
    var numbers: [Float] = []
    numbers.reserveCapacity(rows.count * features)
    var labels: [Int] = []
    for row in rows {
        for place in 0..<features {
            let index = UInt64(row * features + place)
            numbers.append(Float(4 * random.uniform(step: 0, index: index) - 2))
        }
        let own = numbers.suffix(features)
        let score = own[own.startIndex] + own[own.startIndex + 1] * own[own.startIndex + 2]
        labels.append(score > 0 ? 1 : 0)
    }
    return (numbers, labels)
}

var start = Clock.monotonicSeconds()
let rows = try RowFile.write(to: path, features: features) { writer in
    for begin in stride(from: 0, to: count, by: 50_000) {
        let (numbers, labels) = part(begin..<min(begin + 50_000, count))
        try writer.append(features: numbers, labels: labels)
    }
}
defer { try? FileManager.default.removeItem(atPath: path) }
let bytes = count * (4 * features + 4)
print("\(count) rows of \(features) numbers, \(bytes / 1_000_000) MB")
said("written", since: start)

start = Clock.monotonicSeconds()
let network = Network(
    input: .features(features), layers: [.linear(64), .relu, .linear(64), .relu, .linear(2)])
let classifier = try network.trainClassifier(
    rows: rows,
    options: TrainingOptions(epochs: 1, batchRows: 1024, learningRate: 2e-3, schedule: .cosine))
said("trained one epoch", since: start)
let (fresh, labels) = part(count..<count + 50_000)
let accuracy = try classifier.accuracy(features: fresh, labels: labels)
print(String(format: "accuracy on new rows     %.4f", accuracy.share))
let peak = Double(Machine.peakMemoryBytes())
print(peak <= 1.5e9 ? "within 1.5 GB" : "MORE than 1.5 GB")
exit(peak <= 1.5e9 && accuracy.share > 0.9 ? 0 : 1)
