import Evidence
import Foundation
import Optim
import Platform
import Prediction
import Runs
import Studies
import TensorCore
import Testing
import Training

/// A table's way to a model and to predictions, through the library.
@Suite struct TrainTests {
    /// Collects what a run says.
    final class Listener {
        var warnings: [String] = []

        func hear(_ event: RunEvent) {
            if case .warning(let text) = event { warnings.append(text) }
        }
    }

    @Test func sameBitsWhateverTheThreads() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(3000), to: "data.csv")
        let hashes = try [1, 2, 3, 4].map { (threads: Int) in
            try trainRun(
                quick(data, out: scratch.path + "/t\(threads)") { $0.columns.protected = ["sex"] },
                control: RunControl(threads: threads)
            ).weightsSHA256
        }
        #expect(Set(hashes).count == 1)
        let other = try trainRun(
            quick(data, out: scratch.path + "/other") { $0.learning.seed = 1 },
            control: RunControl(threads: 1))
        #expect(other.weightsSHA256 != hashes[0])
    }

    /// Rows that are equal by chance are split one by one: were those of one answer kept together, training and test rows
    /// would say the opposite of one another.
    @Test func rowsThatAreEqualByChance() throws {
        let scratch = try Scratch()
        var values: [Double] = []
        for seed in 0..<4 {
            let random = CounterRandom(seed: UInt64(seed), name: "few values")
            var lines = ["a,y"]
            for row in 0..<1000 {
                let x = (0..<2).map { random.uniform(step: UInt32($0), index: UInt64(row)) }
                let a = Int(x[0] * 10)
                lines.append("\(a),\(x[1] < 0.1 + 0.08 * Double(a) ? "yes" : "no")")
            }
            let data = try scratch.write(lines.joined(separator: "\n") + "\n", to: "few.csv")
            var configuration = TrainConfiguration(
                data: data, output: scratch.path + "/few\(seed)")
            configuration.columns.target = "y"
            configuration.model.kind = .linear
            configuration.learning.seed = UInt64(seed)
            configuration.evidence.probeSeconds = 0
            let listener = Listener()
            let result = try trainRun(
                configuration, control: RunControl(threads: 2, onEvent: listener.hear))
            #expect(listener.warnings.contains { $0.contains("equal rows are taken for chance") })
            values.append(
                try #require(result.measurements.first { $0.metric == "rocAUC" }?.value))
        }
        // The probabilities that the rows are drawn from have .75, give or take .035 on 200 rows; with equal rows kept
        // together it is anything from .6 to 1.
        #expect(values.allSatisfy { abs($0 - 0.75) < 0.105 }, "\(values)")
    }

    @Test func predictsRawRowsInAnyShape() throws {
        let scratch = try Scratch()
        var lines = try Adult.lines(1500)
        lines = [lines[0] + ",name"] + lines.dropFirst().enumerated().map { "\($1),r\($0)" }
        let data = try scratch.write(lines.joined(separator: "\n"), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.columns.id = ["name"]
                $0.columns.protected = ["sex"]
            }, control: RunControl(threads: 2))

        func predicted(_ text: String) throws -> [[String]] {
            let file = try scratch.write(text, to: "rows.csv")
            let bytes = try predictRows(.init(run: run, rows: file)).bytes
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
        }
        let header = lines[0].split(separator: ",").map(String.init)
        let rows = lines[1...20].map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let plain = try predicted(lines[0...20].joined(separator: "\n"))
        #expect(plain[0] == ["name", "probability[<=50K]", "probability[>50K]", "decision"])
        #expect(plain.count == 21)
        for (line, row) in zip(plain.dropFirst(), rows) {
            #expect(line[0] == row[15])
            let sum = (Double(line[1]) ?? 0) + (Double(line[2]) ?? 0)
            #expect(abs(sum - 1) < 1e-12)
            #expect(line[3] == ((Double(line[2]) ?? 0) >= 0.5 ? ">50K" : "<=50K"))
        }
        // Reversed columns, an extra one, neither the target nor the protected column.
        let kept = header.indices.reversed().filter { !["class", "sex"].contains(header[$0]) }
        let mixed =
            [(["extra"] + kept.map { header[$0] }).joined(separator: ",")]
            + rows.map { row in (["9"] + kept.map { row[$0] }).joined(separator: ",") }
        #expect(try predicted(mixed.joined(separator: "\n")) == plain)
        // Missing cells and new categories.
        let education = try #require(header.firstIndex(of: "education"))
        let age = try #require(header.firstIndex(of: "age"))
        let changed = rows.map { row in
            var row = row
            row[education] = "Never heard of"
            row[age] = ""
            return row.joined(separator: ",")
        }
        let odd = try predicted(([lines[0]] + changed).joined(separator: "\n"))
        #expect(odd.count == 21 && odd != plain)
        // A missing column is listed.
        let fewer = header.indices.filter { !["age", "education"].contains(header[$0]) }
        let poor =
            [fewer.map { header[$0] }.joined(separator: ",")]
            + rows.map { row in fewer.map { row[$0] }.joined(separator: ",") }
        let error = #expect(throws: (any Error).self) {
            try predicted(poor.joined(separator: "\n"))
        }
        let text = (error as? any PlainError)?.description ?? ""
        #expect(text.contains("\"age\"") && text.contains("\"education\""))
    }

    @Test func whatIsUselessIsWarnedOf() throws {
        let scratch = try Scratch()
        let lines = try Adult.lines(600)
        var odd = [lines[0] + ",fixed,void,</script><b>"]
        odd += lines.dropFirst().enumerated().map { "\($1),k,,\($0 % 7)" }
        odd[5] = odd[5].replacingOccurrences(of: "<=50K", with: "once")
        let data = try scratch.write(odd.joined(separator: "\n"), to: "data.csv")
        let listener = Listener()
        _ = try trainRun(
            quick(data, out: scratch.path + "/run"),
            control: RunControl(threads: 1, onEvent: listener.hear))
        for part in ["\"fixed\" has one value", "\"void\" has no value", "\"once\" has one row"] {
            #expect(listener.warnings.contains { $0.contains(part) }, "\(listener.warnings)")
        }
        let report = String(
            decoding: try Files.read(scratch.path + "/run/report.html"), as: UTF8.self)
        #expect(!report.contains("</script><b>"))
        #expect(report.contains("&lt;/script&gt;&lt;b&gt;"))
    }

    @Test func classesNumbersWeightsAndGroups() throws {
        let scratch = try Scratch()
        var text = "x,z,visit,w,level,size\n"
        for row in 0..<900 {
            let x = Double(row % 30) / 30
            let z = Double((row * 7919) % 101) / 101
            let level = x + z < 0.6 ? "low" : x + z < 1.2 ? "middle" : "high"
            text += "\(x),\(z),v\(row / 3),\(1 + row % 2),\(level),\(10 * x - 4 * z)\n"
        }
        let data = try scratch.write(text, to: "data.csv")
        func metrics(_ target: String, _ other: String) throws -> [MetricID: Double] {
            let result = try trainRun(
                quick(data, target: target, out: scratch.path + "/" + target) {
                    $0.columns.group = "visit"
                    $0.columns.weight = "w"
                    $0.columns.exclude = [other]
                    $0.learning.epochs = 60
                    $0.learning.learningRate = 1e-2
                }, control: RunControl(threads: 2))
            // What is counted has no interval, and a count of tests their error rate in its place.
            for measured in result.measurements
            where measured.drawback == .overfitting
                && !["suspectedLeaks", "weakSegments"].contains(measured.metric)
            {
                // A handful of wrong rows, and widths that are all the same, say nothing of a spread.
                let isExplained = measured.note?.contains("interval") ?? false
                #expect(measured.interval != nil || isExplained, "\(measured.metric)")
                #expect((measured.sample.clusters ?? .max) < measured.sample.rows)
            }
            return Dictionary(
                result.measurements.compactMap { one in one.value.map { (one.metric, $0) } },
                uniquingKeysWith: { first, _ in first })
        }
        let classes = try metrics("level", "size")
        #expect((classes["accuracy"] ?? 0) > 0.9)
        #expect((classes["macroAUC"] ?? 0) > 0.95)
        let numbers = try metrics("size", "level")
        #expect((numbers["rSquared"] ?? 0) > 0.95)
    }

    @Test func aSecondMeasurementAgreesWithTheFirst() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(2000), to: "data.csv")
        let lines = try Adult.lines(3000)
        let test = try scratch.write(
            ([lines[0]] + lines[2001...]).joined(separator: "\n"), to: "test.csv")
        let run = scratch.path + "/run"
        let result = try trainRun(
            quick(data, out: run) {
                $0.test = test
                $0.columns.protected = ["sex"]
                $0.costs = .init(falsePositive: 1, falseNegative: 5)
            }, control: RunControl(threads: 2))
        let again = try evaluateRun(run: run, rows: test, reading: .init(), threads: 1)
        struct Report: Decodable {
            struct Line: Decodable {
                var metric: MetricID
                var group: String?
                var value: Double?
            }
            var measurements: [Line]
        }
        let report = try JSONDecoder().decode(Report.self, from: Data(try again.json()))
        #expect(report.measurements.count > 10)
        for line in report.measurements {
            let first = result.measurements.first {
                $0.metric == line.metric && $0.group == line.group
            }
            #expect(first?.value == line.value, "\(line.metric)")
        }
        #expect(report.measurements.contains { $0.metric == "expectedCost" })
    }

    @Test func aMillionCategoriesAreHashed() throws {
        let scratch = try Scratch()
        var text = "name,x,class\n"
        for row in 0..<20_000 { text += "n\(row),\(row % 17),\(row % 17 < 8 ? "a" : "b")\n" }
        let data = try scratch.write(text, to: "data.csv")
        let listener = Listener()
        _ = try trainRun(
            quick(data, out: scratch.path + "/run") { $0.learning.epochs = 1 },
            control: RunControl(threads: 2, onEvent: listener.hear))
        #expect(listener.warnings.contains { $0.contains("\"name\"") && $0.contains("hashed") })
    }
}
