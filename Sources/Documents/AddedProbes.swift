import Evidence
import Figures
package import Reporting
package import Runs

extension RunReport {
    /// With what was found since in the sections of its drawbacks, and the most telling of it in their
    /// rows.
    package func adding(_ probes: [MeasuredProbe]) -> RunReport {
        var result = self
        for probe in probes {
            let metrics = Set(probe.measurements.map(\.metric))
            let ofGroups = probe.groups.flatMap { $0.gaps + $0.rows.flatMap(\.measurements) }
            result.measurements.removeAll { metrics.contains($0.metric) }
            for index in result.drawbacks.indices
            where result.drawbacks[index].drawback == probe.drawback {
                result.drawbacks[index].measured.removeAll { metrics.contains($0.metric) }
                result.drawbacks[index].measured += Self.telling(probe.measurements)
            }
            let tables = Set(probe.groups.map(\.column))
            result.groupTables.removeAll { tables.contains($0.column) && $0.gaps.isEmpty }
            result.measurements += probe.measurements
            result.groupTables += probe.groups
            if let index = result.sections.firstIndex(where: { $0.drawback == probe.drawback }) {
                let shown = Set(probe.figures.map(\.id))
                result.sections[index].figures.removeAll { shown.contains($0.id) }
                result.sections[index].figures += probe.figures
            } else {
                result.sections.append(
                    .init(
                        probe.drawback, title: probe.drawback.title,
                        text: probe.drawback.question, figures: probe.figures))
            }
            let known = Set(result.definitions.map(\.id))
            let shown = metrics.union(ofGroups.map(\.metric))
            result.definitions += MetricRegistry.all.filter {
                shown.contains($0.id) && !known.contains($0.id)
            }
        }
        return result
    }

    /// Of each metric the one farthest from 0, two metrics at most: the rest stands in the section.
    private static func telling(_ found: [Measurement]) -> [Measurement] {
        var metrics: [MetricID] = []
        for measurement in found where measurement.value != nil {
            if !metrics.contains(measurement.metric) { metrics.append(measurement.metric) }
        }
        return metrics.prefix(2).compactMap { metric in
            found.filter { $0.metric == metric && $0.value != nil }
                .max { abs($0.value ?? 0) < abs($1.value ?? 0) }
        }
    }
}
