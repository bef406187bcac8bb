import DataEfficiency
import Foundation
import Statistics
import TensorCore
import Testing

/// What cleanlab and others made of fixed labels: `Reference/labels.py`.
private struct LabelReference: Decodable {
    struct Noisy: Decodable {
        var classes: Int
        var labels: [Int]
        var probabilities: [Double]
        var wrong: [Bool]
        var counts: [[Int]]
        var joint: [[Double]]
        var scores: [Double]
        var averagePrecision: Double

        var given: GivenLabels {
            GivenLabels(labels: labels, probabilities: probabilities, classes: classes)
        }
    }
    struct Annotated: Decodable {
        var classes: Int
        var labels: [[Int?]]
        var cohen: Double
        var fleiss: Double
        var krippendorff: Double
        var posteriors: [[Double]]
        var shares: [Double]
        var confusions: [[[Double]]]
    }
    var noisy: [Noisy]
    var annotated: [Annotated]

    static let stored: LabelReference = {
        do {
            let file = Bundle.module.bundleURL.appending(path: "Reference/labels.json")
            return try JSONDecoder().decode(LabelReference.self, from: Data(contentsOf: file))
        } catch {
            fatalError("Reference/labels.json cannot be read: \(error)")
        }
    }()
}

/// The mean of the precision at each hit; of equals by their place.
private func averagePrecision(_ order: [Int], _ wrong: [Bool]) -> Double {
    var hits = 0.0
    var sum = 0.0
    for (place, row) in order.enumerated() where wrong[row] {
        hits += 1
        sum += hits / Double(place + 1)
    }
    return sum / hits
}

@Suite struct WrongLabelTests {
    @Test(arguments: [0, 1, 2])
    func theJointIsThatOfCleanlab(_ place: Int) {
        let known = LabelReference.stored.noisy[place]
        let found = ConfidentJoint(known.given)
        #expect(found.counts == known.counts)
        // cleanlab's are whole rows.
        let row = 1 / Double(known.labels.count)
        for (own, others) in zip(found.joint, known.joint) {
            for (one, other) in zip(own, others) { #expect(abs(one - other) <= row + 1e-12) }
        }
        #expect(abs(found.joint.joined().reduce(0, +) - 1) < 1e-12)
    }

    @Test(arguments: [0, 1])
    func theOrderFindsNoLessThanCleanlabs(_ place: Int) {
        let known = LabelReference.stored.noisy[place]
        for (own, score) in zip(known.given.doubts, known.scores) {
            #expect(abs(1 - own - score) < 1e-12)
        }
        let own = averagePrecision(WrongShare(known.given).order, known.wrong)
        // Where two rows are equal, scikit-learn takes them at once.
        #expect(own >= known.averagePrecision - 0.01)
    }

    @Test func aRateCountsTheRowsConfidentlyOfItsClass() {
        let given = GivenLabels(
            labels: [0, 0, 0, 1, 1, 1],
            probabilities: [0.9, 0.1, 0.8, 0.2, 0.1, 0.9, 0.2, 0.8, 0.1, 0.9, 0.9, 0.1], classes: 2)
        let joint = ConfidentJoint(given)
        #expect(joint.counts == [[2, 1], [1, 2]])
        #expect(joint.rate(from: 1, to: 0).value == 1.0 / 3)
    }

    /// Rows of two classes that overlap by `spread`, a model that knows how, and labels of which a share is swapped.
    private func made(
        _ share: Double, spread: Double, rows: Int, seed: UInt64
    ) -> (given: GivenLabels, wrong: [Bool]) {
        let random = CounterRandom(seed: seed, name: "swapped labels")
        var labels: [Int] = []
        var probabilities: [Double] = []
        var wrong: [Bool] = []
        for row in 0..<rows {
            let index = UInt64(row)
            let side = random.uniform(index: index)
            // From 0 to 1, in the middle of which the classes overlap.
            let right = min(1, max(0, 0.5 + (side - 0.5) / max(spread, 1e-9)))
            let truth = random.uniform(step: 1, index: index) < right ? 1 : 0
            let isWrong = random.uniform(step: 2, index: index) < share
            labels.append(isWrong ? 1 - truth : truth)
            wrong.append(isWrong)
            // Learned from labels of which the share is swapped, with some error.
            let told = right * (1 - share) + (1 - right) * share
            let error = 0.06 * (random.uniform(step: 3, index: index) - 0.5)
            let said = min(0.999, max(0.001, told + error))
            probabilities += [1 - said, said]
        }
        return (GivenLabels(labels: labels, probabilities: probabilities, classes: 2), wrong)
    }

    /// The promise is of the rows that are listed, whose number is random: in 95 % or more of samples the share that is
    /// wrong lies within.
    @Test(arguments: [(0.05, 0.1), (0.1, 0.3), (0.2, 0.1), (0.2, 0.4)])
    func thePromisedShareHolds(_ share: Double, _ spread: Double) {
        var held = 0
        var covered = 0
        let samples = 40
        for sample in 0..<samples {
            let (given, wrong) = made(share, spread: spread, rows: 600, seed: UInt64(sample))
            let found = WrongShare(given)
            let listed = found.listed(shareRight: 0.5)
            let promise = found.promise(first: listed.count)
            let hits = Double(listed.count { wrong[$0] }) / Double(max(listed.count, 1))
            if listed.isEmpty { held += 1 } else if let lower = promise.lower, let upper = promise.upper,
                lower - 1e-9 <= hits, hits <= upper + 1e-9
            {
                held += 1
            }
            let truth = Double(wrong.count { $0 }) / Double(wrong.count)
            if let lower = found.estimate.lower, let upper = found.estimate.upper,
                lower <= truth, truth <= upper
            {
                covered += 1
            }
        }
        #expect(held >= 36, "\(held) of \(samples)")
        #expect(covered >= 36, "\(covered) of \(samples)")
    }

    @Test(arguments: [0.05, 0.3])
    func cleanLabelsMayAllBeRight(_ spread: Double) {
        let found = WrongShare(made(0, spread: spread, rows: 600, seed: 9).given)
        #expect((found.estimate.lower ?? 1) <= 0.02)
    }

    @Test func chancesNeverRiseAsTheDoubtFalls() {
        let found = WrongShare(made(0.2, spread: 0.2, rows: 400, seed: 3).given)
        let chances = found.order.map { found.chances[$0] }
        #expect(zip(chances, chances.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(chances.allSatisfy { (0..<1).contains($0) })
        for (chance, bounds) in zip(found.chances, found.chanceBounds) {
            #expect(bounds.lower <= chance && chance <= bounds.upper)
        }
    }

    /// Half of right rows are plain, and of wrong ones the first: many more labels are planted there than are doubted, so that
    /// the ratio alone would call that one surely wrong.
    @Test(arguments: [50, 500])
    func noChanceIsMoreThanPlantedLabelsCanShow(_ rows: Int) {
        var labels: [Int] = []
        var probabilities: [Double] = []
        for row in 0..<rows {
            let isWrong = row % 5 == 0
            let isPlain = isWrong ? row == 0 : row % 2 == 0
            labels.append(isWrong ? 0 : 1)
            probabilities += isPlain ? [0.001, 0.999] : [0.1, 0.9]
        }
        let given = GivenLabels(labels: labels, probabilities: probabilities, classes: 2)
        let found = WrongShare(given)
        let greatest = found.chances.max() ?? 1
        #expect(greatest <= shareShownByAll(of: Double(rows)))
        #expect(greatest >= shareShownByAll(of: 0.3 * Double(rows)))
        #expect(found.promise(first: 1).value.map { $0 == greatest } ?? false)
    }

    /// However many rows a model doubts alike, they have one chance, and the bound counts them all.
    @Test func rowsThatAreDoubtedAlikeHaveOneChance() {
        let labels = (0..<200).map { $0 % 4 == 0 ? 0 : 1 }
        let given = GivenLabels(
            labels: labels, probabilities: labels.flatMap { _ in [0.1, 0.9] }, classes: 2)
        let found = WrongShare(given)
        for label in 0...1 {
            #expect(Set(labels.indices.filter { labels[$0] == label }.map { found.chances[$0] }).count == 1)
        }
        // A quarter is doubted as all planted labels of the others are.
        #expect(found.estimate.upper.map { $0 >= 0.25 } ?? false)
    }

    @Test func aShareThatAllRowsShowIsThatOfTheRuleOfThree() {
        #expect(abs(shareShownByAll(of: 300) - (1 - 3.0 / 300)) < 1e-4)
        #expect(abs(shareShownByAll(of: 7) - clopperPearson(share: 1, rows: 7, tail: 0.05).lower) < 1e-12)
        #expect(shareShownByAll(of: 0) == 0)
    }

    @Test func tooFewRowsTellNothing() {
        let given = GivenLabels(labels: [0, 1], probabilities: [0.2, 0.8, 0.3, 0.7], classes: 2)
        let found = WrongShare(given)
        #expect(found.estimate.value == nil && found.listed(shareRight: 0.5).isEmpty)
        #expect(found.promise(first: 0).value == nil)
        #expect(WrongShare(GivenLabels(labels: [], probabilities: [], classes: 2)).order.isEmpty)
    }

    @Test func aShareBetweenNoneAndAllIsNotTold() {
        func told(_ lower: Double, _ upper: Double) -> Estimate {
            Estimate(value: 0.6, lower: lower, upper: upper, method: "binomial", count: 9).toldShare
        }
        #expect(told(0, 1).value == nil && told(0, 1).lower == nil && told(0, 1).upper == nil)
        #expect(told(0, 1).note?.contains("cannot tell") == true)
        #expect(told(0, 0.9).value == 0.6 && told(0.1, 1).lower == 0.1)
    }

    @Test func wrongNumbersComeFirst() {
        let random = CounterRandom(seed: 4, name: "wrong numbers")
        let predictions = (0..<400).map { 10 * random.uniform(index: UInt64($0)) }
        var targets = predictions.enumerated().map {
            $1 + 0.2 * (random.uniform(step: 1, index: UInt64($0)) - 0.5)
        }
        for row in stride(from: 0, to: 400, by: 20) { targets[row] = 10 - targets[row] + 1 }
        let found = WrongNumbers(
            targets: targets, predictions: predictions, miscoverage: 0.01, shift: 123)
        let first = found.share.order.prefix(14)
        #expect(first.allSatisfy { $0.isMultiple(of: 20) })
        #expect(found.share.listed(shareRight: 0.5).count >= 14)
        #expect(found.share.estimate.lower == 0)
        #expect((found.share.estimate.upper ?? 0) >= 0.05)
    }
}

@Suite struct AnnotatorTests {
    @Test(arguments: [0, 1])
    func agreementIsThatOfTheReferences(_ place: Int) {
        let known = LabelReference.stored.annotated[place]
        let agreement = AnnotatorAgreement(labels: known.labels, classes: known.classes)
        for (found, value) in [
            (agreement.cohen(0, 1), known.cohen), (agreement.fleiss, known.fleiss),
            (agreement.krippendorff, known.krippendorff),
        ] {
            #expect(abs((found.value ?? .nan) - value) < 1e-9)
            #expect((found.lower ?? 1) < value && value < (found.upper ?? -1))
        }
    }

    @Test(arguments: [0, 1])
    func theConsensusIsThatOfDawidAndSkene(_ place: Int) {
        let known = LabelReference.stored.annotated[place]
        let found = DawidSkene(labels: known.labels, classes: known.classes)
        #expect(found.converged)
        for (own, others) in zip(found.posteriors, known.posteriors) {
            for (one, other) in zip(own, others) { #expect(abs(one - other) < 1e-6) }
        }
        for (own, others) in zip(found.confusions.joined(), known.confusions.joined()) {
            for (one, other) in zip(own, others) { #expect(abs(one - other) < 1e-6) }
        }
        for (one, other) in zip(found.shares, known.shares) { #expect(abs(one - other) < 1e-6) }
    }

    /// Two annotators who err independently: the interval of κ covers the κ of all rows there could be.
    @Test func kappaIsCovered() {
        // Right with 0.8 each, two classes in equal shares: agreement 0.68, by chance 0.5.
        let truth = (0.68 - 0.5) / 0.5
        var covered = 0
        let samples = 200
        for sample in 0..<samples {
            let random = CounterRandom(seed: UInt64(sample), name: "kappa")
            let labels = (0..<2).map { annotator in
                (0..<120).map { row -> Int? in
                    let label = random.uniform(index: UInt64(row)) < 0.5 ? 0 : 1
                    let isRight =
                        random.uniform(step: UInt32(annotator + 1), index: UInt64(row)) < 0.8
                    return isRight ? label : 1 - label
                }
            }
            let found = AnnotatorAgreement(labels: labels, classes: 2).cohen(0, 1)
            if let lower = found.lower, let upper = found.upper, lower <= truth, truth <= upper {
                covered += 1
            }
        }
        // 95 % less two standard errors of 200 samples.
        #expect(covered >= 184, "\(covered) of \(samples)")
    }

    @Test func whoAlwaysAgreesHasNoInterval() {
        let labels: [[Int?]] = [Array(repeating: [0, 1], count: 10).flatMap(\.self), Array(repeating: [0, 1], count: 10).flatMap(\.self)]
        let found = AnnotatorAgreement(labels: labels, classes: 2).cohen(0, 1)
        #expect(found.value == 1 && found.lower == nil && found.note != nil)
    }
}
