import Platform

/// Clocks and counters from one moment on.
package struct CostMeter {
    private let wall = Clock.monotonicSeconds()
    private let processor = Clock.processCPUSeconds()
    private let energy = EnergyCounter()

    /// From now on.
    package init() {}

    package struct Used {
        package var wallSeconds: Double
        package var processorSeconds: Double
        /// `nil` where the machine's counter cannot be read.
        package var joules: Double?
    }

    /// Since the meter was made.
    package func used() -> Used {
        Used(
            wallSeconds: Clock.monotonicSeconds() - wall,
            processorSeconds: Clock.processCPUSeconds() - processor,
            joules: energy.flatMap { $0.joules() })
    }
}
