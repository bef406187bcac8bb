import Evidence
import Generalization
import Tables

/// Five ways in which one value of a column comes to stand for an answer.
enum OneValuePlanter: String, Sendable, CaseIterable {
    case code, sentinel, zero, missing, edge

    var text: String {
        switch self {
        case .code: "one of 13 codes of a category that says nothing else"
        case .sentinel: "−1 in a column of numbers from 0 to 100"
        case .zero: "0 in a column of amounts, most of them above 0"
        case .missing: "missing cells of a column that is else complete"
        case .edge: "the upper end of a column of numbers that says nothing else"
        }
    }

    /// Puts it into rows of one class, so that so many training rows have it.
    ///
    /// - Parameters:
    ///   - rows: Training rows; test rows have it in the same share.
    ///   - odd: The share of the rows that have another class all the same.
    /// - Returns: Whether the class has rows enough.
    func plant(
        in planting: inout Planting, label: Int, rows: Int, odd: Double = 0
    ) -> Bool {
        let classes = planting.classes
        let trained = Set(planting.training)
        let share = Double(rows) / Double(planting.training.count)
        let tested = Int((share * Double(planting.test.count)).rounded())
        let others = Int(odd * Double(rows))
        let all = planting.draws.shuffled(Array(classes.indices))
        let ofClass = all.filter { classes[$0] == label }
        let training = ofClass.filter { trained.contains($0) }.prefix(rows - others)
        guard training.count == rows - others else { return false }
        let victims = Set(
            training + ofClass.filter { !trained.contains($0) }.prefix(tested)
                + all.filter { trained.contains($0) && classes[$0] != label }.prefix(others))
        let count = classes.count
        switch self {
        case .code:
            let codes = (0..<count).map { _ in planting.draws.integer(below: 12) }
            planting.add(
                "planted",
                texts: codes.enumerated().map { victims.contains($0) ? "E11" : "C\($1)" })
        case .sentinel, .zero, .missing, .edge:
            let least = self == .zero ? 1 : 0
            let numbers = (0..<count).map { _ in
                Double(least + planting.draws.integer(below: 100))
            }
            let value =
                switch self {
                case .sentinel: -1.0
                case .zero: 0.0
                case .missing: Double.nan
                default: 200.0
                }
            planting.add(
                "planted",
                numbers: numbers.enumerated().map { row, number in
                    guard victims.contains(row) else { return number }
                    return self == .edge
                        ? value + planting.draws.uniform() : value
                })
        }
        planting.planted = .columns(["planted"])
        return true
    }
}
