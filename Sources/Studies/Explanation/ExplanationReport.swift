import Documents
import Evidence
package import Figures
import Platform
package import Reporting
import Statistics

extension RowExplanations {
    private static let shownColumns = 12
    /// From so many rows on, what columns do over all of them is drawn too.
    static let swarmRows = 10
    /// Columns of numbers whose contributions are drawn over their cells.
    private static let dependenceColumns = 4

    /// A page with a waterfall for each row, and from ten rows on a dot for each row and column.
    ///
    /// - Parameter arguments: The command line.
    package func report(run: String, arguments: [String]) -> RunReport {
        RunReport(
            title: "Why: \(quantity)",
            summary:
                "\(method). What the model of \(Files.name(of: run)) uses, not what causes the outcome.",
            sections: [
                RunReport.Section(
                    title: "Rows",
                    text:
                        "From \(baseName) to each row's own value; bars of the strongest columns, with 95 % "
                        + "intervals of what was drawn at random.", figures: figures)
            ], command: arguments.map(shellQuoted).joined(separator: " "))
    }

    package var figures: [Figure] {
        (rows.count >= Self.swarmRows ? [swarm] + dependence : []) + rows.map(waterfall)
    }

    private func waterfall(_ row: Row) -> Figure {
        let quantity = row.quantity ?? quantity
        let shown = row.told.prefix(Self.shownColumns)
        let rest = row.told.dropFirst(Self.shownColumns)
        var steps = shown.map { item in
            WaterfallChart.Step(
                label: "\(item.column) = \(item.cell ?? "(missing)")", change: item.value,
                error: item.standardError > 0
                    ? SpecialFunctions.normalQuantile(0.975) * item.standardError : nil)
        }
        if !rest.isEmpty {
            steps.append(
                .init(
                    label: "\(rest.count) other columns", change: rest.reduce(0) { $0 + $1.value }))
        }
        let reach = steps.reduce(row.base) { $0 + $1.change } - row.value
        if abs(reach) > 1e-4 * max(abs(row.value), abs(row.base)) {
            steps.append(.init(label: "left over", change: -reach))
        }
        return Figure(
            id: "row\(row.row)", title: "Row \(row.row)",
            caption: "\(quantity) is \(NumberText.plain(row.value)). "
                + ([row.decisionText, orderText(row)].compactMap { $0 }.joined(separator: " ")),
            plot: .waterfall(
                WaterfallChart(
                    axis: Axis(quantity), start: .init(label: baseName, value: row.base),
                    steps: steps, end: .init(label: "this row", value: row.value))))
    }

    /// What each column contributed to each row, the column with the largest contributions first.
    private var byColumn: [(name: String, items: [Contribution])] {
        var places: [String: Int] = [:]
        var found: [(name: String, items: [Contribution])] = []
        for item in rows.flatMap(\.contributions) {
            if let place = places[item.column] {
                found[place].items.append(item)
            } else {
                places[item.column] = found.count
                found.append((item.column, [item]))
            }
        }
        return found.sorted { size($1.items) < size($0.items) }
    }

    /// Contributions over the cells of the strongest columns of numbers.
    private var dependence: [Figure] {
        let numbers = byColumn.compactMap { name, items -> (String, [ScatterChart.Dot])? in
            let dots = items.compactMap { item -> ScatterChart.Dot? in
                item.cell.flatMap(Double.init).map {
                    .init(
                        x: $0, y: item.value,
                        error: item.standardError > 0
                            ? SpecialFunctions.normalQuantile(0.975) * item.standardError : nil)
                }
            }
            // A category's codes may look like numbers in some of the rows.
            let present = items.count { $0.cell != nil }
            return dots.count == present && Set(dots.map(\.x)).count > 2 ? (name, dots) : nil
        }
        return numbers.prefix(Self.dependenceColumns).enumerated().map { place, column in
            Figure(
                id: "dependence\(place + 1)", title: "\(column.0) and what it does",
                caption:
                    "A dot is a row: its cell and what that contributed. Dots above one another are rows in "
                    + "which other columns change what this one does.",
                plot: .scatter(
                    ScatterChart(
                        x: Axis(column.0), y: Axis("Contribution to the \(quantity)"),
                        dots: column.1)))
        }
    }

    /// A dot for each row and column: its contribution, dark where the column's number is high.
    private var swarm: Figure {
        let each = byColumn
        return Figure(
            id: "swarm", title: "What columns do over \(rows.count) rows",
            caption:
                "A dot is a row's contribution; dark where the column's number is high among these rows, "
                + "in between for categories.",
            plot: .swarm(
                SwarmChart(
                    axis: Axis("Contribution to the \(quantity)"),
                    rows: each.prefix(Self.shownColumns).map { name, items in
                        let numbers = items.map { $0.cell.flatMap(Double.init) }
                        let sorted = numbers.compactMap { $0 }.sorted()
                        return .init(
                            label: name,
                            dots: zip(items, numbers).map { item, number in
                                .init(
                                    value: item.value,
                                    shade: sorted.count < items.count
                                        ? nil
                                        : number.map { value in
                                            Double(sorted.count { $0 < value })
                                                / Double(max(sorted.count - 1, 1))
                                        })
                            })
                    }, shade: "a high number")))
    }

    private func size(_ items: [Contribution]) -> Double {
        items.reduce(0) { $0 + abs($1.value) }
    }
}
