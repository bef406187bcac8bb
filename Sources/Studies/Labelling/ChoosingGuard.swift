import DataEfficiency
import Models
import Platform
import Prediction
import Runs
import Tables

/// Whether choosing beats drawing at random, asked of the answers that a run learned from.
///
/// The run's recipe is trained ten times, each as one model, on the run's first rows with rows that were drawn at random,
/// or with as many that were chosen; see `ChoosingGain`. Rows drawn at random judge, which none of these models learned.
/// No validation and no test row is looked at.
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

    func gain(seed: UInt64, onEvent: (RunEvent) -> Void) throws -> ChoosingGain {
        let parts = ChoosingGain.parts
        let cut = ChoosingRows(random: random, chosen: chosen, parts: parts, seed: seed)
        let table = trials.run.prepared.table.selecting(rows: random)
        let places = Dictionary(uniqueKeysWithValues: zip(random, random.indices))
        var byRandom = [Double](repeating: 0, count: random.count)
        var byChosen: [[Double]] = []
        for part in 0..<parts {
            onEvent(.stage("Guard: training \(2 * part + 1) of \(2 * parts)"))
            let held = try losses(cut.learnedRandom[part], part, of: table)
            for row in cut.judges[part] {
                guard let place = places[row] else { continue }
                byRandom[place] = held[place]
            }
            onEvent(.stage("Guard: training \(2 * part + 2) of \(2 * parts)"))
            byChosen.append(try losses(cut.learnedChosen[part], part, of: table))
        }
        return ChoosingGain(random: byRandom, chosen: byChosen, learned: cut.learned)
    }

    /// Of every row drawn at random, by a model of the first rows and these.
    private func losses(_ rows: [Int], _ part: Int, of table: Table) throws -> [Double] {
        var settings = trials.settings
        settings.learning.seed &+= UInt64(part)
        settings.learning.budget = nil
        settings.splits.canaries = 0
        var plan = TrialPlan(settings)
        plan.rows = .redrawn((first + rows).sorted())
        plan.length = .single
        let trial = try trials.trained(plan)
        return try LabelledPredictions(
            table, rows: nil, model: trial.model, predictions: trial.predictions(of: table),
            split: .named("rows drawn at random")
        ).rowLosses
    }
}
