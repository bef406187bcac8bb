import Evidence
import Fairness
import Figures
import Platform
import Reporting
import Runs
import Statistics

/// Findings about groups of data as a document.
struct FairnessDataTables {
    let request: FairnessDataRequest
    let data: GroupedRows
    let findings: [DataFinding]
    let plan: CollectionPlan?
    let hasReference: Bool

    /// Features in the table of proxies of each group, the strongest first.
    private static let mostProxies = 8

    var document: TableDocument {
        var tables: [TableDocument.Table] = []
        for groups in data.columns { tables.append(people(groups)) }
        tables += [labels, missing, proxies].compactMap { $0 }
        if let plan { tables.append(plan.table(tolerance: request.tolerance)) }
        return TableDocument(
            title: "Groups in the data of \(request.subject)",
            facts: [
                .init("Rows", "\(data.rows), those that a model learns from"),
                .init("Protected columns", data.columns.map(\.column).joined(separator: ", ")),
                .init("Reference population", request.reference ?? "none given (--reference)"),
                .init(
                    "Findings",
                    "p-values adjusted over all tables (Benjamini and Hochberg); at most "
                        + "\(NumberText.plain(100 * request.falseDiscovery)) % of those found are false"
                ), .init("Tolerance", NumberText.plain(request.tolerance)),
                .init("Calculated", Clock.text(unixSeconds: Clock.unixSeconds())),
                .init("Made by", "vouch \(vouchVersion)"),
            ], tables: tables,
            statements: [
                "Numbers in brackets are 95 % intervals over rows.",
                "A column that predicts a group lets a model treat the groups apart without being told them; it "
                    + "may still be what the model should look at.",
                "Different label rates may be how the world is, how it was recorded, or who was recorded.",
            ], blanks: [])
    }

    private func verdict(_ finding: DataFinding, found: String) -> TableDocument.Cell {
        switch finding.verdict(
            tolerance: request.tolerance, falseDiscovery: request.falseDiscovery)
        {
        case .found: .text(found)
        case .notBeyond(let most):
            .text("no difference beyond \(NumberText.fixed(most, decimals: 3))")
        case .cannotTell: .text("cannot tell")
        }
    }

    private func number(_ estimate: Estimate) -> TableDocument.Cell {
        estimate.value.map { .number($0, lower: estimate.lower, upper: estimate.upper) }
            ?? .text(estimate.note ?? "–")
    }

    private func adjusted(_ finding: DataFinding) -> TableDocument.Cell {
        finding.adjusted.map { .number($0) } ?? .text("–")
    }

    private func people(_ groups: DataGroups) -> TableDocument.Table {
        let own = findings.filter { $0.kind == .representation && $0.column == groups.column }
        let known = Set(groups.names)
        let names = groups.names + own.compactMap(\.group).filter { !known.contains($0) }
        let counts = Dictionary(uniqueKeysWithValues: zip(groups.names, groups.counts))
        let rows = names.map { name -> [TableDocument.Cell] in
            let count = counts[name] ?? 0
            let common: [TableDocument.Cell] = [
                .text(name), .count(count), number(shareEstimate(count, of: groups.rows)),
            ]
            guard !own.isEmpty else { return common }
            guard let finding = own.first(where: { $0.group == name }) else {
                return common + [.text("not in the reference"), .text("–"), .text("–")]
            }
            let isLess = (finding.estimate.value ?? 0) < 0
            return common + [
                number(finding.estimate), adjusted(finding),
                verdict(finding, found: isLess ? "fewer than in the population" : "more"),
            ]
        }
        let diversity = groups.diversity
        return TableDocument.Table(
            title: "Who is in the rows: \(groups.column)",
            columns: ["Group", "Rows", "Share"]
                + (own.isEmpty ? [] : ["Share − population's", "p, adjusted", "Finding"]),
            rows: rows,
            notes: [
                "Diversity, the chance that two rows are of different groups: "
                    + (diversity.shown ?? "–")
                    + "; as diverse as \(NumberText.fixed(groups.effectiveGroups, decimals: 2)) groups of equal size."
            ] + (hasReference && own.isEmpty ? ["The reference has no \(groups.column)."] : []))
    }

    private var labels: TableDocument.Table? {
        let own = findings.filter { $0.kind == .labelRate }
        guard !own.isEmpty else { return nil }
        return gaps(
            own, title: "Label rates by group", gap: "Largest gap between groups",
            found: "rates differ", notes: [])
    }

    private var missing: TableDocument.Table? {
        let own = findings.filter { $0.kind == .missing }
        guard !own.isEmpty else {
            return TableDocument.Table(
                title: "Missing cells by group", columns: ["Finding"],
                rows: [[.text("no feature has missing cells")]], notes: [])
        }
        return gaps(
            own, title: "Missing cells by group", gap: "Largest gap in the share missing",
            found: "missing more often in one group", notes: [])
    }

    private func gaps(
        _ own: [DataFinding], title: String, gap: String, found: String, notes: [String]
    ) -> TableDocument.Table {
        TableDocument.Table(
            title: title,
            columns: ["Column", "Of", gap, "p, adjusted", "Finding", "Farthest apart"],
            rows: own.map {
                [
                    .text($0.column), .text($0.subject ?? ""), number($0.estimate), adjusted($0),
                    verdict($0, found: found), .text($0.note ?? ""),
                ]
            }, notes: notes)
    }

    private var proxies: TableDocument.Table? {
        let own = findings.filter { $0.kind == .proxy }
        guard !own.isEmpty else { return nil }
        var shown: [DataFinding] = []
        for groups in data.columns {
            for group in groups.names {
                let each = own.filter { $0.column == groups.column && $0.group == group }
                shown += each.filter { $0.subject == GroupedRows.allFeatures }
                shown += each.filter { $0.subject != GroupedRows.allFeatures }
                    .sorted { ($0.estimate.value ?? 0) > ($1.estimate.value ?? 0) }
                    .prefix(Self.mostProxies)
            }
        }
        return TableDocument.Table(
            title: "What predicts the group",
            columns: ["Column", "Group", "Feature", "AUC", "p, adjusted", "Finding"],
            rows: shown.map {
                [
                    .text($0.column), .text($0.group ?? ""), .text($0.subject ?? ""),
                    number($0.estimate), adjusted($0),
                    verdict($0, found: "predicts the group"),
                ]
            },
            notes: [
                "AUC of the group against all others, on rows of folds that the prediction did not see; 0.5 is "
                    + "chance. Each feature alone by its bins or categories, all together by a linear model. "
                    + "Of each group the \(Self.mostProxies) strongest are shown, all were tested; groups of "
                    + "fewer than \(DataGroups.fewestRows) rows are left out.",
                "Of two groups the smaller is shown, the other is its mirror image.",
            ])
    }
}

extension CollectionPlan {
    /// Which rows would settle what cannot be told.
    func table(tolerance: Double) -> TableDocument.Table {
        TableDocument.Table(
            title: "Rows that would settle what cannot be told",
            columns: [
                "Column", "Gap", "Group", "Test rows now", "Further rows", "To be told", "Against",
            ],
            rows: needs.map { need in
                let size = NumberText.fixed(need.gap, decimals: 3)
                return [
                    .text(need.column), .text(need.metric.name), .text(need.group),
                    .count(need.have), .count(need.rows),
                    .text(
                        need.settlesAsGap
                            ? "that there is a gap, if it is \(size)"
                            : "that it is at most \(NumberText.plain(tolerance)), if it is \(size)"
                    ), .text(need.other),
                ]
            },
            notes: [
                needs.isEmpty
                    ? "No gap of the test rows is left that they cannot tell of, or the model decides between "
                        + "other than two classes."
                    : "Of test rows, with as many positives among them as the group has now: enough in about "
                        + "80 % of samples if the true rates are those that these rows show."
            ])
    }
}
