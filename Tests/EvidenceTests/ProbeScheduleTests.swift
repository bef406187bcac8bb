import Evidence
import Prediction
import Synchronization
import Testing

@Suite struct ProbeScheduleTests {
    struct Fake: Probe {
        var id: String
        var needs: Set<Need> = [.predictions]
        var seconds = 0.0
        var fails = false

        struct Trouble: Error, CustomStringConvertible { var description = "no luck" }

        var description: ProbeDescription {
            .init(id: id, name: id, drawback: .opacity, needs: needs, looksAt: [.test], metrics: [])
        }
        func expectedSeconds(_ subject: Subject) -> Double { seconds }
        func measure(_ subject: Subject) throws -> Findings {
            if fails { throw Trouble() }
            if needs.contains(.linearModel) { _ = try subject.linearModel?.predictions() }
            return Findings()
        }
    }

    /// A quotient of nothing by nothing is undefined, and says so.
    @Test func aMeasurementIsANumberOrUndefined() {
        let found = Measurement(
            metric: "m", drawback: .bias, value: .nan,
            interval: .init(lower: .nan, upper: 1, method: "m", varied: "rows"),
            sample: .init(split: "test", rows: 1))
        #expect(found.value == nil)
        #expect(found.interval == nil)
        #expect(found.note == "undefined on this sample")
    }

    /// With a counter of its own each time.
    static var subject: Subject {
        Subject(
            test: LabelledPredictions(
                split: .test, predictions: .init(rows: 1, classes: [], values: [1]),
                answers: .numbers([2])))
    }

    private func reasons(_ probes: [Fake], budget: Double?) -> [String?] {
        ProbeSchedule(budgetSeconds: budget, now: { 0 }).run(probes, on: Self.subject).map {
            if case .leftOut(let reason) = $0.result { reason } else { nil }
        }
    }

    /// Counts the held-out rows that it is given.
    private struct Shown: Probe {
        var looksAt: Set<RowSplit>

        var description: ProbeDescription {
            .init(
                id: "rows", name: "Rows", drawback: .opacity, needs: [.predictions],
                looksAt: looksAt, metrics: [])
        }
        func expectedSeconds(_ subject: Subject) -> Double { 0 }
        func measure(_ subject: Subject) throws -> Findings {
            let counts = [subject.test.rows, subject.calibration?.rows ?? 0]
            return Findings(
                measurements: counts.map {
                    Measurement(
                        metric: "rows", drawback: .opacity, value: Double($0),
                        sample: .init(split: .test, rows: $0))
                })
        }
    }

    /// A probe is shown no held-out rows but those that it declares, whose looks a ledger tells.
    @Test func whatIsNotDeclaredIsNotShown() {
        var subject = Self.subject
        subject.calibration = subject.test.selecting([0, 0])
        subject.calibration?.split = .validation
        for (splits, shown) in [
            ([], [0, 0]), ([.test], [1, 0]), ([.validation], [0, 2]),
            ([.validation, .test], [1, 2]),
        ] as [(Set<RowSplit>, [Double])] {
            let probe = Shown(looksAt: splits)
            let found = ProbeSchedule(budgetSeconds: nil, now: { 0 }).run([probe], on: subject)
            #expect(found[0].findings?.measurements.map(\.value) == shown)
            let looks = subject.looks(of: probe.description)
            #expect(looks.map(\.split) == splits.sorted())
            #expect(looks.map(\.rows) == splits.sorted().map { $0 == .test ? 1 : 2 })
        }
        // Rows of a file are looked at under its name; what there is none of is not looked at.
        var foreign = Self.subject
        foreign.test.split = .named("a.csv")
        let looks = foreign.looks(of: Shown(looksAt: [.validation, .test]).description)
        #expect(looks.map(\.split) == [.named("a.csv")])
    }

    @Test func whatIsMissingIsNamed() {
        let found = reasons(
            [Fake(id: "a"), Fake(id: "b", needs: [.predictions, .protectedColumns])], budget: nil)
        #expect(found[0] == nil)
        #expect(found[1]?.contains("--protected") == true)
    }

    @Test func aBudgetLeavesOutWhatDoesNotFit() {
        let probes = [Fake(id: "a", seconds: 5), Fake(id: "b", seconds: 50), Fake(id: "c")]
        #expect(reasons(probes, budget: 10).map { $0 == nil } == [true, false, true])
        #expect(reasons(probes, budget: 10)[1]?.contains("50 s") == true)
        // What takes no time runs without a budget too.
        #expect(reasons(probes, budget: 0).map { $0 == nil } == [false, false, true])
        #expect(reasons(probes, budget: nil).allSatisfy { $0 == nil })
    }

    /// What was counted decides, whatever a clock says: a machine that crawls leaves nothing out.
    @Test func noClockDecides() {
        let probes = [
            Fake(id: "a", seconds: 4), Fake(id: "b", seconds: 4), Fake(id: "c", seconds: 4),
        ]
        for pace in [0.0, 1, 1e6] {
            let ticks = Mutex(0.0)
            let schedule = ProbeSchedule(
                budgetSeconds: 9,
                now: {
                    ticks.withLock { seconds in
                        seconds += pace
                        return seconds
                    }
                })
            let ran = schedule.run(probes, on: Self.subject).map { $0.findings != nil }
            #expect(ran == [true, true, false], "\(pace)")
        }
    }

    /// Of a probe that trains, what it counted counts; not what was expected of it.
    @Test func trainingsAreCountedAsTheyHappen() {
        var subject = Self.subject
        subject.linearModel = Counting(work: subject.work, seconds: 7)
        let probes: [any Probe] = [
            Fake(id: "a", needs: [.linearModel], seconds: 2), Fake(id: "b", seconds: 4),
        ]
        let schedule = ProbeSchedule(budgetSeconds: 10, now: { 0 })
        #expect(schedule.run(probes, on: subject).map { $0.findings != nil } == [true, false])
        #expect(subject.work.seconds == 7)
    }

    private struct Counting: ComparedModel {
        var work: WorkCounter
        var seconds: Double
        var expectedSeconds: Double { 2 }
        func predictions() throws -> LabelledPredictions {
            work.add(seconds)
            return ProbeScheduleTests.subject.test
        }
    }

    /// Without a budget nothing trains, however little.
    @Test func nothingTrainsWithoutABudget() {
        var subject = Self.subject
        subject.linearModel = Counting(work: subject.work, seconds: 7)
        let probes: [any Probe] = [Fake(id: "a", needs: [.linearModel]), Fake(id: "b")]
        let found = ProbeSchedule(budgetSeconds: 0, now: { 0 }).run(probes, on: subject)
        #expect(found.map { $0.findings != nil } == [false, true])
        #expect(subject.work.seconds == 0)
    }

    /// Progress goes from 0 to what was planned, and names the probe at work.
    @Test func progressIsToldInCountedWork() {
        let told = Mutex<[ProbeProgress]>([])
        let probes = [
            Fake(id: "a", seconds: 5), Fake(id: "b", seconds: 50), Fake(id: "c", seconds: 3),
        ]
        _ = ProbeSchedule(budgetSeconds: 10, now: { 0 }).run(
            probes, on: Self.subject, onProgress: { step in told.withLock { $0.append(step) } })
        let steps = told.withLock { $0 }
        #expect(steps.map(\.planned) == [8, 8, 8, 8])
        #expect(steps.map(\.done) == [0, 5, 5, 8])
        #expect(steps.map(\.name) == ["a", "a", "c", "c"])
    }

    @Test func aProbeThatFailsSaysWhyAndStopsNoOther() {
        let found = reasons([Fake(id: "a", fails: true), Fake(id: "b")], budget: nil)
        #expect(found == ["no luck", nil])
    }

    /// Of a whole command: it stands beside the budget of counted work, and is told what ran.
    private final class MadeLimit: ProbeLimit {
        let names = Mutex<[String]>([])

        func countedSeconds(for probe: any Probe) -> Double { 3 }
        func reasonToLeaveOut(_ probe: any Probe, _ subject: Subject) -> String? {
            probe.description.id == "b" ? "no time for b" : nil
        }
        func ran(_ probe: any Probe, _ subject: Subject) {
            names.withLock { $0.append(probe.description.id) }
        }
        func reason(for error: any Error) -> String? {
            error is Fake.Trouble ? "it was ended" : nil
        }
    }

    /// Takes its allowance down.
    private struct Sized: Probe {
        let seen = Seen()

        final class Seen: Sendable {
            let allowance = Mutex(ProbeAllowance())
        }

        var description: ProbeDescription {
            .init(
                id: "sized", name: "Sized", drawback: .opacity, needs: [.predictions],
                looksAt: [], metrics: [])
        }
        func expectedSeconds(_ subject: Subject) -> Double { 0 }
        func measure(_ subject: Subject) throws -> Findings {
            seen.allowance.withLock { $0 = subject.allowance }
            return Findings()
        }
    }

    @Test func aLimitOfTheCommandStandsBeside() {
        let limit = MadeLimit()
        var schedule = ProbeSchedule(budgetSeconds: 10, now: { 0 })
        schedule.limit = limit
        let sized = Sized()
        let probes: [any Probe] = [
            Fake(id: "a"), Fake(id: "b"), Fake(id: "c", fails: true), Fake(id: "d", seconds: 50),
            sized,
        ]
        let reasons = schedule.run(probes, on: Self.subject).map {
            if case .leftOut(let reason) = $0.result { reason } else { "" }
        }
        #expect(reasons[0].isEmpty && reasons[4].isEmpty)
        #expect(reasons[1] == "no time for b" && reasons[2] == "it was ended")
        // What counted work does not hold is said to be that budget's.
        #expect(reasons[3].contains("--probe-budget"))
        #expect(limit.names.withLock { $0 } == ["a", "c", "sized"])
        #expect(sized.seen.allowance.withLock { $0 } == ProbeAllowance(total: 3, left: 3))
    }
}
