package import Evidence
package import Platform

/// What of the machine's energy is a process's.
///
/// `E` is what the counters of all sockets, and of their memory where it is counted, counted in `t` seconds; `p` are the process's
/// processor seconds, and `b` the busy seconds of all processors in the same time. Of the energy above rest the process is charged
/// its share of the busy time:
///
/// `joules = p / b · (E − sockets · rest · t)`, the rest being at most half of `E`
///
/// from `p / b · (E − sockets · most rest · t)`, at least 0, to `p / b · E`, as if rest were shared in the same way. That all busy
/// seconds draw alike is an assumption, and so is the power at rest (`PowerEstimate.idle`): the counter is read, the share
/// is an estimate. Where no counter tells, it is `PowerEstimate.energy`.
package struct EnergyShare: Sendable {
    package var counted: EnergyCounter.Counted
    package var wallSeconds: Double
    package var processorSeconds: Double
    /// Of the whole machine; `nil` where the system does not say.
    package var busySeconds: Double?

    package init(
        counted: EnergyCounter.Counted, wallSeconds: Double, processorSeconds: Double,
        busySeconds: Double?
    ) {
        self.counted = counted
        self.wallSeconds = wallSeconds
        self.processorSeconds = processorSeconds
        self.busySeconds = busySeconds
    }

    /// The process's, and how well it is known.
    package func joules(_ power: PowerEstimate) -> Amount {
        switch counted {
        case .unknown(let reason):
            return power.energy(processorSeconds: processorSeconds, because: reason)
        case .joules(let packages, let memory, let sockets):
            guard let share else {
                return power.energy(
                    processorSeconds: processorSeconds,
                    because: "what others on the machine computed, and so the share of its counter")
            }
            let all = packages + (memory ?? 0)
            let rest = power.idle * (wallSeconds * Double(sockets))
            let value = share * (all - min(rest.value, all / 2))
            let least = min(share * max(0, all - rest.range.upperBound), value)
            var unknowns = [
                Self.sharedCounter
                    + "\(Self.percent(share)) % of the busy time, taken as its share of the energy "
                    + "above rest"
            ]
            unknowns += rest.unknowns
            if memory == nil { unknowns.append("the memory, which has no counter: not counted") }
            unknowns.append("disks, fans and power supply: not counted")
            return .estimate(value, in: least...share * all, unknowns: unknowns)
        }
    }

    /// How the first of what is not known begins where a counter was read: `Usage.countedWattsPerCore` tells by it.
    package static let sharedCounter =
        "the processor's own counter (RAPL) is of all processes: this one had "

    /// `p / b`; `nil` where others' time is not known, or less than the process's own.
    private var share: Double? {
        // Ticks are hundredths of a second.
        guard let busySeconds, processorSeconds >= 0, busySeconds + 0.1 >= 0.9 * processorSeconds
        else { return nil }
        guard processorSeconds > 0 else { return 0 }
        return min(1, processorSeconds / max(busySeconds, 1e-9))
    }

    private static func percent(_ share: Double) -> Int { Int((share * 100).rounded()) }
}

extension EnergyCounter.Counted {
    /// Of a virtual machine: what it shows, if anything, is the socket of all that run on the host.
    package static let ofOthersToo = EnergyCounter.Counted.unknown(
        "a virtual machine does not see its share of the socket's counter")
}
