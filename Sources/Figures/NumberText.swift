/// Numbers as people read them: English digits, a comma between thousands, no false precision.
package enum NumberText {
    /// A whole number: `16,281`.
    package static func count(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return (number < 0 ? "−" : "") + result
    }

    /// A number on its own: about three significant digits, more for large ones.
    package static func plain(_ value: Double) -> String {
        guard value.isFinite else { return notFinite(value) }
        let size = abs(value)
        if size == 0 { return "0" }
        if value == value.rounded(), size < 1e15 { return count(Int(value)) }
        if size >= 1000 { return fixed(value, decimals: 0) }
        if size >= 10 { return fixed(value, decimals: 1) }
        if size >= 1 { return fixed(value, decimals: 2) }
        if size >= 0.1 { return fixed(value, decimals: readable(value, from: 3)) }
        return significant(value, digits: 2)
    }

    /// A share as a percentage without its sign, such as `88.1`: never `100` or `0` but of all or none.
    package static func percent(_ share: Double, decimals: Int = 1) -> String {
        var shown = decimals
        let value = 100 * share
        func rounded() -> Double { (value * power(shown)).rounded() / power(shown) }
        while shown < 9, (rounded() == 100 && value != 100) || (rounded() == 0 && value != 0) {
            shown += 1
        }
        return fixed(value, decimals: shown)
    }

    /// The least decimals, from so many on, with which a number reads as what it is: with two significant digits, or
    /// nearly exact with one, and below 1 not as 1.
    private static func readable(_ value: Double, from decimals: Int) -> Int {
        var shown = decimals
        while shown < 15 {
            let rounded = (value * power(shown)).rounded() / power(shown)
            let digits = shown + Int(log10(max(abs(value), 1e-300)).rounded(.down)) + 1
            let isClose = digits > 1 || abs(rounded - value) <= 0.005 * abs(value)
            if isClose, abs(value) >= 1 || abs(rounded) < 1 { break }
            shown += 1
        }
        return shown
    }

    /// A number and its interval, with the digits that the interval's width allows:
    /// `0.915` and `[0.910, 0.919]`.
    ///
    /// However wide the interval is, the number keeps two significant digits, and below 1 does not read as 1, as if it
    /// were perfect: `0.026` and `[0, 9]`.
    package static func withInterval(
        _ value: Double, lower: Double, upper: Double
    ) -> (value: String, interval: String) {
        let half = (upper - lower) / 2
        guard value.isFinite, half.isFinite, half > 0 else {
            return (plain(value), range(lower, upper))
        }
        var decimals = Int((-log10(half)).rounded(.up))
        if half * power(decimals) < 1.95 { decimals += 1 }
        func text(_ number: Double, _ decimals: Int) -> String {
            fixed(number, decimals: min(decimals, 9))
        }
        // Beyond nine decimals a number is written with its exponent.
        let own = readable(value, from: min(decimals, 9))
        let shown = own > 9 ? plain(value) : text(value, own)
        return (shown, "[\(text(lower, decimals)), \(text(upper, decimals))]")
    }

    /// Two ends that each keep their own digits, as where they differ by a factor: `[0.012, 3.10]`.
    package static func range(_ lower: Double, _ upper: Double) -> String {
        "[\(plain(lower)), \(plain(upper))]"
    }

    /// With a fixed number of decimals; negative ones round to tens, hundreds and so on.
    package static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite else { return notFinite(value) }
        let scaled = (value * power(decimals)).rounded()
        // Whole numbers of more than fourteen digits are not read.
        guard abs(scaled) < 0x1p53, (-18...15).contains(decimals),
            decimals >= 0 || abs(value) < 1e14
        else { return significant(value, digits: 3) }
        let number = Int(scaled)
        if decimals <= 0 {
            let (whole, overflow) = number.multipliedReportingOverflow(by: Int(power(-decimals)))
            return overflow ? significant(value, digits: 3) : count(whole)
        }
        let unit = Int(power(decimals))
        let magnitude = abs(number)
        let rest = String(magnitude % unit)
        let zeros = String(repeating: "0", count: decimals - rest.count)
        return (number < 0 ? "−" : "") + count(magnitude / unit) + "." + zeros + rest
    }

    /// `0.00042`, or `4.2e−7` for what has more than five zeros.
    private static func significant(_ value: Double, digits: Int) -> String {
        let exponent = Int(log10(abs(value)).rounded(.down))
        if exponent >= -5, exponent < 6 {
            return fixed(value, decimals: max(0, digits - 1 - exponent))
        }
        var mantissa = value / power(exponent)
        var shown = exponent
        if abs((mantissa * power(digits - 1)).rounded()) >= power(digits) {
            mantissa /= 10
            shown += 1
        }
        return fixed(mantissa, decimals: digits - 1) + "e"
            + (shown < 0 ? "−" : "") + String(abs(shown))
    }

    private static func notFinite(_ value: Double) -> String {
        value.isNaN ? "not a number" : value > 0 ? "∞" : "−∞"
    }

    /// 10ⁿ, exact for 0 ≤ n ≤ 22.
    static func power(_ exponent: Int) -> Double {
        var result = 1.0
        for _ in 0..<abs(exponent) { result *= 10 }
        return exponent < 0 ? 1 / result : result
    }

    /// The decimal logarithm, as precise as choosing digits needs: by decades, then by bisection.
    package static func log10(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return value > 0 ? 308 : -324 }
        var rest = value
        var result = 0.0
        while rest >= 10 { (rest, result) = (rest / 10, result + 1) }
        while rest < 1 { (rest, result) = (rest * 10, result - 1) }
        var bit = 0.5
        while bit > 1e-12 {
            rest *= rest
            if rest >= 10 { (rest, result) = (rest / 10, result + bit) }
            bit /= 2
        }
        return result
    }
}
