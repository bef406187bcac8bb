/// How the numbers of a column are written.
package struct NumberFormat: Codable, Sendable, Hashable {
    /// What stands before the decimals.
    package enum Decimal: String, Codable, Sendable, Hashable, CaseIterable {
        case point, comma

        var byte: UInt8 { self == .point ? Byte.point : Byte.comma }
    }

    /// What stands between groups of three digits.
    package enum Thousands: String, Codable, Sendable, Hashable, CaseIterable {
        case point, comma, space, apostrophe

        init?(_ byte: UInt8) {
            switch byte {
            case Byte.point: self = .point
            case Byte.comma: self = .comma
            case Byte.space: self = .space
            case Byte.apostrophe: self = .apostrophe
            default: return nil
            }
        }

        /// Such as `thousands commas`.
        var title: String {
            "thousands " + (self == .space || self == .apostrophe ? rawValue : rawValue + "s")
        }
    }

    package var decimal: Decimal
    /// `nil` where no cell has groups.
    package var thousands: Thousands?
    /// Whether `80%` is 0.8.
    package var isPercent: Bool
    /// The currency sign or code of the cells; `nil` for none.
    package var currency: String?

    package init(
        decimal: Decimal, thousands: Thousands? = nil, isPercent: Bool = false,
        currency: String? = nil
    ) {
        self.decimal = decimal
        self.thousands = thousands
        self.isPercent = isPercent
        self.currency = currency
    }

    /// Digits and one mark, so that the quick parser reads them.
    var isPlain: Bool { thousands == nil && !isPercent && currency == nil }

    /// What is unusual about it, for a person; `nil` for nothing.
    var text: String? {
        let parts = [
            thousands?.title, isPercent ? "percent: 100% is 1" : nil,
            currency.map { "currency \"\($0)\"" },
        ].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// The number of a cell written so; `nil` for anything else.
    ///
    /// Grouping is accepted where the format has none yet, as the training rows may have been small numbers only.
    func number(_ written: WrittenNumber) -> Double? {
        guard let number = written.number(decimal) else { return nil }
        guard written.isPercent == isPercent || number == 0 else { return nil }
        guard written.currency == nil || written.currency == currency else { return nil }
        return number
    }
}

/// What a cell's text says as a number, under either decimal mark.
struct WrittenNumber {
    /// Where the point stands before the decimals, a comma between thousands; `nil` where it cannot.
    private(set) var pointed: Double?
    /// Where the comma stands before the decimals.
    private(set) var commaed: Double?
    private(set) var isPercent = false
    private(set) var currency: String?
    /// The mark between thousands, under each reading.
    private(set) var pointedThousands: NumberFormat.Thousands?
    private(set) var commaedThousands: NumberFormat.Thousands?
    /// Digits alone, as they stand; `nil` for other texts.
    private(set) var digits: Int?

    func number(_ decimal: NumberFormat.Decimal) -> Double? {
        decimal == .point ? pointed : commaed
    }

    func thousands(_ decimal: NumberFormat.Decimal) -> NumberFormat.Thousands? {
        decimal == .point ? pointedThousands : commaedThousands
    }

    /// Whether both readings are possible and differ, as of `1,020`.
    var isAmbiguous: Bool {
        guard let pointed, let commaed else { return false }
        return pointed != commaed
    }

    /// - Returns: `nil` for a text that is no number under any reading.
    init?(_ text: some Collection<UInt8>) {
        guard let first = text.first, Self.begins[Int(first)] else { return nil }
        var body = Self.plainBytes(text)[...]
        Self.trim(&body)
        var isNegative = false
        if body.first == UInt8(ascii: "("), body.last == UInt8(ascii: ")"), body.count > 2 {
            body = body.dropFirst().dropLast()
            isNegative = true
        }
        let sign = Self.takeSign(&body)
        currency = Self.takeCurrency(&body)
        let innerSign = sign == nil && currency != nil ? Self.takeSign(&body) : nil
        if body.last == UInt8(ascii: "%") {
            isPercent = true
            body = body.dropLast()
            Self.trim(&body)
        }
        guard let start = body.first,
            Self.isDigit(start) || start == Byte.point || start == Byte.comma,
            !(isNegative && (sign ?? innerSign) != nil)
        else { return nil }
        if (sign ?? innerSign) == Byte.minus { isNegative = true }
        if sign == nil, innerSign == nil, !isNegative, currency == nil, !isPercent,
            body.allSatisfy(Self.isDigit)
        {
            digits = body.count
        }
        let factor = isNegative ? -1.0 : 1
        let divisor = isPercent ? 100.0 : 1
        if let (value, mark) = Self.value(body, decimal: Byte.point) {
            pointed = factor * (value / divisor)
            pointedThousands = mark
        }
        if let (value, mark) = Self.value(body, decimal: Byte.comma) {
            commaed = factor * (value / divisor)
            commaedThousands = mark
        }
        guard pointed != nil || commaed != nil else { return nil }
    }

    // MARK: - Parts of a text

    /// Bytes with which a number can begin.
    private static let begins: [Bool] = (0...255).map { code in
        let byte = UInt8(code)
        return isDigit(byte) || byte >= 0x80
            || "+-.,($ ".utf8.contains(byte) || currencies.contains { $0.bytes.first == byte }
    }

    private static let currencies: [(name: String, bytes: [UInt8])] = [
        "R$", "US$", "A$", "C$", "$", "€", "£", "¥", "₹", "₽", "₩", "₺", "₪", "zł", "Kč", "kr.",
        "kr", "Fr.", "USD", "EUR", "GBP", "CHF", "JPY", "CNY", "INR", "AUD", "CAD", "NZD", "SEK",
        "NOK", "DKK", "PLN", "CZK", "HUF", "BRL", "MXN", "ZAR", "KRW", "TRY", "SGD", "HKD",
    ].map { ($0, Array($0.utf8)) }

    /// Bytes that stand for others: spaces that do not break, the minus sign, the curly apostrophe.
    private static let replaced: [(from: [UInt8], to: UInt8)] = [
        ("\u{A0}", Byte.space), ("\u{202F}", Byte.space), ("\u{2009}", Byte.space),
        ("\u{2212}", Byte.minus), ("\u{2019}", Byte.apostrophe),
    ].map { (Array($0.0.utf8), $0.1) }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- Byte.zero <= 9 }

    private static func plainBytes(_ text: some Collection<UInt8>) -> [UInt8] {
        let bytes = Array(text)
        guard bytes.contains(where: { $0 >= 0x80 }) else { return bytes }
        var result: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] >= 0x80,
                let (from, to) = replaced.first(where: { bytes[at...].starts(with: $0.from) })
            {
                result.append(to)
                at += from.count
            } else {
                result.append(bytes[at])
                at += 1
            }
        }
        return result
    }

    private static func trim(_ body: inout ArraySlice<UInt8>) {
        while body.first == Byte.space { body = body.dropFirst() }
        while body.last == Byte.space { body = body.dropLast() }
    }

    private static func takeSign(_ body: inout ArraySlice<UInt8>) -> UInt8? {
        guard let sign = body.first, sign == Byte.minus || sign == Byte.plus else { return nil }
        body = body.dropFirst()
        trim(&body)
        return sign
    }

    /// A sign or code before or behind the digits.
    private static func takeCurrency(_ body: inout ArraySlice<UInt8>) -> String? {
        guard let first = body.first, let last = body.last else { return nil }
        if !isDigit(first),
            let found = currencies.first(where: { body.starts(with: $0.bytes) })
        {
            body = body.dropFirst(found.bytes.count)
            trim(&body)
            return found.name
        }
        if !isDigit(last),
            let found = currencies.first(where: {
                body.suffix($0.bytes.count).elementsEqual($0.bytes)
            })
        {
            body = body.dropLast(found.bytes.count)
            trim(&body)
            return found.name
        }
        return nil
    }

    /// The number of digits with marks; one that has no groups is read as `CellParsing` reads it.
    private static func value(
        _ body: ArraySlice<UInt8>, decimal: UInt8
    ) -> (Double, NumberFormat.Thousands?)? {
        if let number = CellParsing.number(body.span, 0, body.count, point: decimal) {
            return (number, nil)
        }
        guard let place = body.firstIndex(where: { !isDigit($0) && $0 != decimal }),
            let mark = NumberFormat.Thousands(body[place])
        else { return nil }
        let parts = body.split(separator: decimal, omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.count == 1 || parts[1].count > 0,
            parts.count == 1 || parts[1].allSatisfy(isDigit)
        else { return nil }
        let groups = parts[0].split(separator: body[place], omittingEmptySubsequences: false)
        guard isGrouped(groups, allowsLakhs: mark == .comma) else { return nil }
        var plain = groups.flatMap { $0 }
        if parts.count == 2 { plain += [Byte.point] + parts[1] }
        return CellParsing.number(plain.span, 0, plain.count, point: Byte.point).map { ($0, mark) }
    }

    /// Whether digits are grouped by threes, or, as in India, by twos before the last three.
    private static func isGrouped(
        _ groups: [ArraySlice<UInt8>], allowsLakhs: Bool
    ) -> Bool {
        guard groups.count > 1, let first = groups.first, (1...3).contains(first.count),
            first.first != Byte.zero, groups.allSatisfy({ $0.allSatisfy(isDigit) })
        else { return false }
        if groups.dropFirst().allSatisfy({ $0.count == 3 }) { return true }
        return allowsLakhs && groups.count > 2 && first.count <= 2 && groups.last?.count == 3
            && groups.dropFirst().dropLast().allSatisfy { $0.count == 2 }
    }
}
