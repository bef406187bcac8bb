package import Cost
package import Evidence
import Synchronization
package import Training

/// Keeps a whole command within its budget: ends the training while what must follow it still fits, and says which probes and
/// proofs fit then.
///
/// What follows is expected from a rehearsal on few rows in this process (`ExpectedRest`) and corrected while the command runs:
/// by what steps and validation passes take, then by what probes took that ran. All amounts are in the budget's own unit,
/// so that seconds, joules, grams and money are kept in the same way.
///
/// Owned by one command; any thread may ask.
package final class RunBudget: Sendable {
    package let meter: BudgetMeter
    private let state = Mutex(State())

    fileprivate struct State {
        var rest = ExpectedRest()
        /// Spent when the training began, and when its last step was done.
        var began = 0.0
        var stepped = 0.0
        var steps = 0
        var validation: (spent: Double, last: Double) = (0, 0)
        /// What a second of counted work took the training.
        var perCounted = 0.0
        var training = 0.0
        /// Of probes and proofs that ran.
        var measured: (expected: Double, taken: Double) = (0, 0)
        /// Spent when the piece of work that is done now was allowed, and what it was expected to take.
        var piece: (began: Double, expected: Double)?
        /// What is left out is not kept for any more.
        var pending: Set<String> = []
    }

    package init(_ meter: BudgetMeter) { self.meter = meter }

    /// What it is and how it is counted, in a sentence.
    package var text: String { "\(meter.budget.text) for the whole command, \(meter.basis)" }

    private var amount: Double { meter.budget.amount }

    /// The budget less what a clock's ticks and a process's end may take.
    private var usable: Double { amount * (1 - Self.slack) }

    fileprivate static let slack = 0.005
    /// What a piece of work may take more than was expected of it.
    fileprivate static let margin = 1.25
    /// How many times slower the machine is believed to have become.
    fileprivate static let mostPace = 4.0
    /// Probes that take longer than expected say less of the report.
    fileprivate static let mostClosingPace = 2.0
    /// Steps before their pace is believed.
    fileprivate static let fewSteps = 8

    // MARK: - Training

    /// The rows are read and encoded.
    ///
    /// - Throws: `VouchError` where that took the budget already, so that nothing need be rehearsed.
    package func prepared() throws(VouchError) {
        let spent = meter.spent
        guard spent >= usable else { return }
        let budget = meter.budget
        throw VouchError(
            setting: """
                \(named: Settings.budget) is \(budget.text), which is too small: reading and preparing alone took \
                \(budget.about(spent)). Ask for several times as much; nothing was written
                """)
    }

    /// The training begins, with so much to follow it.
    ///
    /// - Throws: `VouchError` where the budget does not hold an epoch and what must follow; it says what would.
    package func begin(_ rest: ExpectedRest) throws(VouchError) {
        let spent = meter.spent
        let epoch = rest.epoch + rest.validation
        let needed = spent + Self.margin * (epoch + rest.needed)
        guard needed <= usable else {
            let budget = meter.budget
            throw VouchError(
                setting: """
                    \(named: Settings.budget) is \(budget.text), which is too small: reading and preparing took \
                    \(budget.about(spent)), an epoch is expected to take \(budget.about(epoch)), and predicting, \
                    measuring and writing \(budget.about(rest.needed)) (estimates, by a rehearsal on few rows). Ask for \
                    \(budget.about(needed * 1.1)) or more; nothing was written
                    """)
        }
        state.withLock { state in
            state.rest = rest
            state.began = spent
            state.stepped = spent
            state.validation = (0, rest.validation)
            state.pending = Set(rest.wished.keys)
        }
    }

    /// Why the training must end after the step that was just done: another one, a validation pass and what must follow would
    /// not fit. `nil` where they do.
    package func endsTraining() -> StopReason? {
        let spent = meter.recentlySpent
        let ends = state.withLock { state in
            state.steps += 1
            state.stepped = spent
            let step = state.step
            let pace = state.pace
            let needed = pace * state.rest.needed * Self.margin
            let free = amount - state.began - needed
            let wished = min(
                pace * Self.margin * state.rest.otherWishes, max(0, free / 2))
            let validation = Self.margin * max(state.validation.last, state.rest.validation)
            return spent + 2 * step + validation + needed + wished >= usable
        }
        return ends ? .budget(meter.budget.text) : nil
    }

    /// An epoch's validation pass is done.
    package func validated() {
        let spent = meter.spent
        state.withLock { state in
            let pass = max(0, spent - state.stepped)
            state.validation = (state.validation.spent + pass, pass)
            state.stepped = spent
        }
    }

    /// The training is done, of so many seconds of counted work.
    package func trained(countedSeconds: Double) {
        let spent = meter.spent
        state.withLock { state in
            state.training = max(0, spent - state.began)
            state.perCounted = state.training / max(countedSeconds, 1e-9)
        }
    }

    // MARK: - Measuring

    /// Whether a training for a probe must end: its predictions and statistics, the proofs and the report would not fit any
    /// more.
    package var endsProbes: Bool {
        let spent = meter.recentlySpent
        return state.withLock { state in
            spent + state.pace * Self.margin * state.rest.needed + state.kept { _ in true } >= usable
        }
    }

    /// Why a piece of work does not fit any more; `nil` where it does, and then it is taken to begin.
    ///
    /// - Parameters:
    ///   - piece: Its name in `ExpectedRest.wished`.
    ///   - expected: What it takes where no rehearsal says so.
    ///   - keeps: Pieces that have the right of way.
    package func reasonToLeaveOut(
        _ piece: String, expected: Double? = nil, keeping keeps: (String) -> Bool = { _ in false }
    ) -> String? {
        let spent = meter.spent
        let reason = state.withLock { state -> (expected: Double, left: Double)? in
            state.pending.remove(piece)
            let rehearsed = state.rest.wished[piece]
            let own = rehearsed.map { $0 * state.measuringPace }
            let isOwn = (own ?? .infinity) <= (expected ?? .infinity)
            let amount = (isOwn ? own : expected) ?? 0
            let left = usable - spent - state.closing(Self.margin) - state.kept(keeps)
            guard amount * Self.margin > left else {
                state.piece = (spent, (isOwn ? rehearsed : rehearsed.flatMap { _ in expected }) ?? 0)
                return nil
            }
            return (amount, max(0, left))
        }
        guard let reason else { return nil }
        guard reason.expected.isFinite else {
            return "what it takes could not be found out within the budget of \(meter.budget.text) (--budget)"
        }
        return "it is expected to take about \(meter.budget.about(reason.expected)), and "
            + "\(meter.budget.about(reason.left)) of the budget of \(meter.budget.text) is left for it (--budget)"
    }

    /// The piece that was last allowed is done.
    package func finishedPiece() {
        let spent = meter.spent
        state.withLock { state in
            guard let piece = state.piece else { return }
            state.piece = nil
            guard piece.expected > 0 else { return }
            state.measured.expected += piece.expected
            state.measured.taken += max(0, spent - piece.began)
        }
    }

    /// What trainings of the run's own length took, so many times.
    fileprivate func trainings(_ count: Int) -> Double {
        state.withLock { Double(count) * $0.training }
    }

    fileprivate func amount(countedSeconds: Double) -> Double {
        state.withLock { countedSeconds * $0.perCounted }
    }
}

extension RunBudget.State {
    /// Of a step of the training.
    fileprivate var step: Double {
        steps > 0 ? max(0, stepped - began - validation.spent) / Double(steps) : rest.step
    }

    /// How many times longer things take than in the rehearsal, by the training's steps.
    fileprivate var pace: Double {
        guard steps >= RunBudget.fewSteps, rest.step > 0 else { return 1 }
        return min(max(1, step / rest.step), RunBudget.mostPace)
    }

    /// The same by probes and proofs, as soon as they took a while.
    fileprivate var measuringPace: Double {
        let all = rest.otherWishes + (rest.wished[rest.first] ?? 0)
        guard measured.expected > 0.05 * all else { return pace }
        return min(max(0.5, measured.taken / measured.expected), RunBudget.mostPace)
    }

    /// Of pieces that are still to come.
    fileprivate func kept(_ isKept: (String) -> Bool) -> Double {
        pending.filter(isKept).compactMap { rest.wished[$0] }.filter(\.isFinite).reduce(0, +)
            * measuringPace
    }

    /// What stands after all measuring.
    fileprivate func closing(_ margin: Double) -> Double {
        min(max(1, measuringPace), RunBudget.mostClosingPace) * margin * rest.closing
    }
}

extension RunBudget: ProbeLimit {
    package func countedSeconds(for probe: any Probe) -> Double {
        let spent = meter.spent
        return state.withLock { state in
            let others = state.kept { $0 != probe.description.id }
            let left = usable - spent - state.closing(Self.margin) - others
            return max(0, left) / Self.margin / max(state.perCounted, 1e-9)
        }
    }

    /// Of a probe that trains by what its trainings count for; what trains nothing has the right of way.
    package func reasonToLeaveOut(_ probe: any Probe, _ subject: Subject) -> String? {
        let description = probe.description
        let counted = probe.expectedSeconds(subject)
        let repeated = subject.crossValidator.map { $0.folds * $0.repetitions } ?? 0
        let isRepetition = description.needs.contains(.crossValidation)
        let trains = description.trains || isRepetition
        let expected =
            isRepetition
            ? trainings(repeated)
            : counted > ProbeSchedule.negligibleSeconds || description.trains
                ? amount(countedSeconds: counted) : nil
        return reasonToLeaveOut(
            description.id, expected: expected, keeping: { _ in trains })
    }

    package func ran(_ probe: any Probe, _ subject: Subject) { finishedPiece() }

    package func reason(for error: any Error) -> String? {
        guard error is Interruption, endsProbes else { return nil }
        return "the budget of \(meter.budget.text) left no time to finish it (--budget)"
    }
}

/// What a command is expected to take beside reading and steps, in the unit of its budget.
package struct ExpectedRest: Sendable {
    /// Of a step.
    package var step = 0.0
    /// Of all steps of an epoch.
    package var epoch = 0.0
    /// Of an epoch's pass over the validation rows.
    package var validation = 0.0
    /// Between the training and measuring, in any case.
    package var preparing = 0.0
    /// After all measuring, in any case: report and folder.
    package var closing = 0.0
    /// Of each probe and proof, by its id; those that train aside. Infinite where it is not known.
    package var wished: [String: Double] = [:]
    /// The one without which a run tells nothing.
    package var first = ""

    package init() {}

    /// A line through what two sizes took, never falling and never below what the larger took; infinite where that is not
    /// known.
    package static func extrapolated(
        _ smaller: Double, _ larger: Double, from few: Int, _ more: Int, to all: Int
    ) -> Double {
        guard larger.isFinite, all > more else { return larger }
        // Without a second size all of it is taken to grow with the rows.
        guard more > few, smaller.isFinite else { return larger * Double(all) / Double(more) }
        let slope = max(0, larger - smaller) / Double(more - few)
        return larger + slope * Double(all - more)
    }

    /// What must follow a training.
    package var needed: Double { preparing + (wished[first] ?? 0) + closing }

    /// What follows it if it fits.
    var otherWishes: Double {
        wished.filter { $0.key != first && $0.value.isFinite }.values.reduce(0, +)
    }
}
