import Cost
import Evidence
import Foundation
import Synchronization
import Testing

/// Budgets as they are written, and what of them is spent.
@Suite struct BudgetTests {
    @Test(arguments: [
        ("60s", 60, Budget.Measure.time, "60 s"), ("250ms", 0.25, .time, "0.25 s"),
        ("2m", 120, .time, "120 s"), ("2min", 120, .time, "120 s"), ("1.5h", 5400, .time, "5400 s"),
        ("5kJ", 5000, .energy, "5 kJ"), ("5 kJ", 5000, .energy, "5 kJ"), ("900J", 900, .energy, "900 J"),
        ("2Wh", 7200, .energy, "7.2 kJ"), ("1kWh", 3.6e6, .energy, "3600 kJ"),
        ("1gCO2e", 1, .carbon, "1 gCO2e"), ("1g", 1, .carbon, "1 gCO2e"),
        ("2kg", 2000, .carbon, "2 kgCO2e"), ("0.5kgCO2e", 500, .carbon, "500 gCO2e"),
        ("0.02EUR", 0.02, .money("EUR"), "0.02 EUR"), ("3 USD", 3, .money("USD"), "3 USD"),
    ] as [(String, Double, Budget.Measure, String)])
    func aBudgetIsANumberAndAUnit(
        _ text: String, _ amount: Double, _ measure: Budget.Measure, _ told: String
    ) throws {
        let budget = try Budget(text: text)
        #expect(abs(budget.amount - amount) < 1e-12 * amount)
        #expect(budget.measure == measure)
        #expect(budget.text == told)
        #expect(try Budget(text: budget.text) == budget)
        let stored = try JSONEncoder().encode([budget])
        #expect(try JSONDecoder().decode([Budget].self, from: stored) == [budget])
    }

    @Test(arguments: [
        ("", "60s"), ("abc", "60s"), ("60", "no unit"), ("5 parsecs", "60s"), ("5 parsec", "parsec"), ("nans", "60s"),
        ("infs", "60s"), ("0s", "more than zero"), ("-5s", "more than zero"),
        ("-1gCO2e", "more than zero"), ("0EUR", "more than zero"), ("1e999s", "60s"),
        ("5XXQ", "currency"), ("5eur", "EUR"), ("kJ", "5kJ"), ("1 . 5s", "60s"),
    ])
    func whatIsNoBudgetSaysWhy(_ text: String, _ says: String) {
        let error = #expect(throws: BudgetError.self) { try Budget(text: text) }
        #expect(error?.complaint.contains(says) == true, "\(error?.complaint ?? "")")
    }

    /// A second of 50 W, which may be 100 W.
    private static func usage(seconds: Double, isMeasured: Bool = false) -> Usage {
        let joules = 50 * seconds
        return Usage(
            wallSeconds: seconds, processorSeconds: seconds,
            energy: isMeasured
                ? .measured(joules)
                : .estimate(joules, in: 0.8 * joules...2 * joules, unknowns: ["its power"]))
    }

    private func spent(
        _ text: String, _ tariff: Tariff, _ usage: Usage
    ) throws -> (Double, basis: String) {
        let meter = try BudgetMeter(Budget(text: text), tariff: tariff, usage: { usage })
        return (meter.spent, meter.basis)
    }

    /// 36 kJ are a hundredth of a kilowatt-hour; of what is estimated the upper end counts.
    @Test func everyUnitIsCountedByItsUpperEnd() throws {
        let tariff = try Tariff(
            carbonIntensity: 400, pricePerKilowattHour: Price(0.3, "EUR"),
            pricePerHour: Price(0.9, "EUR"))
        let usage = Self.usage(seconds: 720)
        #expect(try spent("1h", tariff, usage).0 == 720)
        #expect(try spent("1h", tariff, usage).basis == "by the clock")
        #expect(try spent("1MJ", tariff, usage).0 == 72_000)
        #expect(abs(try spent("9gCO2e", tariff, usage).0 - 0.02 * 400) < 1e-9)
        #expect(abs(try spent("9EUR", tariff, usage).0 - (0.02 * 0.3 + 0.2 * 0.9)) < 1e-12)
        let estimate = try spent("1MJ", tariff, usage).basis
        #expect(estimate.contains("upper end") && estimate.contains("its power"))
        let counted = Self.usage(seconds: 720, isMeasured: true)
        #expect(try spent("1MJ", tariff, counted).0 == 36_000)
        #expect(try spent("1MJ", tariff, counted).basis == "read from the machine's counter")
        // A counter does not make the grid known.
        let grams = try spent("9gCO2e", .unknown, counted)
        #expect(abs(grams.0 - 0.01 * Tariff.unknown.carbonIntensity.range.upperBound) < 1e-9)
        #expect(grams.basis.contains("--grid"))
    }

    @Test func moneyNeedsAPriceInItsCurrency() throws {
        let usage = Self.usage(seconds: 1)
        let none = #expect(throws: BudgetError.self) { try spent("1EUR", .unknown, usage) }
        #expect(none?.complaint.contains("--price-per-kwh") == true)
        let dollars = try Tariff(pricePerHour: Price(1, "USD"))
        let other = #expect(throws: BudgetError.self) { try spent("1EUR", dollars, usage) }
        #expect(other?.complaint.contains("USD") == true)
        // An hour's price is enough; a kilowatt-hour's is not asked for.
        #expect(abs(try spent("1USD", dollars, Self.usage(seconds: 1800)).0 - 0.5) < 1e-12)
    }

    /// A counter is a file: between steps it is read again after ten milliseconds only.
    @Test func whatWasReadStandsForAMoment() throws {
        let readings = Atomic(0)
        let now = Mutex(0.0)
        let meter = try BudgetMeter(
            .seconds(9), tariff: .unknown,
            usage: {
                let count = readings.add(1, ordering: .relaxed).newValue
                return Self.usage(seconds: Double(count))
            }, clock: { now.withLock { $0 } })
        #expect((0..<5).map { _ in meter.recentlySpent } == [1, 1, 1, 1, 1])
        now.withLock { $0 = 0.0101 }
        #expect(meter.recentlySpent == 2)
        #expect(meter.spent == 3)
    }
}
