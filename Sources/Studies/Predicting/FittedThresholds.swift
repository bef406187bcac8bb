import Generalization
import Models
import Prediction
import Runs
import Statistics
import Tables

/// The thresholds of a request, fitted before any new row is read.
struct FittedThresholds: Sendable {
    let request: PredictionRequest
    /// `nil` where no coverage was asked for.
    let conformal: ConformalPredictor?
    /// `nil` where no limit on the risk was asked for.
    let abstention: Abstention?
    /// Whether the run's validation rows had a part in its training.
    private let validationTrained: Bool

    init(_ request: PredictionRequest, _ model: RunModel) throws {
        self.request = request
        validationTrained = model.network != nil
        try Self.check(request)
        guard request.coverage != nil || request.abstainRisk != nil else {
            (conformal, abstention) = (nil, nil)
            return
        }
        let rows = try Self.calibrationRows(request, model)
        abstention = try request.abstainRisk.map {
            try Abstention(RiskControl(risk: $0), fittedOn: rows)
        }
        conformal = try request.coverage.map { coverage in
            let usual = ConformalMethod.usual(of: rows.predictions)
            return try ConformalPredictor(
                ConformalRequest(
                    request.conformal.flatMap(ConformalMethod.init(rawValue:)) ?? usual,
                    coverage: coverage,
                    within: request.groupColumn.map { .groups(column: $0) }
                        ?? (request.isByClass ? .classes : .all),
                    seed: try RunConfiguration(run: request.run).seed),
                fittedOn: rows)
        }
    }

    private static func check(_ request: PredictionRequest) throws(VouchError) {
        if request.coverage == nil {
            let alone = [
                ("--conformal", request.conformal != nil), ("--by", request.groupColumn != nil),
                ("--by-class", request.isByClass),
                ("--calibrate", request.calibration != nil && request.abstainRisk == nil),
            ].filter(\.1).map(\.0)
            guard alone.isEmpty else {
                throw VouchError(
                    "\(alone.joined(separator: ", ")) says how sets or intervals are made; ask for them "
                        + "with --coverage, such as --coverage 0.9")
            }
        }
        if let name = request.conformal, ConformalMethod(rawValue: name) == nil {
            throw VouchError(
                "--conformal is \"\(name)\"; there is \(conformalMethods.joined(separator: ", "))")
        }
        guard request.groupColumn == nil || !request.isByClass else {
            throw VouchError("give --by or --by-class, not both")
        }
    }

    private static func calibrationRows(
        _ request: PredictionRequest, _ model: RunModel
    ) throws -> LabelledPredictions {
        let fitted = [
            ("--coverage", request.coverage != nil), ("--abstain-risk", request.abstainRisk != nil),
        ].filter(\.1).map(\.0).joined(separator: " ")
        var door = HeldOutRows(
            of: request.run, for: "vouch predict \(fitted)", kinds: request.kinds)
        guard let file = request.calibration else {
            let rows = try door.open(.validation)
            guard rows.rows > 0 else {
                throw VouchError(
                    "\(request.run) kept no validation rows to calibrate on; give rows with answers "
                        + "that the model did not learn from (--calibrate FILE)")
            }
            return rows
        }
        let bytes = try rowBytes(file, of: .measured)
        let (table, predictions) = try model.predict(
            bytes, name: file, reading: request.reading, threads: request.threads)
        return try door.open(
            file: file, bytes, table, predictions, model: model, as: .calibration)
    }

    /// Whether the request has none.
    var areNone: Bool { conformal == nil && abstention == nil }

    /// What was asked for of new rows.
    ///
    /// - Parameters:
    ///   - firstRow: Rows of the file before these.
    ///   - unknown: Takes the groups that no calibration row is of.
    func columns(
        of predictions: Predictions, _ table: Table, _ model: RunModel, firstRow: Int,
        unknown: inout Set<String>
    ) throws -> [PredictedColumn] {
        var columns: [PredictedColumn] = []
        if let conformal {
            var groups: [String]?
            if let name = request.groupColumn {
                let names = try Self.groups(name, table, model)
                unknown.formUnion(conformal.unknown(names))
                groups = names
            }
            columns += regions(conformal, predictions, groups, firstRow)
        }
        if let abstention {
            let accepted = abstention.accepts(predictions)
            let decisions = zip(accepted, model.decisions(predictions).texts)
                .map { $0 ? $1 : "abstain" }
            columns.append(PredictedColumn("decision_or_abstain", .texts(decisions)))
        }
        return columns
    }

    /// What a reader of the columns must know.
    func notes(unknown: Set<String>) -> [String] {
        var notes = conformal?.notes ?? []
        if let name = request.groupColumn {
            notes += unknown.sorted().map {
                "\(name) = \($0): no calibration row is of this group; there every answer is allowed"
            }
        }
        if let abstention, abstention.acceptance == nil {
            notes.append(
                "the calibration rows show a risk of \(abstention.control.risk) for no share of "
                    + "rows: none is decided")
        }
        if request.calibration == nil, !areNone, validationTrained {
            notes.append(
                "thresholds are from the run's validation rows, which also chose when training stopped: "
                    + "what was asked for holds closely; it is guaranteed only with rows of your own "
                    + "(--calibrate FILE)")
        }
        return notes
    }

    private static func groups(
        _ name: String, _ table: Table, _ model: RunModel
    ) throws(VouchError) -> [String] {
        guard let column = table.column(named: name) else {
            throw VouchError(
                "\(table.name) has no column \"\(name)\", whose groups --by asks for")
        }
        return column.groupNames(model.groups)
    }

    /// `set`, or `lower` and `upper`.
    private func regions(
        _ conformal: ConformalPredictor, _ predictions: Predictions, _ groups: [String]?,
        _ firstRow: Int
    ) -> [PredictedColumn] {
        guard conformal.request.method.isOfClasses else {
            let bounds = conformal.intervals(predictions, groups: groups)
            return [
                PredictedColumn("lower", .numbers(bounds.map(\.lower), first: 0, stride: 1)),
                PredictedColumn("upper", .numbers(bounds.map(\.upper), first: 0, stride: 1)),
            ]
        }
        let inside = conformal.sets(predictions, groups: groups, firstRow: firstRow)
        let names = predictions.classes.map { $0.replacing("|", with: "\\|") }
        let sets = (0..<predictions.rows).map { row in
            names.indices.filter { inside[row * names.count + $0] }.map { names[$0] }
                .joined(separator: "|")
        }
        return [PredictedColumn("set", .texts(sets))]
    }
}
