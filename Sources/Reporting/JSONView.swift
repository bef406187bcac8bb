#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A report's JSON that cannot be read.
package struct ReportError: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String
}

extension RunReport {
    /// `Documentation/report.schema.json`: what `json()` writes, as JSON Schema.
    package static var jsonSchema: [UInt8] { PackageResources.report_schema_json }

    /// The report for machines: keys sorted, numbers in full, the same bytes for the same report.
    /// Numbers that are not finite are the texts `"inf"`, `"-inf"` and `"nan"`.
    package func json() throws -> [UInt8] {
        try reportJSON(withholdingSmallGroups)
    }

    /// - Throws: `ReportError` for another format or for what is not a report.
    package init(json: [UInt8]) throws {
        struct Version: Decodable { var format: Int }
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        guard let version = try? decoder.decode(Version.self, from: Data(json)) else {
            throw ReportError(
                description: "This is not the JSON of a report: it has no format number. "
                    + "Name the measurements.json of a run folder.")
        }
        guard version.format == RunReport.currentFormat else {
            throw ReportError(
                description: "The report is of format \(version.format); this version of vouch "
                    + "knows format \(RunReport.currentFormat). Use the version that wrote it.")
        }
        self = try decoder.decode(RunReport.self, from: Data(json))
    }
}

/// A document for machines; numbers that are not finite are the texts `"inf"`, `"-inf"` and `"nan"`.
func reportJSON(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
}
