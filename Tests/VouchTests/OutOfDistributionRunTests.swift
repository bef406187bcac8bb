import Foundation
import Platform
import Runs
import Studies
import Testing

/// `vouch predict --out-of-distribution`, as a user has it.
@Suite struct OutOfDistributionRunTests {
    private func cells(_ bytes: [UInt8]) -> (header: [String], rows: [[String]]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        return (lines[0], Array(lines.dropFirst()))
    }

    @Test func strangeRowsAreTold() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(2500), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.model.members = 4
                $0.learning.folds = 1
            }, control: RunControl(threads: 2))
        let lines = try Adult.lines(1)
        var strange = lines[1].split(separator: ",", omittingEmptySubsequences: false)
            .map(String.init)
        let names = lines[0].split(separator: ",").map(String.init)
        strange[try #require(names.firstIndex(of: "age"))] = "900"
        strange[try #require(names.firstIndex(of: "workclass"))] = "Smuggler"
        let rows = try scratch.write(
            String(decoding: try Files.read(Adult.test), as: UTF8.self)
                .split(separator: "\n").prefix(1001).joined(separator: "\n") + "\n"
                + strange.joined(separator: ",") + "\n", to: "rows.csv")
        func predicted(_ threads: Int) throws -> [UInt8] {
            try Self.predicted(run, rows, threads: threads)
        }
        let bytes = try predicted(2)
        #expect(try bytes == predicted(1))
        let (header, found) = cells(bytes)
        #expect(
            header.suffix(5) == [
                "neighbor_distance", "neighbor_distance_p_value", "energy", "energy_p_value",
                "features_outside_training",
            ])
        #expect(found.last?.last == "2")
        func column(_ name: String) throws -> [Double] {
            let index = try #require(header.firstIndex(of: name))
            return try found.map { try #require(Double($0[index])) }
        }
        // 375 validation rows say what is ordinary: their 5 % quantile errs by 1.1 %, that of 1,000 new
        // rows by 0.7 %; four times both together.
        for name in ["neighbor_distance_p_value", "energy_p_value"] {
            let small = try column(name).dropLast().count { $0 <= 0.05 }
            #expect(abs(Double(small) / 1000 - 0.05) < 0.052, "\(name): \(small)")
        }
        let plain = cells(
            try Self.predicted(run, rows, threads: 1, outOfDistribution: false))
        #expect(plain.header == Array(header.dropLast(5)))
        #expect(plain.rows == found.map { Array($0.dropLast(5)) })
    }

    private static func predicted(
        _ run: String, _ rows: String, threads: Int, outOfDistribution: Bool = true
    ) throws -> [UInt8] {
        var request = PredictionRequest(run: run, rows: rows)
        request.threads = threads
        request.outOfDistribution = outOfDistribution
        return try predictRows(request).bytes
    }

    /// A regression has no energy; folds and a linear model have hidden features too.
    @Test func everyKindOfRunKeepsAReference() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(600), to: "data.csv")
        for (name, target, folds) in [("a", "age", 1), ("b", "class", 3)] {
            let run = scratch.path + "/" + name
            _ = try trainRun(
                quick(data, target: target, out: run) {
                    $0.model.kind = name == "a" ? .linear : .mlp
                    $0.learning.folds = folds
                }, control: RunControl(threads: 1))
            let bytes = try Self.predicted(run, data, threads: 1)
            #expect(cells(bytes).header.contains("energy") == (target == "class"))
            #expect(cells(bytes).rows.count == 600)
        }
    }

    @Test func aRunWithoutReferenceSaysWhatToDo() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(300), to: "data.csv")
        let error = #expect(throws: (any Error).self) {
            try Self.predicted(scratch.path + "/none", data, threads: 1)
        }
        #expect("\(try #require(error))".contains("vouch train"))
    }
}
