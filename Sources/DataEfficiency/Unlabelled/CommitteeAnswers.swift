/// What two unlike models that learned from the same labelled rows say together of rows without a label: soft answers for
/// a third to learn.
///
/// Of classes the geometric mean of both, `√((p + f)·(q + f))` scaled to add up to 1, with a floor `f` of 10⁻³ shared by
/// the classes: where both are sure it is sure, where they contradict each other it is not, so that confidence is what both
/// share. Of numbers the mean.
///
/// Every row is learned with its soft answer, whatever its confidence: a threshold would leave out the rows between the
/// classes, from which a model learns where to be unsure.
///
/// - Source: tri-training by unlike learners, Zhou & Li 2005, DOI 10.1109/TKDE.2005.186; soft answers, Hinton et al.
///   2015, arXiv:1503.02531.
package struct CommitteeAnswers: Sendable, Hashable {
    /// `[rows, outputs]`: each class's probability, or a number.
    package let values: [Float]
    package let outputs: Int

    private static let floor = 1e-3

    /// - Parameters:
    ///   - first: `[rows, classes]`.
    ///   - second: As many.
    package init(classes: Int, _ first: [Float], _ second: [Float]) {
        precondition(
            classes > 1 && first.count == second.count && first.count % classes == 0,
            "two answers of the same rows")
        let floor = Self.floor / Double(classes)
        var values = [Float](repeating: 0, count: first.count)
        for row in 0..<first.count / classes {
            let own = row * classes..<(row + 1) * classes
            let both = own.map {
                ((Double(first[$0]) + floor) * (Double(second[$0]) + floor)).squareRoot()
            }
            let sum = both.reduce(0, +)
            for (place, value) in zip(own, both) { values[place] = Float(value / sum) }
        }
        self.values = values
        outputs = classes
    }

    package init(numbers first: [Float], _ second: [Float]) {
        precondition(first.count == second.count, "two answers of the same rows")
        values = zip(first, second).map { ($0 + $1) / 2 }
        outputs = 1
    }

    /// The mean probability of the likeliest class; `nil` of numbers and of no rows.
    package var confidence: Double? {
        guard outputs > 1, !values.isEmpty else { return nil }
        let rows = values.count / outputs
        return (0..<rows).reduce(0.0) { sum, row in
            sum + Double(values[row * outputs..<(row + 1) * outputs].max() ?? 0)
        } / Double(rows)
    }
}
