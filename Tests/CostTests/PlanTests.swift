import Cost
import Evidence
import RealModule
import TensorCore
import Testing

/// Plans, from made-up times: no clock is asked.
@Suite struct PlanTests {
    static let machine = PlanMachine(processor: "P", threads: 2, version: "1")
    private static let shipped = RatioBounds(lower: 0.5, upper: 2)

    static func plan(
        rest: Double = 10, knowledge: PlanKnowledge = .nothing, bounds: RatioBounds = shipped,
        factor: Double = 1, trainingFactor: Double = 1
    ) -> RunPlan {
        var interval = RatioInterval([], shipped: bounds)
        interval.bounds = bounds
        return RunPlan(
            begunSeconds: 1, trainingSeconds: rest / 2, probeSeconds: rest / 2, otherSeconds: 0,
            steps: 100, pace: TrainingPace(step: 0.01, row: 1e-6, busyCores: 2, timedSteps: 9),
            knowledge: knowledge, interval: interval, trainingFactor: trainingFactor,
            restFactor: factor, probeWorkSeconds: 5,
            busyCores: 1.5)
    }

    static func record(
        _ seconds: Double, plan: RunPlan = plan(), table: String = "t", training: String = "x",
        kept: Double? = 0.2, machine: PlanMachine = machine, isWhole: Bool = true
    ) -> PlanRecord {
        PlanRecord(
            made: "2026-11-29T10:00:00Z", machine: machine, table: table, training: training,
            kind: "ensemble", plan: plan,
            bill: PlannedBill(
                plan, wattsPerCore: .estimate(10, in: 5...20, unknowns: ["watts"]),
                tariff: .unknown),
            done: .init(
                usage: Usage(
                    wallSeconds: seconds, processorSeconds: 2 * seconds,
                    energy: .estimate(1, in: 0...2, unknowns: ["a guess"])),
                trainingSeconds: 5, steps: [60, 40], keptShare: kept, isWhole: isWhole))
    }

    // MARK: - Intervals

    /// The next quotient lies between the bounds in 1 − 2k/(n + 1) of exchangeable histories, which is nine of ten at least.
    @Test(arguments: [20, 37, 59])
    func intervalsHold(_ count: Int) {
        let random = CounterRandom(seed: 5, name: "quotients")
        let samples = 4000
        var held = 0
        for sample in 0..<samples {
            // A machine with a pace and a spread of its own.
            func quotient(_ index: Int) -> Double {
                let uniform = random.uniform(step: UInt32(sample), index: UInt64(index))
                return Double.exp(0.3 + 1.5 * (uniform - 0.4) * uniform)
            }
            let interval = RatioInterval((0..<count).map(quotient), shipped: Self.shipped)
            let next = quotient(count)
            #expect(interval.plans == count)
            if interval.bounds.lower <= next, next <= interval.bounds.upper { held += 1 }
        }
        let place = Int(Double(count + 1) * 0.05 + 1e-9)
        let exact = 1 - 2 * Double(place) / Double(count + 1)
        let error = (exact * (1 - exact) / Double(samples)).squareRoot()
        let share = Double(held) / Double(samples)
        #expect(exact >= 0.9 - 1e-9 && abs(share - exact) <= 3 * error, "\(share), \(exact)")
    }

    @Test func fewerThanTwentyAreNotEnough() {
        let interval = RatioInterval(Array(repeating: 1, count: 19), shipped: Self.shipped)
        #expect(interval.bounds == Self.shipped && interval.plans == 0)
        #expect(interval.origin().contains("shipped"))
        let enough = RatioInterval((1...20).map(Double.init), shipped: Self.shipped)
        #expect(enough.bounds == RatioBounds(lower: 1, upper: 20))
        #expect(enough.origin() == "from 20 such plans on this machine")
        // No time is negative, and what is no number says nothing.
        let broken = RatioInterval(
            Array(repeating: 1, count: 19) + [.nan, -1, .infinity], shipped: Self.shipped)
        #expect(broken.plans == 0)
    }

    @Test func whatWasDoneBeforeIsNotUncertain() {
        let plan = Self.plan()
        #expect(plan.seconds == 11 && plan.lower == 6 && plan.upper == 21)
        #expect(plan.holds(6) && plan.holds(21) && !plan.holds(5.9))
        #expect(plan.ratio(21) == 2)
        var limited = plan
        limited.limitSeconds = 9
        #expect(limited.seconds == 9 && limited.lower == 6 && limited.upper == 9)
    }

    // MARK: - Epochs

    @Test func stepsFollowFromTheKeptEpoch() {
        var training = PlannedTraining(
            stepsPerEpoch: 10, mostEpochs: 60, patience: 8, validationRows: 100)
        #expect(training.steps(keeping: 0.1) == 140 && training.steps(keeping: 0) == 90)
        #expect(training.steps(keeping: 0.95) == 600)
        training.mostSteps = 55
        #expect(training.steps(keeping: 0.1) == 55)
        training.mostSteps = nil
        training.isRefit = true
        #expect(training.steps(keeping: 0.1) == 60)
        training.isRefit = false
        training.patience = nil
        #expect(training.steps(keeping: 0.1) == 600)
        let pace = TrainingPace(step: 0.1, row: 0.001, busyCores: 1, timedSteps: 3)
        #expect(abs(training.seconds(steps: 15, pace: pace) - (1.5 + 0.2)) < 1e-12)
    }

    @Test func aForecastKnowsWhatHasNotHappened() {
        let forecast = EpochForecast([(0.1, 1), (0.2, 1), (0.5, 2)])
        #expect(forecast.share(at: 0.25) == 0.1 && forecast.share(at: 0.5) == 0.2)
        #expect(forecast.share(at: 0.9) == 0.5)
        // The best was at .2 and .3 are done: .1 is out of the question, .2 has half of what is left to .5.
        let after = forecast.after(0.3, best: 0.2)
        #expect(after.share(at: 0.3) == 0.2 && after.share(at: 0.4) == 0.5)
        // Where nothing is left, the best so far is it.
        #expect(forecast.after(0.9, best: 0.8).share(at: 0.5) == 0.8)
        let prior = PlanPrior.shipped
        #expect(EpochForecast.ofTable([0.2], prior: prior).share(at: 0.5) == 0.2)
        let few = EpochForecast.ofOtherTables([], prior: prior).share(at: 0.5)
        let many = EpochForecast.ofOtherTables(Array(repeating: 0.9, count: 90), prior: prior)
        #expect(few < 0.5 && many.share(at: 0.5) == 0.9)
    }

    @Test func theShippedTableIsSound() {
        let prior = PlanPrior.shipped
        #expect(prior.keptShares == prior.keptShares.sorted() && prior.keptShares.count >= 5)
        #expect(prior.keptShares.allSatisfy { $0 > 0 && $0 <= 1 })
        for knowledge in PlanKnowledge.allCases {
            let ratios = prior.ratios(knowledge)
            #expect(ratios.lower > 0 && ratios.lower < 1 && ratios.upper > 1)
        }
        // Of a training that was done before, ±30 % is promised.
        #expect(prior.ratios.training.upper - prior.ratios.training.lower <= 0.6)
        #expect(prior.probeFactor > 0 && prior.otherSeconds > 0)
        #expect(throws: (any Error).self) { try PlanPrior(json: Array("{}".utf8)) }
    }

    // MARK: - While it runs

    @Test func theTimeLeftFollowsTheTraining() {
        let training = PlannedTraining(
            stepsPerEpoch: 10, mostEpochs: 20, patience: 3, validationRows: 0)
        let pace = TrainingPace(step: 1, row: 0, busyCores: 1, timedSteps: 3)
        var progress = PlanProgress(
            [training, training], pace: pace, forecast: EpochForecast([(0.2, 1), (0.5, 2)]),
            restSeconds: 7)
        // Kept: the tenth of twenty; then three more.
        #expect(progress.leftSeconds == 2 * 130 + 7)
        progress.step(1, at: 100)
        for step in 2...10 { progress.step(step, at: 100 + 2 * Double(step - 1)) }
        progress.epoch(1, isBest: true, at: 118)
        // Twice as slow as planned, and what follows too.
        #expect(abs(progress.leftSeconds - 2 * (120 + 130 + 7)) < 1e-9)
        for epoch in 2...12 {
            progress.step(10 * epoch, at: 100 + 2 * Double(10 * epoch - 1))
            progress.epoch(epoch, isBest: epoch <= 10, at: 100 + 2 * Double(10 * epoch - 1))
        }
        // The tenth was the best, two epochs ago: one is left.
        #expect(abs(progress.leftSeconds - 2 * (10 + 130 + 7)) < 1e-9)
        progress.ended(kept: 4)
        // The second is expected to go as the first did.
        #expect(abs(progress.leftSeconds - 2 * (70 + 7)) < 1e-9)
        progress.ended(kept: 4)
        #expect(abs(progress.leftSeconds - 14) < 1e-9)
    }

    @Test func knownStepsStayKnown() {
        let training = PlannedTraining(
            stepsPerEpoch: 10, mostEpochs: 20, patience: 3, validationRows: 0)
        let pace = TrainingPace(step: 1, row: 0, busyCores: 1, timedSteps: 3)
        var progress = PlanProgress(
            [training], pace: pace, forecast: EpochForecast([(1, 1)]), restSeconds: 0,
            knownSteps: [50])
        #expect(progress.leftSeconds == 50)
        progress.step(1, at: 1)
        progress.step(10, at: 10)
        progress.epoch(1, isBest: true, at: 10)
        #expect(abs(progress.leftSeconds - 40) < 1e-9)
    }

    // MARK: - Earlier runs

    @Test func historyTellsTablesMachinesAndKnowledgeApart() {
        let other = PlanMachine(processor: "Q", threads: 2, version: "1")
        let history = PlanHistory([
            Self.record(21), Self.record(11, training: "y", kept: 0.4),
            Self.record(6, plan: Self.plan(knowledge: .steps)),
            Self.record(99, machine: other), Self.record(99, isWhole: false),
            Self.record(12, table: "u", kept: 0.9), Self.record(12, table: "u", kept: 0.7),
        ])
        #expect(history.ratios(.nothing, on: Self.machine) == [2, 1, 1.1, 1.1])
        #expect(history.ratios(.steps, on: Self.machine) == [0.5])
        #expect(history.keptShares(table: "t", kind: "ensemble") == [0.2, 0.4, 0.2, 0.2])
        #expect(history.keptShares(table: "t", kind: "mlp").isEmpty)
        #expect(abs(history.keptShares(besides: "t", kind: "ensemble")[0] - 0.8) < 1e-12)
        #expect(history.repeated("y", version: "1")?.done.steps == [60, 40])
        #expect(history.repeated("y", version: "2") == nil)
        #expect(history.repeated("z", version: "1") == nil)
        let held = history.held(on: Self.machine)
        #expect(held.map(\.knowledge) == [.steps, .nothing])
        #expect(held.map(\.plans) == [1, 4] && held.map(\.held) == [1, 4])
    }

    @Test func whatIsSlowerThanPlannedIsExpectedSo() {
        func factors(_ records: [PlanRecord], table: String = "t") -> [Double] {
            let factors = PlanHistory(records).factors(
                table: table, kind: "ensemble", on: Self.machine)
            return [factors.training, factors.rest]
        }
        // 21 s, less 1 s before the plan and 5 s of training: three times the 5 s that were planned.
        #expect(factors([Self.record(21)]) == [1, 3])
        // What the plan had multiplied by already is taken out first.
        #expect(factors([Self.record(21, plan: Self.plan(factor: 2, trainingFactor: 4))]) == [4, 6])
        // Twice the steps in the planned time.
        var quick = Self.record(21)
        quick.done.steps = [150, 50]
        #expect(factors([quick]) == [0.5, 3])
        // Another table's say nothing while they are few.
        #expect(factors([Self.record(21)], table: "u") == [1, 1])
        #expect(factors(Array(repeating: Self.record(21), count: 5), table: "u") == [1, 3])
        let history = PlanHistory([Self.record(21)])
        #expect(history.knows(table: "t", kind: "ensemble", on: Self.machine))
        #expect(!history.knows(table: "t", kind: "mlp", on: Self.machine))
    }

    /// Of a table's own runs, else of other tables'; work that was not counted, or too little, says nothing.
    @Test func workIsPricedByEarlierRuns() {
        func counted(_ seconds: Double, work: Double?, table: String = "t") -> PlanRecord {
            var record = Self.record(seconds, table: table)
            record.done.probeWorkSeconds = work
            return record
        }
        func price(_ records: [PlanRecord], table: String = "t") -> Double? {
            PlanHistory(records).secondsPerWork(
                table: table, kind: "ensemble", on: Self.machine)
        }
        #expect(price([]) == nil)
        #expect(price([counted(26, work: nil), counted(26, work: 0.1)]) == nil)
        // 26 s, less 1 s before the plan and 5 s of training.
        #expect(price([counted(26, work: 10)]) == 2)
        #expect(price([counted(26, work: 10), counted(46, work: 10, table: "u")]) == 2)
        #expect(price([counted(46, work: 10, table: "u")]) == 4)
        #expect(price([counted(26, work: 10)], table: "u") == 2)
    }

    // MARK: - Energy and money

    @Test func aPlanIsBilledWithItsInterval() throws {
        let plan = Self.plan()
        let watts = Amount.estimate(10, in: 5...20, unknowns: ["watts"])
        let bill = PlannedBill(
            plan, wattsPerCore: watts,
            tariff: try Tariff(carbonIntensity: 360, pricePerHour: Price(3.6, "EUR")))
        // 11 s of 1.5 cores of 10 W; from 6 s at 5 W to 21 s at 20 W.
        #expect(abs(bill.energy.value - 165) < 1e-9)
        #expect(abs(bill.energy.range.lowerBound - 45) < 1e-9)
        #expect(abs(bill.energy.range.upperBound - 630) < 1e-9)
        #expect(abs(bill.grams.value - 0.0165) < 1e-12)
        // The price of an hour goes by the planned time, which nobody measured.
        #expect(abs((bill.money?.value ?? 0) - 0.011) < 1e-12 && bill.currency == "EUR")
        #expect(bill.money?.isMeasured == false)
        #expect(PlannedBill(plan, wattsPerCore: watts, tariff: .unknown).money == nil)
    }

    /// A counter that was read makes the next plan's watts; a guess does not.
    @Test func countedEnergyIsLearnedFrom() {
        var counted = Self.record(10)
        counted.done.usage.energy = .estimate(
            400, in: 300...500, unknowns: [EnergyShare.sharedCounter + "90 % of the busy time"])
        let history = PlanHistory([Self.record(10), counted])
        #expect(history.wattsPerCore(on: Self.machine)?.value == 20)
        // Planned were 45 to 630 J; of the other run no counter says what it was.
        #expect(history.held(on: Self.machine).map(\.counted) == [1])
        #expect(history.held(on: Self.machine).map(\.energyHeld) == [1])
        #expect(PlanHistory([Self.record(10)]).wattsPerCore(on: Self.machine) == nil)
        #expect(history.busyCores(on: Self.machine) == 2)
    }
}
