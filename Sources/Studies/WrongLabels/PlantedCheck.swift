import DataEfficiency
import Runs
import Statistics
import TensorCore

/// Wrong labels that are planted in a copy of the rows: how many of them a list as strict as the one that is shown
/// finds, when models are trained on the copy.
struct PlantedCheck {
    /// Of the planted labels those that are found.
    let found: Estimate
    /// Expected from predictions of the rows as they are.
    let expectedShare: Estimate
    private var expected: Double { expectedShare.value ?? 0 }

    /// - Parameter share: Of the rows.
    /// - Returns: `nil` where there are too few rows to plant among, or it was interrupted.
    init?(_ share: Double, of suspected: SuspectedLabels, _ passes: LabelPasses) throws {
        let count = Int((share * Double(passes.rows.count)).rounded())
        guard count >= 10, let last = suspected.listed.last else { return nil }
        let random = CounterRandom(
            seed: passes.trials.settings.learning.seed, name: "planted labels")
        let places = Array(random.permutation(of: passes.rows.count).prefix(count))
        var owners: [Int: Int] = [:]
        var labels: [Int] = []
        switch suspected.suspicion {
        case .classes(let given, _):
            let byClass = Dictionary(grouping: given.labels.indices, by: { given.labels[$0] })
            let known = byClass.keys.sorted()
            for place in places {
                let others = known.filter { $0 != given.labels[place] }
                guard !others.isEmpty else { return nil }
                let label = others[
                    random.integer(below: others.count, step: 1, index: UInt64(place))]
                guard let owner = byClass[label]?.first else { return nil }
                owners[passes.rows[place]] = passes.rows[owner]
                labels.append(label)
            }
        case .numbers:
            for place in places {
                let owner = random.integer(
                    below: passes.rows.count, step: 1, index: UInt64(place))
                owners[passes.rows[place]] = passes.rows[owner]
                labels.append(owner)
            }
        }
        let values: [Double]
        do {
            values = try passes.values(
                pass: 2, answers: .borrowed(owners), called: "Checking by \(count) planted labels")
        } catch is Interruption {
            return nil
        }
        var hits = 0
        switch suspected.suspicion {
        case .classes(let given, _):
            let doubts = given.doubts
            for (place, label) in zip(places, labels)
            where 1 - values[place * given.classes + label] >= doubts[last] { hits += 1 }
        case .numbers(let targets, let predictions, _):
            let spread = WrongNumbers.spread(targets: targets, predictions: predictions)
            func doubt(_ target: Double, _ prediction: Double) -> Double {
                abs(target - prediction) / spread(prediction)
            }
            let least = doubt(targets[last], predictions[last])
            for (place, owner) in zip(places, labels)
            where doubt(targets[owner], values[place]) >= least { hits += 1 }
        }
        found = shareEstimate(hits, of: count)
        expectedShare = suspected.suspicion.share.expectedFound(first: suspected.listed.count)
    }

    /// A promise with what the check leaves open: its ends are moved by the ends of the share that was found over the
    /// share that was expected, where these move them outwards.
    func widened(_ promise: Estimate) -> Estimate {
        guard expected > 0, let lower = found.lower, let upper = found.upper else { return promise }
        var result = promise
        result.lower = promise.lower.map { $0 * min(1, lower / expected) }
        result.upper = promise.upper.map { min(1, $0 * max(1, upper / expected)) }
        return result
    }
}
