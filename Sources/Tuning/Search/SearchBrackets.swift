import RealModule

/// Which rungs a search has, whatever comes of them.
///
/// The first is the default, at each level. Then follow brackets: each begins with new points at one level, and carries the
/// best third to the next until one is whole. Brackets begin at the cheapest level, at the next, … and at the whole, by
/// turns, so that a table whose cheap trials mislead costs a part of the search and not all of it.
///
/// - Source: Jamieson & Talwalkar 2016, arXiv:1502.07943; Li et al. 2018, arXiv:1603.06560, from which the sizes are.
struct SearchBrackets: Sendable {
    /// Of one rung.
    struct Rung: Sendable, Hashable {
        var level: Int
        var count: Int
        /// Whether its points are new, not carried over from the level before.
        var isFirst: Bool
    }

    /// What each level takes over a whole training, the cheapest first; the last is 1.
    let costs: [Double]
    /// How many whole trainings the search may take, about; `nil` for no end.
    let trainings: Double?
    /// How often the smallest bracket goes into one.
    let width: Int

    private static let divisor = 3

    init(costs: [Double], trainings: Double?) {
        self.costs = costs
        self.trainings = trainings
        let brackets = (trainings ?? 0) / Double(6 * costs.count)
        width = min(max(Int(min(brackets, 3)), 1), 3)
    }

    /// Whether the default is tried at the cheaper levels, which only brackets that begin there need.
    var comparesDefaults: Bool {
        guard let trainings else { return true }
        return trainings >= costs.reduce(0, +) + price(bracket(at: 0))
    }

    /// Of new points at a level: `⌈L / (L − level) · 3^(L − 1 − level)⌉` first, then a third of each.
    func bracket(at level: Int) -> [Rung] {
        let above = costs.count - 1 - level
        let size = Double(costs.count) / Double(above + 1) * Double.pow(3, Double(above))
        var count = Int((size - 1e-9).rounded(.up)) * width
        return (level..<costs.count).map {
            defer { count = max(count / Self.divisor, 1) }
            return Rung(level: $0, count: count, isFirst: $0 == level)
        }
    }

    private func price(_ rungs: [Rung]) -> Double {
        rungs.reduce(0) { $0 + Double($1.count) * costs[$1.level] }
    }

    /// Of the rung after the default's, from 0; `nil` behind the end.
    ///
    /// Towards the end of what was planned, brackets that no longer fit begin at a dearer level, and at last points are
    /// tried whole.
    func rung(_ index: Int) -> Rung? {
        var left =
            trainings.map { $0 - (comparesDefaults ? costs.reduce(0, +) : 1) } ?? .infinity
        var passed = 0
        for number in 0... {
            let turn = comparesDefaults ? number % costs.count : costs.count - 1
            var rungs = (turn..<costs.count).lazy.map { bracket(at: $0) }
                .first { price($0) <= left + 1e-9 }
            if rungs == nil, left >= 1 {
                rungs = [Rung(level: costs.count - 1, count: Int(left), isFirst: true)]
            }
            guard let rungs else { return nil }
            if index < passed + rungs.count { return rungs[index - passed] }
            passed += rungs.count
            left -= price(rungs)
        }
        return nil
    }
}
