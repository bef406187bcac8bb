import Documents
import Evidence
import Foundation
import Platform
import Prediction
import Reporting
import Runs
import Studies
import Synchronization
import Testing

/// What probes may take, what they took, and that no clock decides.
@Suite struct ProbeBudgetTests {
    private static let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

    private func run(
        _ scratch: Scratch, name: String = "run", budget: Double,
        _ change: (inout TrainConfiguration) -> Void = { _ in },
        onProbes: (@Sendable (ProbeProgress) -> Void)? = nil
    ) throws -> RunReport {
        let data = try scratch.write(try Adult.csv(500), to: "data.csv")
        let out = scratch.path + "/" + name
        _ = try trainRun(
            quick(data, out: out) {
                $0.columns.protected = ["sex"]
                $0.model.width = 8
                $0.learning.epochs = 4
                $0.evidence.probeSeconds = budget
                change(&$0)
            }, control: RunControl(threads: 2, onProbes: onProbes))
        return try storedReport(run: out)
    }

    /// Threads that keep the machine busy, on and off, until the value is gone.
    private final class Load: Sendable {
        private let isOver = Mutex(false)

        init(threads: Int) {
            for thread in 0..<threads {
                Thread.detachNewThread { [self] in
                    var x = 1.0
                    while !isOver.withLock({ $0 }) {
                        let end = Clock.monotonicSeconds() + 0.05 * Double(thread + 1)
                        while Clock.monotonicSeconds() < end { x = (x * 1.0000001).squareRoot() }
                        Thread.sleep(forTimeInterval: 0.03)
                    }
                }
            }
        }

        func end() { isOver.withLock { $0 = true } }
    }

    /// The same configuration, the same set of measurements and of reasons, whatever else the machine does.
    @Test func loadDecidesNothing() throws {
        let scratch = try Scratch()
        func told(_ report: RunReport) -> [String] {
            report.measurements.map { "\($0.metric) \($0.group ?? "") \($0.verdict ?? "")" }
                + report.leftOut.map { "\($0.probe): \($0.reason)" }
        }
        // Enough for some of what trains, not for all.
        let budget = 0.6
        let alone = try told(run(scratch, name: "alone", budget: budget))
        #expect(alone.contains { $0.contains("--probe-budget") })
        #expect(alone.contains { $0.hasPrefix("seedSpread") || $0.hasPrefix("logLossAgainst") })
        let times = Self.isLong ? 20 : 2
        var same = 0
        for time in 0..<times {
            let load = Load(threads: time % 4)
            defer { load.end() }
            let beside = try told(run(scratch, name: "beside\(time)", budget: budget))
            #expect(beside == alone)
            same += beside == alone ? 1 : 0
        }
        if Self.isLong { print("the same set of measurements in \(same) of \(times) runs beside load") }
    }

    @Test func withoutABudgetNothingTrains() throws {
        let report = try run(try Scratch(), budget: 0)
        let training = [
            "Spread over seeds", "Learning curve", "Linear baseline",
            "Price of a model that can be read", "Effects of settings", "Cheaper kinds of model",
        ]
        for name in training {
            let left = try #require(report.leftOut.first { $0.probe == name }, "\(name)")
            #expect(left.reason.contains("it trains models") || left.reason.contains("--steps"))
        }
        // What trains nothing is there, the trivial baseline among it.
        #expect(report.measurements.contains { $0.group == "against the training rows' average" })
        let work = try #require(report.measurements.first { $0.metric == "probeWork" }?.value)
        #expect(work < 2)
    }

    /// The whole command's time holds the training's and the probes'.
    @Test func whatProbesTookIsPartOfTheCost() throws {
        let told = Mutex<[ProbeProgress]>([])
        let report = try run(
            try Scratch(), budget: 20, onProbes: { step in told.withLock { $0.append(step) } })
        func value(_ metric: MetricID) throws -> Double {
            try #require(report.measurements.first { $0.metric == metric }?.value)
        }
        #expect(try value("totalSeconds") >= value("trainingSeconds") + value("probeSeconds"))
        #expect(try value("totalEnergy") > value("energy") && value("probeSeconds") > 0)
        #expect(try value("probeWork") > 0 && value("probeWork") < 25)
        let row = try #require(report.drawbacks.first { $0.drawback == .computeCost })
        #expect(row.measured.first?.metric == "totalSeconds")
        let steps = told.withLock { $0 }
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.done <= $1.done })
        #expect(steps.contains { $0.name == "Learning curve" && $0.planned > $0.done })
    }

    /// What a reduced training gives is better than guessing, as it stops early and as the model does.
    @Test func theRunsRecipeIsRepeated() throws {
        let report = try run(try Scratch(), budget: 100) {
            $0.learning.epochs = 30
            $0.learning.folds = 2
        }
        func found(_ metric: MetricID) throws -> Evidence.Measurement {
            try #require(report.measurements.first { $0.metric == metric && $0.value != nil })
        }
        for metric: MetricID in ["seedSpread", "gainFromDoubling", "settingEffect"] {
            let one = try found(metric)
            #expect(one.interval != nil, "\(metric)")
            #expect(one.note?.contains("by the run's own recipe") == true, "\(one.note ?? "")")
        }
        // Five seeds of the recipe differ little where guessing is far away.
        let gain = try #require(
            report.measurements.first {
                $0.metric == "logLossAgainstBaseline"
                    && $0.group == "against the training rows' average"
            }?.value)
        #expect(try (found("seedSpread").value ?? 1) < 0.25 * abs(gain))
    }

    @Test func aReducedRecipeIsStoppedEarlyToo() throws {
        let report = try run(try Scratch(), budget: 3) {
            $0.learning.epochs = 30
            $0.learning.folds = 10
        }
        let spread = try #require(report.measurements.first { $0.metric == "seedSpread" })
        // Either it stands for the run, or it says why not; both with its loss beside the run's.
        #expect(spread.note?.contains("above the delivered model's") == true, "\(spread)")
    }
}

/// Where a run goes, and what is said meanwhile, by the program itself.
@Suite struct TrainingFaceTests {
    private func vouch(
        _ arguments: [String], in folder: String
    ) throws -> (status: Int32, output: String, error: String) {
        let process = Process()
        process.executableURL = CommandTests.program
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["VOUCH_HOME": folder + "/home"]
        ) { $1 }
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        let troubles = error.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (
            process.terminationStatus, String(decoding: said, as: UTF8.self),
            String(decoding: troubles, as: UTF8.self)
        )
    }

    @Test func aRunHasAPlaceOfItsOwn() throws {
        let scratch = try Scratch()
        _ = try scratch.write(try Adult.csv(300), to: "adults.of.1994.csv")
        func train(_ more: String...) throws -> String {
            let done = try vouch(
                ["train", "adults.of.1994.csv", "--target", "class", "--epochs", "1", "--model", "mlp",
                    "--probe-budget", "0s"] + more, in: scratch.path)
            #expect(done.status == 0, "\(done.error)")
            return done.error
        }
        #expect(try train().contains("runs/adults.of.1994 (--out)"))
        #expect(try train().contains("runs/adults.of.1994-2 (--out)"))
        // Replaced is the latest.
        #expect(try train("--overwrite").contains("runs/adults.of.1994-2 (--out)"))
        #expect(
            try Files.names(in: scratch.path + "/runs").filter { !$0.hasPrefix(".") }.sorted()
                == ["adults.of.1994", "adults.of.1994-2"])
    }

    /// Lines that stay: at most one a second tells of progress, for people and for machines.
    @Test func progressIsALineASecond() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(1500), to: "data.csv")
        func lines(_ name: String, _ more: String...) throws -> (progress: Int, seconds: Double) {
            let began = Clock.monotonicSeconds()
            let done = try vouch(
                ["train", data, "--target", "class", "--model", "mlp", "--epochs", "30", "--width",
                    "16", "--probe-budget", "1s", "--out", scratch.path + "/" + name] + more,
                in: scratch.path)
            #expect(done.status == 0, "\(done.error)")
            let all = (done.output + done.error).split(separator: "\n").count {
                $0.hasPrefix("epoch ") || $0.hasPrefix("Measuring: ")
                    || $0.contains("\"event\":\"step\"") || $0.contains("\"event\":\"epoch\"")
                    || $0.contains("\"event\":\"measuring\"")
            }
            return (all, Clock.monotonicSeconds() - began)
        }
        for (name, more) in [("lines", []), ("json", ["--json"])] {
            let told = more.isEmpty ? try lines(name) : try lines(name, more[0])
            #expect(told.progress >= 1 && Double(told.progress) <= told.seconds + 1, "\(told)")
        }
    }
}
