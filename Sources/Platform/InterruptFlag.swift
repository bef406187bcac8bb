import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Whether the user asked the process to stop, by Ctrl-C (SIGINT) or SIGTERM.
///
/// The handler only stores a number; loops ask `isRaised` between steps and end in good order. A
/// second signal ends the process at once, so that nobody is locked in.
package enum InterruptFlag {
    /// From now on SIGINT and SIGTERM raise the flag. Calling it again changes nothing.
    package static func install() {
        // The first access initialises the number here, never inside the handler.
        _ = received.load(ordering: .relaxed)
        // A parent that blocks signals on the thread it starts us from would leave them blocked here.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] { unsafe sigaddset(&signals, number) }
        _ = unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        for number in [SIGINT, SIGTERM] {
            _ = signal(number) { number in
                if received.exchange(number, ordering: .relaxed) != 0 {
                    _ = signal(number, SIG_DFL)
                    _ = raise(number)
                }
            }
        }
    }

    package static var isRaised: Bool { received.load(ordering: .relaxed) != 0 }

    /// The signal that raised the flag; the shell's exit code for it is 128 more.
    package static var signalNumber: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Lowers the flag, as a new piece of work begins.
    package static func clear() { received.store(0, ordering: .relaxed) }

}

private let received = Atomic<Int32>(0)
