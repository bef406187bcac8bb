import Cost
import Evidence
import Foundation
import Platform
import Runs
import Studies
import Testing

/// What is told of a training before it is paid, by the program itself.
@Suite struct PlanCommandTests {
    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// The first training of a table guesses its epochs; done once more, its steps are known.
    @Test func aRepeatedTrainingIsKnownToTheStep() throws {
        let scratch = try Scratch()
        let home = scratch.path + "/home"
        let data = try scratch.write(try Adult.csv(600), to: "data.csv")
        let options = [
            data, "--target", "class", "--model", "mlp", "--width", "16", "--folds", "1",
            "--refits", "1", "--epochs", "9", "--patience", "1", "--price-per-hour", "1EUR",
        ]
        let run = scratch.path + "/run"
        let train = ["train"] + options + ["--out", run, "--overwrite"]
        func record() throws -> PlanRecord {
            try JSON.decode(
                PlanRecord.self, from: try Files.read(run + "/plan.json"), file: "plan.json")
        }
        let first = try CommandTests.run(train + ["--json"], home: home)
        #expect(first.status == 0, "\(first.error)")
        let lines = first.output.split(separator: "\n").map(String.init)
        let events = try lines.map(object)
        let plans = events.filter { $0["event"] as? String == "plan" }
        let told = try #require(plans.first)
        let seconds = try #require(told["seconds"] as? Double)
        #expect((told["lower"] as? Double ?? .nan) < seconds)
        #expect((told["upper"] as? Double ?? .nan) > seconds)
        let bill = try #require(told["bill"] as? [String: Any])
        #expect(bill["currency"] as? String == "EUR")
        #expect(try record().plan.knowledge == .nothing)
        let done = try record().done
        #expect(done.isWhole && done.steps.count == 2)

        let second = try CommandTests.run(train, home: home)
        #expect(second.error.contains("Plan: about "), "\(second.error)")
        #expect(second.error.contains("the same training was done here before"))
        let again = try record().plan
        #expect(again.knowledge == .training && again.interval.plans == 0)
        // After its first run, half the interval is at most 30 % of the plan.
        #expect((again.upper - again.lower) / 2 <= 0.3 * again.seconds)
        #expect(try record().plan.steps == done.steps.reduce(0, +))
        #expect(try record().done.steps == done.steps)
        // The report has both, side by side.
        let report = try object(
            String(decoding: try Files.read(run + "/measurements.json"), as: UTF8.self))
        let measurements = try #require(report["measurements"] as? [[String: Any]])
        let metrics = Set(measurements.compactMap { $0["metric"] as? String })
        #expect(metrics.isSuperset(of: ["plannedSeconds", "totalSeconds"]))

        // Another seed has other epochs; the table is known.
        let command = ["cost", "plan", "--probe-budget", "0s"] + options
        let planned = try CommandTests.run(command + ["--seed", "5", "--json"], home: home)
        #expect(planned.status == 0, "\(planned.error)")
        let answer = try object(planned.output)
        let plan = try #require(answer["plan"] as? [String: Any])
        #expect(plan["knowledge"] as? String == "table")
        #expect((answer["backtest"] as? [Any])?.count == 2)
        #expect(try Files.names(in: scratch.path).sorted() == ["data.csv", "home", "run"])
        let text = try CommandTests.run(command, home: home)
        #expect(text.output.contains("nothing was trained or written"), "\(text.output)")
        #expect(text.output.contains("How plans on this machine held"))
    }

    @Test func aPlanRefusesWhatATrainingWould() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(100), to: "data.csv")
        let outcome = try CommandTests.run(
            ["cost", "plan", data, "--target", "nothing"], home: scratch.path + "/home")
        #expect(outcome.status == 1 && outcome.error.contains("nothing"), "\(outcome.error)")
    }

    // MARK: - The machine's calibration

    private func calibration(_ processor: String, rate: Double = 1e10) -> MachineCalibration {
        MachineCalibration(
            machine: PlanMachine(processor: processor, threads: 2, version: "1"),
            made: "2026-11-29T10:00:00Z", operationsPerSecond: rate, secondsPerStep: 1e-4)
    }

    @Test func theCalibrationIsKeptAndMadeAnewWhereItIsOfNoUse() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/new/calibration.json"
        var measured = 0
        var said: [String] = []
        func kept(_ processor: String, rate: Double = 1e10) throws -> MachineCalibration {
            try MachineCalibration.kept(
                at: path, machine: PlanMachine(processor: processor, threads: 2, version: "1"),
                measure: {
                    measured += 1
                    return calibration(processor, rate: rate)
                }, say: { said.append($0) })
        }
        // Absent, then kept.
        #expect(try kept("P") == calibration("P") && measured == 1)
        #expect(try kept("P", rate: 5) == calibration("P") && measured == 1 && said.isEmpty)
        // Of another processor: no fault, so no word.
        #expect(try kept("Q") == calibration("Q") && measured == 2 && said.isEmpty)
        // Broken.
        try AtomicFile.write(Array("{\"made\":".utf8), to: path)
        #expect(try kept("Q") == calibration("Q") && measured == 3)
        #expect(said.count == 1 && said[0].contains("cannot be read"))
        // With rates that cannot be.
        try AtomicFile.write(try JSON.encode(calibration("Q", rate: -1)), to: path)
        #expect(try kept("Q") == calibration("Q") && measured == 4 && said.count == 2)
        // What stands in its way stops nothing.
        try Files.remove(path)
        try Files.makeFolder(path + "/folder")
        #expect(try kept("Q") == calibration("Q") && measured == 5)
        #expect(said.last?.contains("cannot be kept") == true)
    }

    // MARK: - Words

    @Test func timesAreToldAsWellAsTheyAreKnown() {
        #expect(PlanText.duration(0.04) == "0.0 s" && PlanText.duration(3.14) == "3.1 s")
        #expect(PlanText.duration(75.4) == "75 s" && PlanText.duration(600) == "10 min")
        #expect(PlanText.duration(9000) == "2.5 h")
        let interval = RatioInterval([], shipped: RatioBounds(lower: 0.5, upper: 2))
        let plan = RunPlan(
            begunSeconds: 1, trainingSeconds: 6, probeSeconds: 3, otherSeconds: 1, steps: 100,
            pace: TrainingPace(step: 0.01, row: 0, busyCores: 2, timedSteps: 9), knowledge: .nothing,
            interval: interval, trainingFactor: 1, restFactor: 1, probeWorkSeconds: 5, busyCores: 2)
        let bill = PlannedBill(
            plan, wattsPerCore: .estimate(10, in: 5...20, unknowns: ["watts"]), tariff: .unknown)
        let line = PlanText.line(plan, bill)
        #expect(line.hasPrefix("Plan: about 11 s (6.0 s to 21 s in nine of ten), of which training"))
        // No money without a price.
        #expect(line.contains("220 J (60 to 840)") && line.contains(" g CO2e") && !line.contains("EUR"))
        #expect(line.hasSuffix("An estimate: how many epochs it takes is guessed from other tables"))
    }
}
