#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the process runs on.
package enum Machine {
    /// Processors this process may use at once: its affinity mask, and the quota of its container
    /// where there is one (rounded up). At least 1.
    package static let cores: Int = {
        var count = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        if let list = statusField("Cpus_allowed_list", in: "/proc/self/status") {
            let allowed = list.split(separator: ",").map { part in
                let ends = part.split(separator: "-").compactMap { Int($0) }
                return ends.isEmpty ? 0 : ends[ends.count - 1] - ends[0] + 1
            }
            let sum = allowed.reduce(0, +)
            if sum > 0 { count = min(count, sum) }
        }
        if let quota = lines(of: "/sys/fs/cgroup/cpu.max").first {
            let parts = quota.split(separator: " ").compactMap { Double($0) }
            if parts.count == 2, parts[1] > 0 {
                count = min(count, max(1, Int((parts[0] / parts[1]).rounded(.up))))
            }
        }
        return count
    }()

    /// The largest resident size this process ever had, in bytes.
    package static func peakMemoryBytes() -> Int {
        if let field = statusField("VmHWM", in: "/proc/self/status"),
            let kilobytes = field.split(separator: " ").first.flatMap({ Int($0) })
        {
            return kilobytes * 1024
        }
        var usage = rusage()
        #if canImport(Glibc)
            let me = RUSAGE_SELF.rawValue
        #else
            let me = RUSAGE_SELF
        #endif
        guard unsafe getrusage(me, &usage) == 0 else { return 0 }
        #if canImport(Darwin)
            return Int(usage.ru_maxrss)
        #else
            return Int(usage.ru_maxrss) * 1024
        #endif
    }

    /// The machine's memory in bytes.
    package static func memoryBytes() -> Int {
        Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The processor's name as it tells it, such as `AMD EPYC 7B13`; `unknown` where it does not.
    package static func processorName() -> String {
        #if canImport(Darwin)
            var size = 0
            guard unsafe sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0) == 0, size > 1
            else { return "unknown" }
            var bytes = [UInt8](repeating: 0, count: size)
            // The system writes at most `size` bytes, the last of them a zero.
            guard unsafe sysctlbyname("machdep.cpu.brand_string", &bytes, &size, nil, 0) == 0
            else { return "unknown" }
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        #else
            return statusField("model name", in: "/proc/cpuinfo") ?? "unknown"
        #endif
    }

    /// Whether the processor says that it is a virtual machine's; its energy counters, if it shows any, are then of
    /// others too.
    package static func isVirtual(processors: String = "/proc/cpuinfo") -> Bool {
        statusField("flags", in: processors)?.split(separator: " ").contains("hypervisor") ?? false
    }

    /// Seconds that all processors of the machine computed since it started, over all processes; `nil` where the system
    /// does not say.
    ///
    /// `user + nice + system + irq + softirq`; guests are among the users.
    ///
    /// - Source: proc_stat(5).
    package static func busySeconds(statistics: String = "/proc/stat") -> Double? {
        guard let line = lines(of: statistics).first, line.hasPrefix("cpu ") else { return nil }
        let ticks = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        let perSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
        guard ticks.count >= 7, perSecond > 0 else { return nil }
        return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) / perSecond
    }

    /// Such as `Linux x86_64`.
    package static func systemName() -> String {
        #if os(Linux)
            let system = "Linux"
        #elseif os(macOS)
            let system = "macOS"
        #else
            let system = "Unix"
        #endif
        #if arch(x86_64)
            return system + " x86_64"
        #elseif arch(arm64)
            return system + " arm64"
        #else
            return system
        #endif
    }

    private static func lines(of path: String) -> [Substring] {
        guard let bytes = try? Files.read(path) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    /// The value in the first line `NAME: value`.
    private static func statusField(_ name: String, in path: String) -> String? {
        for line in lines(of: path) where line.hasPrefix(name) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            return String(value)
        }
        return nil
    }
}
