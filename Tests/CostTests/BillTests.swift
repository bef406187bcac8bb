import Cost
import Evidence
import Platform
import Testing

/// Figures of three machines, worked by hand.
@Suite struct BillTests {
    /// 10 W of a busy core, from 5 to 20; at rest 40 W, from 20 to 60.
    private static let power: PowerEstimate = {
        var table = ProcessorTable.shipped
        (table.lowerIdleShare, table.idleShare, table.upperIdleShare) = (0.1, 0.2, 0.3)
        var family = table.unknown
        family.match = ["Made up ?"]
        (family.lowWattsPerCore, family.highWattsPerCore, family.threadsPerCore) = (10, 10, 1)
        (family.lowWatts, family.highWatts) = (200, 200)
        table.families = [family]
        return PowerEstimate(processor: "Made up 1", table: table)
    }()

    private func isNear(_ amount: Amount, _ value: Double, _ range: ClosedRange<Double>) -> Bool {
        abs(amount.value - value) < 1e-9 * max(1, value)
            && abs(amount.range.lowerBound - range.lowerBound) < 1e-9 * max(1, value)
            && abs(amount.range.upperBound - range.upperBound) < 1e-9 * max(1, value)
    }

    /// Two sockets of Intel for 100 s: 30,000 J of packages and 2,000 J of memory. The process computed 300 of the machine's 400
    /// busy seconds: share 3/4. At rest the sockets drew 2 · 40 W · 100 s = 8,000 J (from 4,000 to 12,000), so that it is charged
    /// 3/4 · (32,000 − 8,000) = 18,000 J, from 3/4 · 20,000 = 15,000 to 3/4 · 32,000 = 24,000.
    ///
    /// At 400 g/kWh (200 to 600) and 0.36 EUR a kWh and 1.80 EUR an hour: 5 Wh, from 4.1667 to 6.6667; 2 g, from 0.8333 to 4;
    /// 0.0018 EUR and 0.05 EUR for 100 s.
    @Test func intelWithPackagesAndMemory() throws {
        let energy = EnergyShare(
            counted: .joules(packages: 30_000, memory: 2000, sockets: 2), wallSeconds: 100,
            processorSeconds: 300, busySeconds: 400
        ).joules(Self.power)
        #expect(isNear(energy, 18_000, 15_000...24_000))
        #expect(!energy.isMeasured)
        #expect(energy.unknowns[0].contains("75 % of the busy time"))
        #expect(!energy.unknowns.contains { $0.contains("memory, which has no counter") })
        var tariff = try Tariff(
            carbonIntensity: 400, pricePerKilowattHour: Price(0.36, "EUR"),
            pricePerHour: Price(1.8, "EUR"))
        tariff.carbonIntensity = .estimate(400, in: 200...600, unknowns: ["the hour"])
        let bill = tariff.bill(
            of: Usage(wallSeconds: 100, processorSeconds: 300, energy: energy))
        #expect(isNear(bill.grams, 2, 15_000 / 3.6e6 * 200...4))
        #expect(bill.grams.unknowns.contains("the hour"))
        let money = try #require(bill.money)
        #expect(isNear(money, 0.0018 + 0.05, 0.0015 + 0.05...0.0024 + 0.05))
        #expect(bill.currency == "EUR" && bill.seconds == 100)
    }

    /// One socket of AMD for 50 s: 5,000 J, no memory; the process alone computed, 100 s on two cores of which the rest of the
    /// machine took nothing: share 1. At rest 40 W · 50 s = 2,000 J (1,000 to 3,000): 3,000 J, from 2,000 to 5,000.
    @Test func amdWithPackagesOnly() {
        let energy = EnergyShare(
            counted: .joules(packages: 5000, memory: nil, sockets: 1), wallSeconds: 50,
            processorSeconds: 100, busySeconds: 100
        ).joules(Self.power)
        #expect(isNear(energy, 3000, 2000...5000))
        #expect(energy.unknowns.contains("the memory, which has no counter: not counted"))
    }

    /// A machine that drew less than the table thinks it does at rest: at most half of what was counted is rest.
    @Test func restIsAtMostHalfOfWhatWasCounted() {
        let energy = EnergyShare(
            counted: .joules(packages: 1000, memory: nil, sockets: 1), wallSeconds: 50,
            processorSeconds: 10, busySeconds: 20
        ).joules(Self.power)
        #expect(isNear(energy, 250, 0...500))
    }

    /// A VM: 60 s of processor time at 10 W of a busy core, from 5 to 20.
    @Test func aVirtualMachineWithoutCounter() {
        let energy = EnergyShare(
            counted: .ofOthersToo, wallSeconds: 30, processorSeconds: 60, busySeconds: 60
        ).joules(Self.power)
        #expect(isNear(energy, 600, 300...1200))
        #expect(energy.unknowns.contains { $0.contains("virtual machine") })
        #expect(energy.unknowns.contains { $0.contains("power supply") })
        #expect(energy.unknowns.contains { $0.contains("how hard the cores worked") })
    }

    /// Others' time is not known, or cannot be: the counter is left alone.
    @Test func withoutAShareNoCounterIsRead() {
        for busy in [nil, 40.0] {
            let energy = EnergyShare(
                counted: .joules(packages: 9000, memory: 1, sockets: 1), wallSeconds: 30,
                processorSeconds: 60, busySeconds: busy
            ).joules(Self.power)
            #expect(isNear(energy, 600, 300...1200))
            #expect(energy.unknowns.contains { $0.contains("share of its counter") })
        }
    }

    @Test func sumsAndPartsKeepTheirEnds() {
        let first = Amount.estimate(10, in: 5...20, unknowns: ["a"])
        let second = Amount.estimate(4, in: 1...6, unknowns: ["a", "b"])
        #expect(isNear(first + second, 14, 6...26) && (first + second).unknowns == ["a", "b"])
        #expect(isNear(first.less(second), 6, 4...14))
        #expect(isNear(second.less(first), 0, 0...0))
        #expect(isNear(first * second, 40, 5...120))
        let measured = Amount.measured(3) + .measured(4)
        #expect(measured == .measured(7) && measured.lower == nil && measured.isMeasured)
        let mixed = measured + first
        #expect(isNear(mixed, 17, 12...27) && !mixed.isMeasured && mixed.lower != nil)
        #expect(!measured.knowing(not: ["c"]).isMeasured)
        // What lies outside of its range is no estimate.
        #expect(Amount.estimate(30, in: 5...20, unknowns: []).value == 20)
    }

    /// The estimate's measurement says that it is one, and its range claims no confidence.
    @Test func anEstimateIsCalledOne() {
        let sample = Measurement.Sample(split: "training", rows: 1)
        let told = Measurement(
            CostMetrics.energy, .estimate(10, in: 5...20, unknowns: ["why", "what"]), sample)
        #expect(told.note == "an estimate, not a measurement: why; what")
        #expect(told.interval?.isAssumed == true && told.interval?.level == 1)
        let read = Measurement(CostMetrics.energy, .measured(1), sample)
        #expect(read.interval == nil && read.note == "measured once")
    }

    // MARK: - Tables

    @Test func processorsAreKnownByTheirNames() throws {
        let table = ProcessorTable.shipped
        for (name, family) in [
            ("AMD EPYC 7B13", "AMD EPYC 7003"), ("AMD EPYC 7551P 32-Core Processor", "AMD EPYC 7001"),
            ("AMD EPYC 9R14", "AMD EPYC 9004"), ("AMD EPYC", "AMD EPYC of an unnamed series"),
            ("Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz", "Intel Xeon Scalable, 3rd generation"),
            ("Intel(R) Xeon(R) CPU E5-2676 v3 @ 2.40GHz", "Intel Xeon E5 and E7"),
            ("Intel(R) Xeon(R) CPU @ 2.20GHz", "Intel Xeon of an unnamed series"),
            ("Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz", "Intel Core for laptops"),
            ("12th Gen Intel(R) Core(TM) i7-12700K", "Intel Core"),
            ("AMD Ryzen 7 5700U with Radeon Graphics", "AMD Ryzen for laptops"),
            ("AMD Ryzen 9 5950X 16-Core Processor", "AMD Ryzen"), ("Apple M2 Pro", "Apple M"),
        ] {
            #expect(table.family(of: name)?.name == family, "\(name)")
        }
        #expect(table.family(of: "unknown") == nil && table.family(of: "") == nil)
        for family in table.families + [table.unknown] {
            #expect(
                family.lowWattsPerCore > 0 && family.lowWattsPerCore < family.highWattsPerCore
                    && family.lowWatts < family.highWatts && family.threadsPerCore >= 1)
            #expect(family.lowWattsPerCore >= table.unknown.lowWattsPerCore, "\(family.name)")
            #expect(family.highWattsPerCore <= table.unknown.highWattsPerCore, "\(family.name)")
        }
        let known = PowerEstimate(processor: "AMD EPYC 7B13", table: table).busyCore
        let unknown = PowerEstimate(processor: "a new one", table: table).busyCore
        // 3.5 to 22.5 W a core, two threads each: √(1.75 · 22.5), from half of a thread to twice a core.
        #expect(isNear(known, (1.75 * 22.5).squareRoot(), 0.875...45))
        #expect(unknown.range.lowerBound < known.range.lowerBound)
        #expect(unknown.range.upperBound > known.range.upperBound)
        #expect(unknown.unknowns[0].contains("\"a new one\" is in no table"))
    }

    @Test func gridsAreKnownByTheirCodes() throws {
        let table = Grids.shipped
        #expect(table.grids.count > 200 && Set(table.grids.map(\.code)).count == table.grids.count)
        #expect(table.grids.allSatisfy { (15...1400).contains($0.gramsPerKilowattHour) })
        let germany = try Tariff(grid: "de")
        #expect(isNear(germany.carbonIntensity, 381, 190.5...571.5) && germany.grid == "DE")
        #expect(try Tariff(grid: "DEU") == germany)
        #expect(germany.carbonSource.contains("Germany 2023"))
        #expect(germany.carbonIntensity.unknowns[0].contains("2023"))
        let world = Tariff.unknown
        #expect(world.grid == nil && isNear(world.carbonIntensity, 480, 56...713))
        #expect(world.carbonIntensity.unknowns[0].contains("--grid"))
        let given = try Tariff(grid: "DE", carbonIntensity: 50)
        #expect(isNear(given.carbonIntensity, 50, 50...50) && given.grid == "DE")
        for (wrong, near) in [
            ("UK", "GB (United Kingdom)"), ("Germany", "DE (Germany)"), ("XX", "ISO 3166"),
            ("DX", "DE (Germany)"), ("germ", "DE (Germany)"),
        ] {
            let error = #expect(throws: TariffError.self) { try Tariff(grid: wrong) }
            #expect(error?.part == .grid && error?.complaint.contains(near) == true, "\(wrong)")
        }
        #expect(throws: TariffError.self) { try Tariff(carbonIntensity: -1) }
    }

    @Test func pricesAreReadWithTheirCurrency() throws {
        #expect(Price(text: "0.30EUR") == Price(0.3, "EUR"))
        #expect(Price(text: "12 usd") == Price(12, "USD"))
        for wrong in ["", "EUR", "0.30", "-1EUR", "0,30EUR", "0.30 EUR/kWh", "nanEUR", "infEUR"] {
            #expect(Price(text: wrong) == nil, "\(wrong)")
        }
        for (wrong, near) in [("EURO", "EUR"), ("USB", "USD"), ("DOLLARS", "USD"), ("QQQ", "ISO")] {
            #expect(Price(1, wrong).complaint?.contains(near) == true, "\(wrong)")
        }
        let two = #expect(throws: TariffError.self) {
            try Tariff(pricePerKilowattHour: Price(1, "EUR"), pricePerHour: Price(1, "USD"))
        }
        #expect(two?.complaint.contains("one currency") == true)
        // No price, no money; a price an hour alone needs no estimate.
        let usage = Usage(
            wallSeconds: 7200, processorSeconds: 1, energy: .estimate(1, in: 0...9, unknowns: []))
        #expect(Tariff.unknown.bill(of: usage).money == nil)
        let hourly = try Tariff(pricePerHour: Price(0.12, "EUR")).bill(of: usage)
        #expect(hourly.money == .measured(0.24))
    }
}
