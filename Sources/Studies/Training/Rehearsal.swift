import Cost
import Documents
import Evidence
import Platform
import RunStore
import Runs
import Tables
import Training

/// Does on few rows what a command will do with all: a few steps, a validation pass, predicting, probes that train
/// nothing, proofs, the report; and expects of all rows what two sizes take, as a line through both.
///
/// It sees no test row: rows that train or validate stand in for them. What it finds is dropped. What changes with the
/// table's content rather than its size (leaks that one row in a thousand shows) it may miss; `RunBudget` corrects by
/// what is measured then, and leaves out what no longer fits.
struct Rehearsal {
    private let learner: Learner
    private let features: EncodedFeatures
    private let meter: BudgetMeter
    private let control: RunControl
    /// Rows that train, validate and measure.
    private let counts: (train: Int, validation: Int, test: Int)

    /// What both rehearsals may take of the budget: what was not tried by then counts as too long.
    private static let shares = (larger: 0.06, smaller: 0.1)
    /// Of the budget, what the probes' counted work may take at most.
    private static let probeShare = 0.5

    /// Of the rows, the larger rehearsal takes one in twelve, but no fewer than 600 and no more than 4,000.
    private static let share = 12
    private static let fewest = 600
    private static let most = 4000
    private static let steps = 12
    /// Their time goes with what is compiled and brought to the caches.
    private static let warmingSteps = 2
    /// Seconds that putting a folder in its place takes, beside reading its bytes.
    private static let commitSeconds = 0.1

    init(
        _ learner: Learner, _ features: EncodedFeatures, _ meter: BudgetMeter, _ control: RunControl
    ) throws {
        self.learner = learner
        self.features = features
        self.meter = meter
        self.control = control
        let split = learner.prepared.folds[0]
        counts = (
            split.train.count, split.validation.count, try learner.knownTestRows().places.count
        )
    }

    private var rows: Int { counts.train + counts.validation + counts.test }

    /// - Throws: `Interruption`. Whatever else goes wrong is a warning: then a share of the budget is kept.
    func expected() throws -> ExpectedRest {
        do {
            return try measured()
        } catch let error as Interruption {
            throw error
        } catch {
            control.onEvent(
                .warning(
                    "what measuring and writing take could not be rehearsed (\(error)); a fifth of the budget is "
                        + "kept for it"))
            var rest = ExpectedRest()
            rest.preparing = meter.budget.amount * Self.keptUnrehearsed
            return rest
        }
    }

    private static let keptUnrehearsed = 0.2

    private func measured() throws -> ExpectedRest {
        // The larger first: it pays for what is compiled once.
        let larger = min(rows, Self.most, max(Self.fewest, rows / Self.share))
        let smaller = max(larger / 2, min(larger, 8))
        let began = meter.spent
        let big = try rehearsed(larger, until: began + Self.shares.larger * meter.budget.amount)
        let small =
            larger == rows
            ? big
            : try rehearsed(smaller, until: began + Self.shares.smaller * meter.budget.amount)
        let line = { (a: Double, b: Double) in
            ExpectedRest.extrapolated(b, a, from: smaller, larger, to: rows)
        }
        var rest = ExpectedRest()
        let batch = learner.prepared.recipe.batchRows
        let steps = max(1, counts.train / max(1, min(batch, counts.train)))
        rest.step = big.step * Double(min(batch, counts.train)) / Double(max(1, big.batch))
        rest.epoch = rest.step * Double(steps)
        rest.validation =
            big.validation * Double(counts.validation) / Double(max(1, big.validationRows))
        rest.preparing = line(big.preparing, small.preparing)
        rest.closing = line(big.closing, small.closing) + Self.commitSeconds * meter.perSecond
        for (piece, amount) in big.pieces {
            rest.wished[piece] = line(amount, small.pieces[piece] ?? .infinity)
        }
        rest.first = allProbes[0].description.id
        return rest
    }

    private struct Taken {
        var step = 0.0
        var batch = 0
        var validation = 0.0
        var validationRows = 0
        var preparing = 0.0
        var closing = 0.0
        var pieces: [String: Double] = [:]
    }

    private func rehearsed(_ size: Int, until end: Double) throws -> Taken {
        func part(_ count: Int) -> Int {
            count == 0 ? 0 : max(1, count * size / max(rows, 1))
        }
        let sizes = (part(counts.train), part(counts.validation), part(counts.test))
        var (sample, encoded) = try learner.sampling(features, sizes)
        let batch = min(sample.prepared.recipe.batchRows, sizes.0)
        sample.configuration.learning.steps = Self.steps
        let seconds = Self.probeShare * meter.budget.amount / max(meter.perSecond, 1e-12)
        sample.configuration.evidence.probeSeconds =
            min(seconds, learner.configuration.evidence.probeSeconds) * Double(size) / Double(rows)
        sample.configuration.learning.shards = learner.configuration.learning.shards.map {
            min($0, batch)
        }
        // What is timed does not depend on the rate, and must not diverge by it.
        sample.prepared.recipe.learningRate = sample.standardRate
        var taken = Taken(batch: batch, validationRows: sizes.1)
        let watch = StepWatch(meter, warming: Self.warmingSteps)
        let trained = try ModelTraining(learner: sample, onEvent: { watch.saw($0) }).trained(encoded)
        try learner.cancellation.check()
        (taken.step, taken.validation) = (watch.step, watch.validation)
        var telling = RunTelling(
            learner: sample, features: encoded,
            control: RunControl(card: control.card, kinds: control.kinds), meter: CostMeter())
        telling.clock = { [meter] in meter.spent }
        telling.rehearsal = RehearsalLimit(meter: meter, end: end)
        _ = try telling.told(of: trained)
        let hashing = meter.spent
        _ = ContentHash.sha256(trained.model.encodedWeights())
        taken.preparing = telling.preparing
        taken.closing = telling.closing + 2 * (meter.spent - hashing)
        taken.pieces = telling.pieces
        return taken
    }
}

/// Ends a rehearsal that takes too much of the budget itself.
struct RehearsalLimit: ProbeLimit {
    let meter: BudgetMeter
    /// Spent of the budget by then.
    let end: Double

    private static let reason = "the rehearsal took long enough"

    var isOver: Bool { meter.spent > end }

    /// Whether a piece was left out because of this limit.
    func leftOut(_ result: ProbeSchedule.Outcome.Result) -> Bool {
        if case .leftOut(Self.reason) = result { true } else { false }
    }

    func countedSeconds(for probe: any Probe) -> Double { .infinity }

    /// What must be known is tried in any case: it is the first.
    func reasonToLeaveOut(_ probe: any Probe, _ subject: Subject) -> String? {
        let isFirst = probe.description.id == allProbes[0].description.id
        return isOver && !isFirst ? Self.reason : nil
    }

    func ran(_ probe: any Probe, _ subject: Subject) {}

    func reason(for error: any Error) -> String? { nil }
}

/// What steps and validation passes of a training take.
private final class StepWatch {
    private let meter: BudgetMeter
    private let warming: Int
    private var steps = 0
    private var last = 0.0
    private var sum = 0.0
    private var counted = 0
    private(set) var validation = 0.0

    init(_ meter: BudgetMeter, warming: Int) {
        self.meter = meter
        self.warming = warming
        last = meter.spent
    }

    /// The mean of those after the warming ones; of all where there are no others.
    var step: Double { sum / Double(max(1, counted)) }

    func saw(_ event: RunEvent) {
        let now: Double
        switch event {
        case .training(.step):
            now = meter.spent
            steps += 1
            if steps == warming + 1 { (sum, counted) = (0, 0) }
            sum += now - last
            counted += 1
        case .training(.epoch):
            now = meter.spent
            validation = now - last
        default: return
        }
        last = now
    }
}
