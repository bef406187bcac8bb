import DataEfficiency
import Models
import Runs
import Tables
import TensorCore

/// Why a label is suspected: the rows nearest to it, by the run's model's hidden features, whose labels the models
/// believe.
struct NearestTrusted {
    struct Reason {
        /// Lines of the nearest trusted rows, the nearest first.
        var lines: [Int]
        /// Of those, the rows with the suggested label.
        var agreeing: Int
    }

    /// By the place of a row.
    private(set) var reasons: [Int: Reason] = [:]
    /// Where the model has no hidden features.
    private(set) var absence: String?

    static let neighbours = 5
    private static let mostRows = 200
    private static let mostTrusted = 5000
    /// Trusted is what is as probably wrong as this, or less, and what the models say themselves.
    private static let mostChance = 0.05

    init(_ found: SuspectedLabels, _ passes: LabelPasses) {
        guard case .classes(let given, let share) = found.suspicion else { return }
        let suggestions = given.suggestions
        let trusted = given.labels.indices.filter { row in
            share.chances[row] <= Self.mostChance
                && given.probability(row, given.labels[row]) > given.probability(row, suggestions[row])
        }
        let order = CounterRandom(seed: 0, name: "trusted rows").permutation(of: trusted.count)
        let known = order.prefix(Self.mostTrusted).map { trusted[$0] }.sorted()
        let asked = Array(found.listed.prefix(Self.mostRows))
        guard !asked.isEmpty, known.count >= Self.neighbours else { return }
        do {
            let features = { (places: [Int]) throws in
                try passes.model.values(
                    of: .hiddenFeatures,
                    passes.model.encoder.encode(
                        passes.prepared.table.selecting(rows: places.map { passes.rows[$0] })),
                    pool: passes.trials.run.pool)
            }
            let (own, width) = try features(asked)
            let others = try features(known).numbers
            for (index, row) in asked.enumerated() {
                let nearest = Self.nearest(
                    own[index * width..<(index + 1) * width], among: others, width: width)
                let neighbours = nearest.map { known[$0] }
                reasons[row] = Reason(
                    lines: neighbours.map(passes.line),
                    agreeing: neighbours.count { given.labels[$0] == suggestions[row] })
            }
        } catch {
            absence = "nearest rows are not told: \(error)"
        }
    }

    /// Places of the nearest rows by Euclid's distance, the nearest first.
    private static func nearest(
        _ own: ArraySlice<Float>, among others: [Float], width: Int
    ) -> [Int] {
        var best: [(distance: Float, place: Int)] = []
        for place in 0..<others.count / width {
            var distance: Float = 0
            for column in 0..<width {
                let difference = own[own.startIndex + column] - others[place * width + column]
                distance += difference * difference
            }
            if best.count < neighbours || distance < best[best.count - 1].distance {
                let behind = best.firstIndex { $0.distance > distance } ?? best.count
                best.insert((distance, place), at: behind)
                if best.count > neighbours { best.removeLast() }
            }
        }
        return best.map(\.place)
    }
}
