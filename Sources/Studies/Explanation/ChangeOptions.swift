import Explanation
import Runs
import Tables

/// What may be changed in a row, as a person says it.
package struct ChangeOptions: Sendable, Hashable {
    /// Columns that stay as they are.
    package var immutable: [String] = []
    /// If there are some, only these may change.
    package var actionable: [String] = []
    package var onlyIncrease: [String] = []
    package var onlyDecrease: [String] = []
    /// `COLUMN=LOW:HIGH`; one end may be left out.
    package var ranges: [String] = []

    package init() {}

    /// - Parameters:
    ///   - schema: A model's; its protected columns are never changed.
    ///   - search: Knows what training rows have in each column.
    /// - Throws: an error that names the option and the column, and says what there is.
    func rules(_ schema: Schema, _ search: CounterfactualSearch) throws -> ChangeRules {
        var rules = ChangeRules()
        let features = schema.features.map(\.name)
        rules.immutable = Set(schema.protected)
        let parsedRanges = try ranges.map(Self.parts)
        let asked =
            actionable.map { ($0, "--actionable") } + onlyIncrease.map { ($0, "--only-increase") }
            + onlyDecrease.map { ($0, "--only-decrease") }
            + parsedRanges.map { ($0.column, "--range") }
        for (name, option) in asked {
            guard !schema.protected.contains(name) else {
                throw VouchError(
                    "\(option) names \"\(name)\", a protected column, which is never changed; leave it out"
                )
            }
            try check(name, option, schema)
            guard !immutable.contains(name) else {
                throw VouchError(
                    "\"\(name)\" is named by --immutable and by \(option); leave one of them out")
            }
            guard actionable.isEmpty || actionable.contains(name) else {
                throw VouchError(
                    "\(option) names \"\(name)\", which --actionable does not name, so that it is not changed"
                )
            }
        }
        for name in immutable where !schema.protected.contains(name) {
            try check(name, "--immutable", schema)
        }
        rules.immutable.formUnion(immutable)
        if !actionable.isEmpty {
            rules.immutable.formUnion(features.filter { !actionable.contains($0) })
        }
        for (name, option) in asked where option != "--actionable" {
            guard schema.features.contains(where: { $0.name == name && $0.kind != .category })
            else {
                throw VouchError(
                    "\(option) names \"\(name)\", whose cells are categories and have no order; "
                        + "--immutable keeps it as it is")
            }
        }
        for name in onlyIncrease where onlyDecrease.contains(name) {
            throw VouchError(
                "\"\(name)\" is named by --only-increase and by --only-decrease; --immutable keeps it as it is"
            )
        }
        rules.onlyIncrease = Set(onlyIncrease)
        rules.onlyDecrease = Set(onlyDecrease)
        for (name, text) in parsedRanges {
            rules.ranges[name] = try Self.range(name, text, schema, search)
        }
        guard features.contains(where: { !rules.immutable.contains($0) }) else {
            throw VouchError(
                "no column is left that may change; the model looks at "
                    + features.prefix(40).joined(separator: ", "))
        }
        return rules
    }

    private func check(_ name: String, _ option: String, _ schema: Schema) throws(VouchError) {
        let features = schema.features.map(\.name)
        guard !features.contains(name) else { return }
        if schema.columns.contains(where: { $0.name == name }) {
            throw VouchError(
                "\(option) names \"\(name)\", which the model does not look at; its columns are "
                    + features.prefix(40).joined(separator: ", "))
        }
        let hint = nearestName(to: name, among: features).map { "Did you mean \"\($0)\"? " } ?? ""
        throw VouchError(
            "\(option) names \"\(name)\", which is no column of the run. \(hint)The model looks at "
                + features.prefix(40).joined(separator: ", "))
    }

    private static func parts(_ text: String) throws(VouchError) -> (column: String, text: String) {
        guard let equals = text.lastIndex(of: "="), equals != text.startIndex else {
            throw VouchError("--range is \"\(text)\"; write COLUMN=LOW:HIGH, such as age=18:65")
        }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }

    private static func range(
        _ name: String, _ text: String, _ schema: Schema, _ search: CounterfactualSearch
    ) throws -> ClosedRange<Double> {
        let isDate = schema.features.contains { $0.name == name && $0.kind == .date }
        guard
            let bounds = parsedBounds(
                text,
                {
                    isDate ? CellParsing.date($0, .yearFirst)?.seconds : CellParsing.number($0)
                })
        else {
            throw VouchError(
                "--range \(name)=\(text) is no range of \(isDate ? "dates" : "numbers"); write LOW:HIGH, such as "
                    + (isDate ? "2020-01-01:2020-12-31" : "18:65"))
        }
        guard bounds.low <= bounds.high else {
            throw VouchError("--range \(name)=\(text) is empty: its low end is above its high one")
        }
        let range = bounds.low...bounds.high
        if let seen = search.numbers(in: name), !seen.contains(where: range.contains) {
            let table = Table(
                name: name, rowCount: 2,
                columns: [
                    Column(
                        name: name,
                        cells: isDate
                            ? .dates([seen.first ?? 0, seen.last ?? 0], hasTime: false)
                            : .numbers([seen.first ?? 0, seen.last ?? 0]))
                ])
            throw VouchError(
                "--range \(name)=\(text) holds nothing that a training row has; they have "
                    + "\(table.columns[0].text(0) ?? "") to \(table.columns[0].text(1) ?? "")")
        }
        return range
    }
}

/// `LOW:HIGH`, where one end may be left out; `nil` where it is neither.
func parsedBounds(_ text: String, _ parse: (String) -> Double?) -> (low: Double, high: Double)? {
    // A time has colons of its own.
    for colon in text.indices where text[colon] == ":" {
        let (first, second) = (text[..<colon], text[text.index(after: colon)...])
        guard !(first.isEmpty && second.isEmpty),
            let low = first.isEmpty ? -.infinity : parse(String(first)),
            let high = second.isEmpty ? .infinity : parse(String(second))
        else { continue }
        return (low, high)
    }
    return nil
}
