/// What the distinct texts of a column tell of how its numbers are written. Cells are counted, not texts.
struct NumberEvidence {
    /// Each text as a number, under either mark; `nil` where it is none.
    private(set) var written: [WrittenNumber?] = []
    /// Cells that are numbers only where a point stands before the decimals, or only where a comma does.
    private(set) var pointOnly = 0
    private(set) var commaOnly = 0
    /// Cells that are different numbers under the two.
    private(set) var ambiguous = 0
    /// Cells that are the same number under both.
    private(set) var either = 0
    /// Cells in all that are not missing.
    let present: Int
    /// The first text of which both readings are possible.
    private(set) var firstAmbiguous: Int?
    private(set) var ambiguousMark: NumberFormat.Thousands?
    /// Whether points and commas are ambiguous, in different cells.
    private(set) var hasBothMarks = false
    /// Whether some ambiguous text ends in a zero, which a shortest decimal would not.
    private(set) var hasTrailingZero = false
    /// Cells of digits alone, up to three, and more than three.
    private(set) var short = 0
    private(set) var long = 0
    private(set) var percent = 0
    private(set) var plainNonzero = 0
    private(set) var currencies: [String: Int] = [:]
    /// Cells of digits alone that begin with a zero and another digit.
    private(set) var padded = 0
    private(set) var firstPadded: Int?
    /// A text of digits alone whose number a Double does not hold.
    private(set) var firstHuge: Int?
    private var width: Int?
    private var hasOneWidth = true

    /// - Returns: `nil` where most cells are no numbers.
    init?(_ texts: ColumnTexts) {
        present = texts.present
        var others = 0
        for (index, value) in texts.values.enumerated() {
            let count = texts.counts[index]
            guard let number = WrittenNumber(value.utf8) else {
                written.append(nil)
                others += count
                if others * 2 > present { return nil }
                continue
            }
            written.append(number)
            take(number, index, count, value)
        }
    }

    private mutating func take(
        _ number: WrittenNumber, _ index: Int, _ count: Int, _ text: String
    ) {
        switch (number.pointed, number.commaed) {
        case (nil, _): commaOnly += count
        case (_, nil): pointOnly += count
        case (let a, let b) where a == b: either += count
        default:
            ambiguous += count
            if firstAmbiguous == nil { firstAmbiguous = index }
            let mark = number.pointedThousands ?? number.commaedThousands
            if let ambiguousMark, ambiguousMark != mark { hasBothMarks = true }
            ambiguousMark = mark
            if text.utf8.last == Byte.zero { hasTrailingZero = true }
        }
        if number.isPercent {
            percent += count
        } else if number.pointed != 0 || number.commaed != 0 {
            plainNonzero += count
        }
        if let currency = number.currency { currencies[currency, default: 0] += count }
        guard let digits = number.digits else {
            hasOneWidth = false
            return
        }
        if digits > 3 { long += count } else { short += count }
        if let width, width != digits { hasOneWidth = false }
        width = digits
        if digits > 1, text.utf8.first == Byte.zero {
            padded += count
            if firstPadded == nil { firstPadded = index }
        }
        if digits > 15, let value = number.pointed, value > 0x1p53, firstHuge == nil {
            firstHuge = index
        }
    }

    /// Cells that are numbers under a mark.
    func readable(_ decimal: NumberFormat.Decimal) -> Int {
        either + ambiguous + (decimal == .point ? pointOnly : commaOnly)
    }

    /// From this share of the numbers with marks on, cells that can be read one way only decide; fewer may be slips.
    private static let leastProof = 0.02

    /// The mark that the column's own cells prove; `nil` where they prove none.
    var proven: NumberFormat.Decimal? {
        let more = max(pointOnly, commaOnly)
        guard more > 0, Double(more) >= Self.leastProof * Double(more + ambiguous) else {
            return nil
        }
        // Both, each in good numbers: nothing is proven.
        guard min(pointOnly, commaOnly) * 20 <= more else { return nil }
        return pointOnly > commaOnly ? .point : .comma
    }

    /// Whether short whole numbers stand beside groups of three that end in zeros: decimals are written in full in all cells,
    /// or shortened in all.
    var looksGrouped: Bool { hasTrailingZero && short > 0 && long == 0 }

    /// Whether the digits name something rather than count it: codes of one width that begin with zeros, or whole numbers
    /// that differ and would be one number.
    var identity: (index: Int, isPadded: Bool)? {
        guard pointOnly + commaOnly + ambiguous + percent == 0, currencies.isEmpty else {
            return nil
        }
        if let firstHuge { return (firstHuge, false) }
        if let firstPadded, hasOneWidth || padded * 100 >= present { return (firstPadded, true) }
        return nil
    }

    /// The format under a mark: what most cells have.
    func format(_ decimal: NumberFormat.Decimal) -> NumberFormat {
        var counts: [NumberFormat.Thousands: Int] = [:]
        for number in written {
            if let mark = number?.thousands(decimal) { counts[mark, default: 0] += 1 }
        }
        let thousands = counts.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }
        let currency = currencies.max { ($0.value, $1.key) < ($1.value, $0.key) }
        return NumberFormat(
            decimal: decimal, thousands: thousands?.key, isPercent: percent > plainNonzero,
            currency: currency?.key)
    }
}
