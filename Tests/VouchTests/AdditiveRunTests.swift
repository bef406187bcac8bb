import Evidence
import Explanation
import Foundation
import Platform
import RealModule
import Runs
import Studies
import TensorCore
import Testing

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
        request.label = "yes"
        let rows = try explainRows(request).rows
        let predictions = String(
            decoding: try predictRows(PredictionRequest(run: run, rows: data)).bytes, as: UTF8.self
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

    /// Of the first of two classes the functions are those of the second, turned round.
    @Test func theOtherClass() throws {
        let scratch = try Scratch()
        let (run, data, _) = try Self.trained(scratch)
        var request = ExplanationRequest(run: run, rows: data)
        request.label = "yes"
        let second = try explainRows(request)
        request.label = "no"
        let first = try explainRows(request)
        #expect(second.quantity == "log-odds of yes" && first.quantity == "log-odds of no")
        #expect(first.rows[0].value == -second.rows[0].value)
        #expect(
            first.rows[0].contributions.map(\.value)
                == second.rows[0].contributions.map { -$0.value })
    }

    /// Three classes by thirds of a score: each class has functions of its own, and with the intercepts they are the model.
    @Test func severalClasses() throws {
        let scratch = try Scratch()
        let random = CounterRandom(seed: 3, name: "additive classes")
        var lines = ["a,b,y"]
        for row in 0..<1500 {
            let x = (0..<3).map { random.uniform(step: UInt32($0), index: UInt64(row)) }
            let score = 6 * (x[0] - 0.5) * (x[0] - 0.5) + 0.5 * x[1] + 0.4 * x[2]
            lines.append("\(x[0]),\(x[1]),\(score < 0.6 ? "low" : score < 1.1 ? "middle" : "high")")
        }
        let data = try scratch.write(lines.joined(separator: "\n") + "\n", to: "classes.csv")
        var configuration = TrainConfiguration(data: data, output: scratch.path + "/run")
        configuration.columns.target = "y"
        configuration.model.kind = .additive
        configuration.learning.epochs = 40
        configuration.learning.folds = 3
        configuration.evidence.probeSeconds = 0
        let result = try trainRun(configuration, control: RunControl(threads: 2))
        let accuracy = try #require(
            result.measurements.first { $0.metric == "accuracy" && $0.group == nil }?.value)
        #expect(accuracy > 0.75)
        let importance = result.measurements.filter { $0.metric == "termImportance" }
        #expect(importance.first?.group == "column = a")
        #expect(importance.allSatisfy { $0.interval != nil })
        // Its price, alone of what trains again.
        let probe = GlassBoxPrice()
        let subject = try HeldOutRows.open(
            FinishedRun(configuration.output, threads: 2, onEvent: { _ in }).subject(),
            of: configuration.output, for: [probe.description])
        let price = try #require(
            try probe.measure(subject).measurements.first { $0.metric == "glassBoxPrice" })
        #expect(price.interval != nil && price.note != nil)

        var request = ExplanationRequest(run: configuration.output, rows: data)
        request.chosen = [1, 2, 40]
        let text = try predictRows(PredictionRequest(run: configuration.output, rows: data)).bytes
        let said = String(decoding: text, as: UTF8.self).split(separator: "\n")
            .map { $0.split(separator: ",") }
        let classes = ["high", "low", "middle"]
        let each = try classes.map { label in
            request.label = label
            return try explainRows(request).rows
        }
        for row in request.chosen.indices {
            let sums = each.map { rows in
                rows[row].base + rows[row].contributions.reduce(0) { $0 + $1.value }
            }
            #expect(abs(sums.reduce(0, +)) < 1e-4, "scores are above their mean")
            let total = sums.reduce(0) { $0 + Double.exp($1) }
            for (place, label) in classes.enumerated() {
                let column = try #require(
                    said[0].firstIndex { $0 == "probability[\(label)]" })
                let probability = try #require(Double(said[request.chosen[row]][column]))
                #expect(abs(Double.exp(sums[place]) / total - probability) < 2e-5)
                #expect(abs(each[place][row].residual) < 1e-4)
            }
        }
    }

    @Test func whatDoesNotGoTogetherIsSaid() throws {
        let scratch = try Scratch()
        func says(_ text: String, _ change: (inout TrainConfiguration) -> Void) {
            do {
                _ = try Self.trained(scratch, change)
                Issue.record("\(text) was not said")
            } catch { #expect(asTyped(error).contains(text), "\(error)") }
        }
        says("--width does not go with --model additive") { $0.model.width = 8 }
        says("--pairs is -1") { $0.model.pairs = -1 }
        says("--pairs goes with --model additive") {
            $0.model.kind = .mlp
            $0.model.pairs = 3
        }
    }
}
