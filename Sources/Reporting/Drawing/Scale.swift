import Figures

/// Maps values to one side of a drawing and chooses round ticks.
struct Scale {
    var lower: Double
    var upper: Double
    var isLogarithmic: Bool
    /// Coordinates of `lower` and `upper`.
    var start: Double
    var end: Double

    /// - Parameters:
    ///   - values: What must fit; values that are not finite are left out, and on a logarithmic
    ///     axis those that are not positive.
    ///   - padding: The part of the extent left free at each end that the axis does not fix.
    init(_ axis: Axis, values: [Double], padding: Double = 0.04, start: Double, end: Double) {
        let fit = values.filter { $0.isFinite && (!axis.isLogarithmic || $0 > 0) }
        isLogarithmic = axis.isLogarithmic && !fit.isEmpty && (axis.lower ?? 1) > 0
        var low = axis.lower ?? fit.min() ?? 0
        var high = axis.upper ?? fit.max() ?? 1
        if isLogarithmic { (low, high) = (Scale.log10(low), Scale.log10(high)) }
        if !(high > low) {
            let room = low == 0 ? 1 : abs(low) * 0.1
            (low, high) = (low - room, low + room)
        }
        let room = (high - low) * padding
        lower = axis.lower == nil ? low - room : low
        upper = axis.upper == nil ? high + room : high
        self.start = start
        self.end = end
    }

    func position(_ value: Double) -> Double {
        let place = isLogarithmic ? Scale.log10(value) : value
        return start + (place - lower) / (upper - lower) * (end - start)
    }

    func holds(_ value: Double) -> Bool { value.isFinite && (!isLogarithmic || value > 0) }

    /// Round values inside the ends, about `count` of them.
    func ticks(_ count: Int = 5) -> [(value: Double, text: String)] {
        if isLogarithmic {
            let decades = (Int(lower.rounded(.up))...max(Int(lower.rounded(.up)), Int(upper)))
            let every = max(1, decades.count / 6)
            let steps: [Double] = decades.count <= 2 ? [1, 2, 5] : [1]
            return (decades.lowerBound - 1...decades.upperBound).filter { $0 % every == 0 }
                .flatMap { decade in steps.map { $0 * Scale.power(decade) } }
                .filter { (lower - 1e-9...upper + 1e-9).contains(Scale.log10($0)) }
                .map { ($0, NumberText.plain($0)) }
        }
        let raw = (upper - lower) / Double(count)
        let magnitude = Scale.power(Int(Scale.log10(raw).rounded(.down)))
        let step = [1, 2, 2.5, 5, 10].map { $0 * magnitude }.first { $0 >= raw * 0.999 } ?? raw
        let decimals = (0...9).first { digits in
            let scaled = step * Scale.power(digits)
            return abs(scaled - scaled.rounded()) < 1e-6 * scaled
        }
        let first = (lower / step - 1e-9).rounded(.up)
        return (0...2 * count + 2).map { (first + Double($0)) * step }
            .filter { $0 <= upper + step * 1e-9 }
            .map { ($0, NumberText.fixed($0, decimals: decimals ?? 9)) }
    }

    private static func power(_ exponent: Int) -> Double {
        (0..<abs(exponent)).reduce(1) { result, _ in exponent < 0 ? result / 10 : result * 10 }
    }

    private static func log10(_ value: Double) -> Double { NumberText.log10(value) }
}
