import TensorCore
import Vouch

/// Small images of three classes: a bright bar that stands, lies or is missing, under noise.
struct Samples {
    var features: [Float] = []
    var labels: [Int] = []

    init(rows: Int, seed: UInt64) {
        let random = CounterRandom(seed: seed, name: "samples")
        for row in 0..<rows {
            let label = row % 3
            let bar = random.integer(below: 8, step: 1, index: UInt64(row))
            for y in 0..<8 {
                for x in 0..<8 {
                    let index = UInt64(row * 64 + y * 8 + x)
                    let isBright = label == 0 && x == bar || label == 1 && y == bar
                    let noise = Float(random.uniform(step: 2, index: index))
                    features.append((isBright ? 1 : 0) + noise)
                }
            }
            labels.append(label)
        }
    }

    static let image = Network(
        input: .image(height: 8, width: 8, channels: 1),
        layers: [
            .convolution(8, kernel: 3), .batchNorm, .relu, .maxPool(2),
            .residual([.convolution(8, kernel: 3), .batchNorm, .relu]),
            .convolution(16, kernel: 3, stride: 2, groups: 2), .batchNorm, .gelu,
            .globalAveragePool, .dropout(0.1), .linear(3),
        ])

    static let flat = Network(
        input: .features(64),
        layers: [.linear(24), .batchNorm, .relu, .linear(3)])
}
