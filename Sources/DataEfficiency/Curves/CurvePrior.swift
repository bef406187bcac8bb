import RealModule

/// What each shape of a curve weighs before a point of it is seen: what whole curves of other tables said of them,
/// beside the general priors of `CurveShape`.
///
/// `(T·s + 6·g) / (T + 6)`, where s is the mean of T tables of `CurveFit.shapeShares`, and g the general priors: they
/// count as much as six tables do. So shapes that our own models' curves had weigh more, and none is ruled out.
///
/// - Source: one step of the EM algorithm for a prior on a grid (nonparametric empirical Bayes): Laird 1978, DOI
///   10.1080/01621459.1978.10480103. The six were chosen by tables that were left out (decision 49).
package struct CurvePrior: Sendable, Hashable {
    /// When and of what it was learned.
    package var date: String
    package var source: String
    package var tables: Int
    /// Of each form's shapes, in their order: the tables' shares, in parts of what all add up to.
    var parts: [CurveForm: [Int]]

    private static let tablesOfGeneral = 6.0

    init(date: String, source: String, tables: Int, parts: [CurveForm: [Int]]) {
        self.date = date
        self.source = source
        self.tables = tables
        self.parts = parts
    }

    /// - Returns: `nil` where it is not of as many shapes as each form has, or no table said it.
    package init?(date: String, source: String, tables: Int, partsOfForms: [String: [Int]]) {
        var parts: [CurveForm: [Int]] = [:]
        for form in CurveForm.allCases {
            let known = partsOfForms[form.rawValue] ?? []
            let count = CurveShape.all.count { $0.form == form }
            guard known.count == count, known.allSatisfy({ (0...1_000_000).contains($0) }) else {
                return nil
            }
            parts[form] = known
        }
        guard tables > 0, parts.values.contains(where: { $0.contains { $0 > 0 } }) else {
            return nil
        }
        self.init(date: date, source: source, tables: tables, parts: parts)
    }

    /// That no curve has been seen for.
    package static let general = CurvePrior(
        date: "2026-11-30", source: "curves of the LCDB, arXiv:2201.12150", tables: 0, parts: [:])

    /// The logarithms, in the order of `CurveShape.all`; their exponentials add up to 1.
    func logWeights() -> [Double] {
        let said = CurveForm.allCases.flatMap { parts[$0] ?? [] }
        let sum = Double(said.reduce(0, +))
        guard sum > 0, said.count == CurveShape.all.count else {
            return CurveShape.all.map(\.logPrior)
        }
        let count = Double(tables)
        return zip(CurveShape.all, said).map { shape, part in
            let share = count * Double(part) / sum
            let general = Self.tablesOfGeneral * Double.exp(shape.logPrior)
            return Double.log((share + general) / (count + Self.tablesOfGeneral))
        }
    }
}
