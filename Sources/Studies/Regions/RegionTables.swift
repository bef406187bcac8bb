import DataEfficiency
import Evidence
import Fairness
import Figures
import Platform
import Prediction
import Reporting
import Runs
import Statistics
import Tables

/// What was found of regions, groups, rows outside and repeats, as a document and as CSV.
struct RegionTables {
    let request: RegionsRequest
    let regions: ThinRegions
    let judged: RegionRows.Judged
    /// The file's name.
    let population: String?
    let pool: NewRows?
    var plan: CollectionPlan?
    var outside: [RowsOutside] = []
    var repeats: NearRepeats?
    var isByChance = false
    var interruption: Interruption?

    var document: TableDocument {
        let found =
            "\(regions.named.count) with few rows and high error"
            + (regions.hasPopulation ? ", \(regions.thin.count) more with few rows" : "")
        return TableDocument(
            title: "How diverse the rows are that \(request.run) learned from",
            facts: [
                .init("Regions", found),
                .init(
                    "Few rows",
                    population.map { "fewer than the share of \($0) asks for" }
                        ?? "at most a tenth of the training rows; without --reference or --pool nothing says how many "
                        + "there ought to be"),
                .init(
                    "Error",
                    "the loss (\(judged.rows.lossUnit)) of \(NumberText.count(regions.judgedRows)) rows of "
                        + "\(judged.rows.split.rawValue)"
                        + (regions.meanLoss?.value.map { ", mean \(NumberText.plain($0))" } ?? "")),
                .init("Made by", "vouch \(vouchVersion)"),
            ],
            tables: [regionTable] + (regions.groups.isEmpty ? [] : [groupTable])
                + (plan.map { [$0.table(tolerance: GapOptions().tolerance)] } ?? [])
                + (outside.isEmpty ? [] : [outsideTable])
                + (repeats.map { [repeatTable($0)] } ?? []),
            statements: [
                "Numbers in brackets are 95 % intervals over rows.",
                "Rows that chose a region do not judge it. Where training rows were drawn like the population, or no "
                    + "region has a higher loss, any region at all is named in at most 5 % of cases.",
                "At stake is what the mean loss would fall by if the region were as the rest: a bound for what labels "
                    + "there can give, no promise. Rows may be harder there for any model.",
            ] + (interruption == nil ? [] : ["Interrupted: what is not shown was not looked for."]),
            blanks: [])
    }

    // MARK: - Tables

    private func cell(_ estimate: Estimate?, without text: String = "–") -> TableDocument.Cell {
        guard let estimate, let value = estimate.value else { return .text(text) }
        return .number(value, lower: estimate.lower, upper: estimate.upper)
    }

    private var shareColumns: [String] {
        ["Training rows", "Share of training"]
            + (regions.hasPopulation ? ["Share of population", "Times rarer"] : [])
            + ["Loss", "Higher than the rest's"]
    }

    private func shareCells(_ region: RegionEvidence) -> [TableDocument.Cell] {
        [.count(region.trainingRows), cell(region.trainingShare)]
            + (regions.hasPopulation
                ? [
                    cell(region.populationShare),
                    cell(region.rarity, without: "no row of one"),
                ] : [])
            + [cell(region.loss), cell(region.excess?.estimate)]
    }

    private func poolRows(_ region: RegionEvidence) -> Int? {
        guard let pool else { return nil }
        return region.conditions.members(of: pool.table).count { $0 }
    }

    private var regionTable: TableDocument.Table {
        let rows = regions.regions.map { region -> [TableDocument.Cell] in
            [.text(region.name)] + shareCells(region) + [cell(region.atStake)]
                + (regions.hasPopulation
                    ? [region.labels.map { .count($0) } ?? .text("–")] : [])
                + (poolRows(region).map { [.count($0)] } ?? [])
                + [.text(region.verdict.rawValue)]
        }
        let tested =
            "Shares are of \(NumberText.count(regions.testedTraining)) training rows"
            + (regions.hasPopulation
                ? " and \(NumberText.count(regions.testedPopulation)) of the population" : "")
            + " that did not choose; training rows are counted among all."
        return TableDocument.Table(
            title: "Regions",
            columns: ["Region"] + shareColumns + ["At stake"]
                + (regions.hasPopulation ? ["Labels for its share"] : [])
                + (pool == nil ? [] : ["Rows in the pool"]) + ["Finding"],
            rows: rows,
            notes: [
                tested,
                rows.isEmpty
                    ? "No condition on one or two columns looked thin enough to be tested."
                    : "Not shown: these rows cannot tell it from chance.",
            ])
    }

    private var groupTable: TableDocument.Table {
        TableDocument.Table(
            title: "Groups of protected columns",
            columns: ["Column", "Group"] + shareColumns
                + (regions.hasPopulation ? ["Labels for its share", "Finding"] : []),
            rows: regions.groups.map { group in
                [.text(group.column), .text(group.region.name)] + shareCells(group.region)
                    + (regions.hasPopulation
                        ? [
                            group.region.labels.map { .count($0) } ?? .text("–"),
                            .text(group.region.verdict.rawValue),
                        ] : [])
            },
            notes: [
                regions.hasPopulation
                    ? "All groups are judged, p-values adjusted over them (Holm)."
                    : "Whether a group has too few rows takes a population: --reference."
            ])
    }

    private var outsideTable: TableDocument.Table {
        TableDocument.Table(
            title: "New rows that lie outside",
            columns: [
                "File", "Rows", "Share outside", "More than validation rows", "Beyond the range",
                "Finding",
            ],
            rows: outside.map {
                [
                    .text($0.name), .count($0.rows), cell($0.share), cell($0.excess),
                    $0.obstacle == nil ? .count($0.beyondRange) : .text("–"), .text($0.verdict),
                ]
            },
            notes: [
                "Outside: farther from the training rows, as the model sees them, than 95 % of validation rows are. "
                    + "Beyond the range: rows with a number that no training row reaches."
            ])
    }

    private func repeatTable(_ found: NearRepeats) -> TableDocument.Table {
        func line(_ name: String, _ repeats: NearRepeats.Repeats) -> [TableDocument.Cell] {
            [
                .text(name), .count(repeats.rows), cell(repeats.agreement),
                isByChance ? .text("cannot tell") : .count(repeats.agreeing),
            ]
        }
        var notes: [String] = []
        if let near = found.near {
            notes.append(
                "Nearly equal: within \(NumberText.plain(near.threshold)) of an earlier row, in standard deviations "
                    + "(a category that differs counts √2); a row's nearest is usually "
                    + "\(NumberText.plain(near.median)) away. It is a guess at what a label would have told: "
                    + "what matters to the answer may lie in so small a difference.")
        } else {
            notes.append(
                "No distance tells near from usual here: rows are too few, or too many lie in one place."
            )
        }
        if isByChance {
            notes.append(
                "Many rows have the features of another row and another answer. They are equal by chance, and their "
                    + "answers' shares are what is learned, so that no label is called wasted.")
        }
        return TableDocument.Table(
            title: "Labels that told little, of \(NumberText.count(found.rows)) rows",
            columns: ["Rows", "Repeats", "Same answer", "Labels that could be saved"],
            rows: [line("equal", found.equal)]
                + (found.near.map { [line("nearly equal", $0.repeats)] } ?? []), notes: notes)
    }

    // MARK: - CSV

    var csv: [UInt8] {
        var bytes: [UInt8] = []
        let estimates = [
            "training_share", "population_share", "times_rarer", "mean_loss", "higher_loss",
            "at_stake",
        ]
        CSVWriter.append(
            ["region", "protected", "finding", "training_rows"]
                + estimates.flatMap { [$0, $0 + "_lower", $0 + "_upper"] }
                + ["labels_for_its_share", "pool_rows"], to: &bytes)
        func add(_ region: RegionEvidence, column: String, isJudged: Bool) {
            let numbers = [
                region.trainingShare, region.populationShare, region.rarity, region.loss,
                region.excess?.estimate, region.atStake,
            ]
            CSVWriter.append(
                [
                    region.name, column, isJudged ? region.verdict.rawValue : "",
                    String(region.trainingRows),
                ]
                    + numbers.flatMap { estimate in
                        [estimate?.value, estimate?.lower, estimate?.upper]
                            .map { $0.map(\.description) ?? "" }
                    }
                    + [
                        region.labels.map { String($0) } ?? "",
                        column.isEmpty ? poolRows(region).map { String($0) } ?? "" : "",
                    ], to: &bytes)
        }
        for region in regions.regions { add(region, column: "", isJudged: true) }
        for group in regions.groups {
            add(group.region, column: group.column, isJudged: regions.hasPopulation)
        }
        return bytes
    }
}
