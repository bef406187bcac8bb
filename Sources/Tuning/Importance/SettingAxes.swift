import RealModule

/// Where a setting's texts lie in the unit cube, and what a place in it is called.
///
/// A number lies at its part of the range, or of the range of its logarithm; a word at its place in the list.
package struct SettingAxis: Sendable, Hashable {
    package let parameter: SearchParameter

    package init(_ parameter: SearchParameter) { self.parameter = parameter }

    package var id: String { parameter.id }

    package var kind: AxisKind {
        if case .choice(let words) = parameter.domain { .choice(words.count) } else { .number }
    }

    package var words: [String]? {
        if case .choice(let words) = parameter.domain { words } else { nil }
    }

    package var isLogarithmic: Bool { range?.isLogarithmic ?? false }

    private var range: (lower: Double, upper: Double, isLogarithmic: Bool)? {
        switch parameter.domain {
        case .real(let lower, let upper, let isLogarithmic): (lower, upper, isLogarithmic)
        case .integer(let lower, let upper, let isLogarithmic):
            (Double(lower), Double(upper), isLogarithmic)
        case .choice: nil
        }
    }

    /// Between 0 and 1 of a number, from 0 of words; `nil` of a text that is outside, or none of the setting's.
    package func place(of text: String) -> Double? {
        guard let range else { return words?.firstIndex(of: text).map(Double.init) }
        guard let value = Double(text), value.isFinite else { return nil }
        let place =
            range.isLogarithmic
            ? (Double.log(value) - Double.log(range.lower))
                / (Double.log(range.upper) - Double.log(range.lower))
            : (value - range.lower) / (range.upper - range.lower)
        // Texts of numbers are rounded.
        guard place >= -1e-6, place <= 1 + 1e-6 else { return nil }
        return min(1, max(0, place))
    }

    /// Of a number, in the setting's unit; of a word its place.
    package func value(at place: Double) -> Double {
        guard let range else { return place }
        return range.isLogarithmic
            ? range.lower * Double.exp(place * (Double.log(range.upper) - Double.log(range.lower)))
            : range.lower + place * (range.upper - range.lower)
    }
}

extension SearchSpace {
    package var axes: [SettingAxis] { parameters.map { SettingAxis($0) } }

    /// A point in the unit cube; `nil` where it lacks a setting or one lies outside.
    package func place(of point: SearchPoint) -> [Double]? {
        var places: [Double] = []
        for axis in axes {
            guard let text = point.values[axis.id], let place = axis.place(of: text) else {
                return nil
            }
            places.append(place)
        }
        return places
    }
}
