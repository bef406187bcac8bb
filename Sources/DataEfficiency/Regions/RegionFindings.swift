package import Evidence
package import Figures
package import Prediction
import Statistics

extension ThinRegions {
    /// What a run's report shows of them: how many, and of each what was shown.
    ///
    /// - Parameters:
    ///   - split: What the rows that judge are called.
    ///   - unit: Of the loss.
    ///   - population: What the population is called; `nil` where none was given.
    package func measurements(
        split: RowSplit, unit: String, population: String?
    ) -> [Measurement] {
        func made(
            _ metric: MetricDefinition, _ estimate: Estimate?, unit: String,
            of region: RegionEvidence,
            split: String
        ) -> Measurement? {
            guard let estimate, let value = estimate.value else { return nil }
            let cut = estimate.within(metric.bounds)
            return Measurement(
                metric: metric.id, drawback: .dataHunger, value: value, unit: unit,
                interval: .init(cut),
                sample: .init(split: split, rows: estimate.count, clusters: estimate.clusters),
                group: region.name, note: estimate.note ?? region.verdict.rawValue)
        }
        let against = population.map { "against \($0)" } ?? "without a population to compare with"
        let count = Measurement(
            metric: RegionMetrics.thinRegions.id, drawback: .dataHunger, value: Double(named.count),
            sample: .init(split: split, rows: judgedRows),
            note:
                "of \(regions.count) picked on other rows, \(against); where nothing is thin, or nothing worse, a "
                + "count above 0 has a chance of at most 5 %")
        let training = RowSplit.training.rawValue
        let both = [population, training].compactMap(\.self).joined(separator: " and ")
        let told = named + thin
        return [count]
            + told.compactMap {
                made(RegionMetrics.rarity, $0.rarity, unit: "×", of: $0, split: both)
            }
            + named.compactMap {
                made(
                    RegionMetrics.excess, $0.excess?.estimate, unit: unit, of: $0,
                    split: split.rawValue)
            }
            + named.compactMap {
                made(RegionMetrics.atStake, $0.atStake, unit: unit, of: $0, split: split.rawValue)
            }
    }

    /// Of each region the share of training rows beside that of the population, its loss told with its name.
    ///
    /// - Returns: `nil` where none was picked.
    package func figure(unit: String, population: String?) -> Figure? {
        let rows = regions.compactMap { region -> IntervalChart.Row? in
            guard let share = region.trainingShare.value else { return nil }
            let loss = region.loss?.value.map { ", loss \(NumberText.plain($0))" } ?? ""
            let mark = region.verdict == .notShown ? "" : " (\(region.verdict.rawValue))"
            return .init(
                label: region.name + loss + mark, value: share, lower: region.trainingShare.lower,
                upper: region.trainingShare.upper, count: region.trainingRows,
                band: region.populationShare.flatMap { share in
                    share.lower.flatMap { lower in
                        share.upper.map { .init(lower: lower, upper: $0) }
                    }
                })
        }
        guard !rows.isEmpty else { return nil }
        let mean =
            meanLoss?.value.map { " The mean loss is \(NumberText.plain($0)) \(unit)." } ?? ""
        return Figure(
            id: "data-regions", title: "Regions with few rows",
            caption:
                "Which share of the training rows lies in each region, with 95 % intervals over the half of the "
                + "rows that did not choose it"
                + (population.map { "; shaded, the share of \($0)." } ?? ".") + mean
                + " What is not said to have few rows or a high error was picked but not shown.",
            plot: .intervals(
                IntervalChart(
                    axis: Axis("Share of training rows"), rows: rows,
                    bandMeaning: population.map { "the share of \($0)" })))
    }
}

extension NearRepeats {
    /// What a run's report shows of them.
    ///
    /// - Parameter isByChance: Whether equal rows are no copies, so that their labels are not wasted.
    package func measurements(isByChance: Bool) -> [Measurement] {
        func made(
            _ metric: MetricDefinition, _ repeats: Repeats, _ note: String
        ) -> Measurement {
            let share = shareEstimate(repeats.agreeing, of: rows)
            return Measurement(
                metric: metric.id, drawback: .dataHunger, value: share.value,
                interval: .init(share),
                sample: .init(split: .training, rows: rows),
                note: "\(repeats.agreeing) labels; \(note)")
        }
        let chance = "rows are equal by chance here, so that none is called wasted"
        let equalNote =
            isByChance
            ? chance
            : "\(repeats(equal)) in features; those with another answer are not counted"
        let nearNote = near.map { near in
            isByChance
                ? chance
                : "near is a distance of at most \(NumberText.plain(near.threshold)), the usual nearest "
                    + "\(NumberText.plain(near.median)); a guess at what a label would have told"
        }
        return [made(RegionMetrics.equalRepeats, equal, equalNote)]
            + (near.map {
                [made(RegionMetrics.nearRepeats, $0.repeats, nearNote ?? "")]
            } ?? [])
    }

    private func repeats(_ found: Repeats) -> String {
        found.rows == 1 ? "1 row repeats another" : "\(found.rows) rows repeat another"
    }
}
