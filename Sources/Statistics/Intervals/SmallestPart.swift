/// A part of a sample whose own spread an interval rests on, such as the positive rows of a ROC curve.
///
/// An interval from influence values takes a part's spread from that part. One row shows none, a few show
/// too little of it, and rows that are all alike show 0: an interval made of that is narrower than what is
/// known. How many a part needs is measured, by coverage over simulated samples (Tests/StatisticsTests/
/// Verified/small_parts.md).
package struct SamplePart {
    /// Of several, such as `positive rows`.
    var name: String
    /// The weight of each row in it; 0 of rows that are none of it.
    var mass: [Double]
    /// How many independent pieces of equal weight it needs.
    var least: Double

    /// From so many pieces of each part on, an interval of a linearised metric covers.
    package static let linear = 10.0
    /// The same where a metric rests on squares, of which few rows make up most.
    static let squares = 20.0
    /// From so many rows of the smaller class on, the classes' own spread tells an AUC's (`areaEstimate`).
    static let rankingRows = 20.0
    /// The same of groups of rows, whose effective number supposes that rows of a group are alike.
    static let rankingGroups = 10.0

    /// Why there is no interval, in words.
    ///
    /// - Parameters:
    ///   - what: Of several, such as `positive rows`.
    ///   - found: How many there are.
    static func tooFew(_ what: String, _ found: String, least: Double) -> String {
        "too few \(what) for an interval: \(found) where \(Int(least)) are needed"
    }
}

extension SamplingDesign {
    /// A part made of the rows that are chosen.
    func part(
        _ name: String, least: Double = SamplePart.linear, where isChosen: (Int) -> Bool
    ) -> SamplePart {
        SamplePart(
            name: name, mass: (0..<rows).map { isChosen($0) ? weights[$0] : 0 }, least: least)
    }

    /// All rows.
    func whole(least: Double) -> SamplePart { SamplePart(name: "rows", mass: weights, least: least) }

    /// Why a sample gives no interval: the first part that has too few independent pieces, in words.
    ///
    /// Pieces of unequal weight count as Kish's effective number.
    func shortage(in parts: [SamplePart]) -> String? {
        for part in parts {
            let found = pieces(part.mass).count { $0 > 0 }
            let effective = found > 0 ? kish(part.mass) : 0
            guard effective < part.least * (1 - 1e-9) else { continue }
            let what = clusters == nil ? part.name : "groups with \(part.name)"
            let asMany =
                Double(found) < part.least
                ? "\(found)"
                : "\(found) of unequal weight, as good as \((10 * effective).rounded() / 10),"
            return SamplePart.tooFew(what, asMany, least: part.least)
        }
        return nil
    }

    static let noSpread = "all rows give the same: no spread to judge by, no interval"
}
