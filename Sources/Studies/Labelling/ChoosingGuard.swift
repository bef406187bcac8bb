import DataEfficiency
import Models
import Platform
import Prediction
import Runs
import Tables

/// Whether choosing beats drawing at random, asked of the answers that a run learned from.
///
/// The run's recipe is trained fifteen times, each as one model, on the run's first rows with rows that were drawn at
/// random, with as many that were chosen, or with four fifths of both. The first ten give `ChoosingGain`, all of them
/// `ChosenPattern`, from what they say of answered rows that they did not learn. No validation and no test row is looked at.
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
        let cut = ChoosingRows(random: random, chosen: chosen, parts: parts, seed: seed)
        let table = trials.run.prepared.table.selecting(rows: random)
        let places = Dictionary(uniqueKeysWithValues: zip(random, random.indices))
        var byRandom = [Double](repeating: 0, count: random.count)
        var byChosen: [[Double]] = []
        // What the models by random rows say of chosen ones, in the mean.
        let classes = trials.run.prepared.target.classes
        let width = max(classes.count, 1)
        var before = cut.heldChosen.map { [Double](repeating: 0, count: $0.count * width) }
        var heldRandom: [LabelledPredictions] = []
        var heldChosen: [LabelledPredictions] = []
        for part in 0..<parts {
            func stage(_ number: Int) {
                onEvent(.stage("Guard: training \(3 * part + number) of \(3 * parts)"))
            }
            stage(1)
            let bare = try model(cut.learnedRandom[part], part)
            for (place, rows) in cut.heldChosen.enumerated() {
                let told = try bare.of(rows).predictions.values
                for index in told.indices { before[place][index] += told[index] / Double(parts) }
            }
            let held = try bare.of(table).rowLosses
            for row in cut.judges[part] {
                guard let place = places[row] else { continue }
                byRandom[place] = held[place]
            }
            stage(2)
            byChosen.append(try model(cut.learnedChosen[part], part).of(table).rowLosses)
            stage(3)
            let isHeld = Set(cut.judges[part] + cut.heldChosen[part])
            let both = try model((random + chosen).filter { !isHeld.contains($0) }, part)
            heldRandom.append(try both.of(cut.judges[part]))
            heldChosen.append(try both.of(cut.heldChosen[part]))
        }
        return GuardVerdict(
            gain: ChoosingGain(random: byRandom, chosen: byChosen, learned: cut.learned),
            pattern: ChosenPattern(
                chosen: heldChosen,
                before: zip(cut.heldChosen, before).map { rows, values in
                    Predictions(rows: rows.count, classes: classes, values: values)
                }, random: heldRandom))
    }

    /// Of the first rows and these.
    private func model(_ rows: [Int], _ part: Int) throws -> Learned {
        var settings = trials.settings
        settings.learning.seed &+= UInt64(part)
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
