/// The energy that the machine's processors have used, as they count it themselves (RAPL).
///
/// Linux shows the counters of Intel and AMD processors in `/sys/class/powercap`; reading them
/// often needs root. They count whole packages, whoever uses them.
///
/// - Source: Linux, Documentation/power/powercap/powercap.rst.
package struct EnergyCounter: Sendable {
    private var folders: [String]
    private var starts: [Double]

    /// Begins to count; `nil` where no counter can be read.
    package init?(folder: String = "/sys/class/powercap") {
        folders = []
        starts = []
        // Packages are `intel-rapl:0`, `intel-rapl:1` …; their parts have a second number.
        for package in 0..<64 {
            let path = "\(folder)/intel-rapl:\(package)"
            guard let start = Self.number(in: path + "/energy_uj") else { break }
            folders.append(path)
            starts.append(start)
        }
        if folders.isEmpty { return nil }
    }

    /// Joules since the beginning; `nil` if a counter can no longer be read.
    ///
    /// A counter that began anew meanwhile is taken to have done so once.
    package func joules() -> Double? {
        var total = 0.0
        for (path, start) in zip(folders, starts) {
            guard let now = Self.number(in: path + "/energy_uj") else { return nil }
            let range = Self.number(in: path + "/max_energy_range_uj") ?? 0
            total += now >= start ? now - start : now - start + range
        }
        return total / 1e6
    }

    private static func number(in path: String) -> Double? {
        guard let bytes = try? Files.read(path) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        return Double(text.prefix { $0 != "\n" })
    }
}
