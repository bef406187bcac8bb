/// Where a column's number stands in an encoded row, and what depends on it there.
package struct NumberPlace: Sendable, Hashable {
    /// Of the scaled number.
    package var place: Int
    /// Of the 0/1 mark of a missing one; `nil` where none was missing.
    package var missingPlace: Int?
    /// Of its position among its bins; `nil` where it has none.
    package var positionPlace: Int?
    /// Among the categories, of the code of its value; `nil` where it has none.
    package var codePlace: Int?
    private let number: NumberEncoder
    private let bins: NumberBins?

    fileprivate init(
        _ number: NumberEncoder, bins: NumberBins?, place: Int, missingPlace: Int?,
        positionPlace: Int?, codePlace: Int?
    ) {
        self.number = number
        self.bins = bins
        self.place = place
        self.missingPlace = missingPlace
        self.positionPlace = positionPlace
        self.codePlace = codePlace
    }

    /// The position among the bins of a scaled number `y = x / √(1 + (x/3)²)`.
    ///
    /// Beyond the scale's ends, ±3, it is the first or the last.
    package func position(ofScaled y: Float) -> Float {
        guard let bins else { return 0 }
        let share = Double(y) / 3
        guard abs(share) < 1 else { return share < 0 ? 0 : Float(bins.binCount) }
        let x = Double(y) / (1 - share * share).squareRoot()
        return bins.position(number.center + x * number.scale)
    }
}

extension Encoder {
    /// Where the numbers stand, in their order.
    package var numberPlaces: [NumberPlace] {
        let layout = layout
        let own = zip(columns, layout.places).compactMap { column, places in
            (column as? NumberEncoder).map { ($0, places) }
        }
        return own.enumerated().map { position, own in
            let isBinned = !bins.isEmpty
            return NumberPlace(
                own.0, bins: isBinned ? bins[position] : nil, place: own.1.numbers.lowerBound,
                missingPlace: own.1.mark,
                positionPlace: isBinned ? layout.numbers.count + position : nil,
                codePlace: isBinned ? layout.indices.count + position : nil)
        }
    }
}
