import Documents
import Evidence
import Foundation
import Platform
import Reporting
import Runs
import Studies
import Testing

/// `vouch data regions`, as a user has it.
@Suite struct DataRegionsTests {
    private func table(_ start: String, _ document: TableDocument) throws -> TableDocument.Table {
        try #require(document.tables.first { $0.title.hasPrefix(start) })
    }

    @Test func aThinRegionIsFoundAndKept() throws {
        let scratch = try Scratch()
        let lines = try Adult.lines(3000)
        let names = lines[0].split(separator: ",").map(String.init)
        let relationship = try #require(names.firstIndex(of: "relationship"))
        func isRare(_ line: String) -> Bool {
            line.split(separator: ",", omittingEmptySubsequences: false)[relationship]
                .hasSuffix("Not-in-family")
        }
        // Of the region one row in ten is left among those that are learned from.
        let learned = lines[1...1500].enumerated()
            .filter { !isRare($1) || $0.isMultiple(of: 10) }.map { $0.element }
        let data = try scratch.write(
            ([lines[0]] + learned).joined(separator: "\n") + "\n", to: "data.csv")
        let reference = try scratch.write(
            ([lines[0]] + lines[1501...3000]).joined(separator: "\n") + "\n", to: "reference.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.columns.protected = ["sex"]
                $0.model.kind = .mlp
                $0.model.width = 16
                $0.learning.folds = 1
            }, control: RunControl(threads: 2))
        var request = RegionsRequest(run)
        request.reference = reference
        request.pool = reference
        var stages: [String] = []
        let answer = try dataRegions(request) { event in
            if case .stage(let text) = event { stages.append(text) }
        }
        #expect(answer.interruption == nil)
        #expect(stages.contains { $0.contains("regions") })
        #expect(stages.contains { $0.contains("nearly equal") })
        let regions = try table("Regions", answer.document)
        let found = try #require(
            regions.rows.first {
                if case .text(let name) = $0[0] { name.contains("Not-in-family") } else { false }
            })
        #expect(found.last != .text("not shown"))
        #expect(regions.columns.contains("Rows in the pool"))
        #expect(
            try table("Groups", answer.document).rows.map(\.[0]) == [.text("sex"), .text("sex")])
        #expect(try table("New rows", answer.document).rows.count == 2)
        #expect(try table("Labels", answer.document).rows.first?[0] == .text("equal"))
        let csv = String(decoding: answer.csv, as: UTF8.self).split(separator: "\n")
        #expect(csv[0].hasPrefix("region,protected,finding,training_rows,training_share,"))
        #expect(csv.count == 1 + regions.rows.count + 2)
        let report = try storedReport(run: run)
        #expect(report.measurements.contains { $0.metric == "thinRegions" })
        #expect(report.measurements.contains { $0.metric == "regionRarity" && $0.value ?? 0 > 1.5 })
        #expect(report.measurements.contains { $0.metric == "rowsOutside" })
        #expect(report.measurements.contains { $0.metric == "savedByEqualRows" })
        #expect(report.definitions.contains { $0.id == "regionRarity" })
        #expect(report.html().contains("Regions with few rows"))
        #expect(try ledgerText(run: run).contains("vouch data regions"))
        // Rows that the model learned from are no new ones, and that is said; of the others nothing is.
        var own = RegionsRequest(run)
        own.reference = data
        var warnings: [String] = []
        _ = try dataRegions(own) { if case .warning(let text) = $0 { warnings.append(text) } }
        #expect(warnings.contains { $0.contains("rows that the model learned from") })
        // Again, without a population: the same rows, and error alone is tested.
        let plain = try dataRegions(.init(run))
        let alone = try table("Regions", plain.document)
        #expect(!alone.columns.contains("Times rarer"))
        #expect(plain.document.tables.contains { $0.title.hasPrefix("Rows that would settle") })
        try badFiles(run, scratch, lines)
    }

    private func badFiles(_ run: String, _ scratch: Scratch, _ lines: [String]) throws {
        let before = try Files.read(run + "/probes.json")
        func refused(_ text: String) throws -> String {
            var request = RegionsRequest(run)
            request.reference = try scratch.write(text, to: "bad.csv")
            let error = #expect(throws: (any Error).self) { try dataRegions(request) }
            return error.map { "\($0)" } ?? ""
        }
        #expect(try refused(lines[0] + "\n").contains("no row"))
        #expect(try refused(lines[0] + "\n" + lines[1] + "\n").contains("one row"))
        #expect(try refused("age,colour\n30,red\n40,blue\n").contains("workclass"))
        var missing = RegionsRequest(run)
        missing.pool = scratch.path + "/nothing.csv"
        #expect(throws: (any Error).self) { try dataRegions(missing) }
        #expect(try Files.read(run + "/probes.json") == before)
    }
}
