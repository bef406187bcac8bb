import Figures
import Reporting
import Studies
import Testing

/// The words beside each point of a frontier of demographic parity over sex.
func frontierLabels(_ request: MitigationRequest, run: String) throws -> [String] {
    let report = try fairnessFrontier(request, run: run)
    let figure = try #require(
        report.sections.flatMap(\.figures).first { $0.id == "frontier-demographic-parity-sex" })
    guard case .intervals(let chart) = figure.plot else {
        Issue.record("dots with intervals")
        return []
    }
    return chart.rows.map(\.label)
}
