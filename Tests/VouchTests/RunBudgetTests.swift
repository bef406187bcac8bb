import Cost
import Documents
import Evidence
import Foundation
import Platform
import Prediction
import Runs
import Studies
import Synchronization
import Testing
import Training

/// A whole command's budget, by clocks and counters that are made up.
@Suite struct RunBudgetTests {
    /// A command that takes what it is told to: seconds, with 50 J each that may be 100 J.
    final class MadeUsage: Sendable {
        private let seconds = Mutex(0.0)
        /// What each question takes.
        private let perQuestion: Double

        init(perQuestion: Double = 0) { self.perQuestion = perQuestion }

        func pass(_ seconds: Double) { self.seconds.withLock { $0 += seconds } }

        func usage() -> Usage {
            let now = seconds.withLock { seconds in
                seconds += perQuestion
                return seconds
            }
            return Usage(
                wallSeconds: now, processorSeconds: now,
                energy: .estimate(50 * now, in: 40 * now...100 * now, unknowns: ["its power"]))
        }
    }

    /// 100 J a second are 0.01 g and 0.00001 EUR.
    private static let tariff: Tariff = {
        do throws(TariffError) {
            return try Tariff(carbonIntensity: 360, pricePerKilowattHour: Price(0.36, "EUR"))
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    private func budget(_ text: String, _ made: MadeUsage) throws -> RunBudget {
        RunBudget(
            try BudgetMeter(Budget(text: text), tariff: Self.tariff, usage: { made.usage() }))
    }

    /// Steps of 0.1, epochs of ten and 0.2 for validation; 2 for predicting, 3 for quality, 1 for the report.
    private static func rest(_ perSecond: Double = 1, wished: [String: Double] = [:]) -> ExpectedRest
    {
        var rest = ExpectedRest()
        rest.step = 0.1 * perSecond
        rest.epoch = 1 * perSecond
        rest.validation = 0.2 * perSecond
        rest.preparing = 2 * perSecond
        rest.closing = 1 * perSecond
        rest.first = "quality"
        rest.wished = ["quality": 3].merging(wished) { $1 }.mapValues { $0 * perSecond }
        return rest
    }

    /// Trains until the budget ends it, with steps that take `seconds`.
    private func steps(
        _ budget: RunBudget, _ made: MadeUsage, seconds: Double = 0.1, atMost most: Int = 10_000
    ) -> Int {
        for step in 1...most {
            made.pass(seconds)
            if budget.endsTraining() != nil { return step }
            if step.isMultiple(of: 10) {
                made.pass(0.2)
                budget.validated()
            }
        }
        return most
    }

    /// Of 60 s, 6 s and a quarter of that are kept, and a validation pass; the same in each unit.
    @Test(arguments: [("60s", 1), ("6kJ", 100), ("0.6g", 0.01), ("0.0006EUR", 0.00001)])
    func trainingEndsWhereTheRestStillFits(_ text: String, _ perSecond: Double) throws {
        let made = MadeUsage()
        let budget = try budget(text, made)
        made.pass(4)
        try budget.begin(Self.rest(perSecond))
        let steps = steps(budget, made)
        let left = (60 * perSecond - budget.meter.spent) / perSecond
        #expect(left > 6 * 1.25 + 0.2 && left < 6 * 1.25 + 1, "\(left)")
        #expect(steps > 380 && steps < 420, "\(steps)")
        guard case .budget(let told)? = budget.endsTraining() else {
            Issue.record("it does not stay over")
            return
        }
        #expect(told == budget.meter.budget.text)
    }

    /// What is wished for takes no more than half of what is free.
    @Test func wishesLeaveHalfToTheTraining() throws {
        let ends = try [0.0, 8, 1000].map { wish in
            let made = MadeUsage()
            let budget = try budget("60s", made)
            try budget.begin(Self.rest(wished: ["leaks": wish]))
            _ = steps(budget, made)
            return budget.meter.spent
        }
        #expect(abs(ends[0] - ends[1] - 10) < 1)
        #expect(abs(ends[2] - 52.5 / 2) < 1)
    }

    /// Steps that take twice what they took in the rehearsal say that all else does.
    @Test func aSlowerMachineKeepsMore() throws {
        let made = MadeUsage()
        let budget = try budget("60s", made)
        try budget.begin(Self.rest())
        _ = steps(budget, made, seconds: 0.2)
        #expect(60 - budget.meter.spent > 2 * 6 * 1.25)
    }

    @Test func whatIsTooSmallSaysWhatIsNeeded() throws {
        let made = MadeUsage()
        made.pass(4)
        for (text, perSecond, needed) in [("10s", 1.0, "s"), ("1kJ", 100, "J")] {
            let budget = try budget(text, made)
            let error = #expect(throws: VouchError.self) { try budget.begin(Self.rest(perSecond)) }
            let said = error?.description ?? ""
            #expect(said.contains("too small") && said.contains("nothing was written"), "\(said)")
            #expect(said.contains("Ask for") && said.contains(needed), "\(said)")
            #expect(error?.settings == ["budget"])
        }
        let read = #expect(throws: VouchError.self) { try budget("4s", made).prepared() }
        #expect(read?.description.contains("reading and preparing alone took 4 s") == true)
        try budget("5s", made).prepared()
        // 4 s so far, and 7.2 s with a quarter more.
        try budget("13.1s", made).begin(Self.rest())
    }

    /// A piece is left out where it does not fit with what must follow and what has the right of way.
    @Test func whatNoLongerFitsIsLeftOutByName() throws {
        let made = MadeUsage()
        let budget = try budget("60s", made)
        try budget.begin(Self.rest(wished: ["leaks": 8, "proof": 4]))
        made.pass(40)
        budget.trained(countedSeconds: 20)
        // 20 s are left, of which 1.25 s for the report.
        #expect(budget.reasonToLeaveOut("quality") == nil)
        made.pass(3)
        budget.finishedPiece()
        #expect(budget.reasonToLeaveOut("leaks") == nil)
        made.pass(16)
        budget.finishedPiece()
        // 1 s is left: leaks took twice what was expected.
        let reason = try #require(budget.reasonToLeaveOut("proof"))
        #expect(reason.contains("budget of 60 s") && reason.contains("--budget"), "\(reason)")
        #expect(budget.endsProbes)
    }

    /// What the rehearsal had no time for is not begun, and keeps nothing from others.
    @Test func whatIsNotKnownIsNotBegun() throws {
        let made = MadeUsage()
        let budget = try budget("60s", made)
        try budget.begin(Self.rest(wished: ["leaks": .infinity]))
        #expect(steps(budget, made) > 400)
        budget.trained(countedSeconds: 20)
        #expect(budget.reasonToLeaveOut("quality") == nil)
        let reason = try #require(budget.reasonToLeaveOut("leaks"))
        #expect(reason.contains("could not be found out") && !reason.contains("inf "), "\(reason)")
    }

    private struct Trains: Probe {
        var counted: Double

        var description: ProbeDescription {
            .init(
                id: "trains", name: "Trains", drawback: .dataHunger, needs: [.retraining],
                looksAt: [], metrics: [])
        }
        func expectedSeconds(_ subject: Subject) -> Double { counted }
        func measure(_ subject: Subject) throws -> Findings { Findings() }
    }

    private static let subject = Subject(
        test: LabelledPredictions(
            split: .test, predictions: .init(rows: 1, classes: [], values: [1]),
            answers: .numbers([2])))

    /// Probes that train leave room for proofs, and end where what must follow would not fit.
    @Test func probesThatTrainWaitForTheRest() throws {
        let subject = Self.subject
        let made = MadeUsage()
        let budget = try budget("60s", made)
        try budget.begin(Self.rest(wished: ["proof": 10]))
        made.pass(30)
        // A second of counted work took two.
        budget.trained(countedSeconds: 15)
        let probe = Trains(counted: 5)
        // 30 s are left, less 1.25 for the report and 10 + 3 for others, with a margin of a quarter.
        let seconds = budget.countedSeconds(for: probe)
        #expect(abs(seconds - (60 * 0.995 - 30 - 1.25 - 13) / 1.25 / 2) < 1e-9)
        #expect(budget.reasonToLeaveOut(probe, subject) == nil)
        #expect(!budget.endsProbes)
        #expect(budget.reasonToLeaveOut(Trains(counted: 8), subject) != nil)
        let stopped = Cancellation()
        stopped.raise()
        let interruption = try #require(throws: Interruption.self) { try stopped.check() }
        #expect(budget.reason(for: interruption) == nil)
        made.pass(29)
        #expect(budget.endsProbes)
        #expect(budget.reason(for: interruption)?.contains("--budget") == true)
        #expect(budget.reason(for: VouchError("else")) == nil)
    }

    /// Two sizes make a line; it does not fall, whatever the clock says.
    @Test func aRehearsalIsALine() {
        #expect(ExpectedRest.extrapolated(2, 3, from: 100, 200, to: 1000) == 11)
        #expect(ExpectedRest.extrapolated(3, 2, from: 100, 200, to: 1000) == 2)
        #expect(ExpectedRest.extrapolated(1, 2, from: 200, 200, to: 200) == 2)
        // What was tried at one size alone grows with the rows; what was not is not known.
        #expect(ExpectedRest.extrapolated(.infinity, 2, from: 100, 200, to: 1000) == 10)
        #expect(ExpectedRest.extrapolated(1, .infinity, from: 100, 200, to: 1000) == .infinity)
    }

    // MARK: - Whole commands

    /// The same amounts in two units end after the same step, and so many steps make the same bits.
    @Test func aBudgetIsRepeatedByItsStepsWhateverItsUnit() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(300), to: "data.csv")
        func configured(_ name: String) -> TrainConfiguration {
            quick(data, out: scratch.path + "/" + name) {
                $0.learning.epochs = 1000
                $0.learning.patience = 1000
                $0.evidence.carbonIntensity = 360
                $0.evidence.pricePerKilowattHour = Price(0.36, "EUR")
            }
        }
        var found: [RunResult] = []
        for (name, text) in [("energy", "41.37J"), ("money", "0.000004137EUR")] {
            var limited = configured(name)
            limited.learning.budget = try Budget(text: text)
            let made = MadeUsage(perQuestion: 0.001)
            let result = try trainRun(
                limited, control: RunControl(threads: 2, usage: { made.usage() }))
            guard case .budget(let told) = result.stop else {
                Issue.record("\(name) stopped for another reason: \(result.stop)")
                return
            }
            #expect(told == limited.learning.budget?.text)
            #expect(result.measurements.contains { $0.metric == .logLoss && $0.value != nil })
            // Valid, and in time.
            #expect(made.usage().wallSeconds < 0.4137 * 1.02)
            #expect(try FinishedRun.configuration(of: limited.output) == limited)
            found.append(result)
        }
        #expect(Set(found.map(\.steps)).count == 1 && found[0].steps > 20, "\(found.map(\.steps))")
        #expect(Set(found.map(\.weightsSHA256)).count == 1)
        var counted = configured("counted")
        counted.learning.steps = found[0].steps
        #expect(
            try trainRun(counted, control: RunControl(threads: 1)).weightsSHA256
                == found[0].weightsSHA256)
        let report = String(
            decoding: try Files.read(scratch.path + "/energy/report.html"), as: UTF8.self)
        #expect(report.contains("--steps=\(found[0].steps)"))
        #expect(report.contains("upper end"))
        try checkedByPolicies(scratch, run: scratch.path + "/energy")
    }

    /// `vouch check` reads limits of what a run cost as budgets are written.
    private func checkedByPolicies(_ scratch: Scratch, run: String) throws {
        func checked(_ metric: String, _ limits: String) throws -> Policy.Verdict {
            let rules = "rules:\n  - value: {\(limits)}\n    metric: \(metric)\n"
            let file = try scratch.write(rules, to: "policy.yaml")
            return try #require(try checkRun(run, policy: file).verdicts.first)
        }
        for (metric, limits, passes) in [
            ("totalSeconds", "max: 1h", true), ("totalSeconds", "max: 1ms", false),
            ("totalEnergy", "max: 10kWh", true), ("totalEnergy", "min: 1kWh", false),
            ("totalEmissions", "max: 9kgCO2e", true), ("totalEmissions", "max: 1e-9g", false),
            ("totalMoney", "max: 9EUR", true), ("totalMoney", "min: 1EUR, max: 9EUR", false),
        ] {
            #expect(try checked(metric, limits).passed == passes, "\(metric) \(limits)")
        }
        let dollars = try checked("totalMoney", "max: 9USD")
        #expect(!dollars.passed && dollars.reason == "it is in EUR, and the limit in USD")
        for (metric, limits, says) in [
            ("totalSeconds", "max: 5kJ", "is energy"), ("totalMoney", "min: 1EUR, max: 2USD", "EUR"),
            ("rocAUC", "max: 60s", "is time"), ("totalEnergy", "max: lots", "5kJ"),
        ] {
            let error = #expect(throws: VouchError.self) { _ = try checked(metric, limits) }
            #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
        }
    }

    @Test func aBudgetThatHoldsNothingWritesNothing() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(300), to: "data.csv")
        let before = try scratch.names
        func refused(_ text: String) throws -> String {
            var limited = quick(data, out: scratch.path + "/run")
            limited.learning.budget = try Budget(text: text)
            let made = MadeUsage(perQuestion: 0.001)
            let error = #expect(throws: VouchError.self) {
                try trainRun(limited, control: RunControl(threads: 1, usage: { made.usage() }))
            }
            #expect(try scratch.names == before, "something was left behind")
            return asTyped(error)
        }
        #expect(try refused("0.02s").contains("--budget is 0.02 s, which is too small"))
        #expect(try refused("1EUR").contains("--price-per-kwh"))
    }

    /// A configuration of an earlier version has seconds.
    @Test func anEarlierBudgetOpens() throws {
        var configuration = TrainConfiguration(data: "d.csv", output: "o")
        configuration.learning.budget = .seconds(20)
        let stored = String(decoding: try JSON.encode(configuration), as: UTF8.self)
        let earlier = try #require(stored.firstRange(of: /"budgetSeconds" ?: ?20/))
        #expect(!stored.contains("otherBudget"))
        #expect(String(stored[earlier]).hasSuffix("20"))
        let read = try JSON.decode(
            TrainConfiguration.self, from: Array(stored.utf8), file: "configuration.json")
        #expect(read == configuration && read.learning.budget == .seconds(20))
        configuration.learning.budget = try Budget(text: "5kJ")
        let other = try JSON.decode(
            TrainConfiguration.self, from: try JSON.encode(configuration), file: "configuration.json")
        #expect(other.learning.budget?.text == "5 kJ")
        #expect(other == configuration)
        configuration.learning.budget = nil
        #expect(configuration == TrainConfiguration(data: "d.csv", output: "o"))
    }
}
