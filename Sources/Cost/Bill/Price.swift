/// An amount of money, such as the price of a kilowatt-hour.
package struct Price: Codable, Sendable, Hashable {
    package var value: Double
    /// Its ISO 4217 code, in capitals; see `Currency`.
    package var currency: String

    package init(_ value: Double, _ currency: String) {
        self.value = value
        self.currency = currency.uppercased()
    }

    /// `0.30EUR`, or `0.30 EUR`; `nil` where there is no number of 0 or more, or no word after it.
    ///
    /// Whether the currency is known is another question: see `complaint`.
    package init?(text: String) {
        let currency = String(text.reversed().prefix { $0.isLetter }.reversed())
        let number = text.dropLast(currency.count)
        let digits = number.last == " " ? number.dropLast() : number
        guard !currency.isEmpty, let value = Double(digits), value >= 0, value.isFinite else {
            return nil
        }
        self.init(value, currency)
    }

    /// `0.30 EUR`.
    package var text: String { "\(value) \(currency)" }

    /// What is wrong with it, to be read after its name; `nil` where nothing is.
    package var complaint: String? {
        guard value >= 0, value.isFinite else { return " is \(text); it must be zero or positive" }
        guard !Currency.codes.contains(currency) else { return nil }
        let near = Currency.near(currency)
        return " is \(text), and \"\(currency)\" is no currency that is known; "
            + (near.isEmpty
                ? "write the three letters of ISO 4217, such as EUR or USD"
                : "near ones: \(near.joined(separator: ", "))")
    }
}

/// Currencies by their codes.
///
/// - Source: ISO 4217:2015, codes as of 2026; those of economies with most of the world's data centres.
package enum Currency {
    package static let codes: Set<String> = [
        "AED", "ARS", "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP",
        "EUR", "GBP", "GEL", "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KES", "KRW", "KZT",
        "MAD", "MXN", "MYR", "NGN", "NOK", "NZD", "PEN", "PHP", "PKR", "PLN", "QAR", "RON", "RSD",
        "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "UYU", "VND", "ZAR",
    ]

    /// Names that people write, by code.
    private static let names: [String: String] = [
        "EURO": "EUR", "EUROS": "EUR", "DOLLAR": "USD", "DOLLARS": "USD", "POUND": "GBP",
        "POUNDS": "GBP", "YEN": "JPY", "YUAN": "CNY", "RMB": "CNY", "RUPEE": "INR",
        "RUPEES": "INR", "FRANC": "CHF", "ZLOTY": "PLN", "WON": "KRW", "REAL": "BRL",
        "KRONA": "SEK", "KRONE": "DKK", "PESO": "MXN", "RAND": "ZAR",
    ]

    /// At most five that may be meant: by name, else those with two letters in the same place.
    static func near(_ text: String) -> [String] {
        let text = text.uppercased()
        if let meant = names[text] { return [meant] }
        return codes.sorted().filter { code in
            zip(code, text).count { $0 == $1 } >= 2 || text.hasPrefix(code)
        }.prefix(5).map(\.self)
    }
}
