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

    /// Seconds since 1970 of a date that is written in an order; see `WrittenDate`.
    package static func date(_ text: String, _ order: DateOrder) -> (
        seconds: Double, hasTime: Bool
    )? {
        guard let date = WrittenDate(text.utf8), let seconds = date.seconds(order) else {
            return nil
        }
        return (seconds, date.hasTime)
    }
}
