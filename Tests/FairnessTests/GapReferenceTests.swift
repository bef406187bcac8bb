import Evidence
import Fairness
import Foundation
import Prediction
import Statistics
import Testing

/// Gaps of 2,000 predictions of Adult and 1,800 of COMPAS, against Fairlearn's and AIF360's; see Reference/gaps.py.
struct GapReferenceTests {
    private struct Reference: Decodable {
        var privileged: [String: String]
        var gaps: [String: [String: Double]]
        var generalizedEntropyIndex: Double
    }

    /// Predictions with what the peers find in them.
    private struct Case {
        var prefix: String
        var reference: Reference
        var predictions: LabelledPredictions

        init(_ prefix: String) {
            self.prefix = prefix
            let url = Bundle.module.url(forResource: prefix + "gaps", withExtension: "json")
            reference = try! JSONDecoder().decode(Reference.self, from: Data(contentsOf: url!))
            let rows = Bundle.module.url(forResource: prefix + "predictions", withExtension: "csv")
            let lines = try! String(contentsOf: rows!, encoding: .utf8).split(separator: "\n")
                .dropFirst().map { $0.split(separator: ",").map(String.init) }
            predictions = LabelledPredictions(
                split: .test,
                predictions: Predictions(
                    rows: lines.count, classes: ["0", "1"],
                    values: lines.flatMap { [1 - Double($0[1])!, Double($0[1])!] }),
                answers: .classes(lines.map { Int32($0[0])! }),
                protected: [
                    .init(name: "sex", groups: lines.map { $0[2] }),
                    .init(name: "race", groups: lines.map { $0[3] }),
                ])
        }

        func gaps(_ convention: GapConvention) throws -> [Evidence.Measurement] {
            var options = GapOptions()
            options.convention = convention
            options.privileged = reference.privileged
            return try GroupRates(options).measure(Subject(test: predictions)).groups
                .flatMap(\.gaps)
        }
    }

    private static let adult = Case("")
    private static let cases = ["": adult, "compas_": Case("compas_")]
    private static var predictions: LabelledPredictions { adult.predictions }

    /// - Parameter expected: How many are compared: of COMPAS one less, as ABROCA leaves groups with one positive out.
    @Test(arguments: [
        ("", GapConvention.fairlearn, 19), ("", .aif360, 10), ("compas_", .fairlearn, 18),
        ("compas_", .aif360, 10),
    ])
    func gapsEqualThePeers(_ data: String, _ convention: GapConvention, _ count: Int) throws {
        let known = try #require(Self.cases[data])
        var compared = 0
        for gap in try known.gaps(convention) {
            let column = try #require(gap.group)
            guard let peers = known.reference.gaps[column],
                let theirs = peers[gap.metric.rawValue]
            else { continue }
            // Fairlearn takes the precision of a group without a selected row for 0; ours is undefined.
            if gap.metric == "precisionGap", peers["selectionRateRatio"] == 0 { continue }
            if gap.metric == "abroca", gap.note?.contains("not compared") == true { continue }
            let value = try #require(gap.value, "\(gap.metric) of \(data)\(column)")
            #expect(abs(value - theirs) < 1e-9, "\(gap.metric) of \(data)\(column)")
            compared += 1
        }
        #expect(compared == count)
    }

    /// AIF360's signed gaps are holisticai's too, with the privileged group as its group b.
    @Test(arguments: ["", "compas_"]) func gapsEqualHolisticAIs(_ data: String) throws {
        struct Peer: Decodable { var gaps: [String: [String: Double]] }
        let url = try #require(
            Bundle.module.url(forResource: data + "holistic", withExtension: "json"))
        let peer = try JSONDecoder().decode(Peer.self, from: Data(contentsOf: url))
        let gaps = try #require(Self.cases[data]).gaps(.aif360)
        #expect(peer.gaps.count == 2)
        for (column, expected) in peer.gaps {
            for (metric, value) in expected {
                let gap = try #require(
                    gaps.first { $0.group == column && $0.metric.rawValue == metric })
                #expect(
                    abs(try #require(gap.value) - value) < 1e-9, "\(metric) of \(data)\(column)")
            }
        }
    }

    @Test(arguments: ["", "compas_"]) func entropyEqualsAIF360s(_ data: String) throws {
        let known = try #require(Self.cases[data])
        var options = GapOptions()
        options.convention = .aif360
        options.privileged = known.reference.privileged
        let found = try GroupRates(options).measure(Subject(test: known.predictions)).measurements
        let value = try #require(found.first { $0.metric == "generalizedEntropyIndex" }?.value)
        #expect(abs(value - known.reference.generalizedEntropyIndex) < 1e-9)
    }

    /// A group without positives has no true-positive rate: the gap is told of the others, and says so.
    @Test func aGroupWithoutPositivesIsNamed() throws {
        var rows = Self.predictions
        guard case .classes(var labels) = rows.answers else { return }
        let races = rows.protected[1].groups
        for row in labels.indices where races[row] == "Black" { labels[row] = 0 }
        rows.answers = .classes(labels)
        let gaps = try GroupRates().measure(Subject(test: rows)).groups[1].gaps
        for id: MetricID in ["truePositiveRateGap", "equalizedOddsGap", "rocAUCGap", "abroca"] {
            let gap = try #require(gaps.first { $0.metric == id })
            #expect(gap.value != nil)
            #expect(gap.verdict != nil)
            #expect(gap.note?.contains("not compared: ") == true, "\(id)")
            #expect(gap.note?.contains("Black (") == true, "\(id): \(gap.note ?? "")")
        }
        let selection = try #require(gaps.first { $0.metric == "selectionRateGap" })
        #expect(selection.note?.contains("Black (") == false)
    }

    /// Resamples within group and class give nearly the formula's intervals, and the gaps keep theirs.
    @Test func resampledRatesAgreeWithFormulas() throws {
        var options = GapOptions()
        options.resamples = 1000
        let subject = Subject(test: Self.predictions)
        let drawn = try GroupRates(options).measure(subject).groups[0]
        let formula = try GroupRates().measure(subject).groups[0]
        #expect(drawn.gaps == formula.gaps)
        var compared = 0
        for (row, other) in zip(drawn.rows, formula.rows) {
            for (mine, theirs) in zip(row.measurements, other.measurements) {
                #expect(mine.value == theirs.value)
                guard mine.interval?.method.hasPrefix("Bootstrap") == true else { continue }
                let (a, b) = (try #require(mine.interval), try #require(theirs.interval))
                // Classes are held fixed, so that selection and accuracy vary a little less.
                #expect(abs(a.lower - b.lower) < 0.25 * (b.upper - b.lower), "\(mine.metric)")
                #expect(abs(a.upper - b.upper) < 0.25 * (b.upper - b.lower), "\(mine.metric)")
                compared += 1
            }
        }
        #expect(compared >= 6)
        options.resamples = 1000
        var weighted = Self.predictions
        weighted.weights = Array(repeating: 2, count: weighted.rows)
        #expect(throws: StatisticsError.self) {
            try GroupRates(options).measure(Subject(test: weighted))
        }
    }

    /// Beside the rate that is found stands the one that is missed, with the interval from the other side, resampled or not.
    @Test(arguments: [nil, 200]) func theMissedStandBesideTheFound(_ resamples: Int?) throws {
        var options = GapOptions()
        options.resamples = resamples
        let rows = try GroupRates(options).measure(Subject(test: Self.predictions)).groups[0].rows
        #expect(rows.count > 1)
        for row in rows {
            let ids = row.measurements.map(\.metric)
            let place = try #require(ids.firstIndex(of: "falsePositiveRate"))
            #expect(ids[place + 1] == "falseNegativeRate")
            let found = try #require(row.measurements.first { $0.metric == "sensitivity" })
            let missed = row.measurements[place + 1]
            #expect(missed.value == found.value.map { 1 - $0 })
            let (a, b) = (try #require(missed.interval), try #require(found.interval))
            #expect(a.lower == 1 - b.upper && a.upper == 1 - b.lower && a.lower < a.upper)
            #expect(a.method == b.method)
        }
    }

    @Test func anIntersectionHasAGroupForEachCombination() throws {
        let both = Self.predictions.addingIntersections()
        #expect(both.protected.map(\.name) == ["sex", "race", "sex × race"])
        let columns = both.protected
        #expect(
            columns[2].groups[7] == columns[0].groups[7] + " × " + columns[1].groups[7])
    }

    @Test func aConventionWithoutItsPrivilegedGroupSaysSo() {
        var options = GapOptions()
        options.convention = .aif360
        options.privileged = ["sex": "Nobody", "race": "White"]
        #expect(throws: (any Error).self) {
            try GroupRates(options).measure(Subject(test: Self.predictions))
        }
    }
}
