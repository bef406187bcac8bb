/// Cells of text to numbers and points in time.
enum CellParsing {
    /// 10⁰ to 10²², which a Double holds exactly.
    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// A decimal number, correctly rounded; `nil` for anything else, words, hexadecimal and numbers
    /// beyond a Double included.
    ///
    /// Where mantissa and power of ten are exact in a Double, one multiplication or division rounds
    /// correctly (Clinger 1990, DOI 10.1145/93548.93557); the rest goes through the standard library.
    @inline(__always)
    static func number(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, point: UInt8) -> Double? {
        var at = start
        guard at < end else { return nil }
        let isNegative = bytes[at] == Byte.minus
        if isNegative || bytes[at] == Byte.plus { at += 1 }
        var mantissa: UInt64 = 0
        var digits = 0
        var exponent = 0
        while at < end {
            let digit = bytes[at] &- Byte.zero
            guard digit <= 9 else { break }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            digits += 1
            at += 1
        }
        if at < end, bytes[at] == point {
            at += 1
            while at < end {
                let digit = bytes[at] &- Byte.zero
                guard digit <= 9 else { break }
                mantissa = mantissa &* 10 &+ UInt64(digit)
                digits += 1
                exponent -= 1
                at += 1
            }
        }
        guard digits > 0 else { return nil }
        if at < end, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            guard at < end else { return nil }
            let falls = bytes[at] == Byte.minus
            if falls || bytes[at] == Byte.plus { at += 1 }
            guard at < end else { return nil }
            var written = 0
            while at < end {
                let digit = bytes[at] &- Byte.zero
                guard digit <= 9 else { return nil }
                written = min(written * 10 + Int(digit), 100_000)
                at += 1
            }
            exponent += falls ? -written : written
        }
        guard at == end else { return nil }
        if digits <= 19, mantissa <= 1 << 53, abs(exponent) <= 22 {
            let exact = Double(mantissa)
            let value = exponent < 0 ? exact / powers[-exponent] : exact * powers[exponent]
            return isNegative ? -value : value
        }
        return slowNumber(bytes, start, end, point: point)
    }

    static func number(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        return number(bytes.span, 0, bytes.count, point: Byte.point)
    }

    private static func slowNumber(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int, point: UInt8
    ) -> Double? {
        let text = (start..<end).map { bytes[$0] == point ? Byte.point : bytes[$0] }
        guard let number = Double(String(decoding: text, as: UTF8.self)) else { return nil }
        return number.isFinite ? number : nil
    }

    /// In which order a date's numbers stand where they are written with points or slashes.
    enum DateOrder: CaseIterable { case yearFirst, dayFirst, monthFirst }

    /// Seconds since 1970 of `2020-01-31`, `2020/01/31`, `31.01.2020`, `31/01/2020`, with a time
    /// `T10:00`, ` 10:00:00.5`, `Z`, `+02:00` after it where there is one.
    static func date(_ text: String, _ order: DateOrder) -> (seconds: Double, hasTime: Bool)? {
        let bytes = Array(text.utf8)
        var at = 0
        func isDigit(_ index: Int) -> Bool {
            index < bytes.count && bytes[index] >= Byte.zero && bytes[index] <= Byte.nine
        }
        func integer(_ minimum: Int, _ maximum: Int) -> Int? {
            let start = at
            var value = 0
            while at - start < maximum, isDigit(at) {
                value = value * 10 + Int(bytes[at] - Byte.zero)
                at += 1
            }
            return at - start >= minimum ? value : nil
        }
        func take(_ accepted: [UInt8]) -> UInt8? {
            guard at < bytes.count, accepted.contains(bytes[at]) else { return nil }
            defer { at += 1 }
            return bytes[at]
        }
        let first = order == .yearFirst ? 4 : 1
        guard let a = integer(first, order == .yearFirst ? 4 : 2),
            let separator = take([Byte.minus, UInt8(ascii: "/"), Byte.point]),
            let b = integer(1, 2), take([separator]) != nil,
            let c = integer(order == .yearFirst ? 1 : 4, order == .yearFirst ? 2 : 4)
        else { return nil }
        let (year, month, day) = switch order {
        case .yearFirst: (a, b, c)
        case .dayFirst: (c, b, a)
        case .monthFirst: (c, a, b)
        }
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        let civil = CivilDate(year: year, month: month, day: day)
        guard CivilDate(daysSince1970: civil.daysSince1970) == civil else { return nil }
        var seconds = Double(civil.daysSince1970) * 86_400
        guard at < bytes.count else { return (seconds, false) }
        guard take([UInt8(ascii: "T"), Byte.space]) != nil, let hour = integer(1, 2), hour < 24,
            take([UInt8(ascii: ":")]) != nil, let minute = integer(2, 2), minute < 60
        else { return nil }
        seconds += Double(hour * 3600 + minute * 60)
        if take([UInt8(ascii: ":")]) != nil {
            guard let second = integer(2, 2), second < 61 else { return nil }
            seconds += Double(second)
            if take([Byte.point]) != nil {
                let start = at
                guard let fraction = integer(1, 9) else { return nil }
                var scale = 1.0
                for _ in start..<at { scale *= 10 }
                seconds += Double(fraction) / scale
            }
        }
        if let zone = take([UInt8(ascii: "Z"), Byte.plus, Byte.minus]), zone != UInt8(ascii: "Z") {
            guard let hours = integer(2, 2), hours < 24 else { return nil }
            _ = take([UInt8(ascii: ":")])
            let minutes = integer(2, 2) ?? 0
            guard minutes < 60 else { return nil }
            seconds -= Double(hours * 3600 + minutes * 60) * (zone == Byte.plus ? 1 : -1)
        }
        return at == bytes.count ? (seconds, true) : nil
    }
}

/// Distinct texts in order of first use, found by their bytes.
struct TextTable: Sendable {
    /// All distinct texts, one after another.
    private(set) var storage: [UInt8] = []
    private(set) var ends: [Int] = []
    private var hashes: [UInt64] = []
    /// Slot → text + 1; 0 where free. A power of two long.
    private var slots = [Int32](repeating: 0, count: 64)

    var count: Int { ends.count }

    func text(_ index: Int) -> String {
        let start = index == 0 ? 0 : ends[index - 1]
        return String(decoding: storage[start..<ends[index]], as: UTF8.self)
    }

    func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    /// The index of a text, which is added if it is new.
    @inline(__always)
    mutating func index(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        for at in start..<end { hash = (hash ^ UInt64(bytes[at])) &* 0x0000_0100_0000_01B3 }
        hash ^= hash >> 29
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if hashes[index] == hash, equals(index, bytes, start, end) { return index }
            slot = (slot + 1) & mask
        }
        for at in start..<end { storage.append(bytes[at]) }
        ends.append(storage.count)
        hashes.append(hash)
        slots[slot] = Int32(ends.count)
        if ends.count * 2 > slots.count { grow() }
        return ends.count - 1
    }

    private func equals(_ index: Int, _ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        let first = index == 0 ? 0 : ends[index - 1]
        guard ends[index] - first == end - start else { return false }
        for offset in 0..<(end - start) where storage[first + offset] != bytes[start + offset] {
            return false
        }
        return true
    }

    private mutating func grow() {
        slots = [Int32](repeating: 0, count: slots.count * 4)
        let mask = slots.count - 1
        for (index, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(index + 1)
        }
    }
}
