package import Tables
import TensorCore

/// What a person asks about: rows that have something in common.
package struct Concept: Sendable {
    package var name: String
    package var examples: Examples

    package enum Examples: Sendable {
        /// The training rows that meet a `RowRule`.
        case condition(String)
        /// Rows of the person's own.
        case rows(Table)
    }

    package init(name: String, examples: Examples) {
        self.name = name
        self.examples = examples
    }
}

/// Examples of a concept, and as many training rows without it, each in random order.
struct ConceptRows {
    var members: Table
    var others: Table
    /// Rows that have the concept, before some are drawn.
    var known: Int

    var size: Int { members.rowCount }

    /// With fewer, nothing could be said of a layer's accuracy.
    static let fewest = 20
    static let most = 500

    /// - Parameter training: In random order; of rows that belong together there is one.
    init(_ concept: Concept, training: Table, random: CounterRandom) throws {
        func tooFew(_ problem: String, _ advice: String) -> AttributionError {
            AttributionError("reading the concept \"\(concept.name)\"", problem, advice)
        }
        let rows = Array(0..<training.rowCount)
        let examples: Table
        let others: [Int]
        switch concept.examples {
        case .condition(let text):
            let isMember = try RowRule(text, for: training).members(of: training)
            let chosen = rows.filter { isMember[$0] }
            others = rows.filter { !isMember[$0] }
            known = chosen.count
            guard known >= Self.fewest else {
                throw tooFew(
                    "\(known) of \(training.rowCount) training rows meet \(text), and a concept needs "
                        + "\(Self.fewest) or more",
                    "Widen the condition, or give rows with --examples")
            }
            guard others.count >= Self.fewest else {
                throw tooFew(
                    "all but \(others.count) of \(training.rowCount) training rows meet \(text), so that "
                        + "there are no \(Self.fewest) to compare with", "Narrow the condition")
            }
            examples = training.selecting(rows: Array(chosen.prefix(Self.most)))
        case .rows(let table):
            known = table.rowCount
            guard known >= Self.fewest else {
                throw tooFew(
                    "\(table.name) has \(known) \(known == 1 ? "row" : "rows"), and a concept needs "
                        + "\(Self.fewest) or more", "Give a file with more examples")
            }
            others = rows
            examples = table.selecting(
                rows: random.permutation(of: known, step: .max).prefix(Self.most).map { $0 })
        }
        // A random concept of this size must find as many rows again.
        let size = min(examples.rowCount, others.count, training.rowCount / 2)
        members = examples.selecting(rows: Array(0..<size))
        self.others = training.selecting(rows: Array(others.prefix(size)))
    }
}

extension Table {
    /// All rows in random order; of rows with one value in a column, such as a patient's, the first.
    func shuffled(oneOfEach column: String?, _ random: CounterRandom) -> Table {
        let order = random.permutation(of: rowCount, step: 0)
        guard let cells = column.flatMap({ self.column(named: $0) }) else {
            return selecting(rows: order)
        }
        var seen: Set<String> = []
        return selecting(
            rows: order.filter { row in cells.text(row).map { seen.insert($0).inserted } ?? true })
    }
}
