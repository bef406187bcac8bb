import Foundation
import Vouch

// A small convolutional network on Fashion-MNIST, through the public library.
//
//     fashion [FOLDER]                learns from the 60,000 training images, looks at the test once
//     fashion --validation [FOLDER]   learns from 55,000, looks at the other 5,000 training images
//     fashion --bf16 --seed=2         multiplies bfloat16, with other first weights

let flags = CommandLine.arguments.dropFirst().filter { $0.hasPrefix("--") }
let validates = flags.contains("--validation")
let folder =
    CommandLine.arguments.dropFirst().first { !$0.hasPrefix("--") }
    ?? "/usr/share/datasets/fashion-mnist"
let seed = flags.compactMap { $0.hasPrefix("--seed=") ? UInt64($0.dropFirst(7)) : nil }.last ?? 1

let network = Network(
    input: .image(height: 28, width: 28, channels: 1),
    layers: [
        .convolution(16, kernel: 3), .batchNorm, .relu, .maxPool(2),
        .convolution(32, kernel: 3), .batchNorm, .relu, .maxPool(2),
        .convolution(64, kernel: 3), .batchNorm, .relu,
        .flatten, .dropout(0.2), .linear(128), .relu, .dropout(0.2), .linear(10),
    ])
let options = TrainingOptions(
    epochs: 8, batchRows: 128, learningRate: 5e-3, schedule: .oneCycle, weightDecay: 5e-2,
    labelSmoothing: 0.05, augmentation: .init(flipsHorizontally: true), seed: seed,
    precision: flags.contains("--bf16") ? .bfloat16 : .float32)

do {
    let clock = ContinuousClock()
    let begin = clock.now
    func seconds() -> String { String(format: "%.1f", (clock.now - begin) / .seconds(1)) }

    let all = try Images("train", in: folder)
    let learned = validates ? all.rows(0..<55_000) : all
    print("\(learned.rows) images read after \(seconds()) s")
    let classifier = try network.trainClassifier(
        features: learned.features, labels: learned.labels, options: options,
        onEpoch: { epoch in
            let loss = String(format: "%.4f", epoch.trainingLoss)
            print("epoch \(epoch.number): training loss \(loss), after \(seconds()) s")
        })
    let processor = String(format: "%.1f", Double(Foundation.clock()) / Double(CLOCKS_PER_SEC))
    print("trained after \(seconds()) s, \(processor) s of processor time")

    let held = try validates ? all.rows(55_000..<60_000) : Images("t10k", in: folder)
    let accuracy = try classifier.accuracy(features: held.features, labels: held.labels)
    func percent(_ share: Double) -> String { String(format: "%.2f %%", 100 * share) }
    print(
        "\(validates ? "validation" : "test") accuracy \(percent(accuracy.share)), 95 % interval "
            + "\(percent(accuracy.lower)) to \(percent(accuracy.upper)) (Wilson), "
            + "\(accuracy.correct) of \(accuracy.rows) images, after \(seconds()) s")
} catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(1)
}
