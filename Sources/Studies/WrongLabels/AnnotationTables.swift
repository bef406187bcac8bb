import DataEfficiency
import Figures
import Reporting
import Runs
import Statistics
import Tables

/// What several people's labels come to, as tables.
struct AnnotationTables {
    private let annotations: Annotations
    private let passes: LabelPasses
    private let found: SuspectedLabels

    init(_ annotations: Annotations, _ passes: LabelPasses, _ found: SuspectedLabels) {
        self.annotations = annotations
        self.passes = passes
        self.found = found
    }

    var tables: [TableDocument.Table] { [agreement, annotators, consensus].compactMap { $0 } }

    private var agreement: TableDocument.Table {
        let names = annotations.names
        var rows: [[TableDocument.Cell]] = []
        for first in names.indices {
            for second in names.indices.dropFirst(first + 1) {
                rows.append([
                    .text("\(names[first]), \(names[second])"),
                    LabelTables.cell(annotations.agreement.raw(first, second)),
                    LabelTables.cell(annotations.agreement.cohen(first, second)),
                ])
            }
        }
        if names.count > 2 {
            rows.append([
                .text("all, rows that each labelled (Fleiss)"), .text("–"),
                LabelTables.cell(annotations.agreement.fleiss),
            ])
        }
        rows.append([
            .text("all, rows that two or more labelled (Krippendorff's α)"), .text("–"),
            LabelTables.cell(annotations.agreement.krippendorff),
        ])
        return TableDocument.Table(
            title: "Agreement of annotators", columns: ["annotators", "agree", "beyond chance (κ)"],
            rows: rows, notes: ["intervals over rows: Clopper–Pearson or Wilson of shares, the jackknife of κ and α"])
    }

    private var annotators: TableDocument.Table {
        let consensus = annotations.consensus
        return TableDocument.Table(
            title: "Each annotator beside the consensus (Dawid and Skene)",
            columns: ["annotator", "rows", "right by the consensus"],
            rows: annotations.names.enumerated().map { place, name in
                [
                    .text(name), .count(annotations.labels[place].count { $0 != nil }),
                    .number(annotations.rightShare(ofAnnotator: place)),
                ]
            },
            notes: [
                "it takes annotators to err independently, so that errors which they share are not seen; no interval of it "
                    + "is known, and a share is at most what so many rows can show (the rule of three)",
                consensus.converged
                    ? "settled after \(consensus.rounds) rounds"
                    : "it had not settled after \(consensus.rounds) rounds",
            ])
    }

    /// Rows whose given label is not the consensus.
    private var consensus: TableDocument.Table? {
        guard case .classes(let given, let share) = found.suspicion else { return nil }
        let names = passes.prepared.target.classes
        let other = given.labels.indices.compactMap { row -> (row: Int, likely: Int, posterior: Double)? in
            guard let likely = annotations.classes[row], likely != given.labels[row] else {
                return nil
            }
            return (row, likely, annotations.posterior(row, likely))
        }.sorted { ($1.posterior, $0.row) < ($0.posterior, $1.row) }
        let shown = other.prefix(20)
        return TableDocument.Table(
            title: "Rows whose label is not the consensus",
            columns: ["line", "given", "consensus", "posterior", "chance wrong by the models"],
            rows: shown.map {
                [
                    .count(passes.line($0.row)), .text(names[given.labels[$0.row]]),
                    .text(names[$0.likely]), .number($0.posterior),
                    LabelTables.chance($0.row, share),
                ]
            },
            notes: [
                "\(NumberText.count(other.count)) rows, of which \(shown.count) are shown",
                "a posterior is at most what the rows that two or more labelled can show (the rule of three)",
                LabelTables.chanceNote,
            ])
    }
}
