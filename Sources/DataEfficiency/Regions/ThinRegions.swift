package import Statistics
import Tables
import TensorCore

/// Regions of a table, each a condition on one or two columns, that have few training rows and a high loss.
///
/// Rows that choose do not judge: training rows and those of the population are halved at random, clusters whole, and
/// losses come from rows of their own (`RegionLosses`). `RegionPicking` picks on the first halves; every number of a
/// picked region is of the second, its count of training rows apart. So where training rows were drawn like
/// the population, any region at all is named in at most 5 % of samples, and likewise where no region has a higher loss
/// any is called worse.
///
/// Groups of protected columns are not picked but given; they are judged on all rows, by themselves.
package struct ThinRegions: Sendable {
    /// What is shown first, then by what is at stake.
    package var regions: [RegionEvidence]
    package var groups: [GroupEvidence]
    package var hasPopulation: Bool
    /// Training rows and rows of the population that judge.
    package var testedTraining: Int
    package var testedPopulation: Int
    package var judgedRows: Int
    /// What the rows that judge lost, on the whole.
    package var meanLoss: Estimate?

    package struct GroupEvidence: Sendable, Hashable {
        package var column: String
        package var region: RegionEvidence
    }

    /// Groups of one protected column: a name a row.
    package struct Groups: Sendable {
        package var column: String
        package var training: [String]
        package var population: [String]?
        package var judged: [String]?

        package init(
            column: String, training: [String], population: [String]?, judged: [String]?
        ) {
            self.column = column
            self.training = training
            self.population = population
            self.judged = judged
        }
    }

    /// The chance to name any region where training rows and population were drawn alike.
    package static let errorRate = 0.05
    /// More rows make the search slower, not much sharper.
    private static let mostSearched = 20_000

    package var named: [RegionEvidence] { regions.filter { $0.verdict == .thinAndWorse } }
    package var thin: [RegionEvidence] { regions.filter { $0.verdict == .thin } }

    /// - Parameters:
    ///   - columns: Those that conditions may speak of.
    ///   - seed: Of the halves.
    /// - Throws: where there are too few rows for two halves.
    package init(
        training: CountedRows, population: CountedRows?, losses: RegionLosses?, columns: [String],
        groups: [Groups], seed: UInt64
    ) throws(StatisticsError) {
        func halves(
            _ design: SamplingDesign, _ purpose: String
        ) throws(StatisticsError) -> (first: [Int], second: [Int]) {
            let halves = design.halves(CounterRandom(seed: seed, name: purpose))
            guard !halves.first.isEmpty, !halves.second.isEmpty else {
                throw StatisticsError(
                    "regions are chosen on one half of the rows and judged on the other, and there is "
                        + "one row alone or one cluster. Give more rows")
            }
            return halves
        }
        let trained = try halves(training.design, "regions, training rows")
        let populated = try population.map { rows throws(StatisticsError) in
            try halves(rows.design, "regions, population")
        }
        let choosing: JudgedRows?
        let judging: JudgedRows?
        switch losses {
        case .ofRun(let seen, let training, let tested):
            let second = Set(trained.second)
            let places = training.indices.filter {
                training[$0].map { !second.contains($0) } ?? true
            }
            choosing = places.isEmpty ? nil : try seen?.selecting(places)
            judging = tested
        case .ofPopulation(let rows, let places):
            let first = Set(populated?.first ?? [])
            let own = places.indices.filter { first.contains(places[$0]) }
            let others = places.indices.filter { !first.contains(places[$0]) }
            choosing = own.isEmpty ? nil : try rows.selecting(own)
            judging = others.isEmpty ? nil : try rows.selecting(others)
        case nil: (choosing, judging) = (nil, nil)
        }
        func sample(_ rows: [Int], _ purpose: String) -> [Int] {
            guard rows.count > Self.mostSearched else { return rows }
            return CounterRandom(seed: seed, name: purpose).permutation(of: rows.count)
                .prefix(Self.mostSearched).map { rows[$0] }.sorted()
        }
        let picking = RegionPicking(
            training: try training.selecting(sample(trained.first, "regions, searched")),
            population: try population.flatMap { rows throws(StatisticsError) in
                try rows.selecting(sample(populated?.first ?? [], "regions, searched population"))
            },
            judged: try choosing.map { rows throws(StatisticsError) in
                try rows.selecting(sample(Array(rows.losses.indices), "regions, searched losses"))
            }, columns: columns)
        let test = try RegionTest(
            training: training.design.selecting(trained.second),
            allTraining: training.table.rowCount,
            population: population.map { rows throws(StatisticsError) in
                try rows.design.selecting(populated?.second ?? [])
            }, judged: judging)
        let trainedTable = training.table
        var found: [RegionEvidence] = []
        for conditions in picking.picked() {
            let all = conditions.members(of: trainedTable)
            let populating = (population?.table).map { table in
                let members = conditions.members(of: table)
                return (populated?.second ?? []).map { members[$0] }
            }
            found.append(
                try test.evidence(
                    conditions.text, conditions, trained: trained.second.map { all[$0] },
                    all: all.count { $0 }, populating: populating,
                    judging: (judging?.table).map { conditions.members(of: $0) }))
        }
        hasPopulation = population != nil
        regions = found.judged(hasPopulation: hasPopulation).sorted(by: Self.ranks)
        (testedTraining, testedPopulation) = (trained.second.count, populated?.second.count ?? 0)
        judgedRows = judging?.losses.count ?? 0
        meanLoss = judging.map { $0.design.mean($0.losses, scale: .log) }
        self.groups = try Self.judged(
            groups, training: training.design, population: population?.design, losses: losses)
    }

    private static func ranks(_ one: RegionEvidence, _ other: RegionEvidence) -> Bool {
        func key(_ region: RegionEvidence) -> (Int, Double) {
            let place =
                switch region.verdict {
                case .thinAndWorse: 0
                case .thin: 1
                case .notShown: 2
                }
            return (place, -(region.atStake?.value ?? 0))
        }
        return (key(one).0, key(one).1, one.name) < (key(other).0, key(other).1, other.name)
    }

    private static func judged(
        _ groups: [Groups], training: SamplingDesign, population: SamplingDesign?,
        losses: RegionLosses?
    ) throws(StatisticsError) -> [GroupEvidence] {
        let judging: JudgedRows? =
            switch losses {
            case .ofRun(_, _, let tested): tested
            case .ofPopulation(let rows, _): rows
            case nil: nil
            }
        let test = RegionTest(
            training: training, allTraining: training.rows, population: population,
            judged: judging)
        var columns: [String] = []
        var found: [RegionEvidence] = []
        for group in groups {
            let names = Set(group.training + (group.population ?? [])).sorted()
            for name in names where names.count > 1 {
                let trained = group.training.map { $0 == name }
                columns.append(group.column)
                found.append(
                    try test.evidence(
                        name, trained: trained, all: trained.count { $0 },
                        populating: group.population?.map { $0 == name },
                        judging: group.judged?.map { $0 == name }))
            }
        }
        // Without a population nothing says which group ought to have more rows.
        let judged = population == nil ? found : found.judged(hasPopulation: true)
        return zip(columns, judged).map { GroupEvidence(column: $0, region: $1) }
    }
}
