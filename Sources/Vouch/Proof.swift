package import Evidence
import Generalization
import Prediction
package import Reporting
import Statistics

/// Every remedy that changes outputs alone.
package let allOutputRemedies: [any OutputRemedy] = [TemperatureScaling()]

/// Fits a remedy on a run's validation rows and measures before and after on its test rows, paired.
///
/// It is proved only where the interval of the metric that it is judged by leaves no doubt; what
/// changed elsewhere stands beside. Both looks are recorded in the run's ledger.
package func proveRemedy(
    _ id: String, run: String, arguments: [String]
) throws -> RunReport {
    guard let remedy = allOutputRemedies.first(where: { $0.description.id == id }) else {
        throw VouchError(
            "--remedy is \"\(id)\"; there is "
                + allOutputRemedies.map(\.description.id).joined(separator: ", "))
    }
    let fitting = try PredictionFile.read(run: run, split: "validation")
    let test = try PredictionFile.read(run: run, split: "test")
    let fitted = try remedy.fitted(on: fitting)
    let after = test.with(fitted.applied(to: test.predictions))
    let (compared, notes) = try differences(test, after)
    let description = remedy.description
    let purpose = "proof of \(description.name)"
    try recordLooks([run], split: "validation", rows: fitting.rows, purpose: purpose)
    try recordLooks([run], rows: test.rows, purpose: purpose)
    let judged = compared.first { $0.metric == description.judgedBy }
    let verdict =
        switch judged?.verdict {
        case .better: "proved: \(judged?.name ?? "") is better after it"
        case .worse: "refuted: \(judged?.name ?? "") is worse after it"
        default: "cannot tell: the interval of \(judged?.name ?? "") holds 0"
        }
    let elsewhere = compared.filter { $0.metric != description.judgedBy }
    return RunReport(
        title: "\(description.name) on \(run)",
        summary: "Fitted on \(fitting.rows) validation rows (\(fitted.text)), proved on "
            + "\(test.rows) test rows: \(verdict).",
        facts: [
            .init("Remedy", "\(description.name); \(description.source)"),
            .init("Fitted", "\(fitted.text), on \(fitting.rows) validation rows"),
            .init("Verdict", verdict),
            .init("Better elsewhere", named(elsewhere, .better)),
            .init("Worse elsewhere", named(elsewhere, .worse)),
        ] + notes,
        headlines: compared.map(\.measurement.metric),
        measurements: compared.map(\.measurement), definitions: compared.map(\.definition),
        sections: [
            .init(
                title: "After minus before",
                figures: [differenceFigure(compared, axis: "after − before", rows: test.rows)])
        ], command: arguments.map(shellQuoted).joined(separator: " "),
        notIncluded: [
            "Drawbacks that outputs alone do not show: cost, data, settings are as they were."
        ])
}

private func named(_ compared: [Compared], _ verdict: Verdict) -> String {
    let names = compared.filter { $0.verdict == verdict }.map(\.name)
    return names.isEmpty ? "nothing that this sample shows" : names.joined(separator: ", ")
}
