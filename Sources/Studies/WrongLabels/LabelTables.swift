import DataEfficiency
import Figures
import Platform
import Prediction
import Reporting
import Runs
import Statistics
import Tables

/// What was found of a run's labels, as a document.
struct LabelTables {
    let request: LabelRequest
    let passes: LabelPasses
    let found: SuspectedLabels
    let planted: PlantedCheck?
    let reasons: NearestTrusted
    let annotations: Annotations?

    /// Rows, and pairs of classes, that are shown.
    private static let mostShown = 20
    /// With more classes than these, pairs of them have next to no rows.
    private static let mostPaired = 200

    private var share: WrongShare { found.suspicion.share }
    private var names: [String] { passes.prepared.target.classes }
    private var promise: Estimate {
        let promise = share.promise(first: found.listed.count)
        return (planted?.widened(promise) ?? promise).toldShare
    }

    var document: TableDocument {
        var tables = [summary]
        if case .classes(let given, _) = found.suspicion {
            tables.append(byClass(given))
            if names.count <= Self.mostPaired { tables.append(rates(given)) }
        }
        tables += found.rows.protected.map { byGroup($0.name, $0.groups) }
        tables.append(rows)
        if let annotations { tables += AnnotationTables(annotations, passes, found).tables }
        let target = passes.prepared.target.column
        return TableDocument(
            title: "Suspected labels of \(request.run)",
            facts: [
                .init("Rows", "\(passes.rows.count), those that train or validate"),
                .init("Target", target),
                .init(
                    "Predicted by",
                    "models of the run's recipe that did not learn from the row; \(request.folds) folds"
                        + (request.repeats > 1 ? ", drawn \(request.repeats) times" : "")
                        + (found.interrupted == nil
                            ? ", again without \(found.leftOut) suspected rows, and the mean of both" : "")
                ),
                .init("Listed", listedText), .init("Made by", "vouch \(vouchVersion)"),
            ], tables: tables, statements: statements, blanks: [])
    }

    private var listedText: String {
        found.listed.isEmpty
            ? "no row: of no list is \(NumberText.plain(request.shareRight)) expected to be wrong"
            : "\(found.listed.count) rows, of which \(NumberText.plain(request.shareRight)) or more are "
                + "expected to be wrong"
    }

    private var statements: [String] {
        var found: [String] = []
        if let interrupted = self.found.interrupted { found.append(interrupted) }
        found += [
            "Numbers in brackets are 95 % intervals. Nothing here was compared with true labels: shares and chances are "
                + "estimates from predictions.",
            "A right label of a hard row cannot be told from a wrong one by predictions. The interval of the share of "
                + "wrong labels allows for it; a person who looks at the rows can tell.",
        ]
        if case .numbers = suspicion {
            found.append(
                "A wrong number is taken to look like another row's. A heavy tail looks the same, so that no lower end but "
                    + "0 is known; that two of three which may be wrong are is a guess.")
        }
        if self.found.rows.weights != nil {
            found.append("Each row counts once here, whatever its weight.")
        }
        if let absence = reasons.absence { found.append(absence) }
        return found
    }

    private var suspicion: Suspicion { found.suspicion }

    static func cell(_ estimate: Estimate) -> TableDocument.Cell {
        estimate.value.map { .number($0, lower: estimate.lower, upper: estimate.upper) }
            ?? .text(estimate.note ?? "–")
    }

    static func chance(_ row: Int, _ share: WrongShare) -> TableDocument.Cell {
        let bounds = share.chanceBounds[row]
        return .number(share.chances[row], lower: bounds.lower, upper: bounds.upper)
    }

    /// Below tables with chances of rows.
    static let chanceNote =
        "brackets of a chance are what the ends of the share of wrong labels make of it; it is at most the lower end of "
        + "Clopper and Pearson's interval of as many planted labels, all found, as are doubted like the row: never 1"

    private var summary: TableDocument.Table {
        var rows: [[TableDocument.Cell]] = [
            [.text("Share of wrong labels among all rows"), Self.cell(share.estimate)],
            [.text("Rows listed"), .count(found.listed.count)],
            [.text("Share of the listed rows that is wrong"), Self.cell(promise)],
        ]
        var notes = [share.estimate.note].compactMap { $0 }
        if let planted {
            rows += [
                [
                    .text("Planted labels that such a list should find"),
                    Self.cell(planted.expectedShare),
                ],
                [
                    .text("Planted labels that it did find, trained on the copy"),
                    Self.cell(planted.found),
                ],
            ]
            notes.append("what the check by planting leaves open is in the interval of the listed rows")
        } else {
            notes.append("the list was not checked by planted labels")
        }
        return TableDocument.Table(
            title: "How many", columns: ["", "value"], rows: rows, notes: notes)
    }

    private func byClass(_ given: GivenLabels) -> TableDocument.Table {
        parts(
            title: "By the given class", column: "given",
            given.labels.map { names[$0] }, order: names, notes: [])
    }

    private func byGroup(_ column: String, _ groups: [String]) -> TableDocument.Table {
        parts(
            title: "By \(column)", column: column, groups, order: Set(groups).sorted(),
            notes: ["a group with more suspected labels has more wrong ones, or harder rows"])
    }

    private func parts(
        title: String, column: String, _ part: [String], order: [String], notes: [String]
    ) -> TableDocument.Table {
        let isListed = Set(found.listed)
        var all: [String: Int] = [:]
        var listed: [String: Int] = [:]
        var wrong: [String: (value: Double, lower: Double, upper: Double)] = [:]
        for (row, name) in part.enumerated() {
            all[name, default: 0] += 1
            wrong[name, default: (0, 0, 0)].value += share.chances[row]
            wrong[name, default: (0, 0, 0)].lower += share.chanceBounds[row].lower
            wrong[name, default: (0, 0, 0)].upper += share.chanceBounds[row].upper
            if isListed.contains(row) { listed[name, default: 0] += 1 }
        }
        return TableDocument.Table(
            title: title, columns: [column, "rows", "listed", "share listed", "expected wrong"],
            rows: order.compactMap { name in
                guard let count = all[name] else { return nil }
                let hits = listed[name, default: 0]
                let chances = wrong[name, default: (0, 0, 0)]
                let rows = Double(count)
                return [
                    .text(name), .count(count), .count(hits),
                    Self.cell(shareEstimate(hits, of: count)),
                    .number(
                        chances.value / rows, lower: chances.lower / rows, upper: chances.upper / rows),
                ]
            },
            notes: notes + [
                "brackets of what is expected are the mean chances by the ends of the share of wrong labels"
            ])
    }

    private func rates(_ given: GivenLabels) -> TableDocument.Table {
        let joint = ConfidentJoint(given)
        let pairs = names.indices.flatMap { likely in
            names.indices.filter { $0 != likely }.map { (likely: likely, given: $0) }
        }.sorted { joint.joint[$0.given][$0.likely] > joint.joint[$1.given][$1.likely] }
        return TableDocument.Table(
            title: "From class to class, by confident learning",
            columns: [
                "is confidently", "was given", "rows", "share of the class's rows",
                "share of all rows",
            ],
            rows: pairs.prefix(Self.mostShown).map { pair in
                [
                    .text(names[pair.likely]), .text(names[pair.given]),
                    .count(joint.counts[pair.given][pair.likely]),
                    Self.cell(joint.rate(from: pair.likely, to: pair.given)),
                    Self.cell(joint.share(from: pair.likely, to: pair.given)),
                ]
            },
            notes: [
                "hard rows that are confidently taken for another class are among them, so that these lean upwards"
            ])
    }

    private var rows: TableDocument.Table {
        let shown = found.listed.prefix(Self.mostShown)
        let notes =
            found.listed.count > shown.count
            ? ["the first \(shown.count) of \(found.listed.count); --out FILE writes all"] : []
        switch suspicion {
        case .classes(let given, _):
            return TableDocument.Table(
                title: "Most suspected rows",
                columns: [
                    "line", "given", "suggested", "chance wrong", "nearest trusted rows",
                    "of those as suggested",
                ],
                rows: shown.map { row in
                    let reason = reasons.reasons[row]
                    return [
                        .count(passes.line(row)), .text(names[given.labels[row]]),
                        .text(names[given.suggestions[row]]), Self.chance(row, share),
                        .text(
                            reason.map { $0.lines.map(String.init).joined(separator: " ") } ?? "–"),
                        .text(reason.map { "\($0.agreeing) of \($0.lines.count)" } ?? "–"),
                    ]
                }, notes: notes + [Self.chanceNote])
        case .numbers(let targets, let predictions, let numbers):
            return TableDocument.Table(
                title: "Most suspected rows",
                columns: ["line", "given", "predicted", "chance wrong"],
                rows: shown.map { row in
                    let interval = numbers.intervals[row]
                    return [
                        .count(passes.line(row)), .number(targets[row]),
                        .number(predictions[row], lower: interval.lower, upper: interval.upper),
                        Self.chance(row, share),
                    ]
                },
                notes: notes + [
                    Self.chanceNote,
                    "brackets of a prediction hold \(NumberText.plain(100 * (1 - Suspicion.miscoverage))) % of the rows at "
                        + "such a prediction (conformal)"
                ])
        }
    }
}
