import DataEfficiency
import Runs

/// What a label costs, and what an improvement is worth to whoever asks.
package struct LabelPrice: Sendable, Hashable {
    /// Of a label, in `currency`.
    package var cost: Double?
    package var currency: String?
    /// Of a person's work.
    package var minutes: Double?
    /// Of a metric better by 0.01, in `currency`.
    package var worth: Double?

    package init() {}

    /// An amount as it is typed: `2EUR`.
    ///
    /// - Throws: where it is none, or is of another currency than one before.
    package mutating func money(_ text: String, option: String) throws -> Double {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let code = String(text.dropFirst(digits.count))
        guard let value = Double(String(digits)), value.isFinite, value >= 0, code.count == 3,
            code.allSatisfy({ $0.isASCII && $0.isUppercase })
        else {
            throw VouchError(
                "\(option) is \"\(text)\"; write an amount and a currency's code, such as 2EUR")
        }
        if let currency, currency != code {
            throw VouchError("\(option) is in \(code), and another amount in \(currency)")
        }
        currency = code
        return value
    }

    func check() throws {
        if let minutes, !(minutes >= 0 && minutes.isFinite) {
            throw VouchError("--label-minutes is \(minutes); write 0 or more")
        }
        if worth != nil, cost == nil {
            throw VouchError("--worth says when a label stops paying: give --label-cost, too")
        }
    }
}
