import Synchronization

/// Counts energy from one moment on, and samples the counters meanwhile, so that none begins anew unseen.
///
/// Its task holds no meter alive; it ends at its next sample after the meter is gone.
package final class EnergyMeter: Sendable {
    private let counter: Mutex<EnergyCounter>

    /// Begins to count.
    package init(folder: String = "/sys/class/powercap") {
        let counter = EnergyCounter(folder: folder, at: Clock.monotonicSeconds())
        self.counter = Mutex(counter)
        guard let seconds = counter.samplingSeconds else { return }
        Task.detached(priority: .utility) { [weak self] in
            while (try? await Task.sleep(for: .seconds(seconds))) != nil {
                guard self?.counted() != nil else { return }
            }
        }
    }

    /// Since the beginning.
    package func counted() -> EnergyCounter.Counted {
        counter.withLock {
            $0.sample(at: Clock.monotonicSeconds())
            return $0.counted
        }
    }
}
