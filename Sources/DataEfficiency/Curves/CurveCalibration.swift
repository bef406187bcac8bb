import RealModule

/// By how much the fan of `CurveFit` has to be widened so that nine of ten errors lie in its 90 % intervals, as a back-test
/// found: by how far one looks ahead.
package struct CurveCalibration: Sendable {
    /// When the back-test ran.
    package var date: String
    /// What it ran on.
    package var source: String
    /// Ascending by doublings.
    var rows: [Row]

    struct Row: Sendable, Hashable {
        /// Of the rows.
        var doublings: Double
        /// By which the ends' distances from the median are multiplied.
        var inflation: Double
        /// Of the widened intervals, each table's by what all other tables say; `nil` where it was not measured.
        var coverage: Double?
        /// Forecasts that it was measured on.
        var forecasts: Int
    }

    /// Between rows straight, beyond them as the nearest says.
    func inflation(ratio: Double) -> Double {
        let doublings = Double.log2(max(1, ratio))
        guard let next = rows.firstIndex(where: { $0.doublings >= doublings }) else {
            return rows.last?.inflation ?? 1
        }
        guard next > 0 else { return rows[0].inflation }
        let (low, high) = (rows[next - 1], rows[next])
        let share = (doublings - low.doublings) / (high.doublings - low.doublings)
        return low.inflation + share * (high.inflation - low.inflation)
    }

    /// In a sentence, beside intervals.
    package var text: String {
        let shares = rows.compactMap { row in
            row.coverage.map {
                let share = (1000 * $0).rounded() / 10
                let times = Int(Double.exp2(row.doublings).rounded())
                return "\(share) % of \(row.forecasts) at \(times) times the rows"
            }
        }
        let found =
            shares.isEmpty
            ? "how often they hold for this kind of model was not measured"
            : "they held " + shares.joined(separator: ", ")
        return "Back-test of the 90 % intervals (\(date), \(source)): \(found)."
    }
}
