package import Statistics
package import Tables

/// What rows that did not choose it tell of a region.
package struct RegionEvidence: Sendable, Hashable {
    /// A condition a person can read, such as "age > 61, sex = Female".
    package var name: String
    /// What rows of it meet; none of a group that was given.
    package var conditions: [RowCondition]
    /// Training rows in it, of all; counted.
    package var trainingRows: Int
    package var trainingShare: Estimate
    package var populationShare: Estimate?
    /// Effective coverage's inverse: the population's share over that of the training rows.
    package var rarity: Estimate?
    package var loss: Estimate?
    /// Of its mean loss from that of the rest.
    package var excess: Difference?
    /// What the mean loss over the population would fall by if the region's were that of the rest.
    package var atStake: Estimate?
    /// Labels in it that would give it the population's share of the training rows; `nil` without a population.
    package var labels: Int?
    /// Against *not rarer among training rows than in the population*, one-sided.
    var rarePValue: Double?
    /// Against *no higher loss than the rest*, one-sided.
    var worsePValue: Double?
    package var verdict = Verdict.notShown

    /// What is shown beyond chance.
    package enum Verdict: String, Sendable, Hashable {
        /// Fewer rows than its share of the population (without one: few), and a higher loss.
        case thinAndWorse = "few rows, high error"
        case thin = "few rows; error not shown to be high"
        case notShown = "not shown"
    }
}

/// Rows on which regions are tested.
struct RegionTest {
    var training: SamplingDesign
    /// All rows that the model learned from, of which `training` may be half.
    var allTraining: Int
    var population: SamplingDesign?
    var judged: JudgedRows?

    /// - Parameters:
    ///   - trained: Which training rows are in the region; likewise the others.
    ///   - all: How many of all training rows are.
    func evidence(
        _ name: String, _ conditions: [RowCondition] = [], trained: [Bool], all: Int,
        populating: [Bool]?, judging: [Bool]?
    ) throws(StatisticsError) -> RegionEvidence {
        var found = RegionEvidence(
            name: name, conditions: conditions, trainingRows: all,
            trainingShare: training.share(trained))
        if let population, let populating {
            let share = population.share(populating)
            found.populationShare = share
            found.rarity = share.over(found.trainingShare)
            found.rarePValue = try rarePValue(trained, population, populating)
            if let own = found.trainingShare.value, let wanted = share.value, wanted < 1 {
                let rows = Double(allTraining)
                found.labels = max(0, Int(((wanted - own) * rows / (1 - wanted)).rounded(.up)))
            }
        }
        guard let judged, let judging else { return found }
        let members = judging.indices.filter { judging[$0] }
        guard !members.isEmpty else { return found }
        found.loss = try judged.design.selecting(members)
            .mean(members.map { judged.losses[$0] }, scale: .log)
        let excess = judged.design.subsetDifference(judged.losses, isMember: judging)
        found.excess = excess
        if let value = excess.estimate.value, let both = excess.pValue {
            found.worsePValue = value > 0 ? both / 2 : 1 - both / 2
        }
        found.atStake = (found.populationShare ?? found.trainingShare).times(excess)
        return found
    }

    /// Of simple rows Fisher's exact test; else that of two means with their weights and clusters.
    private func rarePValue(
        _ trained: [Bool], _ population: SamplingDesign, _ populating: [Bool]
    ) throws(StatisticsError) -> Double? {
        let isSimple =
            !training.isWeighted && !population.isWeighted && training.clusters == nil
            && population.clusters == nil
        guard isSimple else {
            let next = Int32((training.clusters?.max() ?? -1) + 1)
            let together = try SamplingDesign(
                rows: training.rows + population.rows,
                weights: training.weights + population.weights,
                clusters: (training.clusters?.map { Int32($0) }
                    ?? Array(repeating: -1, count: training.rows))
                    + (population.clusters?.map { Int32($0) + next }
                        ?? Array(repeating: -1, count: population.rows)))
            let difference = together.subsetDifference(
                (trained + populating).map { $0 ? 1 : 0 },
                isMember: trained.map { _ in false } + populating.map { _ in true })
            guard let value = difference.estimate.value, let both = difference.pValue else {
                return nil
            }
            return value > 0 ? both / 2 : 1 - both / 2
        }
        return CountTails.hypergeometric(
            trained.count { $0 }, of: trained.count, beside: populating.count { $0 },
            of: populating.count)
    }
}

extension [RegionEvidence] {
    /// With verdicts of which any false one has a chance of at most 5 %: of few rows, and of both.
    ///
    /// Both are shown where the greater of the two p-values is small: an intersection–union test. Each kind of
    /// verdict is adjusted by Holm's method for all regions; what cannot be tested counts as p = 1.
    ///
    /// - Parameter hasPopulation: Else few rows are counted, not tested.
    /// - Source: Berger 1982, DOI 10.1080/00401706.1982.10487790; Holm 1979, Scand. J. Stat. 6:65.
    func judged(hasPopulation: Bool) -> [RegionEvidence] {
        let rare = holm(map { hasPopulation ? $0.rarePValue ?? 1 : 0 })
        let both = holm(
            map { Swift.max(hasPopulation ? $0.rarePValue ?? 1 : 0, $0.worsePValue ?? 1) })
        return indices.map { index in
            var region = self[index]
            if both[index] <= ThinRegions.errorRate {
                region.verdict = .thinAndWorse
            } else if hasPopulation, rare[index] <= ThinRegions.errorRate {
                region.verdict = .thin
            }
            return region
        }
    }
}
