import Figures
import Foundation
import Platform
import Reporting
import Runs
import Statistics
import Studies
import TensorCore
import Testing
import Tuning

/// `vouch tune importance` and `vouch tune box` of a study that was written by hand.
@Suite struct TuneStudyTests {
    private static let space = SearchSpace(
        dated: "2026-11-30", source: "a test",
        parameters: [
            SearchParameter("learning-rate", .real(lower: 1e-4, upper: 1e-1, isLogarithmic: true)),
            SearchParameter("width", .integer(lower: 32, upper: 256, isLogarithmic: true)),
            SearchParameter("codes", .choice(["auto", "off"])),
        ])
    private static let standard = SearchPoint([
        "learning-rate": "0.003", "width": "128", "codes": "auto",
    ])

    private struct Head: Encodable {
        var space: SearchSpace
        var standard: SearchPoint
    }

    /// A loss that is a bowl over the rate's logarithm, and a little better without codes.
    private static func loss(_ point: SearchPoint) -> Double {
        let rate = Double(point.values["learning-rate"] ?? "") ?? 1
        let apart = (Foundation.log10(rate) + 2.52) / 3
        return 0.4 + 0.5 * apart * apart + (point.values["codes"] == "off" ? 0.004 : 0)
    }

    private static func study(
        in scratch: Scratch, points: Int = 36, repeats: Int = 3, noise: Double = 0.004
    ) throws -> String {
        var draws = DrawnNumbers(CounterRandom(seed: 12, name: "study"))
        var lines = [try JSONEncoder().encode(Head(space: space, standard: standard))]
        var number = 0
        func add(_ point: SearchPoint, _ asked: SearchPoint, _ fidelity: Fidelity = .whole) throws {
            let trial = FinishedTrial(
                plan: PlannedTrial(
                    number: number, rung: 0, point: asked, fidelity: fidelity,
                    seed: UInt64(number)),
                objective: loss(point) + noise * draws.normal())
            lines.append(try JSONEncoder().encode(trial))
            number += 1
        }
        for place in 0..<points {
            var point = standard
            if place > 0 {
                let rate = 1e-4 * Foundation.pow(1000, draws.uniform())
                let width = Int((32 * Foundation.pow(8, draws.uniform())).rounded())
                point = SearchPoint([
                    "learning-rate": "\(rate)", "width": "\(width)",
                    "codes": draws.uniform() < 0.5 ? "auto" : "off",
                ])
            }
            // The default names nothing.
            for _ in 0..<(place < 4 ? repeats : 1) {
                try add(point, place == 0 ? .standard : point)
            }
        }
        try add(standard, .standard, Fidelity(rows: 0.5, epochs: 1))
        let text = lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
        return try scratch.write(text + "\n", to: "trials.jsonl")
    }

    private static func json(_ bytes: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    @Test func aStudyIsReadWithWhatTheRecipeSettles() throws {
        let scratch = try Scratch()
        let found = try finishedTrials(of: try Self.study(in: scratch))
        #expect(found.space == Self.space && found.standard == Self.standard)
        #expect(found.trials.count == 45 && found.trials[0].plan.point == Self.standard)
    }

    @Test func whatMattersIsTold() throws {
        let scratch = try Scratch()
        let answer = try tuneImportance(try Self.study(in: scratch))
        let text = answer.text
        #expect(text.contains("learning-rate") && text.contains("matters"), "\(text)")
        #expect(text.contains("1 trial left out: of fewer rows"))
        #expect(text.contains("The seed alone moves the loss by"))
        let json = try Self.json(answer.json())
        let settings = try #require(json["settings"] as? [[String: Any]])
        #expect((settings[0]["settings"] as? [String]) == ["learning-rate"])
        #expect((settings[0]["verdict"] as? String) == "matters")
        let width = try #require(settings.first { ($0["settings"] as? [String]) == ["width"] })
        #expect((width["lower"] as? Double) == 0)
        // The parts, and the slice of the two numbers with the trials as points.
        #expect(answer.figures.map(\.id) == ["what-matters", "slice-learning-rate-width"])
        let slice = try #require(answer.figures.last?.svgFile)
        #expect(slice.components(separatedBy: "<circle").count > 30 && slice.contains("<path"))
        #expect(slice.contains("learning-rate") && !slice.contains("nan"))
    }

    @Test func theBoxIsInTheSettingsUnits() throws {
        let scratch = try Scratch()
        let study = try Self.study(in: scratch)
        let answer = try tuneBox(BoxRequest(study, worseBy: "8%"))
        let json = try Self.json(answer.json())
        #expect((json["verdict"] as? String) == "safe box", "\(answer.text)")
        let settings = try #require(json["settings"] as? [[String: Any]])
        let rate = try #require(settings.first)
        let (lower, upper) = (rate["lower"] as? Double ?? 0, rate["upper"] as? Double ?? 0)
        #expect(lower <= 0.003 && 0.003 <= upper && lower >= 1e-4 && upper < 0.1)
        #expect((rate["isLogarithmic"] as? Bool) == true)
        #expect((settings[1]["isInteger"] as? Bool) == true)
        // Drawn at the ends, the loss is within what was stated.
        for end in [lower, upper] {
            let point = SearchPoint(["learning-rate": "\(end)", "codes": "off"])
            #expect(Self.loss(point) < Self.loss(Self.standard) * 1.08)
        }
        // Less than the seed's noise cannot be held.
        let small = try tuneBox(BoxRequest(study, worseBy: "0.0001"))
        #expect(small.text.contains("unreachable"), "\(small.text)")
    }

    @Test func whatIsLackingIsSaid() throws {
        let scratch = try Scratch()
        let few = try Self.study(in: scratch, points: 8, repeats: 1)
        #expect(try tuneImportance(few).text.contains("12 more settings tried by whole trainings"))
        #expect(try tuneBox(BoxRequest(few, worseBy: "5%")).text.contains("cannot tell"))
        let other = try Scratch()
        let unrepeated = try Self.study(in: other, repeats: 1)
        let text = try tuneImportance(unrepeated).text
        #expect(text.contains("5 more trainings of the same settings under other seeds"), "\(text)")
    }

    @Test func wrongRequestsAreRefused() throws {
        let scratch = try Scratch()
        func refusal(_ body: () throws -> Void) -> String {
            asTyped(#expect(throws: (any Error).self) { try body() })
        }
        #expect(refusal { _ = try tuneImportance(scratch.path + "/none") }.contains("no study"))
        let broken = try scratch.write("{\"space\": 1}\n", to: "broken.jsonl")
        #expect(refusal { _ = try tuneImportance(broken) }.contains("line 1"))
        let study = try Self.study(in: scratch)
        for wrong in ["-1", "0", "much", "nan%"] {
            let told = refusal { _ = try tuneBox(BoxRequest(study, worseBy: wrong)) }
            #expect(told.contains("--worse-by is \(wrong)"))
        }
    }
}
