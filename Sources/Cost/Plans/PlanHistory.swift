package import Evidence

/// Earlier plans with what came of them: what a new plan learns from.
package struct PlanHistory: Sendable {
    /// Whole runs, the latest first.
    private let records: [PlanRecord]

    /// - Parameter records: The latest first.
    package init(_ records: [PlanRecord] = []) { self.records = records.filter(\.done.isWhole) }

    /// The same training, done before by the same program: its steps are known.
    package func repeated(_ training: String, version: String) -> PlanRecord? {
        records.first { $0.training == training && $0.machine.version == version }
    }

    /// Of the trainings of a table by a kind of model, the latest ones.
    package func keptShares(table: String, kind: String) -> [Double] {
        records.filter { $0.table == table && $0.kind == kind }.compactMap(\.done.keptShare)
            .prefix(Self.mostOfTable).map { $0 }
    }

    /// Of other tables, one each: the mean over its trainings.
    package func keptShares(besides table: String, kind: String) -> [Double] {
        let others = records.filter { $0.table != table && $0.kind == kind }
        return Dictionary(grouping: others, by: \.table).values.compactMap { records in
            let shares = records.compactMap(\.done.keptShare)
            return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
        }.sorted()
    }

    private static let mostOfTable = 10

    /// Real over planned time of plans on this machine that knew as much.
    package func ratios(_ knowledge: PlanKnowledge, on machine: PlanMachine) -> [Double] {
        made(on: machine).filter { $0.plan.knowledge == knowledge }
            .map { $0.plan.ratio($0.done.seconds) }
    }

    /// What a training's steps, and what all that follows them, took over what counts and a timed step expect, on this
    /// machine: of the table's latest runs, else of all of that kind of model where they are five at least, else 1.
    package func factors(
        table: String, kind: String, on machine: PlanMachine
    ) -> (training: Double, rest: Double) {
        let alike = made(on: machine).filter { $0.kind == kind }
        let own = alike.filter { $0.table == table }.prefix(Self.mostAlike)
        let chosen = own.isEmpty && alike.count >= 5 ? alike.prefix(30) : own
        func factor(_ ratio: (PlanRecord) -> Double) -> Double {
            let middle = Self.median(chosen.map(ratio).filter { $0 > 0 && $0.isFinite })
            return min(10, max(0.1, middle ?? 1))
        }
        return (factor(\.trainingRatio), factor(\.restRatio))
    }

    /// What all that follows a training takes on this machine, a second of counted work: of the table's latest runs, else
    /// of the latest ones of that kind of model. `nil` where none was counted.
    ///
    /// A pace of the machine more than of a table: of twenty tables it was 1.6 to 4.0, on fifteen of them 1.6 to 2.5
    /// (decision 41).
    package func secondsPerWork(
        table: String, kind: String, on machine: PlanMachine
    ) -> Double? {
        let counted = made(on: machine).filter { $0.kind == kind && $0.secondsPerWork != nil }
        let own = counted.filter { $0.table == table }
        let chosen = own.isEmpty ? counted.prefix(30) : own.prefix(Self.mostAlike)
        return Self.median(chosen.compactMap(\.secondsPerWork))
    }

    private static let mostAlike = 3

    /// Whether a table was trained on a machine.
    package func knows(table: String, kind: String, on machine: PlanMachine) -> Bool {
        made(on: machine).contains { $0.table == table && $0.kind == kind }
    }

    /// Cores that computed on average over earlier commands with as many threads, the median; `nil` without any.
    package func busyCores(on machine: PlanMachine) -> Double? {
        Self.median(
            made(on: machine).map {
                $0.done.usage.processorSeconds / max($0.done.usage.wallSeconds, 1e-9)
            })
    }

    /// Watts of a core that computed, where the counter of energy was read in earlier commands; `nil` where never.
    package func wattsPerCore(on machine: PlanMachine) -> Amount? {
        let watts = made(on: machine).prefix(Self.mostWatts).compactMap { record in
            record.done.usage.countedWattsPerCore?.value
        }
        guard let middle = Self.median(watts), let least = watts.min(), let most = watts.max()
        else { return nil }
        return .estimate(
            middle, in: least...most,
            unknowns: ["watts of a busy core: as in \(watts.count) earlier runs on this machine"])
    }

    private static let mostWatts = 20

    private static func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }

    private func made(on machine: PlanMachine) -> [PlanRecord] {
        records.filter {
            $0.machine.processor == machine.processor && $0.machine.threads == machine.threads
        }
    }

    /// How plans on a machine held, by what they knew.
    package func held(on machine: PlanMachine) -> [PlanBacktest] {
        let own = made(on: machine)
        return PlanKnowledge.allCases.compactMap { knowledge in
            let plans = own.filter { $0.plan.knowledge == knowledge }.prefix(RatioInterval.most)
            guard !plans.isEmpty else { return nil }
            let widths = plans.map { ($0.plan.upper - $0.plan.lower) / 2 / $0.plan.seconds }
                .sorted()
            return PlanBacktest(
                knowledge: knowledge, plans: plans.count,
                held: plans.count { $0.plan.holds($0.done.seconds) },
                medianHalfWidth: widths[widths.count / 2],
                counted: plans.count { $0.energyHeld != nil },
                energyHeld: plans.count { $0.energyHeld ?? false })
        }
    }
}

/// In how many of the last plans the time was within the interval that was told beforehand.
package struct PlanBacktest: Codable, Sendable, Hashable {
    package var knowledge: PlanKnowledge
    package var plans: Int
    package var held: Int
    /// Half the interval over the plan.
    package var medianHalfWidth: Double
    /// Those whose energy was read off a counter, and of these those whose energy lay in its range.
    package var counted: Int
    package var energyHeld: Int

    package init(
        knowledge: PlanKnowledge, plans: Int, held: Int, medianHalfWidth: Double, counted: Int,
        energyHeld: Int
    ) {
        self.knowledge = knowledge
        self.plans = plans
        self.held = held
        self.medianHalfWidth = medianHalfWidth
        self.counted = counted
        self.energyHeld = energyHeld
    }
}

extension Usage {
    /// Watts of a core that computed, where the machine's counter of energy was read for it; `nil` where it was not.
    package var countedWattsPerCore: Amount? {
        guard processorSeconds > 0, let first = energy.unknowns.first,
            first.hasPrefix(EnergyShare.sharedCounter)
        else { return nil }
        return energy * (1 / processorSeconds)
    }
}
