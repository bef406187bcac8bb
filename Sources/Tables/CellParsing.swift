/// In which order the numbers of a written date stand.
package enum DateOrder: String, Codable, Sendable, Hashable, CaseIterable {
    case yearFirst, dayFirst, monthFirst
}

/// Cells of text to numbers and points in time.
package enum CellParsing {
    /// 10⁰ to 10²², which a Double holds exactly.
    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// A decimal number, correctly rounded; `nil` for anything else, words, hexadecimal and numbers
    /// beyond a Double included.
    ///
    /// Where mantissa and power of ten are exact in a Double, one multiplication or division rounds
    /// correctly (Clinger 1990, DOI 10.1145/93548.93557); most of the rest takes one of 128 bits,
    /// and what remains goes through the standard library.
    @inline(__always)
    static func number(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, point: UInt8) -> Double? {
        var at = start
        guard at < end else { return nil }
        if end - start <= 8, start + 8 <= bytes.count {
            // Most numbers are whole and short: as many zeros before them as make eight digits.
            let shift = UInt64(64 - 8 * (end - start))
            let zeros = Words.repeating(Byte.zero)
            let text = (Words.load(bytes, start) ^ zeros) &<< shift ^ zeros
            if let whole = Words.digits(text) { return Double(whole) }
        }
        let isNegative = bytes[at] == Byte.minus
        if isNegative || bytes[at] == Byte.plus { at += 1 }
        let first = at
        var mantissa: UInt64 = 0
        takeDigits(bytes, &at, end, &mantissa)
        var digits = at - first
        var exponent = 0
        if at < end, bytes[at] == point {
            at += 1
            exponent = at
            takeDigits(bytes, &at, end, &mantissa)
            exponent -= at
            digits -= exponent
        }
        guard digits > 0 else { return nil }
        if at < end {
            guard let written = writtenExponent(bytes, at, end) else { return nil }
            exponent += written
        }
        if digits > 19 { digits -= leadingZeros(bytes, first, point: point) }
        guard digits <= 19, abs(exponent) < powersOfFive.count else {
            return slowNumber(bytes, start, end, point: point)
        }
        let value: Double
        if mantissa <= 1 << 53, abs(exponent) <= 22 {
            let exact = Double(mantissa)
            value = exponent < 0 ? exact / powers[-exponent] : exact * powers[exponent]
        } else {
            value =
                exponent < 0
                ? quotient(mantissa, power: -exponent) : product(mantissa, power: exponent)
        }
        return isNegative ? -value : value
    }

    @inline(__always)
    private static func takeDigits(
        _ bytes: Span<UInt8>, _ at: inout Int, _ end: Int, _ mantissa: inout UInt64
    ) {
        while end - at >= 8, let eight = Words.digits(Words.load(bytes, at)) {
            mantissa = mantissa &* 100_000_000 &+ eight
            at += 8
        }
        while at < end {
            let digit = bytes[at] &- Byte.zero
            guard digit <= 9 else { return }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            at += 1
        }
    }

    /// The number behind `e` or `E`, kept below 100,000; `nil` if this is not what stands there.
    private static func writtenExponent(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var at = start + 1
        guard bytes[start] | 0x20 == UInt8(ascii: "e"), at < end else { return nil }
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
        return falls ? -written : written
    }

    /// - Precondition: a digit other than zero, or the end of all digits, follows.
    private static func leadingZeros(_ bytes: Span<UInt8>, _ start: Int, point: UInt8) -> Int {
        var zeros = 0
        for at in start..<bytes.count {
            if bytes[at] == Byte.zero { zeros += 1 } else if bytes[at] != point { break }
        }
        return zeros
    }

    /// 5⁰ to 5²⁷, which 64 bits hold.
    private static let powersOfFive: [UInt64] = (0..<28).map { power in
        (0..<power).reduce(1) { product, _ in product * 5 }
    }

    /// `mantissa · 10^power`, rounded once: from all 128 bits of the product with 5^power.
    private static func product(_ mantissa: UInt64, power: Int) -> Double {
        let (high, low) = mantissa.multipliedFullWidth(by: powersOfFive[power])
        guard high > 0 else { return Double(low) * powerOfTwo(power) }
        let shift = high.leadingZeroBitCount
        let top = high << shift | (shift == 0 ? 0 : low >> (64 - shift))
        // What is cut off decides ties only, so that one bit can stand for it.
        let rest: UInt64 = low << shift == 0 ? 0 : 1
        return Double(top | rest) * powerOfTwo(64 - shift + power)
    }

    /// `mantissa / 10^power`, rounded once: from 62 or more bits of the quotient by 5^power, and
    /// whether the division leaves a rest.
    private static func quotient(_ mantissa: UInt64, power: Int) -> Double {
        guard mantissa > 0 else { return 0 }
        let shift = mantissa.leadingZeroBitCount
        let divisorShift = powersOfFive[power].leadingZeroBitCount
        let dividend = mantissa << shift
        let (quotient, rest) = (powersOfFive[power] << divisorShift)
            .dividingFullWidth((dividend >> 1, dividend << 63))
        return Double(rest == 0 ? quotient : quotient | 1)
            * powerOfTwo(divisorShift - shift - 63 - power)
    }

    /// - Precondition: the result is a normal number.
    private static func powerOfTwo(_ exponent: Int) -> Double {
        Double(bitPattern: UInt64(1023 + exponent) << 52)
    }

    package static func number(_ text: String) -> Double? {
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

    /// Seconds since 1970 of `2020-01-31`, `2020/01/31`, `31.01.2020`, `31/01/2020`, with a time
    /// `T10:00`, ` 10:00:00.5`, `Z`, `+02:00` after it where there is one.
    package static func date(_ text: String, _ order: DateOrder) -> (
        seconds: Double, hasTime: Bool
    )? {
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
        let (year, month, day) =
            switch order {
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
