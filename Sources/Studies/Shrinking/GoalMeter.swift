import Cost
import Models
import Platform
import Prediction
import Runs
import Tables

/// Measures what goals ask for of models that are made of one: sizes are counted, times and energy measured by turns
/// with that one.
struct GoalMeter {
    let goals: [ShrinkGoal]
    let before: ModelBundle
    private let run: FinishedRun
    /// Training rows, whose answers play no part, from all parts of the table.
    private let table: Table
    private let energy: EnergyMeter?

    private static let mostRows = 4096

    /// - Throws: where energy is asked for and no counter can be read.
    init(_ goals: [ShrinkGoal], of model: ModelBundle, run: FinishedRun) throws {
        self.goals = goals
        self.run = run
        before = model
        energy = try Self.counter(for: goals)
        let rows = run.prepared.split.train
        table = run.prepared.table.selecting(
            rows: evenlySpread(Self.mostRows, of: rows.count).map { rows[$0] })
    }

    /// The counter of energy; `nil` where no goal asks for it.
    ///
    /// - Throws: where one does and none can be read: an estimate would follow from the time alone.
    @discardableResult
    static func counter(for goals: [ShrinkGoal]) throws(VouchError) -> EnergyMeter? {
        guard goals.contains(where: { $0.quantity == .energy }) else { return nil }
        let meter = EnergyMeter()
        if case .unknown(let reason) = meter.counted() {
            throw VouchError(
                "--to energy needs the processor's counter of energy (RAPL below /sys/class/powercap), "
                    + "and it is not known: \(reason). What would be estimated follows from the time alone. "
                    + "Ask for rate>2x, or run this as a user who may read the counter")
        }
        return meter
    }

    /// Since the beginning; `nil` where that is not known.
    private static func joules(_ meter: EnergyMeter) -> Double? {
        guard case .joules(let packages, let memory, _) = meter.counted() else { return nil }
        return packages + (memory ?? 0)
    }

    /// One a goal.
    func readings(of after: ModelBundle) throws -> [GoalReading] {
        let first = ModelPredictor(model: before, pool: run.pool)
        let second = ModelPredictor(model: after, pool: run.pool)
        let isTimed = goals.contains { $0.quantity == .latency || $0.quantity == .rate }
        let times = isTimed ? try PairedTimes(first, second, on: table) : nil
        return try goals.map { goal in
            let found: GoalReading? =
                switch goal.quantity {
                case .size:
                    GoalReading(
                        goal, bytesBefore: before.encodedWeights().count,
                        bytesAfter: after.encodedWeights().count)
                case .latency, .rate: times.flatMap { GoalReading(goal, $0) }
                case .energy:
                    try energy.flatMap { energy in
                        try EnergyTurns(joules: { Self.joules(energy) })
                            .reading(goal, first, second, on: table)
                    }
                }
            guard let found else {
                throw VouchError(
                    "\(goal.quantity.rawValue) of \(run.path) cannot be measured: this machine's clock "
                        + "or counter gave no number")
            }
            return found
        }
    }
}
