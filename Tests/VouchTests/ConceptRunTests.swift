import Foundation
import Runs
import Studies
import TensorCore
import Testing

/// Concepts of real runs, as a person asks for them.
@Suite struct ConceptRunTests {
    /// `x` and `kind` decide, `z` does not.
    private static func csv(_ rows: Int) -> String {
        let random = CounterRandom(seed: 5, name: "rows with concepts")
        var lines = ["x,z,kind,y"]
        for row in 0..<rows {
            func draw(_ column: UInt32) -> Double {
                random.uniform(step: column, index: UInt64(row))
            }
            let (x, z) = (2 * draw(0) - 1, 2 * draw(1) - 1)
            let kind = Int(4 * draw(2))
            let score = 1.8 * x + (kind == 0 ? 1.8 : 0) - 0.4 + draw(3) - 0.5
            lines.append("\(x),\(z),kind \(kind),\(score > 0 ? "yes" : "no")")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func trained(
        _ scratch: Scratch, _ change: (inout TrainConfiguration) -> Void
    ) throws -> String {
        let data = try scratch.write(csv(1500), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, target: "y", out: run) {
                $0.learning.epochs = 12
                change(&$0)
            }, control: RunControl(threads: 2))
        return run
    }

    private struct Report: Decodable {
        struct Measured: Decodable {
            var metric: String
            var value: Double?
            var group: String?
            var verdict: String?
            var interval: Bounds?
        }
        struct Bounds: Decodable { var lower: Double, upper: Double }
        var measurements: [Measured]
    }

    private func measured(_ arguments: [String]) throws -> [Report.Measured] {
        let told = try CommandTests.run(arguments)
        try #require(told.status == 0, "\(told.error)")
        return try JSONDecoder().decode(Report.self, from: Data(told.output.utf8)).measurements
    }

    /// The default kind, an ensemble of several models' members, and a single network.
    @Test(arguments: [true, false]) func whatDecidesIsFound(_ isEnsemble: Bool) throws {
        let scratch = try Scratch()
        defer { withExtendedLifetime(scratch) {} }
        let run = try Self.trained(scratch) {
            if isEnsemble { $0.learning.folds = 2 } else { $0.model.kind = .mlp }
        }
        let ours = try scratch.write(
            "x,z,kind\n"
                + (0..<120).map { "-0.8,\(Double($0) / 60 - 1),kind \($0 % 4)" }
                .joined(separator: "\n") + "\n", to: "ours.csv")
        let found = try measured([
            "explain", "concepts", run, "--concept", "high: x > 0.5", "--concept",
            "first: kind = kind 0", "--concept", "noise: z > 0.5", "--examples", "ours=\(ours)",
            "--format", "json",
        ])
        func effect(_ name: String) throws -> [Report.Measured] {
            let own = found.filter {
                $0.metric == "conceptEffect" && $0.group?.hasPrefix(name + ",") == true
            }
            return own
        }
        for (name, way) in [("high", "up"), ("first", "up"), ("ours", "down")] {
            let own = try effect(name)
            try #require(!own.isEmpty, "\(name)")
            for one in own {
                #expect(
                    one.verdict == "pushes the probability of yes \(way); random concepts do not")
                let bounds = try #require(one.interval)
                #expect(way == "up" ? bounds.lower > 0 : bounds.upper < 0, "\(name)")
            }
        }
        let high = try #require(try effect("high").first?.value)
        for noise in try effect("noise") {
            #expect(abs(try #require(noise.value)) < 0.15 * high)
        }
        #expect(found.contains { $0.metric == "conceptAccuracy" && ($0.value ?? 0) > 0.8 })
        // For the other class the other way about, with the same bits otherwise.
        let turned = try measured([
            "explain", "concepts", run, "--concept", "high: x > 0.5", "--class", "no", "--layer",
            "1", "--format", "json",
        ])
        let opposite = try #require(turned.first { $0.metric == "conceptEffect" })
        #expect(abs(try #require(opposite.value) + high) < 1e-5)
        // What was found last stands in the run's report.
        let page = try CommandTests.run("report", run, "--format", "html")
        #expect(page.output.contains("Concepts in hidden layer 1: effect"))
        #expect(page.output.contains("95 % of random concepts of the same size"))
    }

    @Test func whatCannotBeAskedIsSaid() throws {
        let scratch = try Scratch()
        defer { withExtendedLifetime(scratch) {} }
        let run = try Self.trained(scratch) { $0.model.kind = .mlp }
        let lacking = try scratch.write(
            "x,z\n" + String(repeating: "1,2\n", count: 30), to: "lacking.csv")
        let few = try scratch.write(
            "x,z,kind\n" + String(repeating: "1,2,kind 1\n", count: 3), to: "few.csv")
        let cases: [([String], [String])] = [
            ([], ["no concept"]),
            (["--concept", "x > 0.5"], ["--concept is", "NAME: CONDITION"]),
            (["--concept", "a: xx > 0.5"], ["\"xx\"", "columns are"]),
            (["--concept", "a: kind = kind 9"], ["\"kind 9\"", "kind 1"]),
            (["--concept", "a: x > 0.999"], ["training rows meet", "20 or more"]),
            (["--concept", "a: x > -5"], ["all but 0", "Narrow"]),
            (["--concept", "a: x > 0", "--concept", "a: x < 0"], ["two concepts"]),
            (["--concept", "a: x > 0", "--layer", "9"], ["--layer is 9", "hidden layers are 1"]),
            (["--concept", "a: x > 0", "--class", "maybe"], ["--class is maybe", "no, yes"]),
            (["--concept", "a: x > 0", "--random", "5"], ["--random is 5"]),
            (["--examples", "a=\(lacking)"], ["kind"]),
            (["--examples", "a=\(few)"], ["3 rows", "20 or more"]),
            (["--examples", "a"], ["NAME=FILE.csv"]),
        ]
        for (arguments, says) in cases {
            let told = try CommandTests.run(["explain", "concepts", run] + arguments)
            #expect(told.status != 0, "\(arguments)")
            for text in says {
                #expect(told.error.contains(text), "\(arguments): \(told.error)")
            }
        }
    }

    @Test func modelsWithoutHiddenLayersAreToldSo() throws {
        let kinds: [TrainConfiguration.ModelKind] = [.linear, .additive]
        for kind in kinds {
            let scratch = try Scratch()
            defer { withExtendedLifetime(scratch) {} }
            let run = try Self.trained(scratch) {
                $0.model.kind = kind
                $0.model.width = nil
            }
            let told = try CommandTests.run(
                "explain", "concepts", run, "--concept", "high: x > 0.5")
            let says = kind == .linear ? "no hidden layer" : "it is additive"
            #expect(told.status != 0 && told.error.contains(says), "\(told.error)")
        }
    }
}
