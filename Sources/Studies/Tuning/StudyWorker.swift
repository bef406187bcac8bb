import Evidence
import Platform
import RunStore
package import Runs
import Synchronization
import Tuning

/// One process's work at a study: it claims trial after trial until the study is over, its time is, or somebody ends it.
struct StudyWorker {
    let folder: StudyFolder
    let training: StudyTraining
    let planner: any TrialPlanner
    let number: Int
    /// Nobody changes them while a process works.
    let terms: StudyTerms
    /// Of how many trials an earlier end may have cut a rung.
    let cuts: Set<Int>
    let watch: StudyWatch
    let control: StudyControl
    /// Of this process.
    let meter: CostMeter

    private var store: StudyStore { folder.store }
    private static let pauseSeconds = 0.1

    /// - Throws: `Interruption` where the command was ended; `VouchError` where the time was over before the first training
    ///   was.
    func work() throws {
        while true {
            try control.cancellation.check()
            let trials = try folder.trials()
            let ends = try ends(trials)
            if let ends, Clock.unixSeconds() >= ends.search, try store.closedAfter() == nil {
                guard trials.contains(where: { $0.number < 0 && $0.result != nil }) else {
                    throw tooSmall
                }
                try close()
                continue
            }
            let claim = try store.claim(
                as: number, now: Clock.unixSeconds(), below: terms.limit,
                planning: { try planned(after: $0) })
            switch claim {
            case .trial(let trial): try carryOut(trial, ends: ends)
            case .wait: Processes.pause(seconds: Self.pauseSeconds)
            case .exhausted: try close()
            case .over: return
            }
        }
    }

    private var tooSmall: VouchError {
        VouchError(
            setting: """
                \(named: Settings.budget) is too small: it was over before the first training was done, with the \
                default settings. Ask for several times as much
                """)
    }

    private func planned(after trials: [StudyStore.Trial]) throws -> [StudyStore.Trial] {
        let finished = try folder.finished(trials)
        let planned =
            cuts.contains(trials.count)
            ? planner.continued(after: finished) : planner.next(after: finished)
        return try planned.map {
            StudyStore.Trial(number: $0.number, rung: $0.rung, plan: try StudyFolder.text($0))
        }
    }

    // MARK: - Time

    /// When what must end; `nil` without a budget.
    private func ends(_ trials: [StudyStore.Trial]) throws -> StudyEnds? {
        try store.deadline().map { try folder.ends(trials, terms, deadline: $0) }
    }

    /// Ends the search by what is finished: which trials count, and whether one is trained whole.
    private func close() throws {
        try store.close { trials, number in
            let counted = folder.counted(trials)
            let after = counted.count { $0.number >= 0 }
            guard terms.hasLast, let best = try folder.standing(counted).promising
            else { return (after, nil) }
            let last = PlannedTrial(
                number: number, rung: -1, point: best.plan.point,
                fidelity: .whole, seed: folder.request.seed)
            return (after, try StudyFolder.text(last))
        }
    }

    // MARK: - A trial

    private func carryOut(_ claimed: StudyStore.Trial, ends: StudyEnds?) throws {
        let plan = try folder.plan(claimed)
        let end = claimed.isLast ? ends?.training : ends?.search
        watch.begin(trial: claimed.number, until: end)
        control.onEvent(.stage("Trial \(StudyText.name(claimed.number)): \(StudyText.settings(plan))"))
        let own = CostMeter()
        let began = Clock.monotonicSeconds()
        let outcome: StudyTraining.Outcome
        do {
            outcome = try training.carriedOut(plan)
        } catch let error as Interruption {
            try interrupted(claimed, error)
            return
        }
        var done = claimed
        done.seconds = Clock.monotonicSeconds() - began
        let standing = try folder.standing(folder.trials())
        if let trial = outcome.trial, standing.leads(outcome.finished) {
            let began = Clock.monotonicSeconds()
            // Its folder stands before its result is known: the incumbent is a run at every moment.
            try training.write(
                trial, to: folder.place(of: claimed.number), meter: own,
                arguments: control.arguments, cancellation: control.cancellation)
            done.writingSeconds = Clock.monotonicSeconds() - began
        } else if claimed.number == StudyStore.Trial.first {
            throw VouchError(
                "the default's training failed, and a study begins with it: "
                    + (outcome.finished.failure ?? "it has no objective"))
        }
        done.result = try StudyFolder.text(outcome.finished)
        done.weightsSHA256 = outcome.weightsSHA256
        guard try store.finish(done, as: number) else { return }
        try store.beat(
            number, now: Clock.unixSeconds(), usage: StudyFolder.text(meter.used()))
        try folder.settleIncumbent()
        control.onEvent(.stage(StudyText.line(of: outcome.finished, training.objective)))
    }

    private func interrupted(_ trial: StudyStore.Trial, _ error: Interruption) throws {
        if control.cancellation.isRaised { throw error }
        // Taken over, closed without it, or its time is over: what is left of it is told by the next look.
        guard watch.isOver else { return }
        if trial.isLast {
            try store.leaveOutLast()
            control.onEvent(
                .warning("the last training was given up: the budget left too little time for it"))
        } else {
            try store.release(trial.number, of: number)
        }
    }
}

/// Ends a training that its study does not want any more: when its time is over, or the claim is not this worker's. It also
/// tells others that this worker lives.
///
/// Shared by a worker and its trainings' threads, which ask between steps.
final class StudyWatch: Sendable {
    private let store: StudyStore
    private let worker: Int
    private let state = Mutex(State())
    /// Seconds between two signs of life.
    private static let interval = 3.0

    private struct State {
        var trial: Int?
        var end: Double?
        var beat = 0.0
        var isLost = false
    }

    init(_ store: StudyStore, worker: Int) {
        self.store = store
        self.worker = worker
    }

    /// - Parameter end: In seconds since 1970; `nil` for none.
    func begin(trial: Int, until end: Double?) {
        state.withLock { $0 = State(trial: trial, end: end, beat: Clock.unixSeconds()) }
    }

    /// Whether the time of the trial is over.
    var isOver: Bool {
        state.withLock { state in state.end.map { Clock.unixSeconds() >= $0 } ?? false }
    }

    var endsTraining: Bool {
        state.withLock { state in
            guard let trial = state.trial, !state.isLost else { return state.isLost }
            let now = Clock.unixSeconds()
            if let end = state.end, now >= end { return true }
            if now - state.beat >= Self.interval {
                state.beat = now
                // One that fails is no reason to end; the next one may not.
                state.isLost = (try? store.beat(worker, now: now, trial: trial)) == false
            }
            return state.isLost
        }
    }
}

/// How a command works at a study; none of it changes what a trial is.
package struct StudyControl {
    package var threads: Int?
    package var cancellation: Cancellation
    /// The command line's arguments, for reports.
    package var arguments: [String]
    /// Whether the index of runs learns of the incumbent's.
    package var isIndexed: Bool
    package var onEvent: (RunEvent) -> Void
    /// Told as soon as other processes may join.
    package var onOpen: () throws -> Void

    package init(
        threads: Int? = nil, cancellation: Cancellation = Cancellation(),
        arguments: [String] = [], isIndexed: Bool = false,
        onEvent: @escaping (RunEvent) -> Void = { _ in },
        onOpen: @escaping () throws -> Void = {}
    ) {
        self.threads = threads
        self.cancellation = cancellation
        self.arguments = arguments
        self.isIndexed = isIndexed
        self.onEvent = onEvent
        self.onOpen = onOpen
    }
}
