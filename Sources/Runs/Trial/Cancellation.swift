import Platform
import Synchronization

/// Whether whoever asked for work still wants it: a value that is handed down to what trains, which
/// asks between steps and ends in good order.
package final class Cancellation: Sendable {
    private let raised = Atomic(false)
    private let isRaisedElsewhere: @Sendable () -> Bool

    /// One that `raise` alone raises.
    package init() { isRaisedElsewhere = { false } }

    private init(or isRaisedElsewhere: @escaping @Sendable () -> Bool) {
        self.isRaisedElsewhere = isRaisedElsewhere
    }

    /// Raised with this one, and where something else says so.
    package func orWhere(_ isRaisedElsewhere: @escaping @Sendable () -> Bool) -> Cancellation {
        Cancellation(or: { self.isRaised || isRaisedElsewhere() })
    }

    /// That of a command: SIGINT and SIGTERM raise it, once `InterruptFlag.install` was called.
    package static let bySignal = Cancellation(or: { InterruptFlag.isRaised })

    /// From any thread; it stays raised.
    package func raise() { raised.store(true, ordering: .relaxed) }

    package var isRaised: Bool { raised.load(ordering: .relaxed) || isRaisedElsewhere() }

    /// - Throws: `Interruption` once it is raised.
    package func check() throws(Interruption) {
        if isRaised { throw Interruption() }
    }
}

/// Work that somebody interrupted, so that it has no result.
package struct Interruption: PlainError, Hashable {
    package var description: String { "interrupted; no result was recorded" }
}
