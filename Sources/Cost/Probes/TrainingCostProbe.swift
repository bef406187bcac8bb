package import Evidence

/// What a training took: time, operations, memory, energy.
package struct TrainingCostProbe: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "trainingCost", name: "Cost of the training", drawback: .computeCost,
        needs: [.trainingCost],
        metrics: [
            CostMetrics.trainingSeconds, CostMetrics.processorSeconds, CostMetrics.operations,
            CostMetrics.peakMemory, CostMetrics.parameters, CostMetrics.modelSize,
            CostMetrics.energy,
        ])

    package func expectedSeconds(_ subject: Subject) -> Double { 0 }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let cost = subject.cost else { return Findings() }
        let sample = Measurement.Sample(split: "train", rows: cost.trainingRows)
        func made(_ metric: MetricDefinition, _ value: Double, _ note: String) -> Measurement {
            Measurement(
                metric: metric.id, drawback: .computeCost, value: value, unit: metric.unit,
                sample: sample, note: note)
        }
        return Findings(measurements: [
            made(CostMetrics.trainingSeconds, cost.wallSeconds, "measured once"),
            made(CostMetrics.processorSeconds, cost.processorSeconds, "measured once"),
            made(
                CostMetrics.operations, cost.floatingPointOperations / 1e9,
                "counted from the graph, exact"),
            made(CostMetrics.peakMemory, Double(cost.peakMemoryBytes) / 1e6, "measured once"),
            made(CostMetrics.parameters, Double(cost.parameters), "counted, exact"),
            made(CostMetrics.modelSize, Double(cost.modelBytes) / 1e6, "counted, exact"),
            energy(cost, made),
        ])
    }

    /// Of a busy core of a laptop or server with its share of memory and power supply.
    static let assumedWattsPerCore = 10.0

    private func energy(
        _ cost: TrainingCost, _ made: (MetricDefinition, Double, String) -> Measurement
    ) -> Measurement {
        if let joules = cost.measuredJoules {
            return made(
                CostMetrics.energy, joules / 1000,
                "read from the processor's own counter (RAPL); of the whole processor, whoever "
                    + "used it")
        }
        return made(
            CostMetrics.energy, cost.processorSeconds * Self.assumedWattsPerCore / 1000,
            "an estimate, not a measurement: this machine's energy counter cannot be read; "
                + "processor time times an assumed \(Int(Self.assumedWattsPerCore)) W a core")
    }
}

/// Metrics of cost: the definitions.
package enum CostMetrics {
    package static let trainingSeconds = MetricDefinition(
        id: "trainingSeconds", name: "Training time",
        formula: "wall clock from the first to the last step, validation included", unit: "s",
        direction: -1, drawback: .computeCost, source: "clock_gettime(2), CLOCK_MONOTONIC")
    package static let processorSeconds = MetricDefinition(
        id: "processorSeconds", name: "Processor time",
        formula: "time that all threads computed during the training", unit: "s", direction: -1,
        drawback: .computeCost, source: "clock_gettime(2), CLOCK_PROCESS_CPUTIME_ID")
    package static let operations = MetricDefinition(
        id: "trainingOperations", name: "Operations of the training",
        formula: "Σ over steps of the graph's floating-point operations, forward and backward",
        unit: "GFLOP", direction: -1, drawback: .computeCost,
        source: "counted per node: 2·m·n·k for a product, one an element for the rest")
    package static let peakMemory = MetricDefinition(
        id: "peakMemory", name: "Peak memory",
        formula: "largest resident set of the process, reading included", unit: "MB",
        direction: -1, drawback: .computeCost, source: "proc(5), VmHWM; getrusage(2), ru_maxrss")
    package static let parameters = MetricDefinition(
        id: "parameters", name: "Learned parameters", formula: "numbers that training moves",
        direction: -1, drawback: .computeCost, source: "counted")
    package static let modelSize = MetricDefinition(
        id: "modelSize", name: "Size of the model", formula: "bytes of the stored weights",
        unit: "MB", direction: -1, drawback: .computeCost, source: "counted")
    package static let energy = MetricDefinition(
        id: "energy", name: "Energy",
        formula: "of the processor during the training; see the note for how it was found",
        unit: "kJ", direction: -1, drawback: .computeCost,
        source: "Linux powercap, intel-rapl; else an estimate from processor time")
}
