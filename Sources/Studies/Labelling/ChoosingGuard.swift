import DataEfficiency
import Models
import Platform
import Prediction
import Runs
import Tables

/// Whether choosing beats drawing at random, asked of the answers that a run learned from.
///
/// The run's recipe is trained ten times, each as one model, on the run's first rows with rows that were drawn at
/// random, or with as many that were chosen; see `ChoosingGain`. Rows drawn at random judge, which none of these
/// models learned. With enough chosen rows it is trained fifteen times more, with four fifths of all answered rows;
/// see `ChosenPattern`. No validation and no test row is looked at.
struct ChoosingGuard {
    private let trials: Trials
    private let first: [Int]
    private let random: [Int]
    private let chosen: [Int]

    /// - Returns: `nil` where there are too few answers of either kind, or too few beside the run's first rows.
    init?(run: String, threads: Int) throws {
        let configuration = try FinishedRun.configuration(of: run)
        guard let answers = configuration.answers else { return nil }
        let drawn = try Self.drawn(answers, threads: threads)
        let (random, chosen) = (
            drawn.indices.filter { drawn[$0] }, drawn.indices.filter { !drawn[$0] }
        )
        guard random.count >= ChoosingGain.leastRows, chosen.count >= ChoosingGain.leastRows else {
            return nil
        }
        trials = try Trials(run: run, threads: threads)
        let prepared = trials.run.prepared
        // Planted rows, each with its reference, follow those that were answered.
        let end = prepared.table.rowCount - 2 * configuration.splits.canaries
        let begin = end - prepared.answeredRows
        guard prepared.answeredRows == drawn.count else { return nil }
        first = trials.rows.filter { $0 < begin }
        guard first.count <= ChoosingGain.mostFirst * drawn.count else { return nil }
        self.random = random.map { begin + $0 }
        self.chosen = chosen.map { begin + $0 }
    }

    /// Of each row of a file of answers, whether it was drawn at random.
    private static func drawn(_ path: String, threads: Int) throws -> [Bool] {
        var options = CSVOptions()
        options.threads = threads
        options.delimiter = UInt8(ascii: ",")
        options.kinds[PoolFile.drawnName] = .category
        let table = try CSVReader.read(path: path, options: options)
        guard let column = table.column(named: PoolFile.drawnName) else {
            throw VouchError(
                "\(path) does not say which of its rows were drawn at random (\(PoolFile.drawnName)); "
                    + "it was changed. Train on with vouch data answers")
        }
        return (0..<table.rowCount).map { column.text($0) == PoolFile.random }
    }

    func verdict(seed: UInt64, onEvent: (RunEvent) -> Void) throws -> GuardVerdict {
        let parts = ChoosingGain.parts
        let isAsked = chosen.count >= ChosenPattern.leastRows
        let trainings = parts * (2 + (isAsked ? ChosenPattern.repeats : 0))
        var done = 0
        func next() {
            done += 1
            onEvent(.stage("Guard: training \(done) of \(trainings)"))
        }
        let cut = ChoosingRows(random: random, chosen: chosen, parts: parts, seed: seed)
        let table = trials.run.prepared.table.selecting(rows: random)
        let places = Dictionary(uniqueKeysWithValues: zip(random, random.indices))
        var byRandom = [Double](repeating: 0, count: random.count)
        var byChosen: [[Double]] = []
        // What models by random rows say of chosen ones.
        var before = MeanPredictions(chosen, classes: trials.run.prepared.target.classes)
        for part in 0..<parts {
            next()
            let bare = try model(cut.learnedRandom[part], part)
            if isAsked { before.add(try bare.of(chosen).predictions, of: chosen) }
            let held = try bare.of(table).rowLosses
            for row in cut.judges[part] {
                guard let place = places[row] else { continue }
                byRandom[place] = held[place]
            }
            next()
            byChosen.append(try model(cut.learnedChosen[part], part).of(table).rowLosses)
        }
        return GuardVerdict(
            gain: ChoosingGain(random: byRandom, chosen: byChosen, learned: cut.learned),
            pattern: isAsked ? try pattern(cut, before, seed: seed, next) : nil)
    }

    /// - Parameter next: Is told before each training.
    private func pattern(
        _ cut: ChoosingRows, _ before: MeanPredictions, seed: UInt64, _ next: () -> Void
    ) throws -> ChosenPattern? {
        let answered = random + chosen
        var after = MeanPredictions(answered, classes: trials.run.prepared.target.classes)
        var last: Learned?
        for repetition in 0..<ChosenPattern.repeats {
            let again = ChoosingRows(
                random: random, chosen: chosen, parts: cut.judges.count,
                seed: seed &+ UInt64(repetition))
            for part in again.judges.indices {
                next()
                let held = again.judges[part] + again.heldChosen[part]
                let isHeld = Set(held)
                let both = try model(
                    answered.filter { !isHeld.contains($0) },
                    repetition * cut.judges.count + part)
                after.add(try both.of(held).predictions, of: held)
                last = both
            }
        }
        guard let last else { return nil }
        func labelled(_ parts: [[Int]]) throws -> [LabelledPredictions] {
            try parts.map { try last.of($0).with(after.means(of: $0)) }
        }
        return ChosenPattern(
            chosen: try labelled(cut.heldChosen),
            before: cut.heldChosen.map { before.means(of: $0) },
            random: try labelled(cut.judges))
    }

    /// Of the first rows and these.
    private func model(_ rows: [Int], _ number: Int) throws -> Learned {
        var settings = trials.settings
        settings.learning.seed &+= UInt64(number)
        settings.learning.budget = nil
        settings.splits.canaries = 0
        var plan = TrialPlan(settings)
        plan.rows = .redrawn((first + rows).sorted())
        plan.length = .single
        return Learned(trial: try trials.trained(plan), table: trials.run.prepared.table)
    }

    /// What a model of the guard says of answered rows.
    private struct Learned {
        let trial: Trial
        /// The run's.
        let table: Table

        func of(_ rows: [Int]) throws -> LabelledPredictions {
            try of(table.selecting(rows: rows))
        }

        func of(_ table: Table) throws -> LabelledPredictions {
            try LabelledPredictions(
                table, rows: nil, model: trial.model, predictions: trial.predictions(of: table),
                split: .named("answered rows"))
        }
    }
}

/// What several models say of rows, in the mean; of each row those that were asked.
private struct MeanPredictions {
    private let classes: [String]
    private let width: Int
    private let places: [Int: Int]
    private var sums: [Double]
    private var models: [Double]

    init(_ rows: [Int], classes: [String]) {
        self.classes = classes
        width = max(classes.count, 1)
        places = Dictionary(uniqueKeysWithValues: zip(rows, rows.indices))
        sums = [Double](repeating: 0, count: rows.count * width)
        models = [Double](repeating: 0, count: rows.count)
    }

    mutating func add(_ told: Predictions, of rows: [Int]) {
        for (index, row) in rows.enumerated() {
            guard let place = places[row] else { continue }
            models[place] += 1
            for output in 0..<width {
                sums[place * width + output] += told.values[index * width + output]
            }
        }
    }

    func means(of rows: [Int]) -> Predictions {
        let values = rows.flatMap { row -> [Double] in
            guard let place = places[row] else { return [] }
            return sums[place * width..<(place + 1) * width].map { $0 / models[place] }
        }
        return Predictions(rows: rows.count, classes: classes, values: values)
    }
}
