extension SamplingDesign {
    /// A smooth function of shares of all rows, with an interval from those of the shares.
    ///
    /// With `fₖ` the least that the function reaches as share k goes through its interval and the others stay, the lower
    /// end is `θ − √Σₖ (θ − fₖ)²`, and the same upwards (variance recovery). Where the function is nearly flat in a share, as
    /// `s(1 − s)` is at ½, an interval from its slope alone is far too narrow, and at ½ a point; this one is not.
    ///
    /// - Source: Zou & Donner 2008, DOI 10.1002/sim.3095.
    func functionOfShares(
        _ hits: [(Int) -> Bool], method: String, _ function: ([Double]) -> Double
    ) -> Estimate {
        let counts = counts()
        var result = Estimate(
            value: nil, method: method, varied: varied, count: counts.rows,
            clusters: counts.clusters)
        let shares = hits.map { share(of: $0, among: { _ in true }, empty: "no row has a weight") }
        let values = shares.map { $0.value ?? 0 }
        let value = function(values)
        guard value.isFinite else { return result }
        result.value = value
        var (below, above) = (0.0, 0.0)
        for (place, share) in shares.enumerated() {
            guard let lower = share.lower, let upper = share.upper else {
                result.note = share.note
                return result
            }
            var (least, most) = (value, value)
            for step in 0...Self.functionSteps {
                var moved = values
                moved[place] = lower + (upper - lower) * Double(step) / Double(Self.functionSteps)
                let found = function(moved)
                (least, most) = (min(least, found), max(most, found))
            }
            below += (value - least) * (value - least)
            above += (most - value) * (most - value)
        }
        guard above.isFinite, above.squareRoot() <= 1e6 * max(value, 1) else {
            result.note = "so few rows bound it on one side alone: no interval"
            return result
        }
        result.lower = value - below.squareRoot()
        result.upper = value + above.squareRoot()
        return result
    }

    /// Of an interval, so that a largest value within is met to a few thousandths of the interval's effect.
    private static let functionSteps = 64
}
