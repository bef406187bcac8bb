import Cost
package import Evidence
import Platform

/// Clocks and counters from one moment on.
package struct CostMeter: Sendable {
    private let wall = Clock.monotonicSeconds()
    private let processor = Clock.processCPUSeconds()
    private let busy = Machine.busySeconds()
    private let energy = EnergyMeter()
    private static let isVirtual = Machine.isVirtual()

    /// From now on.
    package init() {}

    /// Since the meter was made.
    package func used() -> Usage {
        let processorSeconds = Clock.processCPUSeconds() - processor
        let busySeconds = busy.flatMap { start in Machine.busySeconds().map { $0 - start } }
        let wallSeconds = Clock.monotonicSeconds() - wall
        return Usage(
            wallSeconds: wallSeconds, processorSeconds: processorSeconds,
            energy: EnergyShare(
                counted: Self.isVirtual ? .ofOthersToo : energy.counted(),
                wallSeconds: wallSeconds, processorSeconds: processorSeconds,
                busySeconds: busySeconds
            ).joules(.ofThisMachine))
    }
}
