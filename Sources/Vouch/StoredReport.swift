import Platform
package import Reporting
import RunStore

/// The forms in which a report is written.
package enum ReportFormat: String, Sendable, CaseIterable {
    case html, json, markdown, terminal
}

/// The report of a run folder, as it was written, with the proofs that were made since.
package func storedReport(run: String) throws -> RunReport {
    try RunReport(json: RunFolder.open(run).read("measurements.json"))
        .adding(ProofFile.read(run))
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
