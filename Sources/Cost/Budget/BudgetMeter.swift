package import Evidence
import Synchronization

/// How much of a budget a command has spent: what it took so far, in the budget's unit.
///
/// Seconds are a clock's. Energy is the counter's where one is read; an estimate counts with its upper end, so that the
/// true amount stays below the budget as far as the estimate's assumptions hold. Grams and money follow from both by the
/// tariff, again by the upper ends.
///
/// Owned by one command; any thread may ask.
package final class BudgetMeter: Sendable {
    package let budget: Budget
    private let tariff: Tariff
    private let usage: @Sendable () -> Usage
    private let clock: (@Sendable () -> Double)?
    private let last: Mutex<(clock: Double, spent: Double)?> = Mutex(nil)
    /// Seconds for which `recentlySpent` stands: a counter is a file, and is asked for after each step.
    private static let interval = 0.01

    /// - Parameters:
    ///   - usage: What the command took so far; never less than before.
    ///   - clock: In seconds, never going back; `nil` to read the usage whenever it is asked for.
    /// - Throws: `BudgetError` where money is to be spent and the tariff has no price in its currency.
    package init(
        _ budget: Budget, tariff: Tariff, usage: @escaping @Sendable () -> Usage,
        clock: (@Sendable () -> Double)? = nil
    ) throws(BudgetError) {
        if case .money(let currency) = budget.measure {
            guard let own = tariff.currency else {
                throw BudgetError(
                    "but no price is given; say what a kilowatt-hour or an hour of this machine costs, such as "
                        + "--price-per-kwh 0.30\(currency) or --price-per-hour 0.20\(currency)")
            }
            guard own == currency else {
                throw BudgetError(
                    "but the price is given in \(own); write the budget and the price in one currency")
            }
        }
        self.budget = budget
        self.tariff = tariff
        self.usage = usage
        self.clock = clock
    }

    /// In base units of the budget's measure; what is estimated, by its upper end.
    package var spent: Double { amount(of: usage()).range.upperBound }

    /// The same as it was at most ten milliseconds ago.
    package var recentlySpent: Double {
        guard let clock else { return spent }
        let now = clock()
        if let known = last.withLock({ $0 }), now - known.clock < Self.interval {
            return known.spent
        }
        let spent = spent
        last.withLock { $0 = (now, spent) }
        return spent
    }

    /// What a second of the command took so far.
    package var perSecond: Double {
        let usage = usage()
        return amount(of: usage).range.upperBound / max(usage.wallSeconds, 1e-9)
    }

    /// What the budget is kept by, in a sentence.
    package var basis: String {
        let amount = amount(of: usage())
        guard !amount.isMeasured else {
            return switch budget.measure {
            case .time: "by the clock"
            case .energy: "read from the machine's counter"
            case .carbon, .money: "measured, as intensity and prices are given"
            }
        }
        return "an estimate, counted with its upper end; not known: "
            + amount.unknowns.joined(separator: "; ")
    }

    private func amount(of usage: Usage) -> Amount { budget.amount(of: tariff.bill(of: usage)) }
}

extension Budget {
    /// What of a bill it bounds.
    package func amount(of bill: Bill) -> Amount {
        switch measure {
        case .time: .measured(bill.seconds)
        case .energy: bill.energy
        case .carbon: bill.grams
        case .money: bill.money ?? .measured(0)
        }
    }
}
