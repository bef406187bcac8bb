import Foundation
import Platform
import RealModule
import Runs
import Studies
import TensorCore
import Testing

/// How often an additive model's curve, with its interval, holds what such trainings give on average.
@Suite struct CurveCoverageTests {
    private static let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"
    private static let values = 10

    /// A number of ten values and a category of three, which the log-odds are a sum of.
    private static func truth(_ a: Int, _ b: Int) -> Double {
        1.5 * Double.sin(2 * Double.pi * Double(a) / Double(values)) + [-1, 0.2, 0.8][b]
    }

    private static func csv(_ rows: Int, seed: UInt64) -> String {
        let random = CounterRandom(seed: seed, name: "curve rows")
        var lines = ["a,b,y"]
        for row in 0..<rows {
            let x = (0..<3).map { random.uniform(step: UInt32($0), index: UInt64(row)) }
            let (a, b) = (Int(x[0] * Double(values)), Int(x[1] * 3))
            let chance = 1 / (1 + Double.exp(-truth(a, b)))
            lines.append("\(a),\(["x", "y", "z"][b]),\(x[2] < chance ? "yes" : "no")")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private struct Reading: Decodable {
        var outputs: [Output]

        struct Output: Decodable { var shapes: Shapes }
        struct Shapes: Decodable { var terms: [Term] }
        struct Term: Decodable {
            var columns: [String]
            var points: [Point]
        }
        struct Point: Decodable {
            var number: Double?
            var text: String?
            var value: Value
        }
        struct Value: Decodable {
            var value: Double
            var lower: Double?
            var upper: Double?
        }
    }

    /// The points of one training, by name.
    private static func points(_ scratch: Scratch, rows: Int, seed: UInt64) throws -> [String:
        Reading.Value]
    {
        let data = try scratch.write(csv(rows, seed: seed), to: "data\(seed).csv")
        var configuration = TrainConfiguration(data: data, output: scratch.path + "/run\(seed)")
        configuration.columns.target = "y"
        configuration.model.kind = .additive
        configuration.learning.seed = seed
        configuration.evidence.probeSeconds = 0
        _ = try trainRun(configuration, control: RunControl(threads: 2))
        let reading = try JSONDecoder().decode(
            Reading.self, from: Data(try Files.read(configuration.output + "/terms.json")))
        var found: [String: Reading.Value] = [:]
        for term in reading.outputs[0].shapes.terms where term.columns.count == 1 {
            for point in term.points {
                let cell = point.text ?? point.number.map { "\($0)" } ?? ""
                found[term.columns[0] + " = " + cell] = point.value
            }
        }
        return found
    }

    /// `make verify` makes 300 trainings and writes `Verified/additive_curves.md`.
    @Test func intervalsHoldTheMeanTraining() throws {
        let scratch = try Scratch()
        let (trainings, rows) = Self.isLong ? (300, 1000) : (6, 400)
        let all = try (0..<trainings).map {
            try Self.points(scratch, rows: rows, seed: UInt64($0))
        }
        let names = Set(all.flatMap(\.keys)).sorted()
        #expect(names.count == Self.values + 3)
        var covered: [String: Int] = [:]
        var means: [String: Double] = [:]
        for name in names {
            let own = all.compactMap { $0[name] }
            let mean = own.reduce(0) { $0 + $1.value } / Double(own.count)
            means[name] = mean
            covered[name] = own.count { value in
                value.lower.map { $0 <= mean } == true && value.upper.map { mean <= $0 } == true
            }
        }
        let total = Double(covered.values.reduce(0, +))
        let share = total / Double(names.count * trainings)
        // Of few trainings points go together, so that nothing but a wrong formula is noticed.
        #expect(share > (Self.isLong ? 0.93 : 0.8), "\(share)")
        guard Self.isLong else { return }
        let lines = names.map { name in
            let part = Double(covered[name] ?? 0) / Double(trainings)
            return "| \(name) | \(text(means[name] ?? 0, 3)) | \(text(100 * part, 1)) % |"
        }
        let table = """
            # Intervals of an additive model's curves

            Written by CurveCoverageTests with VOUCH_VERIFY=1: \(trainings) trainings of `--model additive` at its standard
            settings, each on \(rows) rows of its own, whose log-odds are a sum of a sine of ten values and three
            categories. The estimand is the mean of the curve over such trainings: what the method gives of so many rows,
            not the truth, from which regularisation keeps it.

            All points: \(text(100 * share, 1)) % of 95 % intervals hold it.

            | point | mean of the curve | intervals that hold it |
            |---|---|---|
            \(lines.joined(separator: "\n"))

            """
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Verified/additive_curves.md").path
        try AtomicFile.write(Array(table.utf8), to: file)
    }

    private func text(_ number: Double, _ decimals: Int) -> String {
        let factor = Double.pow(10, decimals)
        return "\((number * factor).rounded() / factor)"
    }
}
