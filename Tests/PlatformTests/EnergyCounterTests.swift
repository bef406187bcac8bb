import Foundation
import Platform
import Testing

/// The counters of sockets and memory, in a folder that looks like Linux's.
@Suite struct EnergyCounterTests {
    /// `/sys/class/powercap` as a machine shows it.
    private final class Powercap {
        let path: String

        init() throws {
            let url = FileManager.default.temporaryDirectory
                .appendingPathComponent("powercap-" + UUID().uuidString)
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            path = url.path
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func domain(_ folder: String, _ name: String, _ energy: Int, range: Int? = 262_143_328_850)
            throws
        {
            try FileManager.default.createDirectory(
                atPath: path + "/" + folder, withIntermediateDirectories: true)
            try write(name, "\(folder)/name")
            try write("\(energy)", "\(folder)/energy_uj")
            if let range { try write("\(range)", "\(folder)/max_energy_range_uj") }
        }

        func write(_ text: String, _ name: String) throws {
            try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: path + "/" + name))
        }
    }

    /// What stands for a reason in an unknown energy; empty where it is known.
    private func reason(_ counter: EnergyCounter) -> String {
        if case .unknown(let reason) = counter.counted { reason } else { "" }
    }

    /// Two sockets of Intel with memory beside each; what lies within a package, and what holds all, is not added.
    @Test func packagesAndMemoryAreAddedOnce() throws {
        let powercap = try Powercap()
        try powercap.domain("intel-rapl:0", "package-0", 1_000_000)
        try powercap.domain("intel-rapl:0:0", "core", 5_000_000)
        try powercap.domain("intel-rapl:0:1", "dram", 2_000_000)
        try powercap.domain("intel-rapl:1", "package-1", 10)
        try powercap.domain("intel-rapl:1:0", "uncore", 0)
        try powercap.domain("intel-rapl:1:1", "dram", 0)
        try powercap.domain("intel-rapl:2", "psys", 0)
        try powercap.domain("intel-rapl-mmio:0", "package-0", 0)
        var counter = EnergyCounter(folder: powercap.path, at: 100)
        #expect(counter.counted == .joules(packages: 0, memory: 0, sockets: 2))
        for (folder, energy) in [
            ("intel-rapl:0", 301_000_000), ("intel-rapl:0:0", 205_000_000),
            ("intel-rapl:0:1", 42_000_000), ("intel-rapl:1", 100_000_010),
            ("intel-rapl:1:0", 50_000_000), ("intel-rapl:1:1", 20_000_000),
            ("intel-rapl:2", 900_000_000), ("intel-rapl-mmio:0", 300_000_000),
        ] { try powercap.write("\(energy)", folder + "/energy_uj") }
        counter.sample(at: 104)
        #expect(counter.counted == .joules(packages: 400, memory: 60, sockets: 2))
    }

    /// AMD shows a package and its cores, and no memory.
    @Test func memoryThatIsNotCountedIsNotNothing() throws {
        let powercap = try Powercap()
        try powercap.domain("intel-rapl:0", "package-0", 65_000_000_000, range: 65_532_610_987)
        try powercap.domain("intel-rapl:0:0", "core", 0, range: 65_532_610_987)
        var counter = EnergyCounter(folder: powercap.path, at: 0)
        // Past its end: 532.610987 J to it, and 467.389013 J more.
        try powercap.write("467389013", "intel-rapl:0/energy_uj")
        counter.sample(at: 10)
        guard case .joules(let packages, let memory, 1) = counter.counted else {
            Issue.record("\(counter.counted)")
            return
        }
        #expect(abs(packages - 1000) < 1e-6 && memory == nil)
        // Often enough for 1,000 W: a quarter of a turn at most.
        #expect(abs((counter.samplingSeconds ?? 0) - 16.383) < 0.001)
    }

    /// A turn more or less is 65 kJ: where one may have passed unseen, nothing is claimed.
    @Test func whatMayHaveTurnedTwiceIsNotKnown() throws {
        let powercap = try Powercap()
        try powercap.domain("intel-rapl:0", "package-0", 0, range: 65_532_610_987)
        var counter = EnergyCounter(folder: powercap.path, at: 0)
        try powercap.write("5000000000", "intel-rapl:0/energy_uj")
        counter.sample(at: 70)
        #expect(reason(counter).contains("begun anew more than once in the 70 s"))
        // It stays so, though samples are close from here on.
        counter.sample(at: 71)
        #expect(reason(counter).contains("70 s"))
        #expect(counter.samplingSeconds == nil)
        // Sampled in between, the same is known, two turns among it.
        try powercap.write("0", "intel-rapl:0/energy_uj")
        var seen = EnergyCounter(folder: powercap.path, at: 0)
        for step in 1...10 {
            let microjoules = step * 15_000_000_000 % 65_532_610_987
            try powercap.write("\(microjoules)", "intel-rapl:0/energy_uj")
            seen.sample(at: Double(step) * 16)
        }
        guard case .joules(let packages, nil, 1) = seen.counted else {
            Issue.record("\(seen.counted)")
            return
        }
        #expect(abs(packages - 150_000) < 0.001)
    }

    @Test func whatGoesBackJumpsOrVanishesIsNotKnown() throws {
        for (text, words) in [
            ("900000000", "went back"), ("90000000000", "jumped"), ("x", "no longer be read"),
        ] {
            let powercap = try Powercap()
            try powercap.domain("intel-rapl:0", "package-0", 1_000_000_000)
            var counter = EnergyCounter(folder: powercap.path, at: 0)
            try powercap.write(text, "intel-rapl:0/energy_uj")
            counter.sample(at: 10)
            #expect(reason(counter).contains(words), "\(reason(counter))")
        }
        let powercap = try Powercap()
        try powercap.domain("intel-rapl:0", "package-0", 1_000_000_000)
        var counter = EnergyCounter(folder: powercap.path, at: 0)
        try FileManager.default.removeItem(atPath: powercap.path + "/intel-rapl:0")
        counter.sample(at: 1)
        #expect(reason(counter).contains("no longer be read (intel-rapl:0)"))
    }

    /// One socket without the other would be a wrong number.
    @Test func whatCannotBeReadAtFirstIsSaid() throws {
        let powercap = try Powercap()
        #expect(reason(EnergyCounter(folder: powercap.path, at: 0)).contains("no energy counter"))
        #expect(reason(EnergyCounter(folder: "/none", at: 0)).contains("no energy counter"))
        try powercap.domain("intel-rapl:0", "package-0", 1)
        try powercap.domain("intel-rapl:1", "package-1", 1)
        try FileManager.default.removeItem(atPath: powercap.path + "/intel-rapl:1/energy_uj")
        #expect(reason(EnergyCounter(folder: powercap.path, at: 0)).contains("intel-rapl:1"))
        try powercap.domain("intel-rapl:1", "package-1", 1)
        try FileManager.default.removeItem(
            atPath: powercap.path + "/intel-rapl:1/max_energy_range_uj")
        #expect(
            reason(EnergyCounter(folder: powercap.path, at: 0)).contains("where it begins anew"))
        // Memory alone is no machine.
        let memory = try Powercap()
        try memory.domain("intel-rapl:0:0", "dram", 1)
        #expect(reason(EnergyCounter(folder: memory.path, at: 0)).contains("no energy counter"))
    }

    @Test func busySecondsAreThoseOfAllButWaitingAndStolen() throws {
        let powercap = try Powercap()
        try powercap.write(
            "cpu  1000 200 300 9999 888 40 60 777 500 0\ncpu0 1 2 3 4", "stat")
        let perSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
        #expect(Machine.busySeconds(statistics: powercap.path + "/stat") == 1600 / perSecond)
        try powercap.write("intr 5", "stat")
        #expect(Machine.busySeconds(statistics: powercap.path + "/stat") == nil)
        #expect(Machine.busySeconds(statistics: "/none") == nil)
    }

    @Test func aVirtualMachineSaysThatItIsOne() throws {
        let powercap = try Powercap()
        try powercap.write("model name\t: X\nflags\t\t: fpu vme hypervisor lahf_lm", "guest")
        try powercap.write("model name\t: X\nflags\t\t: fpu vme lahf_lm", "host")
        #expect(Machine.isVirtual(processors: powercap.path + "/guest"))
        #expect(!Machine.isVirtual(processors: powercap.path + "/host"))
    }
}
