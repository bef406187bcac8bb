#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The terminal that an output stream leads to, if it does.
package struct Terminal: Sendable, Hashable {
    package enum Stream: Int32, Sendable {
        case output = 1
        case error = 2
    }

    package var stream: Stream
    package var isTerminal: Bool
    /// Columns: the terminal's, else those that `COLUMNS` states, else 80. At least 20.
    package var width: Int
    /// Whether colour may be used: a terminal, `NO_COLOR` unset, `TERM` not `dumb`.
    package var allowsColor: Bool

    package init(_ stream: Stream) {
        let isTerminal = isatty(stream.rawValue) == 1
        var columns = 0
        if isTerminal {
            var size = winsize()
            if unsafe ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0 {
                columns = Int(size.ws_col)
            }
        }
        if columns == 0 { columns = Environment.value("COLUMNS").flatMap { Int($0) } ?? 80 }
        self.stream = stream
        self.isTerminal = isTerminal
        self.width = max(20, columns)
        self.allowsColor =
            isTerminal && (Environment.value("NO_COLOR") ?? "").isEmpty
            && Environment.value("TERM") != "dumb"
    }

    package func write(_ text: String) { write(Array(text.utf8)) }

    /// Writes all bytes; a reader that has gone away is no error of ours, so nothing is said of it.
    package func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // The pointer covers exactly the bytes of `rest` and is used inside the closure only.
            let count = unsafe rest.withUnsafeBytes {
                unsafe systemWrite(stream.rawValue, $0.baseAddress, $0.count)
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }
}

package enum Environment {
    /// The value of an environment variable; `nil` where it is unset.
    package static func value(_ name: String) -> String? {
        // getenv's text is copied at once; nothing here changes the environment.
        guard let text = unsafe getenv(name) else { return nil }
        return unsafe String(cString: text)
    }
}
