import Prediction
import RealModule
import TensorCore
import Testing
import Tuning

@Suite struct GreedyBagTests {
    /// Two classes: rows with probabilities of the second.
    private func said(_ positive: [Double]) -> Predictions {
        Predictions(
            rows: positive.count, classes: ["no", "yes"], values: positive.flatMap { [1 - $0, $0] })
    }

    private func rows(_ labels: [Int32], weights: [Double]? = nil) -> LabelledPredictions {
        LabelledPredictions(
            split: .validation, predictions: said(labels.map { _ in 0.5 }),
            answers: .classes(labels),
            weights: weights)
    }

    @Test func modelsThatErrApartAreMixed() {
        let labels: [Int32] = [1, 1, 0, 0]
        let first = said([0.9, 0.3, 0.1, 0.7])
        let second = said([0.3, 0.9, 0.7, 0.1])
        let useless = said([0.5, 0.5, 0.5, 0.5])
        let bag = GreedyBag([useless, first, second], on: rows(labels))
        #expect(bag.counts == [0, 1, 1])
        #expect(abs(bag.loss + Double.log(0.6)) < 1e-12)
    }

    @Test func theBestAloneStaysAlone() {
        let bag = GreedyBag([said([0.6, 0.4]), said([0.99, 0.01])], on: rows([1, 0]))
        #expect(bag.counts == [0, 1])
        // Two that say the same: the first.
        #expect(GreedyBag([said([0.8]), said([0.8])], on: rows([1])).counts == [1, 0])
    }

    @Test func rowsCountByTheirWeights() {
        let models = [said([0.9, 0.2]), said([0.2, 0.9])]
        #expect(
            GreedyBag(models, on: rows([1, 1], weights: [100, 1]), rounds: 1).counts == [1, 0])
        #expect(
            GreedyBag(models, on: rows([1, 1], weights: [1, 100]), rounds: 1).counts == [0, 1])
    }

    @Test func numbersAreMixedToo() {
        func said(_ values: [Double]) -> Predictions {
            Predictions(rows: values.count, classes: [], values: values)
        }
        let rows = LabelledPredictions(
            split: .validation, predictions: said([0, 0]), answers: .numbers([1, 2]))
        let bag = GreedyBag([said([0, 2]), said([2, 2]), said([9, 9])], on: rows)
        #expect(bag.counts == [1, 1, 0] && bag.loss == 0)
    }

    /// Against a direct transcription over made-up models of three classes.
    @Test(arguments: [false, true]) func itIsWhatThePaperSays(meansLogits: Bool) {
        let random = CounterRandom(seed: 5, name: "bags")
        let (models, count, classes, rounds) = (5, 60, 3, 6)
        let labels = (0..<count).map {
            Int32(random.uniform(step: 1, index: UInt64($0)) * Double(classes))
        }
        let probabilities = (0..<models).map { model in
            (0..<count).map { row in
                let raw = (0..<classes).map { place in
                    Double.exp(
                        (Int32(place) == labels[row] ? 0.7 : 0)
                            + 2
                            * random.uniform(
                                step: UInt32(2 + model), index: UInt64(row * classes + place)))
                }
                let sum = raw.reduce(0, +)
                return raw.map { $0 / sum }
            }
        }
        func loss(_ bag: [Int]) -> Double {
            (0..<count).reduce(0.0) { sum, row in
                var mean = (0..<classes).map { place in
                    bag.reduce(0.0) {
                        let own = probabilities[$1][row][place]
                        return $0 + (meansLogits ? Double.log(own) : own) / Double(bag.count)
                    }
                }
                if meansLogits {
                    let powers = mean.map { Double.exp($0) }
                    mean = powers.map { $0 / powers.reduce(0, +) }
                }
                return sum - Double.log(mean[Int(labels[row])])
            } / Double(count)
        }
        var bag: [Int] = []
        var best: (bag: [Int], loss: Double) = ([], .infinity)
        for _ in 0..<rounds {
            let next = (0..<models).min { loss(bag + [$0]) < loss(bag + [$1]) } ?? 0
            bag.append(next)
            if loss(bag) < best.loss - 1e-12 { best = (bag, loss(bag)) }
        }
        let answers = LabelledPredictions(
            split: .validation,
            predictions: Predictions(
                rows: count, classes: ["a", "b", "c"],
                values: [Double](repeating: 1.0 / 3, count: count * classes)),
            answers: .classes(labels))
        let found = GreedyBag(
            probabilities.map {
                Predictions(rows: count, classes: ["a", "b", "c"], values: $0.flatMap { $0 })
            }, on: answers, rounds: rounds, meansLogits: meansLogits)
        let counts = (0..<models).map { model in best.bag.count { $0 == model } }
        let total = found.counts.reduce(0, +)
        #expect(best.bag.count % total == 0)
        #expect(counts == found.counts.map { $0 * best.bag.count / total })
        #expect(abs(found.loss - best.loss) < 1e-9)
    }
}
