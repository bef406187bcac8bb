import DataEfficiency
import RealModule
import Statistics

/// What the answers of rows that were drawn at random tell of the models that asked: each row was predicted before
/// anybody knew its answer.
struct RandomAnswers {
    /// Of classes: the share that was right. Of numbers: the mean squared error.
    let all: Estimate
    /// Of the last round with such answers.
    let last: (round: Int, estimate: Estimate)?
    let isRegression: Bool
    /// Rows drawn at random that have no answer yet.
    let missing: Int

    init(_ store: LabelStore) throws {
        let labels = store.labels
        var shares: [(round: Int, counts: RandomRows.Round)] = []
        var errors: [(round: Int, values: [Double])] = []
        var missing = 0
        for round in store.rounds {
            var (rows, hits) = (0, 0)
            var values: [Double] = []
            for row in round.rows where row.isRandom {
                guard let answer = labels[AskedKey(round: round.round, row: row.row)] else {
                    missing += 1
                    continue
                }
                rows += 1
                if round.classes.isEmpty {
                    guard let number = answer.number, let told = row.predicted.first else {
                        continue
                    }
                    values.append((told - number) * (told - number))
                } else if let top = row.predicted.indices.max(by: {
                    row.predicted[$0] < row.predicted[$1]
                }), round.classes[top] == answer.label {
                    hits += 1
                }
            }
            guard rows > 0 else { continue }
            shares.append((round.round, .init(rows: rows, hits: hits, open: round.open)))
            errors.append((round.round, values))
        }
        self.missing = missing
        isRegression = store.rounds.contains { $0.classes.isEmpty }
        if isRegression {
            all = try Self.mean(errors.flatMap(\.values))
            last = try errors.last.map { ($0.round, try Self.mean($0.values)) }
        } else {
            all = RandomRows.accuracy(shares.map(\.counts))
            last = shares.last.map { ($0.round, RandomRows.accuracy([$0.counts])) }
        }
    }

    private static func mean(_ values: [Double]) throws -> Estimate {
        guard !values.isEmpty else {
            return Estimate(
                value: nil, method: "Student", count: 0,
                note: "no row that was drawn at random has an answer")
        }
        return try SamplingDesign(rows: values.count, weights: nil, clusters: nil)
            .mean(values, scale: .log)
    }

    /// One estimate in words.
    static func text(_ estimate: Estimate) -> String {
        guard let value = estimate.value else { return estimate.note ?? "not known" }
        func shown(_ number: Double) -> String {
            ((number * 10_000).rounded() / 10_000).description
        }
        guard let lower = estimate.lower, let upper = estimate.upper else {
            return "\(shown(value)) (\(estimate.note ?? "no interval"))"
        }
        return "\(shown(value)) [\(shown(lower)), \(shown(upper))], \(estimate.count) rows"
    }

    var sentences: [String] {
        guard all.count > 0 else { return [] }
        let what = isRegression ? "Mean squared error" : "Accuracy of the likeliest class"
        var result = [
            "\(what) on rows drawn at random, each told before its answer was known, the mean over "
                + "rounds: \(Self.text(all))."
        ]
        if let last {
            result.append(
                "\(what) of the model of round \(last.round): \(Self.text(last.estimate)).")
        }
        if missing > 0 {
            result.append(
                "\(missing) rows drawn at random have no answer yet; if those are harder than others, "
                    + "these numbers flatter.")
        }
        return result
    }
}
