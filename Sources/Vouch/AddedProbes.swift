import Evidence
import Figures
import Reporting

/// What a probe found of a run after the run was written.
struct MeasuredProbe: Codable, Sendable, Hashable {
    var id: String
    var drawback: Drawback
    var measurements: [Measurement]
    var figures: [Figure]
    var groups: [GroupTable]
}

extension RunReport {
    /// With what was found since in the sections of its drawbacks.
    func adding(_ probes: [MeasuredProbe]) -> RunReport {
        var result = self
        for probe in probes {
            let metrics = Set(probe.measurements.map(\.metric))
            result.measurements.removeAll { metrics.contains($0.metric) }
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
            result.definitions += MetricRegistry.all.filter {
                metrics.contains($0.id) && !known.contains($0.id)
            }
        }
        return result
    }
}
