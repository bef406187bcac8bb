package import Models

/// What a smaller or faster model is to reach: `latency<20us`, `size<100KB`, `rate>5x`, `energy<0.5x`.
///
/// `x` is relative to the model that it is made of. A latency is of one row at a call, a rate of rows in batches, a size of the
/// stored weights (1 KB = 1,000 B), an energy of the processor for rows in batches.
package struct ShrinkGoal: Sendable, Hashable {
    package enum Quantity: String, Sendable, Hashable, CaseIterable {
        case latency, rate, size, energy
    }

    package let quantity: Quantity
    /// In seconds, rows a second or bytes; relative, times what it was before.
    package let bound: Double
    package let isRelative: Bool
    /// As it was written, without spaces.
    package let text: String

    /// Units that a quantity may be written in, and how many of ours one is.
    private static let units: [Quantity: [(name: String, factor: Double)]] = [
        .latency: [("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1)],
        .rate: [("/s", 1)], .size: [("KB", 1e3), ("MB", 1e6), ("B", 1)], .energy: [],
    ]

    /// - Throws: where it is none, with what it may be.
    package init(_ text: String) throws(ModelError) {
        let clean = String(text.filter { $0 != " " })
        func wrong(_ what: String) -> ModelError {
            ModelError(
                "--to is \"\(text)\": \(what). Write latency<20us, rate>5x, size<100KB or "
                    + "energy<0.5x; x is times what the run's model has")
        }
        guard let sign = clean.firstIndex(where: { $0 == "<" || $0 == ">" }) else {
            throw wrong("it has no < or >")
        }
        let name = String(clean[..<sign])
        guard let quantity = Quantity(rawValue: name) else {
            throw wrong("\"\(name)\" is no quantity that can be asked for")
        }
        guard (clean[sign] == ">") == quantity.growsBetter else {
            throw wrong(
                "a smaller model has a \(name) that is \(quantity.growsBetter ? "larger" : "smaller"), "
                    + "so it is \(name)\(quantity.growsBetter ? ">" : "<")")
        }
        let rest = clean[clean.index(after: sign)...]
        let unit = String(rest.reversed().prefix { !$0.isNumber && $0 != "." }.reversed())
        guard let number = Double(rest.dropLast(unit.count)), number > 0, number.isFinite else {
            throw wrong("\"\(rest)\" is no number above 0 with a unit")
        }
        let known = Self.units[quantity] ?? []
        if unit == "x" {
            guard quantity.growsBetter ? number >= 1 : number <= 1 else {
                throw wrong(
                    "\(rest) of what it was is no improvement; the factor is "
                        + (quantity.growsBetter ? "1 or more" : "at most 1"))
            }
            (bound, isRelative) = (number, true)
        } else if let found = known.first(where: { $0.name == unit }) {
            (bound, isRelative) = (number * found.factor, false)
        } else {
            throw wrong(
                (unit.isEmpty ? "it has no unit" : "\"\(unit)\" is no unit of a \(name)")
                    + "; there is " + (known.map(\.name) + ["x"]).joined(separator: ", "))
        }
        self.quantity = quantity
        self.text = clean
    }
}

extension ShrinkGoal.Quantity {
    /// Whether more of it is better.
    package var growsBetter: Bool { self == .rate }
}
