import Platform

/// Clocks and counters from one moment on.
struct CostMeter {
    private let wall = Clock.monotonicSeconds()
    private let processor = Clock.processCPUSeconds()
    private let energy = EnergyCounter()

    struct Used {
        var wallSeconds: Double
        var processorSeconds: Double
        /// `nil` where the machine's counter cannot be read.
        var joules: Double?
    }

    /// Since the meter was made.
    func used() -> Used {
        Used(
            wallSeconds: Clock.monotonicSeconds() - wall,
            processorSeconds: Clock.processCPUSeconds() - processor,
            joules: energy.flatMap { $0.joules() })
    }
}
