import Foundation
import Kernels
import Models
import Platform
import Prediction
import Runs
import Studies
import Tables
import Testing

/// `vouch predict` block by block, against what the model says of the whole table.
@Suite struct PredictionStreamTests {
    private static func line(_ cells: [String]) -> String {
        var bytes: [UInt8] = []
        CSVWriter.append(cells, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Rows with an identifier, numbers, dates, texts with quotes and newlines, and a target.
    private static func text(
        _ rows: Int, _ change: (Int, inout [String]) -> Void = { _, _ in }
    ) -> String {
        line(["name", "a", "b", "day", "colour", "class"])
            + (0..<rows).map { row in
                var cells = [
                    "n,\(row)", "\(row % 13)", "\(row % 7).25", "2021-0\(row % 9 + 1)-05",
                    row % 4 == 0 ? "a \"b\"\nc,d" : "c\(row % 3)", row * row % 7 < 3 ? "yes" : "no",
                ]
                change(row, &cells)
                return line(cells)
            }.joined()
    }

    /// A transcription of what was written before there were blocks.
    private static func expected(
        _ model: RunModel, _ file: String, threads: Int = 1
    ) throws -> [UInt8] {
        let (table, predictions) = try model.predict(
            CSVReader.bytes(path: file), name: file, reading: .init(), threads: threads)
        let names = model.schema.names(.id)
        var bytes: [UInt8] = []
        CSVWriter.append(
            names + predictions.classes.map { "probability[\($0)]" } + ["decision"], to: &bytes)
        let width = predictions.width
        for row in 0..<predictions.rows {
            let values = predictions.values[row * width..<(row + 1) * width]
            CSVWriter.append(
                names.map { table.column(named: $0)?.text(row) ?? "" }
                    + values.map(\.description)
                    + [predictions.classes[values.last ?? 0 >= model.threshold ? 1 : 0]],
                to: &bytes)
        }
        return bytes
    }

    /// One training for all that is asked of its run.
    @Test func blocksSayWhatTheTableSays() throws {
        let scratch = try Scratch()
        let data = try scratch.write(Self.text(300), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.columns.id = ["name"]
                $0.learning.epochs = 1
                $0.learning.folds = 1
            }, control: RunControl(threads: 1))
        let model = try RunModel(run: run)
        try sameBytes(scratch, model, run)
        try lateErrors(scratch, run)
        try forms(scratch, run)
    }

    private func predicted(
        _ request: PredictionRequest
    ) throws -> (bytes: [UInt8], notes: [String], isByBlocks: Bool) {
        var (bytes, notes): ([UInt8], [String]) = ([], [])
        let isByBlocks = try predictRows(
            request, notes: { notes = $0 }, { bytes += $0 }
        ).isByBlocks
        return (bytes, notes, isByBlocks)
    }

    private func sameBytes(_ scratch: Scratch, _ model: RunModel, _ run: String) throws {
        let many = Self.text(1700) { row, cells in
            if row % 11 == 0 { cells[1] = "" }
            if row % 6 == 0 { cells[4] = row % 12 == 0 ? "?" : "never seen" }
        }
        let crlf = Self.text(40).replacing("\n", with: "\r\n")
        for (text, isByBlocks) in [
            (many, true), (Self.text(1), true), (Self.text(256) + "\n\n", true), (crlf, true),
            (String(Self.text(20).dropLast()), true),
            // A decimal in a column that was whole: only the whole file can tell what its mark is.
            (Self.text(1500) { if $0 == 1400 { $1[1] = "2.5" } }, false),
        ] {
            let file = try scratch.write(text, to: "rows.csv")
            let whole = try Self.expected(model, file)
            for threads in [1, 3] {
                var request = PredictionRequest(run: run, rows: file)
                request.threads = threads
                request.size.rows = 256
                // Pieces end within quoted cells.
                request.size.bytes = 1000
                let found = try predicted(request)
                #expect(found.bytes == whole)
                #expect(found.isByBlocks == isByBlocks)
            }
        }
    }

    /// The line is right, and nothing is half written.
    private func lateErrors(_ scratch: Scratch, _ run: String) throws {
        let output = scratch.path + "/out.csv"
        try AtomicFile.write(Array("before".utf8), to: output)
        for (name, text, line) in [
            ("cells.csv", Self.text(600) { $1[4] = "c1" } + "1,2\n", 602),
            (
                "number.csv",
                Self.text(600) { row, cells in
                    cells[4] = "c1"
                    if row == 590 { cells[2] = "many" }
                }, 592
            ),
        ] {
            var request = PredictionRequest(run: run, rows: try scratch.write(text, to: name))
            request.size.rows = 256
            let asked = request
            let error = try #require(throws: TableError.self) {
                try predictRows(asked, to: output, notes: { _ in }, { _ in })
            }
            #expect(error.line == line, "\(error)")
            #expect(try Files.read(output) == Array("before".utf8))
            #expect(try scratch.names.allSatisfy { !$0.hasSuffix(".partial") })
        }
        // The rows are not written over.
        let rows = try scratch.write(Self.text(3) { _, cells in cells[4] = "c1" }, to: "rows.csv")
        let error = try #require(throws: VouchError.self) {
            try predictRows(.init(run: run, rows: rows), to: rows, notes: { _ in }, { _ in })
        }
        #expect(error.description.contains("which is the file of rows, too"))
        let none = try scratch.write(Self.text(0), to: "none.csv")
        #expect(throws: TableError.self) { try predictRows(.init(run: run, rows: none)) }
    }

    private func forms(_ scratch: Scratch, _ run: String) throws {
        let file = try scratch.write(Self.text(600), to: "rows.csv")
        var request = PredictionRequest(run: run, rows: file)
        request.size.rows = 256
        let output = scratch.path + "/out.csv"
        try predictRows(request, to: output, notes: { _ in }, { _ in Issue.record("handed out") })
        #expect(try Files.read(output) == predicted(request).bytes)
        request.asksJSON = true
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(predicted(request).bytes))
                as? [[String: Any]])
        #expect(json.count == 600)
        #expect(json[599]["name"] as? String == "n,599")
        #expect((json[300]["probability[yes]"] as? Double) ?? -1 >= 0)
        // Lots by a row's place are the same in every block.
        request.asksJSON = false
        request.coverage = 0.8
        request.conformal = "aps"
        let blocks = try predicted(request)
        request.size.rowStep = 1024
        let one = try predicted(request)
        #expect(blocks.isByBlocks && blocks.bytes == one.bytes && blocks.notes == one.notes)
    }
}
