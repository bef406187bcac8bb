import Evidence
import Foundation
import Platform
import RunStore
import Runs
import Testing

/// What every piece of work on a run took, in its ledger and as a bill.
@Suite struct RunBillTests {
    /// Of JSON, the value at a path of keys.
    private static func number(_ json: Any?, _ path: String...) -> Double? {
        let found = path.reduce(json) { ($0 as? [String: Any])?[$1] }
        return (found as? NSNumber)?.doubleValue
    }

    private static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func everyPieceOfWorkIsCharged() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(400), to: "data.csv")
        let run = scratch.path + "/run"
        // What YAML takes for a no is Norway.
        let file = try scratch.write(
            "target: class\nmodel: linear\nepochs: 1\ngrid: NO\nprice-per-kwh: 0.30EUR\n",
            to: "config.yaml")
        let trained = try CommandTests.run(
            "train", data, "--config", file, "--out", run, "--quiet")
        #expect(trained.status == 0, "\(trained.error)")
        let looks = try Ledger.read(run).looks
        let predicted = try CommandTests.run("predict", run, data)
        #expect(!predicted.error.contains("cost"), "\(predicted.error)")
        #expect(try CommandTests.run("predict", run, data).status == 0)
        #expect(try Ledger.read(run).looks == looks)
        // What fails at once is no work.
        #expect(try CommandTests.run("prove", run, "--remedy", "none").status == 1)
        let charges = try RunCharge.all(of: run)
        #expect(charges.map(\.work) == [.training, .probes, .prediction, .prediction])
        #expect(charges.map(\.rows) == [nil, nil, 400, 400])
        #expect(charges.allSatisfy { $0.usage.processorSeconds > 0 && !$0.usage.energy.isMeasured })

        let bill = try Self.object(try CommandTests.run("cost", "bill", run, "--json").output)
        let works = try #require(bill["works"] as? [[String: Any]])
        #expect(works.map { $0["work"] as? String } == ["training", "probes", "prediction"])
        #expect(works.map { Self.number($0, "count") } == [1, 1, 2])
        #expect(Self.number(works[2], "rows") == 800)
        let energy = charges.reduce(0) { $0 + $1.usage.energy.value }
        #expect(abs((Self.number(bill, "total", "energy", "value") ?? 0) - energy) < 1e-6 * energy)
        // 30 g/kWh in Norway, and 0.30 EUR.
        let grams = try #require(Self.number(bill, "total", "grams", "value"))
        #expect(abs(grams - energy / 3.6e6 * 30) < 1e-6 * grams)
        let money = try #require(Self.number(bill, "total", "money", "value"))
        #expect(abs(money - energy / 3.6e6 * 0.3) < 1e-6 * money)
        #expect((bill["tariff"] as? [String: Any])?["grid"] as? String == "NO")
        let report = try Self.object(
            String(decoding: try Files.read(run + "/measurements.json"), as: UTF8.self))
        let measured = try #require(report["measurements"] as? [[String: Any]])
        let rate = try #require(measured.first { $0["metric"] as? String == "predictionRate" })
        let seconds = try #require(Self.number(bill, "perThousandPredictions", "seconds"))
        #expect(abs(seconds - 1000 / (Self.number(rate, "value") ?? 0)) < 1e-9)
        for (metric, unit) in [("totalEmissions", "g"), ("totalMoney", "EUR"), ("energy", "kJ")] {
            let found = try #require(measured.first { $0["metric"] as? String == metric })
            #expect(found["unit"] as? String == unit && found["interval"] != nil, "\(metric)")
            #expect((found["note"] as? String)?.hasPrefix("an estimate, not a") == true)
        }

        // Another tariff is another view.
        let french = try Self.object(
            try CommandTests.run(
                "cost", "bill", run, "--grid", "fra", "--price-per-hour", "3600EUR", "--json"
            ).output)
        let there = try #require(Self.number(french, "total", "grams", "value"))
        #expect(abs(there / grams - 56.0 / 30) < 1e-6)
        #expect(
            (Self.number(french, "total", "money", "value") ?? 0)
                > (Self.number(french, "total", "seconds") ?? 1e9))
        let text = try CommandTests.run("cost", "bill", run).output
        #expect(text.contains("no confidence interval") && text.contains("Not known or assumed"))
        for (arguments, words) in [
            (["--grid", "UK"], "GB (United Kingdom)"),
            (["--price-per-hour", "1USD"], "one currency"),
            (["--price-per-kwh", "1EURO"], "near ones: EUR"),
            (["--carbon-intensity", "-1"], "--carbon-intensity"),
        ] {
            let refused = try CommandTests.run(["cost", "bill", run] + arguments)
            #expect(refused.status != 0 && refused.error.contains(words), "\(refused.error)")
        }

        let csv = try CommandTests.run("cost", "codecarbon", run).output
        let lines = csv.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(lines.count == 5 && lines.allSatisfy { $0.count == 38 })
        #expect(lines[0].prefix(3) == ["timestamp", "project_name", "run_id"])
        let place = try #require(lines[0].firstIndex(of: "energy_consumed"))
        #expect(abs((Double(lines[1][place]) ?? 0) - charges[0].usage.energy.value / 3.6e6) < 1e-12)
        #expect(lines[1].contains("NOR") && lines[4].contains("prediction"))
    }

    /// Writers at the same time lose nothing, looks stay as they were, and what cannot be written is said.
    @Test func addingLosesNothing() throws {
        let scratch = try Scratch()
        let folder = scratch.path + "/run"
        try Files.makeFolder(folder)
        let usage = Usage(
            wallSeconds: 1, processorSeconds: 2,
            energy: .estimate(3, in: 1...9, unknowns: ["all \"of\" it"]))
        // A run that keeps no ledger gets none.
        #expect(RunCharge(.proof, "a proof", usage).add(to: folder) == nil)
        #expect(!Files.exists(Ledger.path(in: folder)))
        try Ledger.append(
            [.init(time: "t", kind: .look, split: "test", rows: 9, purpose: "a look")], in: folder)
        DispatchQueue.concurrentPerform(iterations: 8) { index in
            let warning = RunCharge(.prediction, "\(index)", usage, rows: index).add(to: folder)
            #expect(warning == nil)
        }
        let charges = try RunCharge.all(of: folder)
        #expect(charges.map(\.purpose).sorted() == (0..<8).map { "\($0)" })
        #expect(charges.allSatisfy { $0.usage == usage && $0.place == .here })
        #expect(try Ledger.read(folder).looks == ["test": 1])
        try Files.remove(Ledger.path(in: folder))
        try Files.makeFolder(Ledger.path(in: folder))
        let warning = RunCharge(.proof, "a proof", usage).add(to: folder)
        #expect(warning?.contains("was not added to the run's ledger") == true)
    }
}
