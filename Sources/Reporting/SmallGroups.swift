import Evidence
import Figures

extension RunReport {
    /// Without what it says about fewer than `smallestShownGroup` people.
    ///
    /// A small group keeps its name, and loses its count and its values; a value that rests on few
    /// rows of a larger group loses itself. Dots of small groups leave the interval charts. What
    /// was withheld can sometimes be worked out from the totals; the report says so.
    package var withholdingSmallGroups: RunReport {
        var report = self
        report.measurements = measurements.map { $0.group == nil ? $0 : withheld($0) }
        for row in report.drawbacks.indices {
            report.drawbacks[row].measured = report.drawbacks[row].measured
                .map { $0.group == nil ? $0 : withheld($0) }
        }
        for table in report.groupTables.indices {
            for row in report.groupTables[table].rows.indices {
                var group = report.groupTables[table].rows[row]
                if let rows = group.rows, rows >= smallestShownGroup {
                    group.measurements = group.measurements.map(withheld)
                } else if smallestShownGroup > 0 {
                    group.rows = nil
                    group.measurements = []
                }
                report.groupTables[table].rows[row] = group
            }
            report.groupTables[table].gaps = report.groupTables[table].gaps.map(withheld)
        }
        for section in report.sections.indices {
            for figure in report.sections[section].figures.indices {
                guard case .intervals(var chart) = report.sections[section].figures[figure].plot
                else { continue }
                chart.rows.removeAll { $0.count < smallestShownGroup }
                report.sections[section].figures[figure].plot = .intervals(chart)
            }
        }
        return report
    }

    private func withheld(_ measurement: Measurement) -> Measurement {
        guard measurement.sample.rows < smallestShownGroup else { return measurement }
        var result = measurement
        result.value = nil
        result.interval = nil
        result.verdict = nil
        result.sample.rows = 0
        result.sample.clusters = nil
        result.note = "withheld: fewer than \(smallestShownGroup) rows"
        return result
    }

    /// Whether this, after withholding, lacks anything.
    var lacksSmallGroups: Bool {
        groupTables.contains { table in
            table.rows.contains { row in
                row.rows == nil
                    || row.measurements.contains { $0.note?.hasPrefix("withheld") == true }
            }
        }
    }

    var withholdingSentence: String {
        "Values that rest on fewer than \(smallestShownGroup) people are withheld. "
            + "Totals are not adjusted, so that a withheld count may follow from them by subtraction."
    }
}
