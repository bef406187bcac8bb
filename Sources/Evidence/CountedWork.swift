import Synchronization

/// The machine that counted work is told in seconds of.
///
/// Which probes run, and how large their samples are, follows from what they would compute, counted from
/// graphs and tables, and never from a clock: the same configuration makes the same measurements on an
/// idle machine and on a busy one. The rates are about those of two cores of 2023 with AVX-512; a
/// machine that is twice as fast needs half of the seconds, for the same probes.
package enum NominalMachine {
    /// Floating-point operations of graphs, counted by `Graph.operationCount`.
    package static let operationsPerSecond = 80e9
    /// What a step costs beside: waking workers, adding up what they leave, moving parameters.
    package static let secondsPerStep = 100e-6
    /// Cells of a table that an encoder is fitted on, reads and writes.
    package static let encodedCellsPerSecond = 10e6
    /// Cells of encoded rows that are put together anew.
    package static let mixedCellsPerSecond = 100e6

    /// Seconds of some steps that come to so many operations, all together.
    package static func seconds(operations: Double, steps: Double) -> Double {
        operations / operationsPerSecond + steps * secondsPerStep
    }

    /// In a sentence.
    package static let text =
        "counted work at \(Int(operationsPerSecond / 1e9)) billion operations a second"
}

/// Work that was done for probes so far, counted; see `NominalMachine`.
///
/// Whoever trains adds what a step counts for, from any thread.
package final class WorkCounter: Sendable {
    private struct State {
        var seconds = 0.0
        var onChange: (@Sendable (Double) -> Void)?
    }

    private let state = Mutex(State())

    package init() {}

    /// Of the nominal machine.
    package var seconds: Double { state.withLock { $0.seconds } }

    package func add(_ seconds: Double) {
        let (sum, tell) = state.withLock { state in
            state.seconds += seconds
            return (state.seconds, state.onChange)
        }
        tell?(sum)
    }

    /// - Parameter onChange: Told the sum after every addition, by whoever adds; `nil` to tell nobody.
    package func observe(_ onChange: (@Sendable (Double) -> Void)?) {
        state.withLock { $0.onChange = onChange }
    }
}

/// What probes may take, in seconds of the nominal machine.
package struct ProbeAllowance: Sendable, Hashable {
    /// For all probes together; `nil` for no limit.
    package var total: Double?
    /// What is left of it.
    package var left: Double?

    package init(total: Double? = nil, left: Double? = nil) {
        self.total = total
        self.left = left
    }

    /// Whether work fits into what is left and takes no more than a share of the whole.
    package func holds(_ seconds: Double, atMost share: Double = 1) -> Bool {
        guard let total, let left else { return true }
        return seconds <= left && seconds <= share * total
    }
}

/// How far the probes are, for whoever waits.
package struct ProbeProgress: Sendable, Hashable {
    /// Of the probe at work.
    package var name: String
    /// Counted work done, in seconds of the nominal machine.
    package var done: Double
    /// That of all probes that are expected to run.
    package var planned: Double
}
