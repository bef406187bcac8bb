import Evidence
import Fairness
import Kernels
import Platform
import Prediction
package import Reporting
import RunStore
package import Runs
import Statistics
import Tables

/// What `vouch fairness data` is asked.
package struct FairnessDataRequest: Sendable {
    /// A run folder, or a CSV file.
    package var subject: String
    /// Of a file.
    package var target: String?
    /// Of a run those that it was trained with, if empty.
    package var protected: [String] = []
    /// Combinations of protected columns too.
    package var intersects = false
    package var reference: String?
    /// A gap, or a share, within which nothing is the matter.
    package var tolerance = 0.05
    package var falseDiscovery = 0.05
    package var threads: Int?

    package init(_ subject: String) { self.subject = subject }
}

/// What data say of their groups before, or beside, any model: who is in them, what the labels are, what is missing, what
/// predicts the group, and which rows would settle what cannot be told.
///
/// - Throws: an error that says which protected columns there are, or what is wrong with the reference.
package func fairnessData(
    _ request: FairnessDataRequest, onEvent: @escaping (RunEvent) -> Void = { _ in }
) throws -> TableDocument {
    guard request.falseDiscovery > 0, request.falseDiscovery < 1 else {
        throw VouchError(
            "--false-discovery is \(request.falseDiscovery); it must lie between 0 and 1")
    }
    guard request.tolerance > 0, request.tolerance <= 1 else {
        throw VouchError("--tolerance is \(request.tolerance); it must be above 0 and at most 1")
    }
    var door = HeldOutRows(of: request.subject, for: "vouch fairness data")
    let data = try GroupedRows(request, &door, onEvent: onEvent)
    let reference = try request.reference.map {
        try ReferencePopulation($0, columns: data.columns.map(\.column))
    }
    var findings: [DataFinding] = []
    for groups in data.columns {
        if let shares = reference?.shares[groups.column] {
            findings += groups.representation(against: shares)
        }
        for (name, holds) in data.classes {
            findings.append(groups.gap(.labelRate, of: name, holds))
        }
        let parts = data.parts(groups)
        for (name, isMissing) in data.missing where !parts.contains(name) {
            findings.append(groups.gap(.missing, of: name, isMissing))
        }
        let features = data.features.filter { !parts.contains($0.name) }
        findings += try groups.proxies(features)
        findings += try data.proxiesTogether(groups, onEvent: onEvent)
    }
    findings = DataFinding.adjusting(findings)
    var plan: CollectionPlan?
    if data.isRun {
        var test = try door.open(.test)
        if request.intersects { test = test.addingIntersections() }
        test.protected = test.protected.filter { column in
            data.columns.contains { $0.column == column.name }
        }
        var options = GapOptions()
        options.tolerance = request.tolerance
        plan = try CollectionPlan(test, options: options)
    }
    return FairnessDataTables(
        request: request, data: data, findings: findings, plan: plan,
        hasReference: reference != nil
    ).document
}

/// Rows that are learned from, by their protected columns.
struct GroupedRows {
    let columns: [DataGroups]
    /// Of two classes the second, of more each: whether a row has it.
    let classes: [(name: String, holds: [Bool])]
    /// Of features with missing cells, whether a row's is.
    let missing: [(name: String, holds: [Bool])]
    let features: [(name: String, codes: [Int], count: Int)]
    let isRun: Bool
    let rows: Int
    private let learner: Learner
    /// The protected columns that an intersection combines, by its name.
    private let combined: [String: [String]]
    /// Of the table, in the order of all of the above.
    private let places: [Int]

    /// Bins of a number, or categories of its own, of a feature that predicts a group.
    private static let mostBins = 32
    private static let folds = 5

    /// - Parameter door: That of a run, whose validation rows are among these.
    init(
        _ request: FairnessDataRequest, _ door: inout HeldOutRows, onEvent: (RunEvent) -> Void
    ) throws {
        let threads = try checkedThreads(request.threads)
        isRun = Files.exists(request.subject + "/manifest.json")
        var configuration: TrainConfiguration
        let pool: WorkerPool
        var heldOut = 0
        if isRun {
            let run = try FinishedRun(request.subject, threads: threads, onEvent: onEvent)
            configuration = run.configuration.pinned(to: run.prepared.recipe)
            pool = run.pool
            heldOut = run.prepared.split.validation.count
        } else {
            configuration = TrainConfiguration(data: request.subject, output: "")
            guard let target = request.target else {
                throw VouchError(
                    "\(request.subject) is no run folder; of a file of rows say which column is the target: "
                        + "--target COLUMN")
            }
            configuration.columns.target = target
            configuration.columns.protected = request.protected
            pool = WorkerPool(threads: threads)
        }
        configuration.learning.folds = Self.folds
        configuration.learning.refits = nil
        let prepared = try door.open(
            Sealed(
                PreparedData.load(configuration, threads: threads, onEvent: onEvent),
                split: .validation, rows: heldOut))
        let known = prepared.schema.protected
        let asked = request.protected.isEmpty ? known : request.protected
        guard !asked.isEmpty else {
            throw VouchError("name the protected columns: --protected COLUMN")
        }
        guard !request.intersects || Set(asked).count > 1 else {
            throw VouchError("--intersect needs two protected columns; there is \(asked[0])")
        }
        for name in asked where !known.contains(name) {
            throw VouchError(
                "\"\(name)\" is no protected column of \(request.subject); there is "
                    + (known.isEmpty ? "none" : known.joined(separator: ", ")))
        }
        learner = Learner(configuration: configuration, prepared: prepared, pool: pool)
        let places = prepared.folds.flatMap(\.validation)
        self.places = places
        let table = prepared.table.selecting(rows: places)
        rows = places.count
        let naming = learner.groupNaming()
        let protected = asked.compactMap { table.column(named: $0) }
            .map {
                LabelledPredictions.ProtectedColumn(
                    name: $0.name, groups: $0.groupNames(naming))
            }
        let intersections = request.intersects ? protected.intersections : []
        combined = Dictionary(
            uniqueKeysWithValues: intersections.map { ($0.column.name, $0.parts) })
        columns = (protected + intersections.map(\.column))
            .map { DataGroups(column: $0.name, groups: $0.groups) }
        if let single = columns.first(where: { $0.names.count < 2 }) {
            throw VouchError(
                "\(single.column) has one value, \(single.names.first ?? "none"); groups are two or more"
            )
        }
        if prepared.target.task == .regression {
            classes = []
        } else if let target = table.column(named: prepared.target.column) {
            let labels = try prepared.target.labels(target, source: table.name)
            let names = prepared.target.classes
            classes = names.indices.dropFirst(names.count == 2 ? 1 : 0).map { place in
                ("\(prepared.target.column) = \(names[place])", labels.map { Int($0) == place })
            }
        } else {
            classes = []
        }
        let cells = prepared.schema.features.compactMap { table.column(named: $0.name) }
        missing = cells.compactMap { column in
            let holds = (0..<column.count).map(column.isMissing)
            return holds.contains(true) ? (column.name, holds) : nil
        }
        features = cells.map { column in
            let bins = CellBins(column, most: Self.mostBins)
            return (column.name, bins.codes(column), bins.count)
        }
    }

    /// The protected columns that groups are of: one, or those that an intersection combines.
    func parts(_ groups: DataGroups) -> [String] { combined[groups.column] ?? [groups.column] }

    static let allFeatures = "all features together"

    /// How well a linear model of all features predicts each group, on rows that it did not learn from.
    func proxiesTogether(
        _ groups: DataGroups, onEvent: (RunEvent) -> Void
    ) throws -> [DataFinding] {
        onEvent(.stage("Predicting \(groups.column) from all features"))
        let models = try GroupModels(learner, columns: parts(groups))
        var chances = models.names.map { _ in [Double]() }
        var folds: [Int] = []
        for (fold, split) in learner.prepared.folds.enumerated() {
            folds += Array(repeating: fold, count: split.validation.count)
            let table = learner.prepared.table.selecting(rows: split.validation)
            for (place, own) in try models.chances(split.train, of: table).enumerated() {
                chances[place] += own
            }
        }
        return try groups.predicted.map { group in
            let place = models.names.firstIndex(of: groups.names[group]) ?? 0
            return try groups.proxy(
                Self.allFeatures, scores: chances[place], folds: folds, group: group)
        }
    }
}
