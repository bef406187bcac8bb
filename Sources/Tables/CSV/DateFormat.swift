/// In which order the numbers of a written date stand.
package enum DateOrder: String, Codable, Sendable, Hashable, CaseIterable {
    case yearFirst, dayFirst, monthFirst

    /// Such as `day first`.
    var title: String {
        switch self {
        case .yearFirst: "year first"
        case .dayFirst: "day first"
        case .monthFirst: "month first"
        }
    }
}

/// What a cell's text says as a date, under each order of its numbers.
///
/// Read are `2020-01-31`, `31.01.2020`, `1/31/20`, `31-Jan-2020`, `Jan 31, 2020`, with a weekday before it, and a time
/// `T10:00`, ` 10:00:00.5`, ` 10:00 PM`, `Z`, ` UTC`, ` GMT`, `+02:00` behind it. Years of two digits are those from 1969 to
/// 2068, as POSIX has them.
struct WrittenDate {
    /// Days since 1970 under an order; `nil` where the numbers are no date.
    private var days: [Int?]
    private var secondsOfDay = 0.0
    private(set) var hasTime = false
    private(set) var hasShortYear = false
    /// Whether a date begins the text, but what follows is not read.
    private(set) var hasUnreadTail = false

    /// The seconds since 1970 under an order; `nil` where the text is no date under it.
    func seconds(_ order: DateOrder) -> Double? {
        guard !hasUnreadTail, let index = DateOrder.allCases.firstIndex(of: order) else {
            return nil
        }
        return days[index].map { Double($0) * 86_400 + secondsOfDay }
    }

    /// Whether day and month may be exchanged, giving another date.
    var isAmbiguous: Bool {
        guard let day = seconds(.dayFirst), let month = seconds(.monthFirst) else { return false }
        return day != month
    }

    /// - Returns: `nil` for a text that does not begin with a date.
    init?(_ text: some Collection<UInt8>) {
        guard let first = text.first, first <= 0x7A, first >= Byte.zero else { return nil }
        var scanner = DateScanner(Array(text))
        guard let parts = scanner.dateParts() else { return nil }
        days = DateOrder.allCases.map { parts.days($0) }
        guard days.contains(where: { $0 != nil }) else { return nil }
        hasShortYear = parts.hasShortYear
        guard !scanner.isAtEnd else { return }
        guard let time = scanner.time(), scanner.isAtEnd else {
            hasUnreadTail = true
            return
        }
        secondsOfDay = time
        hasTime = true
    }
}

/// The three parts of a date, in the order in which they are written.
private struct DateParts {
    /// A number with how many digits it has, or a month that is named.
    enum Part {
        case number(Int, digits: Int)
        case month(Int)
    }

    var parts: [Part]
    /// Whether points stand between the parts, as in `31.01.20`.
    var hasPoints: Bool

    var hasShortYear: Bool {
        guard case .number(_, let digits) = parts[0] else { return isShort(parts[2]) }
        return digits <= 2 && isShort(parts[2])
    }

    private func isShort(_ part: Part) -> Bool {
        if case .number(_, let digits) = part { return digits == 2 }
        return false
    }

    /// Days since 1970 under an order; where a month is named the order of day and month tells nothing.
    func days(_ order: DateOrder) -> Int? {
        var numbers: [(value: Int, digits: Int)] = []
        var month: Int?
        for part in parts {
            switch part {
            case .number(let value, let digits): numbers.append((value, digits))
            case .month(let value): month = value
            }
        }
        if let month {
            guard numbers.count == 2 else { return nil }
            let yearIsFirst = numbers[0].digits == 4
            let (year, day) = yearIsFirst ? (numbers[0], numbers[1]) : (numbers[1], numbers[0])
            return Self.days(year, month, day)
        }
        switch order {
        case .yearFirst:
            guard numbers[0].digits == 4 else { return nil }
            return Self.days(numbers[0], numbers[1], numbers[2])
        case .dayFirst, .monthFirst:
            // 1.4.20 is the number of a version rather than a day.
            guard !hasPoints || numbers[2].digits == 4 || numbers.allSatisfy({ $0.digits == 2 })
            else { return nil }
            return order == .dayFirst
                ? Self.days(numbers[2], numbers[1], numbers[0])
                : Self.days(numbers[2], numbers[0], numbers[1])
        }
    }

    private typealias Number = (value: Int, digits: Int)

    private static func days(_ year: Number, _ month: Number, _ day: Number) -> Int? {
        guard month.digits <= 2 else { return nil }
        return days(year, month.value, day)
    }

    private static func days(_ year: Number, _ month: Int, _ day: Number) -> Int? {
        guard year.digits == 4 || year.digits == 2, day.digits <= 2, (1...12).contains(month),
            (1...31).contains(day.value)
        else { return nil }
        let full = year.digits == 4 ? year.value : year.value + (year.value < 69 ? 2000 : 1900)
        let civil = CivilDate(year: full, month: month, day: day.value)
        let days = civil.daysSince1970
        return CivilDate(daysSince1970: days) == civil ? days : nil
    }
}

/// Goes through the bytes of a written date.
private struct DateScanner {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september",
        "october", "november", "december",
    ]
    private static let weekdays = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ]

    private func isDigit(_ index: Int) -> Bool {
        index < bytes.count && bytes[index] &- Byte.zero <= 9
    }

    private func isLetter(_ index: Int) -> Bool {
        index < bytes.count && (bytes[index] | 0x20) &- UInt8(ascii: "a") < 26
    }

    private mutating func integer(_ minimum: Int, _ maximum: Int) -> Int? {
        let start = at
        var value = 0
        while at - start < maximum, isDigit(at) {
            value = value * 10 + Int(bytes[at] - Byte.zero)
            at += 1
        }
        return at - start >= minimum ? value : nil
    }

    private mutating func take(_ accepted: String) -> UInt8? {
        guard at < bytes.count, accepted.utf8.contains(bytes[at]) else { return nil }
        defer { at += 1 }
        return bytes[at]
    }

    private mutating func word() -> String {
        let start = at
        while isLetter(at) { at += 1 }
        return String(decoding: bytes[start..<at], as: UTF8.self).lowercased()
    }

    /// The place of a whole name, or of its first three letters; September also as `sept`.
    private static func place(_ word: String, _ names: [String]) -> Int? {
        guard word.count >= 3 else { return nil }
        return names.firstIndex {
            $0 == word || $0.prefix(3) == word || (word == "sept" && $0.hasPrefix(word))
        }
    }

    private mutating func skipWeekday() {
        let start = at
        guard isLetter(at), Self.place(word(), Self.weekdays) != nil else {
            at = start
            return
        }
        _ = take(",")
        while take(" ") != nil {}
    }

    private mutating func part() -> DateParts.Part? {
        if isLetter(at) { return Self.place(word(), Self.months).map { .month($0 + 1) } }
        let start = at
        guard let value = integer(1, 4) else { return nil }
        return .number(value, digits: at - start)
    }

    /// Three parts with one separator between them; named months also with spaces and commas.
    mutating func dateParts() -> DateParts? {
        skipWeekday()
        guard let first = part() else { return nil }
        guard let separator = take("-/. ,") else { return nil }
        var isNamed = if case .month = first { true } else { false }
        if separator == Byte.space || separator == Byte.comma { _ = take(" ") }
        guard let second = part() else { return nil }
        if case .month = second {
            guard !isNamed else { return nil }
            isNamed = true
        }
        guard isNamed || (separator != Byte.space && separator != Byte.comma) else { return nil }
        if isNamed {
            guard take("-/. ,") != nil else { return nil }
            _ = take(" ")
        } else {
            guard take(String(UnicodeScalar(separator))) != nil else { return nil }
        }
        guard let third = part(), case .number = third, !isDigit(at) else { return nil }
        return DateParts(parts: [first, second, third], hasPoints: separator == Byte.point)
    }

    /// The seconds since midnight UTC of what follows a date; `nil` where it is no time.
    mutating func time() -> Double? {
        guard take("T ,") != nil else { return nil }
        while take(" ") != nil {}
        guard var hour = integer(1, 2), hour < 24 else { return nil }
        var seconds = 0.0
        var hasMinutes = false
        if take(":") != nil {
            guard let minute = integer(2, 2), minute < 60 else { return nil }
            hasMinutes = true
            seconds = Double(minute * 60)
            if take(":") != nil {
                guard let second = integer(2, 2), second < 61 else { return nil }
                seconds += Double(second)
                if take(".") != nil {
                    guard let fraction = fraction() else { return nil }
                    seconds += fraction
                }
            }
        }
        guard let half = halfOfDay() else { return nil }
        switch half {
        case .none: guard hasMinutes else { return nil }
        case .morning, .afternoon:
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + (half == .afternoon ? 12 : 0)
        }
        guard let offset = zoneOffset() else { return nil }
        return seconds + Double(hour * 3600) - offset
    }

    private mutating func fraction() -> Double? {
        let start = at
        guard let digits = integer(1, 9) else { return nil }
        let scale = (start..<at).reduce(1.0) { scale, _ in scale * 10 }
        return Double(digits) / scale
    }

    private enum HalfOfDay { case none, morning, afternoon }

    /// `AM`, `pm`, `a.m.`; `nil` where another word stands there.
    private mutating func halfOfDay() -> HalfOfDay? {
        let start = at
        while take(" ") != nil {}
        guard isLetter(at),
            bytes[at] | 0x20 == UInt8(ascii: "a") || bytes[at] | 0x20 == UInt8(ascii: "p")
        else {
            at = start
            return HalfOfDay.none
        }
        let half = bytes[at] | 0x20 == UInt8(ascii: "a") ? HalfOfDay.morning : .afternoon
        at += 1
        let hasPoint = take(".") != nil
        guard let m = take("mM"), m != 0 else { return nil }
        if hasPoint { _ = take(".") }
        return isLetter(at) ? nil : half
    }

    /// Seconds that a zone is ahead of UTC; 0 where there is none, `nil` where it is not known.
    private mutating func zoneOffset() -> Double? {
        let start = at
        while take(" ") != nil {}
        guard !isAtEnd else {
            at = start == bytes.count ? at : start
            return start == bytes.count ? 0 : nil
        }
        if isLetter(at) {
            guard ["z", "utc", "gmt"].contains(word()) else { return nil }
            if isAtEnd { return 0 }
        }
        guard let sign = take("+-"), let hours = integer(2, 2), hours < 24 else { return nil }
        _ = take(":")
        let minutes = integer(2, 2) ?? 0
        guard minutes < 60 else { return nil }
        return Double(hours * 3600 + minutes * 60) * (sign == Byte.plus ? 1 : -1)
    }
}
