import Cost
import Models
import Platform
import Runs
import Tables

/// Measures what a goal asks for of models that are made of one: sizes are counted, times and energy measured by turns
/// with that one.
struct GoalMeter {
    let goal: ShrinkGoal
    let before: ModelBundle
    private let run: FinishedRun
    private let energy: EnergyCounter?

    /// - Throws: where energy is asked for and no counter can be read: an estimate would follow from the time alone.
    init(_ goal: ShrinkGoal, of model: ModelBundle, run: FinishedRun) throws {
        self.goal = goal
        self.run = run
        before = model
        energy = goal.quantity == .energy ? EnergyCounter() : nil
        guard goal.quantity != .energy || energy != nil else { throw Self.noCounter }
    }

    /// - Throws: as `init`; before anything is read.
    static func check(_ goal: ShrinkGoal) throws(VouchError) {
        guard goal.quantity != .energy || EnergyCounter() != nil else { throw noCounter }
    }

    private static let noCounter = VouchError(
        "--to energy needs the processor's counter of energy (RAPL below /sys/class/powercap), and none "
            + "can be read here; what would be estimated follows from the time alone. Ask for rate>2x, "
            + "or read the counter as a user who may")

    /// Training rows are predicted, whose answers play no part.
    func reading(of after: ModelBundle) throws -> GoalReading {
        if goal.quantity == .size {
            return GoalReading(
                goal, bytesBefore: before.encodedWeights().count,
                bytesAfter: after.encodedWeights().count)
        }
        let first = ModelPredictor(model: before, pool: run.pool)
        let second = ModelPredictor(model: after, pool: run.pool)
        let table = run.prepared.table.selecting(rows: run.prepared.split.train)
        let found: GoalReading? =
            if let energy {
                try EnergyTurns(joules: { energy.joules() }).reading(goal, first, second, on: table)
            } else {
                try PairedTimes(first, second, on: table).flatMap { GoalReading(goal, $0) }
            }
        guard let found else {
            throw VouchError(
                "\(goal.quantity.rawValue) of \(run.path) cannot be measured: its machine's clock or "
                    + "counter gave no number")
        }
        return found
    }
}
