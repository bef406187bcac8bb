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
            counted(CostMetrics.trainingSeconds, cost.wallSeconds, "measured once", sample),
            counted(CostMetrics.processorSeconds, cost.processorSeconds, "measured once", sample),
            counted(
                CostMetrics.operations, cost.floatingPointOperations / 1e9,
                "counted from the graph, exact", sample),
            counted(
                CostMetrics.peakMemory, Double(cost.peakMemoryBytes) / 1e6, "measured once", sample),
            energy(
                CostMetrics.energy, joules: cost.measuredJoules,
                processorSeconds: cost.processorSeconds, sample),
        ])
    }
}

/// What the whole command took: training, probes and all between them.
package struct RunCostProbe: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "runCost", name: "Cost of the whole run", drawback: .computeCost,
        needs: [.runCost], looksAt: [],
        metrics: [
            CostMetrics.totalSeconds, CostMetrics.totalEnergy, CostMetrics.probeSeconds,
            CostMetrics.probeWork, CostMetrics.plannedSeconds,
        ])

    package func expectedSeconds(_ subject: Subject) -> Double { 0 }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let cost = subject.runCost else { return Findings() }
        let sample = Measurement.Sample(split: .training, rows: cost.trainingRows)
        let measurements = [
            counted(
                CostMetrics.totalSeconds, cost.wallSeconds,
                "measured once; training, probes, reading and the rest", sample),
            energy(
                CostMetrics.totalEnergy, joules: cost.measuredJoules,
                processorSeconds: cost.processorSeconds, sample),
            counted(CostMetrics.probeSeconds, cost.probeSeconds, "measured once", sample),
            counted(
                CostMetrics.probeWork, cost.probeWorkSeconds,
                "\(NominalMachine.text), of at most \(Int(cost.probeBudgetSeconds)) s "
                    + "(--probe-budget); this decides what is measured, no clock does", sample),
        ]
        return Findings(
            measurements: measurements + (cost.planned.map { [planned($0, sample)] } ?? []))
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

/// Of a busy core of a laptop or server with its share of memory and power supply.
private let assumedWattsPerCore = 10.0

private func counted(
    _ metric: MetricDefinition, _ value: Double, _ note: String, _ sample: Measurement.Sample
) -> Measurement {
    Measurement(
        metric: metric.id, drawback: .computeCost, value: value, unit: metric.unit, sample: sample,
        note: note)
}

private func energy(
    _ metric: MetricDefinition, joules: Double?, processorSeconds: Double,
    _ sample: Measurement.Sample
) -> Measurement {
    let note =
        joules == nil
        ? "an estimate, not a measurement: this machine's energy counter cannot be read; "
            + "processor time times an assumed \(Int(assumedWattsPerCore)) W a core"
        : "read from the processor's own counter (RAPL); of the whole processor, whoever used it"
    return counted(
        metric, (joules ?? processorSeconds * assumedWattsPerCore) / 1000, note, sample)
}

/// Metrics of cost: the definitions.
package enum CostMetrics {
    package static let trainingSeconds = MetricDefinition(
        id: .trainingSeconds, name: "Training time",
        formula: "wall clock from the first to the last step, validation included", unit: "s",
        direction: -1, drawback: .computeCost, source: "clock_gettime(2), CLOCK_MONOTONIC")
    package static let processorSeconds = MetricDefinition(
        id: .processorSeconds, name: "Processor time",
        formula: "time that all threads computed during the training", unit: "s", direction: -1,
        drawback: .computeCost, source: "clock_gettime(2), CLOCK_PROCESS_CPUTIME_ID")
    package static let operations = MetricDefinition(
        id: .trainingOperations, name: "Operations of the training",
        formula: "Σ over steps of the graph's floating-point operations, forward and backward",
        unit: "GFLOP", direction: -1, drawback: .computeCost,
        source: "counted per node: 2·m·n·k for a product, one an element for the rest")
    package static let peakMemory = MetricDefinition(
        id: .peakMemory, name: "Peak memory",
        formula: "largest resident set of the process, reading included", unit: "MB",
        direction: -1, drawback: .computeCost, source: "proc(5), VmHWM; getrusage(2), ru_maxrss")
    package static let parameters = MetricDefinition(
        id: .parameters, name: "Learned parameters", formula: "numbers that training moves",
        direction: -1, drawback: .computeCost, source: "counted")
    package static let modelSize = MetricDefinition(
        id: .modelSize, name: "Size of the model", formula: "bytes of the stored weights",
        unit: "MB", direction: -1, drawback: .computeCost, source: "counted")
    package static let latency = MetricDefinition(
        id: .predictionLatency, name: "Time of a single prediction",
        formula: "mean over blocks of the median time from a raw row to its prediction",
        unit: "ms", direction: -1, drawback: .computeCost,
        source: "clock_gettime(2), CLOCK_MONOTONIC; Documentation/Decisions/0038")
    package static let rate = MetricDefinition(
        id: .predictionRate, name: "Rows predicted a second",
        formula: "rows of a batch over the median time of its prediction, mean over blocks",
        unit: "rows/s", direction: 1, drawback: .computeCost,
        source: "clock_gettime(2), CLOCK_MONOTONIC; Documentation/Decisions/0038")
    package static let energy = MetricDefinition(
        id: .energy, name: "Energy",
        formula: "of the processor during the training; see the note for how it was found",
        unit: "kJ", direction: -1, drawback: .computeCost,
        source: "Linux powercap, intel-rapl; else an estimate from processor time")
    package static let totalSeconds = MetricDefinition(
        id: .totalSeconds, name: "Time of the whole run",
        formula: "wall clock from the command's start to its report: reading, training, probes",
        unit: "s", direction: -1, drawback: .computeCost,
        source: "clock_gettime(2), CLOCK_MONOTONIC")
    package static let plannedSeconds = MetricDefinition(
        id: .plannedSeconds, name: "Time of the whole run, as planned",
        formula: "counted steps · a timed step + counted work of the probes, told before the training",
        unit: "s", direction: 0, drawback: .computeCost,
        source: "Documentation/Decisions/0041; Lei et al. 2018, DOI 10.1080/01621459.2017.1307116")
    package static let totalEnergy = MetricDefinition(
        id: .totalEnergy, name: "Energy of the whole run",
        formula: "of the processor from the command's start to its report", unit: "kJ",
        direction: -1, drawback: .computeCost,
        source: "Linux powercap, intel-rapl; else an estimate from processor time")
    package static let probeSeconds = MetricDefinition(
        id: .probeSeconds, name: "Time of the probes",
        formula: "wall clock of all that was measured after the training", unit: "s", direction: -1,
        drawback: .computeCost, source: "clock_gettime(2), CLOCK_MONOTONIC")
    package static let probeWork = MetricDefinition(
        id: .probeWork, name: "Counted work of the probes",
        formula: "operations and steps of what probes computed, in seconds of a nominal machine", unit: "s", direction: -1, drawback: .computeCost,
        source: "counted from graphs and tables; Documentation/Decisions/0028")
}

// Their ids.
extension MetricID {
    package static let processorSeconds = MetricID("processorSeconds")
    package static let trainingOperations = MetricID("trainingOperations")
    package static let peakMemory = MetricID("peakMemory")
    package static let parameters = MetricID("parameters")
    package static let modelSize = MetricID("modelSize")
    package static let predictionLatency = MetricID("predictionLatency")
    package static let predictionRate = MetricID("predictionRate")
    package static let energy = MetricID("energy")
    package static let totalSeconds = MetricID("totalSeconds")
    package static let plannedSeconds = MetricID("plannedSeconds")
    package static let totalEnergy = MetricID("totalEnergy")
    package static let probeSeconds = MetricID("probeSeconds")
    package static let probeWork = MetricID("probeWork")
}
