#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Times of the system's clocks, in seconds.
package enum Clock {
    /// Never goes back; its zero has no meaning. Sleep of the machine does not count on Linux.
    package static func monotonicSeconds() -> Double { read(CLOCK_MONOTONIC) }

    /// Since 1970-01-01T00:00:00Z, as the machine believes.
    package static func unixSeconds() -> Double { read(CLOCK_REALTIME) }

    /// Time that all threads of this process have computed.
    package static func processCPUSeconds() -> Double { read(CLOCK_PROCESS_CPUTIME_ID) }

    /// Time that the calling thread has computed.
    package static func threadCPUSeconds() -> Double { read(CLOCK_THREAD_CPUTIME_ID) }

    /// A moment as `2026-11-23T20:35:37Z`.
    package static func text(unixSeconds: Double) -> String {
        let seconds = Int(unixSeconds.rounded(.down))
        let days = seconds >= 0 ? seconds / 86_400 : -((86_399 - seconds) / 86_400)
        let rest = seconds - days * 86_400
        // Days to a date in the proleptic Gregorian calendar, counted from 0000-03-01
        // (Hinnant, "chrono-compatible low-level date algorithms").
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let day = shifted - era * 146_097
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let ofYear = day - (365 * year + year / 4 - year / 100)
        let marchMonth = (5 * ofYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let date = [
            padded(year + era * 400 + (month <= 2 ? 1 : 0), 4), padded(month, 2),
            padded(ofYear - (153 * marchMonth + 2) / 5 + 1, 2),
        ]
        let time = [padded(rest / 3600, 2), padded(rest / 60 % 60, 2), padded(rest % 60, 2)]
        return date.joined(separator: "-") + "T" + time.joined(separator: ":") + "Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        // The four clocks above exist on Linux and macOS, so that this cannot fail.
        _ = unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
