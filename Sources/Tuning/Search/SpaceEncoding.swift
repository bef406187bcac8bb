import RealModule

/// Points of a search space as numbers, and numbers as points.
///
/// Each parameter is a coordinate. A real number is `(x − lower) / (upper − lower)`, of logarithms on a logarithmic scale.
/// A whole number is the same between `lower − ½` and `upper + ½`, so that each has its share. The word at place `i` of `n`
/// is `(i + ½) / n`.
///
/// What a point does not name is where `standard` has it, which may lie outside of [0, 1]; a value of exactly that place is not
/// named by the point that is made of it. So the coordinates of the standard are the empty point.
package struct SpaceEncoding: Sendable, Hashable {
    package let parameters: [SearchParameter]
    /// Where nothing is named.
    package let standard: [Double]

    /// - Parameter standard: What the recipe settles on, as far as it is known; the middle is taken where it is not.
    package init(_ space: SearchSpace, standard: SearchPoint = .standard) {
        parameters = space.parameters
        self.standard = space.parameters.map { parameter in
            let text = standard.values[parameter.id] ?? SearchDomain.open
            return parameter.domain.coordinate(of: text) ?? parameter.domain.unknown
        }
    }

    package var count: Int { parameters.count }

    package func coordinates(of point: SearchPoint) -> [Double] {
        zip(parameters, standard).map { parameter, usual in
            guard let text = point.values[parameter.id] else { return usual }
            return parameter.domain.coordinate(of: text) ?? usual
        }
    }

    /// - Parameter coordinates: Of each parameter, in [0, 1] or as in `standard`.
    package func point(at coordinates: [Double]) -> SearchPoint {
        var values: [String: String] = [:]
        for (place, parameter) in parameters.enumerated()
        where coordinates[place] != standard[place] {
            let text = parameter.domain.text(at: coordinates[place])
            guard text != SearchDomain.open,
                parameter.domain.coordinate(of: text) != standard[place]
            else { continue }
            values[parameter.id] = text
        }
        return SearchPoint(values)
    }

    /// Without what says no more than the standard.
    func reduced(_ point: SearchPoint) -> SearchPoint {
        var result = point
        for (parameter, usual) in zip(parameters, standard) {
            let own = point.values[parameter.id].flatMap { parameter.domain.coordinate(of: $0) }
            if own == usual { result.values[parameter.id] = nil }
        }
        return result
    }
}

extension SearchDomain {
    /// The word that leaves a setting to the recipe.
    package static let open = "auto"

    /// Of a domain of words their number, else `nil`.
    package var choices: Int? {
        if case .choice(let words) = self { words.count } else { nil }
    }

    /// Where the standard is taken to lie if nobody says: the middle of numbers, beside all words.
    fileprivate var unknown: Double { choices == nil ? 0.5 : -1 }

    /// Between which numbers coordinates lie, on the scale of the domain; `nil` of words.
    private var ends: (lower: Double, upper: Double, isLogarithmic: Bool)? {
        let (lower, upper, isLogarithmic): (Double, Double, Bool)
        switch self {
        case .real(let low, let high, let log): (lower, upper, isLogarithmic) = (low, high, log)
        case .integer(let low, let high, let log):
            (lower, upper, isLogarithmic) = (Double(low) - 0.5, Double(high) + 0.5, log)
        case .choice: return nil
        }
        return isLogarithmic
            ? (Double.log(lower), Double.log(upper), true) : (lower, upper, false)
    }

    /// - Returns: `nil` of what is no number, or none of the words. Numbers outside of the domain lie at most a quarter outside
    ///   of [0, 1].
    package func coordinate(of text: String) -> Double? {
        if case .choice(let words) = self {
            return words.firstIndex(of: text).map { (Double($0) + 0.5) / Double(words.count) }
        }
        guard let ends, let number = Double(text), number.isFinite else { return nil }
        let place = ends.isLogarithmic ? Double.log(max(number, 1e-300)) : number
        let width = ends.upper - ends.lower
        return width > 0 ? min(max((place - ends.lower) / width, -0.25), 1.25) : 0.5
    }

    /// Whether a text is one of its values.
    package func holds(_ text: String) -> Bool {
        switch self {
        case .choice(let words): words.contains(text)
        case .real(let lower, let upper, _):
            Double(text).map { $0 >= lower && $0 <= upper } ?? false
        case .integer(let lower, let upper, _):
            Int(text).map { $0 >= lower && $0 <= upper } ?? false
        }
    }

    /// Its values in words.
    package var text: String {
        switch self {
        case .choice(let words): words.joined(separator: ", ")
        case .real(let lower, let upper, _): "\(lower) to \(upper)"
        case .integer(let lower, let upper, _): "\(lower) to \(upper)"
        }
    }

    /// - Parameter coordinate: Real numbers keep four digits, so that recipes can be read.
    package func text(at coordinate: Double) -> String {
        if case .choice(let words) = self { return words[Self.place(coordinate, of: words.count)] }
        guard let ends else { return "" }
        let inside = min(max(coordinate, 0), 1)
        let place = ends.lower + inside * (ends.upper - ends.lower)
        let number = ends.isLogarithmic ? Double.exp(place) : place
        switch self {
        case .real(let lower, let upper, _):
            return "\(min(max(number.roundedToFourDigits, lower), upper))"
        case .integer(let lower, let upper, _):
            return "\(min(max(Int(number.rounded()), lower), upper))"
        case .choice: return ""
        }
    }

    /// The coordinate of what a coordinate says: real numbers stay.
    func snapped(_ coordinate: Double) -> Double {
        switch self {
        case .real: return coordinate
        case .integer:
            guard let ends else { return coordinate }
            let place = ends.lower + coordinate * (ends.upper - ends.lower)
            let number = (ends.isLogarithmic ? Double.exp(place) : place).rounded()
            return ((ends.isLogarithmic ? Double.log(number) : number) - ends.lower)
                / (ends.upper - ends.lower)
        case .choice(let words):
            return (Double(Self.place(coordinate, of: words.count)) + 0.5) / Double(words.count)
        }
    }

    /// The place of a word.
    static func place(_ coordinate: Double, of count: Int) -> Int {
        min(max(Int(coordinate * Double(count)), 0), count - 1)
    }
}

extension Double {
    fileprivate var roundedToFourDigits: Double {
        guard self != 0 else { return 0 }
        let digits = 3 - Int(Double.log10(abs(self)).rounded(.down))
        let scale = Double.pow(10, Double(abs(digits)))
        return digits >= 0 ? (self * scale).rounded() / scale : (self / scale).rounded() * scale
    }
}
