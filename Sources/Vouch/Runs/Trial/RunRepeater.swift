import Evidence
import Kernels
import Models
import Platform
import Prediction
import Tables
import TensorCore
import Training

/// Trains a finished run's model again, on other training rows or other answers.
struct RunRepeater: Repeater {
    let expectedSeconds: Double
    private let run: FinishedRun
    /// Rows of the run's table that stand in `Subject.training`.
    private let trainingRows: [Int]
    private let training: LabelledPredictions
    private let test: LabelledPredictions
    private let testTable: Table?
    private let work: WorkCounter

    init(run: FinishedRun, trainingRows: [Int], subject: Subject, expectedSeconds: Double) {
        self.run = run
        self.trainingRows = trainingRows
        self.expectedSeconds = expectedSeconds
        training =
            subject.training ?? subject.test.selecting([])
        test = subject.test
        testTable = subject.model?.table
        work = subject.work
    }

    func repetition(_ change: RowChange, seed: UInt64) throws -> Repetition {
        var prepared = run.prepared
        var configuration = run.configuration
        configuration.learning.seed = seed
        var learned = [Bool](repeating: true, count: trainingRows.count)
        var answers = training.answers
        switch change {
        case .half:
            let random = CounterRandom(seed: seed, name: "half of the rows")
            func stays(_ row: Int) -> Bool { random.uniform(index: UInt64(row)) < 0.5 }
            prepared = prepared.keeping(stays)
            learned = trainingRows.map(stays)
        case .toTheEnd(let isShuffled):
            configuration.regularising.keeps = .last
            configuration.regularising.averagedShare = 0
            prepared.folds = [prepared.folds[0]]
            prepared.recipe.refits = 0
            if isShuffled {
                prepared = prepared.shufflingAnswers(
                    of: prepared.folds[0].train, seed: seed)
                let column = prepared.table.column(named: prepared.target.column)
                answers = try prepared.answers(column, of: trainingRows)
            }
            let known = Set(prepared.folds[0].train)
            learned = trainingRows.map(known.contains)
        }
        let learner = Learner(
            configuration: configuration, prepared: prepared, pool: run.pool, pairs: run.pairs)
        let step = try learner.stepSeconds()
        let made = try ModelTraining(
            learner: learner, startedAt: Clock.monotonicSeconds(),
            onEvent: { [work] event in
                if case .training(.step) = event { work.add(step) }
            }
        ).trained(run.features)
        guard !InterruptFlag.isRaised else {
            throw VouchError("interrupted; no result was recorded")
        }
        guard let testTable else {
            throw VouchError("the test rows are not known")
        }
        var seen = training.with(
            made.model.predict(run.features.selecting(rows: trainingRows), pool: run.pool))
        seen.answers = answers
        return Repetition(
            training: seen, test: test.with(try made.model.predict(testTable, pool: run.pool)),
            learned: learned)
    }
}

extension PreparedData {
    /// With some of the rows alone to learn from and to validate on; those that validate alone, where
    /// there is one split, stay.
    fileprivate func keeping(_ stays: (Int) -> Bool) -> PreparedData {
        var result = self
        result.split.train = split.train.filter(stays)
        result.folds = folds.map { fold in
            var fold = fold
            fold.train = fold.train.filter(stays)
            if folds.count > 1 { fold.validation = fold.validation.filter(stays) }
            return fold
        }
        return result
    }

    /// With the answers of some rows in another order.
    fileprivate func shufflingAnswers(of rows: [Int], seed: UInt64) -> PreparedData {
        let order = CounterRandom(seed: seed, name: "shuffled answers").permutation(of: rows.count)
        var places = Array(0..<table.rowCount)
        for (row, from) in zip(rows, order) { places[row] = rows[from] }
        var result = self
        result.table = Table(
            name: table.name, rowCount: table.rowCount,
            columns: table.columns.map {
                $0.name == target.column ? $0.selecting(rows: places) : $0
            }, lines: table.lines)
        return result
    }

    fileprivate func answers(
        _ column: Column?, of rows: [Int]
    ) throws -> LabelledPredictions.Answers {
        guard let column else { throw VouchError("there is no column \"\(target.column)\"") }
        if target.task == .regression {
            let values = try target.values(column, source: table.name)
            return .numbers(rows.map { values[$0] })
        }
        let labels = try target.labels(column, source: table.name)
        return .classes(rows.map { labels[$0] })
    }
}
