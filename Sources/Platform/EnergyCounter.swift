/// The energy that the machine's processors and memory use, as the processors count it themselves (RAPL).
///
/// Linux shows the counters of Intel and AMD in `/sys/class/powercap`; reading them often needs root. They count whole
/// sockets, whoever uses them. `intel-rapl:N` is a socket where its name is `package-N`, and its part `intel-rapl:N:M` is memory
/// beside it where its name is `dram`. `core` and `uncore` lie within the package, `psys` holds all of them: neither is added.
///
/// A counter begins anew at `max_energy_range_uj`. Whoever samples often enough sees each turn; where more than one may have passed
/// between two samples, or a counter jumped or is gone, the energy is not known from then on, and why is said.
///
/// - Source: Linux, Documentation/power/powercap/powercap.rst.
package struct EnergyCounter: Sendable {
    /// What was counted since the beginning.
    package enum Counted: Sendable, Hashable {
        /// In joules: of so many packages, and of the memory where that is counted.
        case joules(packages: Double, memory: Double?, sockets: Int)
        /// Why it is not known, as a part of a sentence.
        case unknown(String)
    }

    /// More than any socket draws; a counter that rose faster did not count.
    static let mostWatts = 1000.0

    private struct Domain {
        var path: String
        var isMemory: Bool
        /// In microjoules, as what follows.
        var range: Double
        var last: Double
        var sum = 0.0
    }

    private var domains: [Domain] = []
    private var lastSeconds: Double
    private var problem: String?

    /// Begins to count.
    ///
    /// - Parameters:
    ///   - folder: Where the system shows its counters.
    ///   - seconds: Of a clock that never goes back.
    package init(folder: String = "/sys/class/powercap", at seconds: Double) {
        lastSeconds = seconds
        var refusal: String?
        for name in (try? Files.names(in: folder)) ?? [] where name.hasPrefix("intel-rapl:") {
            let path = folder + "/" + name
            guard let kind = Self.text(in: path + "/name"), Self.isCounted(kind, path: name) else {
                continue
            }
            do throws(PlatformError) {
                let last = try Self.number(in: path + "/energy_uj")
                guard let range = try? Self.number(in: path + "/max_energy_range_uj"), range > 0
                else {
                    refusal = "the counter \(name) does not say where it begins anew"
                    continue
                }
                domains.append(
                    Domain(path: path, isMemory: kind == "dram", range: range, last: last))
            } catch {
                refusal = "the counter \(name) cannot be read (\(error.reason))"
            }
        }
        // Some sockets without the others would be a wrong number.
        if let refusal {
            problem = refusal
            domains = []
        } else if !domains.contains(where: { !$0.isMemory }) {
            problem = "the machine shows no energy counter"
            domains = []
        }
    }

    /// How often to sample so that no two turns pass unseen; `nil` where there is nothing to sample.
    package var samplingSeconds: Double? {
        guard problem == nil, let range = domains.map(\.range).min() else { return nil }
        return max(1, min(30, range / 1e6 / Self.mostWatts / 4))
    }

    /// Takes in what was counted since the last sample.
    package mutating func sample(at seconds: Double) {
        guard problem == nil else { return }
        let passed = max(0, seconds - lastSeconds)
        lastSeconds = seconds
        for index in domains.indices {
            if let found = take(index, passed: passed) {
                problem = "\(found) (\(Files.name(of: domains[index].path)))"
                return
            }
        }
    }

    package var counted: Counted {
        if let problem { return .unknown(problem) }
        func joules(_ isMemory: Bool) -> [Double] {
            domains.filter { $0.isMemory == isMemory }.map { $0.sum / 1e6 }
        }
        let packages = joules(false)
        let memory = joules(true)
        return .joules(
            packages: packages.reduce(0, +), memory: memory.isEmpty ? nil : memory.reduce(0, +),
            sockets: packages.count)
    }

    /// - Returns: Why the domain's energy is not known any more; `nil` where it is.
    private mutating func take(_ index: Int, passed: Double) -> String? {
        let domain = domains[index]
        guard let now = try? Self.number(in: domain.path + "/energy_uj") else {
            return "the energy counter could no longer be read"
        }
        let most = Self.mostWatts * passed * 1e6
        guard most < domain.range else {
            return "the energy counter may have begun anew more than once in the "
                + "\(Int(passed.rounded())) s between two looks at it"
        }
        let rise = now >= domain.last ? now - domain.last : now - domain.last + domain.range
        // A counter is brought up to date each millisecond or so.
        guard rise >= 0, rise <= most + 5e6 else {
            return now < domain.last
                ? "the energy counter went back" : "the energy counter jumped"
        }
        domains[index].last = now
        domains[index].sum += rise
        return nil
    }

    /// Whether a domain is a whole package, or memory beside one.
    private static func isCounted(_ kind: String, path: String) -> Bool {
        let isPart = path.count { $0 == ":" } > 1
        return isPart ? kind == "dram" : kind.hasPrefix("package")
    }

    private static func text(in path: String) -> String? {
        guard let bytes = try? Files.read(path) else { return nil }
        return String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self)
    }

    private static func number(in path: String) throws(PlatformError) -> Double {
        let bytes = try Files.read(path)
        guard let number = Double(String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self)),
            number >= 0, number.isFinite
        else {
            throw PlatformError(
                operation: "reading the counter", path: path, reason: "it is no number",
                nextStep: "Energy is estimated without it.")
        }
        return number
    }
}
