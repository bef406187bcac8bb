import DataEfficiency
import Foundation
import Statistics
import Tables
import TensorCore
import Testing

private let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

/// Regions with few rows and high error: none is named by chance, planted ones are found.
@Suite struct ThinRegionTests {
    private func outcomes(
        _ simulation: ThinRegionSimulation, samples: Int
    ) async throws -> [ThinRegionSimulation.Outcome] {
        try await withThrowingTaskGroup(of: ThinRegionSimulation.Outcome.self) { group in
            for sample in 0..<samples {
                group.addTask { try simulation.outcome(sample: sample) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func mayBeNamed(_ hits: Int, of samples: Int) -> Bool {
        let room = (isLong ? 2.0 : 3) * (0.05 * 0.95 / Double(samples)).squareRoot()
        return Double(hits) / Double(samples) <= 0.05 + room
    }

    /// Drawn alike, whatever the losses; and with clusters that a simple test would take for many rows.
    @Test func rowsDrawnAlikeAreNotNamed() async throws {
        let samples = isLong ? 1000 : 12
        for simulation in [
            ThinRegionSimulation(), .init(raised: 2, judgesPopulation: true),
            .init(clusterRows: 5),
        ] {
            let found = try await outcomes(simulation, samples: samples)
            let hits = found.count(where: \.saysThin)
            #expect(mayBeNamed(hits, of: samples), "\(hits) of \(samples): \(simulation)")
        }
    }

    /// Few rows, and no higher loss.
    @Test func aThinRegionIsNotCalledWorse() async throws {
        let samples = isLong ? 1000 : 8
        let found = try await outcomes(.init(kept: 0.15), samples: samples)
        #expect(mayBeNamed(found.count(where: \.namesAny), of: samples))
        #expect(2 * found.count(where: \.saysThin) > samples)
    }

    @Test func withoutAPopulationErrorAloneIsTested() async throws {
        let samples = isLong ? 1000 : 12
        let none = try await outcomes(.init(population: 0), samples: samples)
        #expect(mayBeNamed(none.count(where: \.namesAny), of: samples))
        let worse = try await outcomes(
            .init(population: 0, judged: 3000, raised: 3), samples: samples / 4)
        #expect(2 * worse.count(where: \.namesAny) > samples / 4)
    }

    @Test func aPlantedThinRegionIsFound() async throws {
        let samples = isLong ? 400 : 4
        let found = try await outcomes(
            .init(kept: 0.15, raised: 2, judgesPopulation: true), samples: samples)
        let share = Double(found.count(where: \.namesPlanted)) / Double(samples)
        #expect(share >= (isLong ? 0.9 : 0.5), "\(share)")
    }

    @Test func whatIsToldIsOfTheRowsThatDidNotChoose() throws {
        let simulation = ThinRegionSimulation(kept: 0.15, raised: 2, judgesPopulation: true)
        let found = try simulation.regions(sample: 1)
        let region = try #require(found.named.first)
        #expect(found.testedTraining == 2000 && found.testedPopulation == 2000)
        #expect(region.trainingShare.count == 2000 && region.populationShare?.count == 2000)
        let rarity = try #require(region.rarity?.value)
        #expect(rarity > 1.5)
        // So many labels bring the region's share of the training rows to the population's.
        let wanted = try #require(region.populationShare?.value)
        let labels = Double(try #require(region.labels))
        let own = try #require(region.trainingShare.value) * 4000
        #expect(abs((own + labels) / (4000 + labels) - wanted) < 1e-3)
        let stake = try #require(region.atStake?.value)
        #expect(abs(stake - wanted * (region.excess?.estimate.value ?? 0)) < 1e-12)
        // The same seed, the same halves.
        #expect(try simulation.regions(sample: 1).regions == found.regions)
    }

    @Test func groupsAreGivenAndJudgedOnAllRows() throws {
        let rows = 600
        func table(_ name: String, _ others: Int) -> (Table, [String]) {
            let groups = (0..<rows).map { $0 % others == 0 ? "b" : "a" }
            return (
                Table(
                    name: name, rowCount: rows,
                    columns: [Column(name: "n", cells: .numbers((0..<rows).map(Double.init)))]),
                groups
            )
        }
        let (training, trained) = table("training", 30)
        let (population, others) = table("population", 3)
        let found = try ThinRegions(
            training: CountedRows(training), population: CountedRows(population), losses: nil,
            columns: ["n"],
            groups: [.init(column: "g", training: trained, population: others, judged: nil)],
            seed: 0)
        #expect(found.groups.map(\.region.name) == ["a", "b"])
        #expect(found.groups.map(\.region.verdict) == [.notShown, .thin])
        #expect(found.groups[1].region.trainingRows == 20)
        #expect(found.groups[1].region.loss == nil)
        #expect(found.regions.allSatisfy { $0.verdict == .notShown })
    }

    @Test func oneRowIsNoTwoHalves() throws {
        let table = Table(
            name: "one", rowCount: 1, columns: [Column(name: "n", cells: .numbers([1]))])
        #expect(throws: StatisticsError.self) {
            try ThinRegions(
                training: CountedRows(table), population: nil, losses: nil, columns: ["n"],
                groups: [], seed: 0)
        }
    }
}
