import Evidence
import Figures
import Platform
import Reporting
import RunStore

/// What a probe found of a run after the run was written.
struct MeasuredProbe: Codable, Sendable, Hashable {
    var id: String
    var drawback: Drawback
    var measurements: [Measurement]
    var figures: [Figure]
    var groups: [GroupTable]
}

/// What on-demand probes found of a run: `probes.json` in its folder, an array of `MeasuredProbe`, the
/// latest of each probe. The manifest does not list the file, so that findings may be added.
enum ProbeFile {
    static let fileName = "probes.json"

    /// - Throws: `VouchError` where the file is not a list of findings.
    static func read(_ run: String) throws -> [MeasuredProbe] {
        let path = run + "/" + fileName
        guard Files.exists(path) else { return [] }
        return try JSON.decode([MeasuredProbe].self, from: Files.read(path), file: path)
    }

    /// Other processes that do the same take turns.
    static func add(_ found: [MeasuredProbe], to run: String) throws {
        let lock = try FileLock(waitingFor: run, timeoutSeconds: 30, for: "adding findings to")
        defer { withExtendedLifetime(lock) {} }
        let replaced = Set(found.map(\.id))
        let others = try read(run).filter { !replaced.contains($0.id) }
        try AtomicFile.write(
            JSON.encode(others + found) + [UInt8(ascii: "\n")], to: run + "/" + fileName)
    }
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
