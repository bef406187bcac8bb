import Models
import Prediction
import Tables
import TensorCore
import Training

extension Learner {
    /// With a plan's settings and rows, and these encoded; pairs of columns are still the run's.
    ///
    /// - Parameter own: This learner's rows, encoded; `nil` to encode them where they are needed.
    func following(
        _ plan: TrialPlan, _ own: EncodedFeatures?
    ) throws -> (learner: Learner, features: EncodedFeatures) {
        var result = self
        result.configuration = plan.settings
        result.prepared = try prepared.following(plan)
        if plan.length == .toTheEnd {
            // The recipe was settled as for the run, so that no other setting follows from these.
            result.configuration.regularising.keeps = .last
            result.configuration.regularising.averagedShare = 0
        }
        if plan.length != .settled {
            result.prepared.folds = [result.prepared.folds[0]]
            result.prepared.recipe.refits = 0
        }
        result.start = plan.start
        if !plan.learnsFromPool || result.prepared.recipe.kind != prepared.recipe.kind {
            result.prepared.usesPool = false
        }
        result.shares = plan.shares
        switch plan.answers {
        case .asTheyAre, .replaced, .borrowed: break
        case .shuffled(let seed):
            result.prepared = result.prepared.shufflingAnswers(seed: seed)
        case .told(let teaching):
            result = try result.taught(teaching)
        }
        if let own, plan.rows.areTheRuns, result.taughtRows == nil, result.prepared.encoder == prepared.encoder {
            return (result, own)
        }
        return (result, try result.prepared.encoder.encode(result.prepared.table))
    }
}

extension TrialPlan {
    /// Whether rows without labels that the run learned from are learned from: by what is trained as the run was, and not by
    /// what learns other answers, to another end, or some rows in an order of its own.
    fileprivate var learnsFromPool: Bool { answers == .asTheyAre && length == .settled && start == nil }
}

extension TrialPlan.Rows {
    /// Whether the plan's table has the rows of the run's.
    fileprivate var areTheRuns: Bool {
        switch self {
        case .ofRun, .keeping: true
        case .redrawn, .chosen: false
        }
    }
}

extension TrialPlan.Answers {
    fileprivate var areShuffled: Bool { if case .shuffled = self { true } else { false } }
}

extension TrialPlan.Replacement {
    fileprivate var column: Column {
        Column(name: name, cells: .categories(codes: codes, values: classes))
    }
}

// MARK: - Which rows

extension PreparedData {
    /// The rows of a plan; test rows are the run's.
    fileprivate func following(_ plan: TrialPlan) throws -> PreparedData {
        var answered = self
        if plan.settings.rules == nil || plan.answers.areShuffled { answered.ruled = nil }
        switch plan.answers {
        case .replaced(let other): answered = try answered.predicting(other.column)
        case .borrowed(let owners):
            var places = Array(0..<table.rowCount)
            for (row, owner) in owners { places[row] = owner }
            answered = answered.takingAnswers(from: places)
        case .asTheyAre, .shuffled, .told: break
        }
        switch plan.rows {
        case .ofRun: return try answered.settled(plan.settings)
        case .keeping(let rows):
            return try answered.settled(plan.settings).keeping(Set(rows))
        case .redrawn(let rows): return try answered.redrawn(rows, plan.settings)
        case .chosen(let learn, let validate):
            return try answered.learning(learn, validating: validate, plan.settings)
        }
    }

    /// With another column to predict from the same features.
    private func predicting(_ column: Column) throws -> PreparedData {
        var result = self
        result.table = Table(
            name: table.name, rowCount: table.rowCount, columns: table.columns + [column],
            lines: table.lines)
        result.target = try TargetEncoder(
            column, source: table.name, rows: Array(0..<table.rowCount), task: nil, positive: nil)
        // Rules vote for the run's classes, and for no others.
        result.ruled =
            result.target.classes == target.classes
            ? ruled.map {
                RuledRows(
                    $0.rules, table, target: column, classes: result.target.classes.count)
            } : nil
        return result
    }

    /// With the recipe that settings come to. Where these ask for other bins or another repair of numbers, or for nothing
    /// to be carried over, the encoder is fitted anew, on the same training rows.
    private func settled(_ settings: TrainConfiguration) throws -> PreparedData {
        var result = self
        result.recipe = Recipe(settings, for: problem(rows: knownRows.count))
        let (rule, bins) = (settings.model.groupRepair, result.recipe.fittedBins)
        let keepsCarried = carried == nil || settings.carriedSource != nil
        guard rule != encoder.repair?.rule || bins != recipe.fittedBins || !keepsCarried else {
            return result
        }
        let planted = canaries?.planted ?? .max..<Int.max
        let rows = split.train.filter { !planted.contains($0) }
        result.encoder = try result.fitted(on: rows, bins: bins, repair: rule)
        result.carry(as: settings)
        guard usesPool else { return result }
        result.usesPool = false
        return try result.learningFromPool()
    }

    /// Takes the encoders of shared columns from the run that is carried over, where settings ask for it.
    private mutating func carry(as settings: TrainConfiguration) {
        if settings.carriedSource == nil { carried = nil }
        if let carried { encoder = carried.carried(encoder) }
    }

    /// With some of the rows alone to learn from and to validate on; those that validate alone, where
    /// there is one split, stay.
    private func keeping(_ rows: Set<Int>) -> PreparedData {
        var result = self
        result.split.train = split.train.filter(rows.contains)
        result.folds = folds.map { fold in
            var fold = fold
            fold.train = fold.train.filter(rows.contains)
            if folds.count > 1 { fold.validation = fold.validation.filter(rows.contains) }
            return fold
        }
        return result
    }

    /// Some rows, split, scaled, encoded and settled as if they were a table of their own.
    private func redrawn(_ rows: [Int], _ settings: TrainConfiguration) throws -> PreparedData {
        var asked = settings
        asked.columns.target = target.column
        if ruled == nil { asked.rules = nil }
        let named = Set(rows)
        let others = (ruled?.rows ?? []).filter { !named.contains($0) }
        var companions = TableCompanions(
            schema: schema, testTable: testTable.selecting(rows: []), kinds: kinds)
        companions.carried = carried
        companions.known = target
        companions.rules = ruled?.rules
        var result = try PreparedData.prepare(
            table.selecting(rows: rows + others), beside: companions, asked, onEvent: { _ in })
        if usesPool, result.recipe.kind == recipe.kind {
            result.pool = pool
            result.poolSeed = settings.learning.seed
            result = try result.learningFromPool()
        }
        result.testTable = testTable
        result.split.test = split.test
        return result
    }

    /// One split of some rows: encoder and scale are fitted on those to learn from alone.
    private func learning(
        _ rows: [Int], validating others: [Int], _ settings: TrainConfiguration
    ) throws -> PreparedData {
        var result = self
        result.table = table.selecting(rows: rows + others + (ruled?.rows ?? []))
        let learned = Array(rows.indices)
        guard let column = result.table.column(named: target.column) else { return result }
        if target.task == .regression {
            result.target = try TargetEncoder(
                column, source: table.name, rows: learned, task: .regression, positive: nil)
        }
        result.ruled = ruled.map {
            RuledRows($0.rules, result.table, target: column, classes: target.classes.count)
        }
        result.recipe = Recipe(settings, for: problem(rows: rows.count + others.count))
        result.encoder = try result.fitted(
            on: learned, bins: result.recipe.fittedBins, repair: settings.model.groupRepair)
        result.carry(as: settings)
        result.canaries = nil
        result.usesPool = false
        result.split = Split(
            train: learned, validation: Array(rows.count..<rows.count + others.count),
            test: split.test)
        result.folds = [result.split]
        return result
    }

    /// An encoder of rows to learn from, and of those that rules label beside them.
    private func fitted(
        on rows: [Int], bins: NumberBins.Rule?, repair: GroupRepair.Rule?
    ) throws -> Encoder {
        var outcomes = bins == nil ? [] : try outcomes(rows)
        if bins != nil, let ruled, let column = table.column(named: target.column) {
            let labels = try target.labels(column, source: table.name)
            outcomes = target.outcomes(
                outcomes, before: ruled.probabilities(rows, labels: labels))
        }
        return try Encoder.fit(
            table, schema, rows: rows + (ruled?.rows ?? []), bins: bins, outcomes: outcomes,
            repair: repair, kinds: kinds.encoders)
    }

    /// What is to be predicted of rows of the table, for an encoder.
    func outcomes(_ rows: [Int]) throws -> [[Float]] {
        switch try answers(of: rows) {
        case .numbers(let numbers):
            target.outcomes(labels: [], numbers: numbers, rows: Array(rows.indices))
        case .classes(let labels):
            target.outcomes(labels: labels, numbers: [], rows: Array(rows.indices))
        }
    }
}

// MARK: - Answers

extension PreparedData {
    /// Rows that a model of the plan learns from.
    var learnedRows: Set<Int> { Set(folds.flatMap(\.train)) }

    /// The answers of rows of the table: numbers in their own unit, or places of classes.
    func answers(of rows: [Int]) throws -> LabelledPredictions.Answers {
        guard let column = table.column(named: target.column) else {
            throw VouchError("there is no column \"\(target.column)\"")
        }
        if target.task == .regression {
            let values = try target.values(column, source: table.name)
            return .numbers(rows.map { values[$0] })
        }
        let labels = try target.labels(column, source: table.name)
        return .classes(rows.map { labels[$0] })
    }

    /// With the answers of the rows that are learned from in another order.
    fileprivate func shufflingAnswers(seed: UInt64) -> PreparedData {
        let rows = folds.count == 1 ? folds[0].train : split.train
        let order = CounterRandom(seed: seed, name: "shuffled answers").permutation(of: rows.count)
        var places = Array(0..<table.rowCount)
        for (row, from) in zip(rows, order) { places[row] = rows[from] }
        return takingAnswers(from: places)
    }

    /// With each row's answer that of another.
    private func takingAnswers(from places: [Int]) -> PreparedData {
        var result = self
        result.table = Table(
            name: table.name, rowCount: table.rowCount,
            columns: table.columns.map {
                $0.name == target.column ? $0.selecting(rows: places) : $0
            }, lines: table.lines)
        return result
    }
}
