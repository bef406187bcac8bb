package import Evidence

/// A plan and what came of it: `plan.json` in a run's folder, and what the index of runs holds of it.
package struct PlanRecord: Codable, Sendable, Hashable {
    /// ISO 8601, in UTC.
    package var made: String
    package var machine: PlanMachine
    /// Equal for the same columns and answer, whatever the rows.
    package var table: String
    /// Equal where the weights will have the same bits.
    package var training: String
    /// The kind of model.
    package var kind: String
    package var plan: RunPlan
    package var bill: PlannedBill
    package var done: Done

    /// What it really took.
    package struct Done: Codable, Sendable, Hashable {
        /// From the command's start to its report.
        package var usage: Usage
        /// Of the clock.
        package var trainingSeconds: Double
        /// Of each training in its order.
        package var steps: [Int]
        /// The epoch that was kept over the most epochs, the mean over trainings; `nil` where nothing stops early.
        package var keptShare: Double?
        /// Whether nobody and no clock ended it before its time.
        package var isWhole: Bool
        /// Counted work of all that followed the training, in seconds of the nominal machine; `nil` where not all of it was
        /// counted.
        package var probeWorkSeconds: Double?

        package init(
            usage: Usage, trainingSeconds: Double, steps: [Int], keptShare: Double?, isWhole: Bool,
            probeWorkSeconds: Double? = nil
        ) {
            self.usage = usage
            self.trainingSeconds = trainingSeconds
            self.steps = steps
            self.keptShare = keptShare
            self.isWhole = isWhole
            self.probeWorkSeconds = probeWorkSeconds
        }

        /// Of the whole command, on the clock.
        package var seconds: Double { usage.wallSeconds }
    }

    package init(
        made: String, machine: PlanMachine, table: String, training: String, kind: String,
        plan: RunPlan, bill: PlannedBill, done: Done
    ) {
        self.made = made
        self.machine = machine
        self.table = table
        self.training = training
        self.kind = kind
        self.plan = plan
        self.bill = bill
        self.done = done
    }

    /// Whether the energy lay in the range that was told; `nil` where no counter was read, as a guess proves none.
    var energyHeld: Bool? {
        guard done.usage.countedWattsPerCore != nil else { return nil }
        return bill.energy.range.contains(done.usage.energy.value)
    }

    /// What the steps that were taken took, over what would have been planned for them without earlier runs.
    var trainingRatio: Double {
        let share = Double(done.steps.reduce(0, +)) / Double(max(plan.steps, 1))
        return done.trainingSeconds / max(share * plan.trainingSeconds / plan.trainingFactor, 1e-9)
    }

    /// What all that followed the training took, a second of counted work; `nil` where there was too little of it to tell.
    var secondsPerWork: Double? {
        guard let work = done.probeWorkSeconds, work >= Self.leastWork else { return nil }
        return (done.seconds - plan.begunSeconds - done.trainingSeconds) / work
    }

    private static let leastWork = 2.0

    /// What probes and all beside reading and training took, over what would have been planned without earlier runs.
    var restRatio: Double {
        let real = done.seconds - plan.begunSeconds - done.trainingSeconds
        let planned = (plan.probeSeconds + plan.otherSeconds) / plan.restFactor
        return real / max(planned, 1e-9)
    }
}
