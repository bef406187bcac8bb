package import Prediction
package import Statistics
import TensorCore

/// Thresholds fitted on calibration rows, which turn predictions into sets or intervals.
///
/// The coverage holds for rows drawn like the calibration rows, if the model did not learn from
/// these and nothing was chosen by them; rows that belong together weaken it.
package struct ConformalPredictor: Sendable {
    package let request: ConformalRequest
    package let level: ConformalLevel
    /// Rows whose scores gave the thresholds.
    package let calibrationRows: Int
    /// Categories in which everything is allowed, since too few rows calibrate there.
    package let notes: [String]

    private let score: Score
    private let thresholds: [Double]
    /// Of a protected column, the place of each group among the thresholds.
    private let groups: [String: Int]

    private enum Score {
        case classes(ClassScore)
        case residual
        case spread(ResidualSpread)
        case quantiles
        /// One a category.
        case crossed([CrossConformal?])
    }

    /// - Throws: where a coverage is not between 0 and 1, the method does not fit the task, the rows
    ///   are too few (saying how many are needed), of one class alone, without the column that is asked
    ///   for, or where a prediction is not a number.
    package init(_ request: ConformalRequest, fittedOn rows: LabelledPredictions) throws {
        self.request = request
        level = try ConformalLevel(request.coverage)
        try Self.check(request, level, rows)
        let order = CounterRandom(seed: request.seed, name: "conformal choice")
            .permutation(of: rows.rows)
        let chosen = rows.selecting(order.prefix(Self.choosing(request.method, rows.rows)).sorted())
        let kept = rows.selecting(order.dropFirst(chosen.rows).sorted())
        let (names, codes) = try Self.categories(request, rows, kept)
        score =
            request.method.isCrossed
            ? try Self.crossed(request.method, level, kept, codes, count: names.count)
            : try Self.score(request, level, chosen)
        calibrationRows = kept.rows
        let scores = Self.scores(score, kept, seed: request.seed)
        let thresholds = try level.thresholds(
            of: scores, weights: kept.weights, categories: codes, count: names.count)
        var counts = [Int](repeating: 0, count: names.count)
        for code in codes { counts[code] += 1 }
        let (needed, coverage) = (level.rowsNeeded, request.coverage)
        self.thresholds = thresholds
        if case .all = request.categories, thresholds[0] == .infinity {
            throw ConformalError(
                description:
                    "\(kept.rows) rows calibrate, but a coverage of \(coverage) needs "
                    + "\(needed) at least. Give more rows (--calibrate) or ask for less")
        }
        notes = names.indices.filter { thresholds[$0] == .infinity }.map { place in
            "\(names[place]): \(counts[place]) rows calibrate, but a coverage of "
                + "\(coverage) needs \(needed) at least; there every answer is allowed"
        }
        var places: [String: Int] = [:]
        if case .groups = request.categories {
            for (place, name) in names.enumerated() { places[name] = place }
        }
        groups = places
    }

    /// Of a run of folds; every category that has rows enough has one.
    private static func crossed(
        _ method: ConformalMethod, _ level: ConformalLevel, _ rows: LabelledPredictions,
        _ codes: [Int], count: Int
    ) throws -> Score {
        guard let folds = rows.folds else {
            throw ConformalError(
                description:
                    "\(method.rawValue) needs rows that were each predicted by the one model that did "
                    + "not learn from them: train with --folds 5, and leave --calibrate out")
        }
        let scores = Self.scores(
            method == .crossedClasses ? .classes(.leastAmbiguous) : .residual, rows, seed: 0)
        return .crossed(
            try (0..<count).map { category in
                let own = codes.indices.filter { codes[$0] == category }
                guard own.count >= level.rowsNeeded else { return nil }
                return try CrossConformal(
                    scores: own.map { scores[$0] }, folds: own.map { folds[$0] }, level: level)
            })
    }

    private static func check(
        _ request: ConformalRequest, _ level: ConformalLevel, _ rows: LabelledPredictions
    ) throws(ConformalError) {
        if let place = rows.predictions.values.firstIndex(where: { !$0.isFinite }) {
            throw ConformalError(
                description:
                    "the prediction of calibration row \(place / rows.predictions.width + 1) "
                    + "is not a finite number")
        }
        switch rows.answers {
        case .classes(let labels):
            guard request.method.isOfClasses else {
                throw ConformalError(
                    description: "\(request.method.rawValue) intervals are for numbers; of classes "
                        + "there are lac, aps, raps and cv+lac")
            }
            guard Set(labels).count > 1 else {
                throw ConformalError(
                    description: "all calibration rows are of one class; give rows of every class, "
                        + "drawn as new rows will be")
            }
        case .numbers:
            guard !request.method.isOfClasses, request.categories != .classes else {
                throw ConformalError(
                    description: "the target is a number and has no classes; of numbers there are "
                        + "absolute, normalized, cqr and cv+ intervals")
            }
            guard request.method != .cqr || rows.predictions.bounds != nil else {
                throw ConformalError(
                    description: "cqr needs a model that predicts two quantiles: train with "
                        + "--quantiles 0.05,0.95")
            }
        }
    }

    /// Rows that choose what the score is, and do not calibrate.
    private static func choosing(_ method: ConformalMethod, _ rows: Int) -> Int {
        switch method {
        case .lac, .aps, .absolute, .cqr, .crossed, .crossedClasses: 0
        case .raps: rows / 5
        case .normalized: rows / 2
        }
    }

    private static func score(
        _ request: ConformalRequest, _ level: ConformalLevel, _ chosen: LabelledPredictions
    ) throws -> Score {
        switch (request.method, chosen.answers) {
        case (.lac, _): return .classes(.leastAmbiguous)
        case (.cqr, _): return .quantiles
        case (.aps, _): return .classes(.adaptive)
        case (.raps, .classes(let labels)):
            return .classes(
                try .regularized(
                    labels: labels, probabilities: chosen.predictions.values,
                    classes: chosen.predictions.width,
                    uniforms: uniforms(chosen.rows, "conformal choice", request.seed),
                    level: level))
        case (.normalized, .numbers(let targets)) where chosen.rows > 0:
            return .spread(
                ResidualSpread(targets: targets, predictions: chosen.predictions.values))
        default: return .residual
        }
    }

    private static func uniforms(
        _ rows: Int, _ name: String, _ seed: UInt64, from first: Int = 0
    ) -> [Double] {
        let random = CounterRandom(seed: seed, name: name)
        return (first..<first + rows).map { random.uniform(step: 1, index: UInt64($0)) }
    }

    private static func scores(
        _ score: Score, _ rows: LabelledPredictions, seed: UInt64
    ) -> [Double] {
        let values = rows.predictions.values
        switch (score, rows.answers) {
        case (.classes(let score), .classes(let labels)):
            return score.scores(
                labels: labels, probabilities: values, classes: rows.predictions.width,
                uniforms: uniforms(rows.rows, "conformal calibration", seed))
        case (.spread(let spread), .numbers(let targets)):
            return NumberScore.normalized(
                targets: targets, predictions: values, spreads: values.map { spread($0) })
        case (.quantiles, .numbers(let targets)):
            return NumberScore.quantile(
                targets: targets, predicted: rows.predictions.bounds ?? [])
        case (_, .numbers(let targets)):
            return NumberScore.absolute(targets: targets, predictions: values)
        // Of CV+ they only count rows.
        case (.crossed, .classes(let labels)):
            return ClassScore.leastAmbiguous.scores(
                labels: labels, probabilities: values, classes: rows.predictions.width,
                uniforms: [])
        case (_, .classes): preconditionFailure("checked before")
        }
    }

    /// The names of the categories, and the one of each kept row.
    private static func categories(
        _ request: ConformalRequest, _ rows: LabelledPredictions, _ kept: LabelledPredictions
    ) throws(ConformalError) -> (names: [String], codes: [Int]) {
        switch (request.categories, kept.answers) {
        case (.classes, .classes(let labels)):
            return (rows.predictions.classes, labels.map(Int.init))
        case (.groups(let name), _):
            guard let all = rows.protected.first(where: { $0.name == name }),
                let own = kept.protected.first(where: { $0.name == name })
            else {
                let known = rows.protected.map(\.name)
                throw ConformalError(
                    description: "the calibration rows have no groups of \"\(name)\"; "
                        + (known.isEmpty
                            ? "no protected column was named when the model was trained"
                            : "there are \(known.joined(separator: ", "))"))
            }
            let names = Set(all.groups).sorted()
            var places: [String: Int] = [:]
            for (place, name) in names.enumerated() { places[name] = place }
            return (names, own.groups.map { places[$0] ?? 0 })
        default: return (["all"], [Int](repeating: 0, count: kept.rows))
        }
    }
}

// MARK: - New rows

extension ConformalPredictor {
    /// Groups of new rows that no calibration row is of; every answer is allowed there.
    package func unknown(_ groups: [String]) -> [String] {
        Set(groups).filter { self.groups[$0] == nil }.sorted()
    }

    /// The threshold of each row; `+∞` in a group that no calibration row is of.
    ///
    /// - Parameter rowGroups: Where the coverage holds within groups.
    private func rowThresholds(_ rows: Int, _ rowGroups: [String]?) -> [Double] {
        guard case .groups = request.categories, let rowGroups else {
            return [Double](repeating: thresholds[0], count: rows)
        }
        return rowGroups.map { groups[$0].map { thresholds[$0] } ?? .infinity }
    }

    /// Whether each class belongs to each row's set.
    ///
    /// - Parameters:
    ///   - groups: Of each row, where the coverage holds within groups.
    ///   - firstRow: Rows that went before, as each row has its own lot.
    /// - Returns: `[rows, classes]`.
    /// - Precondition: The method is one of classes.
    package func sets(
        _ predictions: Predictions, groups: [String]? = nil, firstRow: Int = 0
    ) -> [Bool] {
        if case .crossed(let fits) = score {
            return crossedSets(fits, predictions, groups: groups)
        }
        guard case .classes(let score) = score else { preconditionFailure("no classes") }
        let thresholds: SetThresholds =
            request.categories == .classes
            ? .ofClasses(self.thresholds) : .ofRows(rowThresholds(predictions.rows, groups))
        return score.sets(
            probabilities: predictions.values, classes: predictions.width, thresholds: thresholds,
            last: .randomized(
                Self.uniforms(
                    predictions.rows, "conformal rows", request.seed, from: firstRow)))
    }

    /// The fit of a row's category; `nil` where every answer is allowed.
    private func fit(
        _ fits: [CrossConformal?], row: Int, groups rowGroups: [String]?
    ) -> CrossConformal? {
        guard case .groups = request.categories, let rowGroups else { return fits[0] }
        return groups[rowGroups[row]].flatMap { fits[$0] }
    }

    private func crossedSets(
        _ fits: [CrossConformal?], _ predictions: Predictions, groups: [String]?
    ) -> [Bool] {
        let width = predictions.width
        let models = predictions.byModel ?? []
        return (0..<(predictions.rows * width)).map { place in
            let category =
                request.categories == .classes
                ? fits[place % width] : fit(fits, row: place / width, groups: groups)
            // A class's score is one less its probability.
            return category?.includes(scores: models.map { 1 - $0[place] }) ?? true
        }
    }

    /// The interval of each row.
    ///
    /// - Parameter groups: Of each row, where the coverage holds within groups.
    /// - Precondition: The method is one of numbers.
    package func intervals(_ predictions: Predictions, groups: [String]? = nil) -> [Bounds] {
        let thresholds = rowThresholds(predictions.rows, groups)
        switch score {
        case .classes: preconditionFailure("no numbers")
        case .crossed(let fits):
            let models = predictions.byModel ?? []
            return (0..<predictions.rows).map { row in
                guard let fit = fit(fits, row: row, groups: groups) else {
                    return Bounds(lower: -.infinity, upper: .infinity)
                }
                return fit.interval(predictions: models.map { $0[row] })
            }
        case .quantiles:
            return NumberScore.intervals(
                predicted: predictions.bounds ?? [], thresholds: thresholds)
        case .residual:
            return NumberScore.intervals(predictions: predictions.values, thresholds: thresholds)
        case .spread(let spread):
            return NumberScore.intervals(
                predictions: predictions.values, thresholds: thresholds,
                spreads: predictions.values.map { spread($0) })
        }
    }
}

extension ConformalPredictor {
    /// Whether each row's answer is in its set or interval, and the set's classes or the interval's
    /// width.
    package func outcomes(_ rows: LabelledPredictions) -> (covered: [Bool], sizes: [Double]) {
        var own: [String]?
        if case .groups(let name) = request.categories {
            own = rows.protected.first { $0.name == name }?.groups
        }
        switch rows.answers {
        case .classes(let labels):
            let width = rows.predictions.width
            let inside = sets(rows.predictions, groups: own)
            return (
                labels.indices.map { inside[$0 * width + Int(labels[$0])] },
                labels.indices.map { row in
                    Double(inside[row * width..<(row + 1) * width].count { $0 })
                }
            )
        case .numbers(let targets):
            let bounds = intervals(rows.predictions, groups: own)
            return (zip(bounds, targets).map { $0.holds($1) }, bounds.map(\.width))
        }
    }
}
