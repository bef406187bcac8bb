import Foundation
import Runs
import Studies
import TensorCore
import Testing

/// Rows of real runs explained by gradients.
@Suite struct GradientExplanationTests {
    /// Numbers with missing cells, a date, a category of many values and one of few.
    private static func csv(_ rows: Int, target: String) -> String {
        let random = CounterRandom(seed: 8, name: "explained rows")
        var lines = ["a,b,day,job,city,y"]
        for row in 0..<rows {
            func draw(_ column: UInt32) -> Double {
                random.uniform(step: column, index: UInt64(row))
            }
            let (a, b) = ((80 * draw(0)).rounded(), 2 * draw(1) - 1)
            let job = Int(40 * draw(2))
            let score = a / 40 - 1 + b * b + (job % 3 == 0 ? 1 : 0) + draw(3)
            let answer =
                switch target {
                case "two": score > 0.8 ? "yes" : "no"
                case "three": score > 1.2 ? "high" : score > 0.5 ? "middle" : "low"
                default: "\(100 * score)"
                }
            let day = 1 + Int(28 * draw(4))
            lines.append(
                "\(draw(5) < 0.1 ? "" : "\(a)"),\(b),2024-03-\(day < 10 ? "0" : "")\(day),job \(job),"
                    + "\(["north", "south"][Int(2 * draw(6))]),\(answer)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func trained(
        _ scratch: Scratch, _ target: String,
        _ change: (inout TrainConfiguration) -> Void = { _ in }
    ) throws -> ExplanationRequest {
        let data = try scratch.write(csv(900, target: target), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, target: "y", out: run) {
                $0.learning.epochs = 6
                $0.learning.folds = 2
                change(&$0)
            }, control: RunControl(threads: 2))
        var request = ExplanationRequest(run: run, rows: data)
        request.chosen = [1, 5, 12]
        request.background = 20
        request.asksMethod = true
        return request
    }

    @Test(arguments: ["two", "three", "number"])
    func whatIsExplainedIsThePrediction(_ target: String) throws {
        let scratch = try Scratch()
        defer { withExtendedLifetime(scratch) {} }
        var request = try Self.trained(scratch, target)
        let shapley = try explainRows(request).rows
        for method in ExplanationMethod.allCases where method != .relevancePropagation {
            request.method = method
            let found = try explainRows(request)
            for (one, other) in zip(found.rows, shapley) {
                #expect(one.contributions.count == 5)
                let size = max(1, abs(other.value))
                #expect(abs(one.value - other.value) < 1e-5 * size, "\(method)")
                #expect(abs(one.base - other.base) < 1e-5 * size, "\(method)")
                let sum = one.contributions.reduce(0) { $0 + $1.value }
                #expect(abs(one.value - one.base - sum - one.residual) < 1e-9 * size)
                if method == .integratedGradients || method == .deepLIFT {
                    let range = target == "number" ? 100.0 : 1
                    #expect(abs(one.residual) < 1e-4 * range, "\(method) leaves \(one.residual)")
                }
            }
            #expect(found.text.contains("Residual"))
        }
    }

    /// The same numbers as the other form, of all rows or of some.
    @Test func csvHoldsTheSame() throws {
        let scratch = try Scratch()
        defer { withExtendedLifetime(scratch) {} }
        var request = try Self.trained(scratch, "two")
        request.method = .deepLIFT
        let rows = try explainRows(request).rows
        var bytes: [UInt8] = []
        try explainRowsAsCSV(request, chosen: request.chosen) { bytes += $0 }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 4)
        let header = lines[0].split(separator: ",")
        #expect(header.prefix(4) == ["row", "value", "base", "residual"])
        for (line, row) in zip(lines.dropFirst(), rows) {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            #expect(cells[0] == "\(row.row)" && Double(cells[1]) == row.value)
            for item in row.contributions {
                let place = try #require(header.firstIndex { $0 == item.column })
                #expect(Double(cells[place]) == item.value)
            }
        }
        bytes = []
        request.method = .smoothGrad
        request.draws = 5
        try explainRowsAsCSV(request, chosen: nil) { bytes += $0 }
        let all = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(all.count == 901 && all[0].hasSuffix("city standard error"))
    }

    /// Several linear scores: the logits before the last curve are what relevance divides.
    @Test func relevanceIsOfTheLogit() throws {
        let scratch = try Scratch()
        defer { withExtendedLifetime(scratch) {} }
        var request = try Self.trained(scratch, "three") { $0.model.kind = .mlp }
        request.method = .relevancePropagation
        request.label = "middle"
        let found = try explainRows(request)
        #expect(found.quantity.contains("logit of middle"))
        for row in found.rows {
            #expect(row.base == 0 && row.contributions.contains { abs($0.value) > 1e-3 })
        }
    }

    @Test func aMemoryLimitChangesNothingButMemory() throws {
        let scratch = try Scratch()
        defer { withExtendedLifetime(scratch) {} }
        var request = try Self.trained(scratch, "two")
        request.method = .integratedGradients
        let free = try explainRows(request).rows
        // The other tests of the process take memory too.
        request.memoryLimit = 100_000_000_000
        let limited = try explainRows(request).rows
        for (one, other) in zip(free, limited) {
            for (a, b) in zip(one.contributions, other.contributions) {
                #expect(abs(a.value - b.value) < 1e-5)
            }
        }
    }

    @Test func whatCannotBeAskedIsSaid() throws {
        let scratch = try Scratch()
        defer { withExtendedLifetime(scratch) {} }
        let ready = try Self.trained(scratch, "two")
        func says(_ text: String, _ change: (inout ExplanationRequest) -> Void) {
            var request = ready
            change(&request)
            do {
                _ = try explainRows(request)
                Issue.record("\(text) was not said")
            } catch { #expect("\(error)".contains(text), "\(error)") }
        }
        says("--steps is for --method integrated-gradients") { $0.steps = 10 }
        says("--steps is 0") {
            $0.method = .integratedGradients
            $0.steps = 0
        }
        says("--draws is 1") {
            $0.method = .expectedGradients
            $0.draws = 1
        }
        says("--memory-limit is for methods by gradients") { $0.memoryLimit = 512_000_000 }
        says("Raise it") {
            $0.method = .saliency
            $0.memoryLimit = 1000
        }
        #expect(try byteCount("512MB", option: "--memory-limit") == 512_000_000)
        #expect(try byteCount("1.5gb", option: "--memory-limit") == 1_500_000_000)
        #expect(try byteCount("4096", option: "--memory-limit") == 4096)
        for text in ["", "MB", "-1MB", "many", "nanMB"] {
            #expect {
                try byteCount(text, option: "--memory-limit")
            } throws: { "\($0)".contains("512MB") }
        }
    }

    /// The mean of an additive model's folds is one of their logits, which has no single graph.
    @Test func aModelWithoutOneGraphSaysSo() throws {
        let scratch = try Scratch()
        defer { withExtendedLifetime(scratch) {} }
        var request = try Self.trained(scratch, "two") {
            $0.model.kind = .additive
            $0.model.width = nil
        }
        request.method = .saliency
        #expect { try explainRows(request) } throws: { "\($0)".contains("no gradient") }
    }
}
