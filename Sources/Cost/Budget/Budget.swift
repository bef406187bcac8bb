/// What a whole command may take: seconds, joules, grams of CO2 equivalents or money.
///
/// Written as a number and a unit, such as `60s`, `5kJ`, `0.02EUR` or `1gCO2e`; kept, read and told in that one form.
package struct Budget: Sendable, Hashable {
    /// In units of `measure`; finite and > 0.
    package let amount: Double
    package let measure: Measure

    /// What is counted, each in its own base unit.
    package enum Measure: Sendable, Hashable {
        /// In seconds.
        case time
        /// In joules.
        case energy
        /// In grams of CO2 equivalents.
        case carbon
        /// Of a currency, by its code of ISO 4217.
        case money(String)
    }

    /// - Parameter amount: In base units of the measure; finite and > 0.
    package init(_ amount: Double, _ measure: Measure) {
        precondition(amount > 0 && amount.isFinite, "a budget is positive and finite")
        self.amount = amount
        self.measure = measure
    }

    package static func seconds(_ amount: Double) -> Budget { Budget(amount, .time) }

    /// What a budget is, to be read after "it must be".
    package static let written =
        "a time, an energy, a price or an amount of CO2e, such as 60s, 5kJ, 0.02EUR or 1gCO2e"

    private static let units: [(text: String, factor: Double, measure: Measure)] = [
        ("ms", 0.001, .time), ("s", 1, .time), ("min", 60, .time), ("m", 60, .time),
        ("h", 3600, .time),
        ("kWh", 3.6e6, .energy), ("Wh", 3600, .energy), ("MJ", 1e6, .energy), ("kJ", 1e3, .energy),
        ("J", 1, .energy),
        ("kgCO2e", 1e3, .carbon), ("mgCO2e", 1e-3, .carbon), ("gCO2e", 1, .carbon),
        ("kg", 1e3, .carbon), ("mg", 1e-3, .carbon), ("g", 1, .carbon),
    ]

    /// - Throws: `BudgetError` that says what is wrong with the text and what would be accepted.
    package init(text: String) throws(BudgetError) {
        // The longest that fits: a kilogram is no gram.
        let known = Self.units.filter { text.hasSuffix($0.text) }.max {
            $0.text.count < $1.text.count
        }
        let unit = known?.text ?? String(text.reversed().prefix { $0.isLetter }.reversed())
        var digits = text.dropLast(unit.count)
        while digits.last == " " { digits.removeLast() }
        guard let number = Double(digits), number.isFinite else {
            throw BudgetError("which is not a budget; write \(Self.written)")
        }
        let factor: Double
        if let known {
            (factor, measure) = (known.factor, known.measure)
        } else if unit.isCurrencyCode {
            guard Currency.codes.contains(unit) else {
                let near = Currency.near(unit)
                throw BudgetError(
                    "and \"\(unit)\" is no currency that is known; "
                        + (near.isEmpty
                            ? "write the three letters of ISO 4217, such as EUR or USD"
                            : "near ones: \(near.joined(separator: ", "))"))
            }
            (factor, measure) = (1, .money(unit))
        } else {
            let what = unit.isEmpty ? "which has no unit" : "and \"\(unit)\" is no unit of a budget"
            throw BudgetError(
                "\(what); write s, min or h, J, kJ, Wh or kWh, gCO2e or kgCO2e, or a currency's code such as "
                    + "EUR: \(Self.written)")
        }
        amount = number * factor
        guard amount > 0, amount.isFinite else {
            throw BudgetError("which leaves nothing to spend; it must be more than zero")
        }
    }

    /// As it is told and kept: `60 s`, `5 kJ`, `0.02 EUR`, `1 gCO2e`.
    package var text: String { text(of: amount) }

    /// Another amount in the budget's unit, exactly.
    package func text(of amount: Double) -> String {
        let (scale, unit) = scale
        return "\(Self.shortest(amount / scale)) \(unit)"
    }

    /// Another amount in the budget's unit, to three digits: of what is counted or expected.
    package func about(_ amount: Double) -> String {
        let (scale, unit) = scale
        return "\(Self.rounded(amount / scale)) \(unit)"
    }

    /// What the amount is divided by to be told, and the unit then.
    private var scale: (Double, String) {
        switch measure {
        case .time: (1, "s")
        case .energy: amount >= 1000 ? (1000, "kJ") : (1, "J")
        case .carbon: amount >= 1000 ? (1000, "kgCO2e") : (1, "gCO2e")
        case .money(let currency): (1, currency)
        }
    }

    /// What a budget bounds, in a sentence.
    package var subject: String {
        switch measure {
        case .time: "time"
        case .energy: "energy"
        case .carbon: "CO2e"
        case .money: "money"
        }
    }

    private static func shortest(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
    }

    private static func rounded(_ value: Double) -> String {
        guard value != 0, value.isFinite else { return "\(value == 0 ? "0" : "\(value)")" }
        var scale = 1.0
        while abs(value) * scale < 100 { scale *= 10 }
        let digits = (value * scale).rounded() / scale
        return shortest(digits)
    }
}

extension Budget: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do throws(BudgetError) {
            try self.init(text: text)
        } catch {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a budget is \"\(text)\", \(error.complaint)")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// A text that is no budget.
package struct BudgetError: Error, Sendable, Hashable {
    /// To be read after the text and a comma.
    package var complaint: String

    init(_ complaint: String) { self.complaint = complaint }
}

extension String {
    fileprivate var isCurrencyCode: Bool {
        count == 3 && allSatisfy { $0.isASCII && $0.isUppercase }
    }
}
