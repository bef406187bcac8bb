import DataEfficiency
import Evidence
import Figures
import Runs
import Statistics

/// How many rows of a file lie outside what a run learned from.
///
/// Outside is a row whose distance to the training rows, in the features that the model makes of them, is reached by
/// at most 5 % of validation rows. So of rows that are like them about 5 % lie outside, too: what is found is
/// compared with that.
struct RowsOutside {
    var name: String
    var rows: Int
    /// Why it is not known.
    var obstacle: String?
    var share = Estimate(value: nil, method: "Wilson", count: 0)
    /// Less the share of validation rows.
    var excess = Estimate(value: nil, method: "Wilson", count: 0)
    /// Rows with a number beyond those of all training rows; counted.
    var beyondRange = 0

    static let usualShare = 0.05

    init(name: String, rows: Int, obstacle: String) {
        (self.name, self.rows, self.obstacle) = (name, rows, obstacle)
    }

    init(
        name: String, design: SamplingDesign, isFar: [Bool], ordinaryRows: Int, beyondRange: Int
    ) {
        self.name = name
        rows = design.rows
        share = design.share(isFar)
        let usual = shareEstimate(
            Int(Self.usualShare * Double(ordinaryRows + 1)).clamped(to: 0...ordinaryRows),
            of: ordinaryRows)
        excess = share.minus(usual)
        self.beyondRange = beyondRange
    }

    /// What the rows allow to say.
    var verdict: String {
        guard let lower = excess.lower, let upper = excess.upper else {
            return obstacle ?? excess.note ?? "cannot tell"
        }
        if lower > 0 { return "more than of rows alike" }
        if upper < 0.05 { return "as many as of rows alike, within 0.05" }
        return "cannot tell"
    }

    /// The findings that a run keeps, of the files together.
    static func findings(_ found: [RowsOutside]) -> [MeasuredProbe] {
        let known = found.filter { $0.share.value != nil }
        guard !known.isEmpty else { return [] }
        return [
            MeasuredProbe(
                id: "newRowsOutside", drawback: .dataHunger,
                measurements: known.map { one in
                    var measured = Measurement(
                        metric: RegionMetrics.outside.id, drawback: .dataHunger,
                        value: one.share.value, interval: .init(one.share),
                        sample: .init(
                            split: one.name, rows: one.rows, clusters: one.share.clusters),
                        group: known.count > 1 ? one.name : nil,
                        note: "5 % of rows alike; \(one.verdict)")
                    measured.verdict = one.verdict
                    return measured
                }, figures: [], groups: [])
        ]
    }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
