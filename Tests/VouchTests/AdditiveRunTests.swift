import Evidence
import Foundation
import Platform
import RealModule
import TensorCore
import Testing
import Vouch

/// Runs of an additive model.
@Suite struct AdditiveRunTests {
    /// Two numbers whose product counts, a number that counts alone, and one that does not.
    private static func csv(_ rows: Int, seed: UInt64) -> String {
        let random = CounterRandom(seed: seed, name: "additive rows")
        var lines = ["a,b,c,d,y"]
        for row in 0..<rows {
            let x = (0..<5).map { 2 * random.uniform(step: UInt32($0), index: UInt64(row)) - 1 }
            let score = 4 * x[0] * x[1] + 2 * x[2] * x[2]
            let chance = 1 / (1 + Double.exp(-(2 * score - 1)))
            lines.append(
                x.prefix(4).map { "\($0)" }.joined(separator: ",")
                    + ((x[4] + 1) / 2 < chance ? ",yes" : ",no"))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func trained(
        _ scratch: Scratch, _ change: (inout TrainConfiguration) -> Void = { _ in }
    ) throws -> (run: String, data: String, result: RunResult) {
        let data = try scratch.write(csv(2000, seed: 1), to: "data.csv")
        var configuration = TrainConfiguration(data: data, output: scratch.path + "/run")
        configuration.columns.target = "y"
        configuration.model.kind = .additive
        configuration.learning.epochs = 15
        configuration.learning.folds = 3
        configuration.evidence.probeSeconds = 0
        change(&configuration)
        return (
            configuration.output, data,
            try trainRun(configuration, control: RunControl(threads: 2))
        )
    }

    @Test func itsFunctionsAreTheModel() throws {
        let scratch = try Scratch()
        let (run, data, result) = try Self.trained(scratch)
        let importance = result.measurements.filter { $0.metric == "termImportance" }
        let pairs = importance.filter { $0.group?.hasPrefix("pair") ?? false }
        #expect(pairs.map(\.group) == ["pair = a × b"], "the pair that was planted, and no other")
        #expect(importance.allSatisfy { $0.interval != nil })
        // Alone, neither of the two tells anything.
        let strongest = importance.max { ($0.value ?? 0) < ($1.value ?? 0) }
        #expect(strongest?.group == "pair = a × b")

        var request = ExplanationRequest(run: run, rows: data)
        request.chosen = [1, 2, 3, 700]
        let rows = try explainRows(request).rows
        let predictions = String(
            decoding: try predictRows(PredictionRequest(run: run, rows: data)).csv, as: UTF8.self
        ).split(separator: "\n")
        let place = try #require(
            predictions[0].split(separator: ",").firstIndex { $0.contains("yes") })
        for row in rows {
            #expect(row.contributions.count == 5)
            let sum = row.base + row.contributions.reduce(0) { $0 + $1.value }
            let said = try #require(
                Double(predictions[row.row].split(separator: ",")[place]))
            #expect(abs(1 / (1 + Double.exp(-sum)) - said) < 2e-5)
            #expect(abs(row.residual) < 1e-4)
        }
    }

    @Test func itsPriceIsMeasured() throws {
        let scratch = try Scratch()
        let (_, _, result) = try Self.trained(scratch) { $0.evidence.probeSeconds = 100 }
        let price = try #require(result.measurements.first { $0.metric == "glassBoxPrice" })
        #expect(price.interval != nil && price.note != nil)
    }

    @Test func whatDoesNotGoTogetherIsSaid() throws {
        let scratch = try Scratch()
        func says(_ text: String, _ change: (inout TrainConfiguration) -> Void) {
            do {
                _ = try Self.trained(scratch, change)
                Issue.record("\(text) was not said")
            } catch { #expect("\(error)".contains(text), "\(error)") }
        }
        says("--width does not go with --model additive") { $0.model.width = 8 }
        says("--pairs is -1") { $0.model.pairs = -1 }
        says("--pairs goes with --model additive") {
            $0.model.kind = .mlp
            $0.model.pairs = 3
        }
        says("is for two classes or a number") {
            $0.columns.target = "a"
            $0.columns.task = .multiclass
        }
    }
}
