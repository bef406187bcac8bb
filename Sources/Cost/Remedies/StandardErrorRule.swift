import Statistics

extension Estimate {
    /// Of a rise of the loss, with an interval of 95 %: whether it is no more than one standard error, of which half of the
    /// interval is 1.96; without an interval no rise is allowed but that of rounding.
    ///
    /// - Source: Breiman et al. 1984, ISBN 978-0-412-04841-8, section 3.4.3.
    var isWithinStandardError: Bool {
        guard let value else { return false }
        let error = upper.map { ($0 - value) / 1.96 } ?? 0
        return value <= max(error, 1e-12)
    }
}
