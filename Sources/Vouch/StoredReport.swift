import Platform
package import Reporting
import RunStore

/// The forms in which a report is written.
package enum ReportFormat: String, Sendable, CaseIterable {
    case html, json, markdown, terminal
}

/// The report of a run folder, as it was written, with the proofs and findings that were made since.
///
/// - Parameter card: What a person says of the model and its data by now; the folder stays as it
///   is, since its manifest seals it.
package func storedReport(run: String, card: CardAnswers = CardAnswers()) throws -> RunReport {
    var report = try RunReport(json: RunFolder.open(run).read("measurements.json"))
        .adding(proofFile.read(run)).adding(probeFile.read(run))
    report.modelCard = report.modelCard?.filled(card.texts)
    report.dataSheet = report.dataSheet?.filled(card.texts)
    return report
}

extension RunReport {
    /// The report's bytes in a format.
    package func bytes(_ format: ReportFormat, width: Int = 100, color: Bool = false) throws
        -> [UInt8]
    {
        switch format {
        case .html: Array(html().utf8)
        case .json: try json()
        case .markdown: Array(markdown().utf8)
        case .terminal: Array(terminal(width: width, color: color).utf8)
        }
    }
}
