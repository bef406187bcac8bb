package import Evidence

/// Metrics of cost: the definitions.
package enum CostMetrics {
    private static let powerSource =
        "Linux powercap, intel-rapl; else rated power of processors; Documentation/Decisions/0040"
    private static let gridSource =
        "yearly means by country, Ember through Our World in Data; Documentation/Decisions/0040"

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
        formula: "of the processor for the training: its counter times the share of the busy time, or "
            + "processor time times watts of a busy core; the note says which", unit: "kJ",
        direction: -1, drawback: .computeCost, source: powerSource)
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
        formula: "the same from the command's start to its report", unit: "kJ", direction: -1,
        drawback: .computeCost, source: powerSource)
    package static let trainingEmissions = MetricDefinition(
        id: .trainingEmissions, name: "Greenhouse gases",
        formula: "energy of the training in kWh times the grid's intensity, as CO2 equivalents",
        unit: "g", direction: -1, drawback: .computeCost, source: gridSource)
    package static let totalEmissions = MetricDefinition(
        id: .totalEmissions, name: "Greenhouse gases of the whole run",
        formula: "the same from the command's start to its report", unit: "g", direction: -1,
        drawback: .computeCost, source: gridSource)
    package static let trainingMoney = MetricDefinition(
        id: .trainingMoney, name: "Price",
        formula: "of the training: kWh times the price of one, and hours times that of the machine, "
            + "where given; in the currency of the prices", direction: -1, drawback: .computeCost,
        source: "prices as given")
    package static let totalMoney = MetricDefinition(
        id: .totalMoney, name: "Price of the whole run",
        formula: "the same from the command's start to its report", direction: -1,
        drawback: .computeCost, source: "prices as given")
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
    package static let trainingEmissions = MetricID("trainingEmissions")
    package static let totalEmissions = MetricID("totalEmissions")
    package static let trainingMoney = MetricID("trainingMoney")
    package static let totalMoney = MetricID("totalMoney")
    package static let probeSeconds = MetricID("probeSeconds")
    package static let probeWork = MetricID("probeWork")
}
