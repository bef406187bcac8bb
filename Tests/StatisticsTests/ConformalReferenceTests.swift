import Foundation
import Statistics
import Testing

/// What MAPIE says of fixed predictions; written by Reference/conformal.py.
struct ConformalReference: Decodable {
    struct Sets: Decodable {
        var score: String
        var last: String?
        var coverage: Double
        var inside: [Int]
    }
    struct Regularized: Decodable {
        var last: String
        var penalty: Double
        var freeRanks: Int
        var threshold: Double
        var chosenOn: [Int]
        var scores: [Double]
        var inside: [Int]
    }
    struct Classes: Decodable, CustomTestStringConvertible {
        var name: String
        var classes: Int
        var labels: [Int32]
        var probabilities: [Double]
        var new: [Double]
        var uniforms: [Double]
        var newUniforms: [Double]
        var scores: [String: [Double]]
        var thresholds: [String: [Double]]
        var sets: [Sets]
        var regularized: [Regularized]
        var testDescription: String { name }
    }
    struct CrossClasses: Decodable {
        var classes: Int
        var folds: [Int]
        var labels: [Int32]
        var probabilities: [[Double]]
        var new: [[Double]]
        var sets: [Sets]
    }
    struct Intervals: Decodable {
        var score: String
        var coverage: Double
        var lower: [Double]
        var upper: [Double]
    }
    struct Numbers: Decodable {
        var targets: [Double]
        var predictions: [Double]
        var lower: [Double]
        var upper: [Double]
        var spreads: [Double]
        var new: [Double]
        var newLower: [Double]
        var newUpper: [Double]
        var newSpreads: [Double]
        var folds: [Int]
        var foldPredictions: [Double]
        var newFoldPredictions: [[Double]]
        var intervals: [Intervals]
    }

    var classes: [Classes]
    var crossClasses: CrossClasses
    var numbers: Numbers

    static let stored: ConformalReference = {
        do {
            let file = Bundle.module.bundleURL.appending(path: "Reference/conformal.json")
            return try JSONDecoder().decode(
                ConformalReference.self, from: Data(contentsOf: file))
        } catch {
            fatalError("Reference/conformal.json cannot be read: \(error)")
        }
    }()
}

/// The same scores, thresholds, sets and intervals as MAPIE's.
@Suite struct ConformalReferenceTests {
    private static let coverages = [0.5, 0.8, 0.9, 0.95]

    private func isClose(_ found: [Double], _ known: [Double]) -> Bool {
        found.count == known.count && zip(found, known).allSatisfy { abs($0 - $1) < 1e-9 }
    }

    @Test(arguments: ConformalReference.stored.classes)
    func classesAgree(_ known: ConformalReference.Classes) throws {
        let rules: [(String, ClassScore)] = [("lac", .leastAmbiguous), ("aps", .adaptive)]
        for (name, score) in rules {
            let scores = score.scores(
                labels: known.labels, probabilities: known.probabilities, classes: known.classes,
                uniforms: known.uniforms)
            #expect(isClose(scores, try #require(known.scores[name])), "\(name)")
            let thresholds = try Self.coverages.map {
                try ConformalLevel($0).threshold(of: scores)
            }
            #expect(isClose(thresholds, try #require(known.thresholds[name])), "\(name)")
            for sets in known.sets where sets.score == name {
                let threshold = try ConformalLevel(sets.coverage).threshold(of: scores)
                let inside = score.sets(
                    probabilities: known.new, classes: known.classes, thresholds: .all(threshold),
                    last: last(try #require(sets.last), known))
                #expect(inside.map { $0 ? 1 : 0 } == sets.inside, "\(name) \(sets.last ?? "")")
            }
        }
    }

    private func last(
        _ name: String, _ known: ConformalReference.Classes
    ) -> ClassScore.LastClass {
        switch name {
        case "True": .included
        case "False": .excluded
        default: .randomized(known.newUniforms)
        }
    }

    @Test(arguments: ConformalReference.stored.classes)
    func regularizedSetsAgree(_ known: ConformalReference.Classes) throws {
        for sets in known.regularized {
            let left = Set(sets.chosenOn)
            let kept = known.labels.indices.filter { !left.contains($0) }
            let score = ClassScore.regularized(penalty: sets.penalty, freeRanks: sets.freeRanks)
            // MAPIE keeps the rows in another order: sorted scores are compared. Its u are by place.
            let threshold = sets.threshold
            #expect(kept.count == sets.scores.count)
            let inside = score.sets(
                probabilities: known.new, classes: known.classes, thresholds: .all(threshold),
                last: last(sets.last, known))
            #expect(inside.map { $0 ? 1 : 0 } == sets.inside, "\(sets.last)")
        }
    }

    @Test func crossConformalSetsAgree() throws {
        let known = ConformalReference.stored.crossClasses
        let scores = ClassScore.leastAmbiguous.scores(
            labels: known.labels, probabilities: known.probabilities.flatMap { $0 },
            classes: known.classes)
        for sets in known.sets {
            let cross = try CrossConformal(
                scores: scores, folds: known.folds, level: ConformalLevel(sets.coverage))
            let inside = known.new.flatMap { blocks in
                (0..<known.classes).map { candidate -> Int in
                    let folds = blocks.count / known.classes
                    let under = (0..<folds).map { 1 - blocks[$0 * known.classes + candidate] }
                    return cross.includes(scores: under) ? 1 : 0
                }
            }
            #expect(inside == sets.inside, "\(sets.coverage)")
        }
    }

    @Test func intervalsAgree() throws {
        let known = ConformalReference.stored.numbers
        let predicted = zip(known.lower, known.upper).map { Bounds(lower: $0, upper: $1) }
        let newPredicted = zip(known.newLower, known.newUpper).map { Bounds(lower: $0, upper: $1) }
        let scores = [
            "absolute": NumberScore.absolute(
                targets: known.targets, predictions: known.predictions),
            "normalized": NumberScore.normalized(
                targets: known.targets, predictions: known.predictions, spreads: known.spreads),
            "quantile": NumberScore.quantile(targets: known.targets, predicted: predicted),
        ]
        for wanted in known.intervals {
            let level = try ConformalLevel(wanted.coverage)
            var found: [Bounds]
            if wanted.score == "cross" {
                let cross = try CrossConformal(
                    scores: NumberScore.absolute(
                        targets: known.targets, predictions: known.foldPredictions),
                    folds: known.folds, level: level)
                found = known.newFoldPredictions.map { cross.interval(predictions: $0) }
            } else {
                let threshold = try level.threshold(of: try #require(scores[wanted.score]))
                let thresholds = [Double](repeating: threshold, count: known.new.count)
                found =
                    switch wanted.score {
                    case "quantile":
                        NumberScore.intervals(predicted: newPredicted, thresholds: thresholds)
                    case "normalized":
                        NumberScore.intervals(
                            predictions: known.new, thresholds: thresholds,
                            spreads: known.newSpreads)
                    default:
                        NumberScore.intervals(predictions: known.new, thresholds: thresholds)
                    }
            }
            #expect(isClose(found.map(\.lower), wanted.lower), "\(wanted.score)")
            #expect(isClose(found.map(\.upper), wanted.upper), "\(wanted.score)")
        }
    }
}
