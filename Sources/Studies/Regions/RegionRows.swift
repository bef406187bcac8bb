import DataEfficiency
import Evidence
import Kernels
import Models
import Prediction
import Runs
import Statistics
import Tables
import TensorCore

/// Rows of a run, and of a population, as `ThinRegions` and `NearRepeats` ask for them.
struct RegionRows {
    let run: FinishedRun
    let model: ModelBundle
    let population: NewRows?

    /// Rows with an answer from which on those of the population judge in place of the run's test rows.
    private static let fewestAnswered = 100
    /// Cells beyond which repeats are looked for among fewer rows.
    private static let mostCells = 50_000_000

    /// The rows by which regions are judged, and what regions are given of them.
    struct Judged {
        var rows: LabelledPredictions
        var losses: RegionLosses
        var isOfPopulation: Bool
    }

    private var prepared: PreparedData { run.prepared }

    /// Those that the model's weights were fitted on.
    private var trained: [Int] {
        let known = Set(prepared.knownRows)
        return prepared.split.train.filter(known.contains)
    }

    /// Opens rows that nobody learned from: those of the population where they have answers, else the
    /// run's test rows, with its validation rows to choose by.
    func judged(_ door: inout HeldOutRows) throws -> Judged {
        if let population,
            case let places = population.answered(model.target.column),
            places.count >= Self.fewestAnswered
        {
            let predictions = try model.predict(population.table, pool: run.pool)
            let rows = try door.open(
                file: population.path, population.bytes, population.table, predictions,
                model: model)
            return Judged(
                rows: rows,
                losses: .ofPopulation(
                    JudgedRows(
                        population.table.selecting(rows: places), losses: rows.rowLosses,
                        design: try rows.design), places: places), isOfPopulation: true)
        }
        let sealed = try run.calibrationRows(of: model)
        var seen: JudgedRows?
        var training: [Int?] = []
        if sealed.rows > 0 {
            let validation = try door.open(sealed)
            let places = prepared.folds.prefix(model.count).flatMap(\.validation)
            let positions = Dictionary(
                trained.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
            training = places.map { positions[$0] }
            seen = JudgedRows(
                prepared.table.selecting(rows: places), losses: validation.rows.rowLosses,
                design: try validation.rows.design)
        }
        let test = try door.open(.test)
        let table = try run.learner.knownTestRows().table
        guard table.rowCount == test.rows else {
            throw VouchError(
                "\(run.path) keeps predictions of \(test.rows) test rows, and its data have \(table.rowCount). "
                    + "Train it anew")
        }
        return Judged(
            rows: test,
            losses: .ofRun(
                seen: seen, training: training,
                tested: JudgedRows(table, losses: test.rowLosses, design: try test.design)),
            isOfPopulation: false)
    }

    /// Of rows of the population that the model learned from, whose error says nothing of new ones; `nil` of none.
    var learnedWarning: String? {
        guard let population else { return nil }
        let learned = prepared.table.selecting(
            rows: prepared.split.train + prepared.split.validation)
        let found = population.table.rowsOccurring(
            in: learned, columns: prepared.schema.features.map(\.name) + [prepared.target.column])
        guard found.count > 0, found.columns > 0 else { return nil }
        return
            "\(found.count) of \(population.table.rowCount) rows of \(population.name) stand among the rows "
            + "that the model learned from: their error is lower than that of new rows, and regions look better"
    }

    func regions(_ judged: Judged) throws -> ThinRegions {
        let schema = prepared.schema
        let table = prepared.table.selecting(rows: trained)
        let naming = run.learner.groupNaming()
        let features = schema.features.map(\.name)
        let groups = schema.protected.compactMap { name -> ThinRegions.Groups? in
            guard let column = table.column(named: name) else { return nil }
            return ThinRegions.Groups(
                column: name, training: column.groupNames(naming),
                population: population?.table.column(named: name)?.groupNames(naming),
                judged: judged.rows.protected.first { $0.name == name }?.groups)
        }
        return try ThinRegions(
            training: CountedRows(table, clusters: table.codes(in: schema.names(.group).first)),
            population: population?.counted(schema), losses: judged.losses,
            columns: features + schema.protected.filter { !features.contains($0) }, groups: groups,
            seed: run.configuration.learning.seed)
    }

    /// What share of new rows lies farther from the training rows than validation rows do.
    func outside(_ new: NewRows) throws -> RowsOutside {
        let reference: OutOfDistributionReference
        do {
            reference = try OutOfDistributionReference(run: run.path)
        } catch let error as VouchError {
            return RowsOutside(
                name: new.name, rows: new.table.rowCount, obstacle: error.description)
        }
        let far = try reference.distancePValues(new.table, model, pool: run.pool)
            .map { $0 <= RowsOutside.usualShare }
        let unseen = try reference.ranges.unseenCounts(new.table, model.encoder)
        return RowsOutside(
            name: new.name, design: try new.counted(prepared.schema).design, isFar: far,
            ordinaryRows: reference.ordinaryRows, beyondRange: unseen.count { $0 > 0 })
    }

    /// Labels of the rows that train or validate that told little; the answers of validation rows are a look.
    func repeats(_ door: inout HeldOutRows) throws -> NearRepeats {
        let prepared = try door.open(
            Sealed(
                prepared, split: .validation, rows: prepared.split.validation.count))
        let features = prepared.schema.features.map(\.name)
        let all = prepared.knownRows
        let width = max(
            DistanceMatrix(prepared.table.selecting(rows: []), features: features).width, 1)
        let most = max(Self.mostCells / width, 1)
        let random = CounterRandom(seed: run.configuration.learning.seed, name: "repeats")
        let rows =
            all.count <= most
            ? all
            : random.permutation(of: all.count).prefix(most).map { all[$0] }.sorted()
        let table = prepared.table.selecting(rows: rows)
        let matrix = DistanceMatrix(table, features: features)
        guard let column = table.column(named: prepared.target.column) else {
            throw VouchError("\(table.name) has no column \"\(prepared.target.column)\"")
        }
        let answers: NearRepeats.Answers =
            prepared.target.task == .regression
            ? .numbers(try prepared.target.values(column, source: table.name))
            : .classes(try prepared.target.labels(column, source: table.name))
        return try NearRepeats(
            values: matrix.values, width: matrix.width,
            codes: DuplicateIndex(table, columns: features).codes, answers: answers,
            seed: run.configuration.learning.seed, check: { try run.cancellation.check() })
    }
}
