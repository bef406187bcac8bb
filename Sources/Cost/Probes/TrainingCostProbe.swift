package import Evidence
import Prediction

/// What a training took: time, operations, memory, energy.
package struct TrainingCostProbe: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "trainingCost", name: "Cost of the training", drawback: .computeCost,
        needs: [.trainingCost], looksAt: [],
        metrics: [
            CostMetrics.trainingSeconds, CostMetrics.processorSeconds, CostMetrics.operations,
            CostMetrics.peakMemory, CostMetrics.energy,
        ])

    package func expectedSeconds(_ subject: Subject) -> Double { 0 }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let cost = subject.cost else { return Findings() }
        let sample = Measurement.Sample(split: .training, rows: cost.trainingRows)
        return Findings(measurements: [
            counted(
                CostMetrics.trainingSeconds, cost.usage.wallSeconds, "measured once", sample),
            counted(
                CostMetrics.processorSeconds, cost.usage.processorSeconds, "measured once", sample),
            counted(
                CostMetrics.operations, cost.floatingPointOperations / 1e9,
                "counted from the graph, exact", sample),
            counted(
                CostMetrics.peakMemory, Double(cost.peakMemoryBytes) / 1e6, "measured once", sample),
            Measurement(CostMetrics.energy, cost.usage.energy * 1e-3, sample),
        ])
    }
}

/// What the whole command took, training, probes and all between them; and what both cost in greenhouse gases and money.
package struct RunCostProbe: Probe {
    private let tariff: Tariff

    package init(tariff: Tariff) { self.tariff = tariff }

    package let description = ProbeDescription(
        id: "runCost", name: "Cost of the whole run", drawback: .computeCost,
        needs: [.runCost], looksAt: [],
        metrics: [
            CostMetrics.totalSeconds, CostMetrics.totalEnergy, CostMetrics.trainingEmissions,
            CostMetrics.totalEmissions, CostMetrics.trainingMoney, CostMetrics.totalMoney,
            CostMetrics.probeSeconds, CostMetrics.probeWork, CostMetrics.plannedSeconds,
        ])

    package func expectedSeconds(_ subject: Subject) -> Double { 0 }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let cost = subject.runCost else { return Findings() }
        let sample = Measurement.Sample(split: .training, rows: cost.trainingRows)
        let whole = tariff.bill(of: cost.usage)
        let training = subject.cost.map { tariff.bill(of: $0.usage) }
        var found = [
            counted(
                CostMetrics.totalSeconds, cost.usage.wallSeconds,
                "measured once; training, probes, reading and the rest", sample),
            Measurement(CostMetrics.totalEnergy, whole.energy * 1e-3, sample),
        ]
        if let training {
            found.append(Measurement(CostMetrics.trainingEmissions, training.grams, sample))
        }
        found.append(Measurement(CostMetrics.totalEmissions, whole.grams, sample))
        for (metric, bill) in [
            (CostMetrics.trainingMoney, training), (CostMetrics.totalMoney, whole),
        ] {
            guard let bill, let money = bill.money, let currency = bill.currency else { continue }
            found.append(Measurement(metric, money, sample, unit: currency))
        }
        return Findings(
            measurements: found + [
                counted(CostMetrics.probeSeconds, cost.probeSeconds, "measured once", sample),
                counted(
                    CostMetrics.probeWork, cost.probeWorkSeconds,
                    "\(NominalMachine.text), of at most \(Int(cost.probeBudgetSeconds)) s "
                        + "(--probe-budget); this decides what is measured, no clock does", sample),
            ] + (cost.planned.map { [planned($0, sample)] } ?? []))
    }

    private func planned(
        _ expected: ExpectedSeconds, _ sample: Measurement.Sample
    ) -> Measurement {
        let metric = CostMetrics.plannedSeconds
        return Measurement(
            metric: metric.id, drawback: .computeCost, value: expected.value, unit: metric.unit,
            interval: .init(
                lower: expected.lower, upper: expected.upper, level: expected.level,
                method: "quantiles of real over planned time", varied: "runs"),
            sample: sample, note: "an estimate, made before the training; " + expected.note)
    }
}

/// A number without an interval, with how it was found.
func counted(
    _ metric: MetricDefinition, _ value: Double, _ note: String, _ sample: Measurement.Sample
) -> Measurement {
    Measurement(
        metric: metric.id, drawback: .computeCost, value: value, unit: metric.unit, sample: sample,
        note: note)
}
