import Cost
import Documents
import Evidence
import Figures
import RealModule
import Statistics

/// What differs between trainings before and after a change, seed by seed: of numbers that a training
/// has one of, such as its time, what varies is the seed alone.
struct SeedChanges {
    /// `[seeds][measurements]`
    let before: [[Measurement]]
    let after: [[Measurement]]

    /// Of the process, not of one training.
    private static let shared: Set<MetricID> = [.peakMemory]

    /// - Parameter known: Metrics that are compared otherwise.
    func changes(except known: Set<MetricID>) -> [Change] {
        let tables = (before + after).map { seed in
            Dictionary(
                seed.map { (MeasurementKey($0), $0) }, uniquingKeysWith: { first, _ in first })
        }
        let (earlier, later) = (tables.prefix(before.count), tables.suffix(after.count))
        var seen: Set<MeasurementKey> = []
        return before[0].compactMap { example in
            let key = MeasurementKey(example)
            guard !known.contains(example.metric), !Self.shared.contains(example.metric),
                seen.insert(key).inserted,
                let metric = MetricRegistry.definition(example.metric)
            else { return nil }
            let moves = zip(earlier, later).compactMap { pair -> Double? in
                guard let first = pair.0[key]?.value, let second = pair.1[key]?.value else {
                    return nil
                }
                return second - first
            }
            // What the remedy does not touch is no price.
            guard moves.count == before.count, moves.contains(where: { $0 != 0 }) else {
                return nil
            }
            if countedMetrics.contains(metric.id), moves.allSatisfy({ $0 == moves[0] }),
                let last = later.first?[key]
            {
                return Change(counting: example, last, of: metric)
            }
            return change(metric, moves, like: example)
        }
    }

    private func change(
        _ metric: MetricDefinition, _ moves: [Double], like example: Measurement
    ) -> Change {
        var measured = example
        measured.metric = metric.id.difference
        measured.drawback = metric.drawback
        let (mean, variance) = Self.moments(moves)
        measured.value = mean
        let error = (variance / Double(moves.count)).squareRoot()
        let degrees = Double(moves.count - 1)
        let reach = SpecialFunctions.studentQuantile(0.975, degrees: degrees) * error
        measured.interval = .init(
            lower: mean - reach, upper: mean + reach, method: "Student, paired", varied: "seeds")
        let verdict = Verdict(
            lower: mean - reach, upper: mean + reach, direction: metric.direction)
        measured.note = "\(verdict.text), over \(moves.count) seeds on these rows"
        return Change(
            metric: metric.id, drawback: metric.drawback, verdict: verdict, difference: measured)
    }

    /// The mean, and the variance that divides by one less than there are.
    private static func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (mean, squares / Double(values.count - 1))
    }

    /// How the spread over seeds changes: the ratio of the standard deviations of a metric, after over
    /// before.
    ///
    /// Under normal errors the ratio of variances is F-distributed; the pairing is not used.
    ///
    /// - Source: Snedecor & Cochran 1989, ISBN 978-0-8138-1561-9, section 6.12.
    func spreadChange(of metric: MetricID) -> Change? {
        func variance(_ seeds: [[Measurement]]) -> Double? {
            let values = seeds.compactMap { seed in
                seed.first { $0.metric == metric && $0.group == nil }?.value
            }
            guard values.count == seeds.count else { return nil }
            return Self.moments(values).variance
        }
        guard let first = variance(before), let second = variance(after), first > 0, second > 0,
            let definition = MetricRegistry.definition(.seedSpread), var measured = before[0].first
        else { return nil }
        let half = Double(before.count - 1) / 2
        let beta = SpecialFunctions.betaQuantile(0.975, a: half, b: half)
        let most = beta / (1 - beta)
        let ratio = second / first
        measured.metric = definition.id.ratio
        measured.drawback = definition.drawback
        measured.unit = ""
        measured.group = nil
        measured.value = ratio.squareRoot()
        measured.interval = .init(
            lower: (ratio / most).squareRoot(), upper: (ratio * most).squareRoot(),
            method: "F of two variances", varied: "seeds")
        let verdict = Verdict(
            lower: ratio / most - 1, upper: ratio * most - 1, direction: definition.direction)
        measured.note = verdict.text + "; after divided by before, 1 is no change"
        return Change(
            metric: definition.id, drawback: definition.drawback, verdict: verdict,
            difference: measured)
    }
}
