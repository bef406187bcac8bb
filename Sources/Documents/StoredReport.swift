import Evidence
import Models
import Platform
package import Reporting
import RunStore
package import Runs

/// The forms in which a report is written.
package enum ReportFormat: String, Sendable, CaseIterable {
    case html, json, markdown, terminal
}

/// The report of a run folder, as it was written, with the proofs and findings that were made since.
///
/// - Parameter card: What a person says of the model and its data by now; the folder stays as it
///   is, since its manifest seals it.
package func storedReport(run: String, card: CardAnswers = CardAnswers()) throws -> RunReport {
    let folder = try RunFolder.open(run)
    var report = try RunReport(json: folder.read("measurements.json"))
    if report.about == nil { report.about = try about(run, folder, report) }
    report = try report.adding(proofFile.read(run)).adding(probeFile.read(run)).inPlainWords()
    report.modelCard = report.modelCard?.filled(card.texts)
    report.dataSheet = report.dataSheet?.filled(card.texts)
    return report
}

/// What a run predicts, of one whose report does not say it: it was written before reports did.
private func about(
    _ run: String, _ folder: RunFolder, _ report: RunReport
) throws -> RunReport.About {
    let model = try ModelBundle(run: run)
    let configuration = try FinishedRun.configuration(of: run)
    return RunReport.About(
        model.target, testFile: Files.name(of: configuration.test ?? configuration.data),
        protectedColumns: report.groupTables.filter { !$0.gaps.isEmpty }.map(\.column),
        isTrainedHere: true)
}

/// Writes a run's page anew with what was found since, so that it says what every other view says.
///
/// The page is a view of the sealed measurements, the proofs and the findings, and of runs of this
/// version no file of the manifest. Of an older run it is sealed, and stays as it was written.
func refreshPage(of run: String) throws {
    guard try !RunFolder.open(run).contains(reportPage) else { return }
    try AtomicFile.write(Array(storedReport(run: run).html().utf8), to: run + "/" + reportPage)
}

extension RunAdditions {
    /// Adds what was found to a run; the run's page tells of it from then on.
    package func add(_ found: [Item], to run: String) throws {
        try add(found, to: run) { try refreshPage(of: run) }
    }
}

/// The page of a run, in its folder.
package let reportPage = "report.html"

extension RunReport {
    /// The report's bytes in a format.
    ///
    /// - Parameter pictures: Shown in a page.
    package func bytes(
        _ format: ReportFormat, width: Int = 100, color: Bool = false, pictures: [PictureExample] = []
    ) throws -> [UInt8] {
        switch format {
        case .html: Array(html(with: pictures).utf8)
        case .json: try json()
        case .markdown: Array(markdown().utf8)
        case .terminal: Array(terminal(width: width, color: color).utf8)
        }
    }
}
