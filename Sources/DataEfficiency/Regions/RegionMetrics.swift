package import Evidence

/// Metrics of how diverse training rows are: the definitions.
package enum RegionMetrics {
    private static let picked = "picked on other rows; Holm 1979, Scand. J. Stat. 6:65"

    package static let thinRegions = MetricDefinition(
        id: .thinRegions, name: "Regions with few rows and high error",
        formula:
            "conditions on one or two columns that training rows meet less often than the population (of "
            + "none given: at most a tenth does), and whose mean loss is above the rest's (p ≤ 0.05, Holm)",
        direction: -1, drawback: .dataHunger, source: picked)
    package static let rarity = MetricDefinition(
        id: .regionRarity, name: "Rarer in training than in the population",
        formula: "share of the population in the region / share of the training rows", unit: "×",
        direction: -1, drawback: .dataHunger,
        source: "Zou & Donner 2008, DOI 10.1002/sim.3095, of logarithms")
    package static let excess = MetricDefinition(
        id: .regionExcessLoss, name: "Higher loss in a thin region",
        formula: "mean loss of the region's rows − mean loss of the others",
        direction: -1, drawback: .dataHunger, source: picked)
    package static let atStake = MetricDefinition(
        id: .regionLossAtStake, name: "Loss at stake in a region",
        formula:
            "share of the population in the region · higher loss there: what the mean loss would fall by if the "
            + "region were as the rest", direction: -1, drawback: .dataHunger,
        source: "Goodman 1960, DOI 10.1080/01621459.1960.10483369")
    package static let outside = MetricDefinition(
        id: .rowsOutside, name: "Share of new rows outside",
        formula:
            "new rows farther from the training rows than 95 % of validation rows are / new rows",
        direction: -1, drawback: .dataHunger,
        source: "Sun et al. 2022, arXiv:2204.06507")
    package static let equalRepeats = MetricDefinition(
        id: .savedByEqualRows, name: "Labels of equal rows",
        formula: "training rows that equal an earlier one in features and answer / training rows",
        direction: -1, drawback: .dataHunger,
        source: "counted; interval Wilson 1927, DOI 10.2307/2276774")
    package static let nearRepeats = MetricDefinition(
        id: .savedByNearRows, name: "Labels of nearly equal rows",
        formula:
            "training rows within a tenth of the usual nearest distance, or less, of an earlier one with the "
            + "same answer / training rows", direction: -1, drawback: .dataHunger,
        source: "counted; threshold after Facco et al. 2017, DOI 10.1038/s41598-017-11873-y")

    package static let all = [
        thinRegions, rarity, excess, atStake, outside, equalRepeats, nearRepeats,
    ]
}

// Their ids.
extension MetricID {
    package static let thinRegions = MetricID("thinRegions")
    package static let regionRarity = MetricID("regionRarity")
    package static let regionExcessLoss = MetricID("regionExcessLoss")
    package static let regionLossAtStake = MetricID("regionLossAtStake")
    package static let rowsOutside = MetricID("rowsOutside")
    package static let savedByEqualRows = MetricID("savedByEqualRows")
    package static let savedByNearRows = MetricID("savedByNearRows")
}
