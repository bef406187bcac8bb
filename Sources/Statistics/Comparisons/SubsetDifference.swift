extension SamplingDesign {
    /// How much higher a mean is among some rows than among the rest.
    ///
    /// `d = Σ_{S} wᵢxᵢ / Σ_{S} wᵢ − Σ_{rest} wᵢxᵢ / Σ_{rest} wᵢ`, with Student's interval of the jackknife: each
    /// row, or each cluster, is left out of whichever mean it is in, or of both. For simple rows that is
    /// nearly Welch's interval; few and skewed rows get fewer degrees of freedom.
    ///
    /// - Parameters:
    ///   - values: One a row.
    ///   - isMember: Which rows are the subset.
    /// - Returns: No value where the subset or the rest is empty.
    /// - Source: Welch 1947, DOI 10.1093/biomet/34.1-2.28, for simple rows.
    package func subsetDifference(_ values: [Double], isMember: [Bool]) -> Difference {
        let method = "Jackknife, two means"
        func mean(of member: Bool) -> (mean: Double, mass: Double) {
            var sum = 0.0
            var mass = 0.0
            for row in 0..<rows where isMember[row] == member {
                sum += weights[row] * values[row]
                mass += weights[row]
            }
            return (sum / mass, mass)
        }
        let (inside, outside) = (mean(of: true), mean(of: false))
        guard inside.mass > 0, outside.mass > 0 else {
            return Difference(
                undefined: "no row, or every row, is in the subset", method: method, design: self)
        }
        let difference = inside.mean - outside.mean
        var moves = [Double](repeating: 0, count: pieces(weights).count)
        var isLeftWhole = true
        for (member, part) in [(true, inside), (false, outside)] {
            let influence = (0..<rows).map { row in
                isMember[row] == member
                    ? (member ? 1 : -1) * weights[row] * (values[row] - part.mean) / part.mass : 0
            }
            let shares = pieces(
                (0..<rows).map { isMember[$0] == member ? weights[$0] / part.mass : 0 })
            for (piece, own) in pieces(influence).enumerated() {
                // One piece that is the whole of a mean leaves nothing to estimate its spread from.
                if shares[piece] > 1 - 1e-9 { isLeftWhole = false }
                moves[piece] += own / (1 - min(shares[piece], 1 - 1e-9))
            }
        }
        let shortage = shortage(in: [
            part("rows of the subset") { isMember[$0] }, part("rows of the rest") { !isMember[$0] },
        ])
        guard isLeftWhole, shortage == nil else {
            return Difference(difference, nil, method: method, shortage: shortage, design: self)
        }
        let deletions = Deletions(moves: moves, count: units)
        return Difference(
            difference,
            VarianceComponents(parts: [(deletions.variance, deletions.degrees)]),
            method: method, design: self)
    }
}
