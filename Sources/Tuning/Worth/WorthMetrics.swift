package import Evidence

/// What a search brought and took: the definitions.
package enum WorthMetrics {
    package static let gain = MetricDefinition(
        id: .tuningGain, name: "Loss saved by tuning",
        formula:
            "test loss of the default recipe − test loss of the tuned recipe, the mean of paired seeds",
        direction: 1, drawback: .hyperParameters,
        source: "Searle et al. 1992, ISBN 978-0-470-00959-8; nested choice and measurement, "
            + "Cawley & Talbot 2010, JMLR 11:2079")
    package static let seconds = MetricDefinition(
        id: .searchSeconds, name: "Time of the search",
        formula: "of a clock, as the search noted it",
        unit: "s", direction: -1, drawback: .hyperParameters, source: "monotonic clock")
    package static let trials = MetricDefinition(
        id: .searchTrials, name: "Trials of the search",
        formula: "trainings of the search, whole ones and parts of one", direction: -1,
        drawback: .hyperParameters, source: "counted")
    package static let energy = MetricDefinition(
        id: .searchEnergy, name: "Energy of the search", formula: "as the search noted it",
        unit: "kJ",
        direction: -1, drawback: .hyperParameters,
        source: "the processor's counter, or an estimate from times; see its note")

    package static let all = [gain, seconds, trials, energy]
}

// Their ids.
extension MetricID {
    package static let tuningGain = MetricID("tuningGain")
    package static let searchSeconds = MetricID("searchSeconds")
    package static let searchTrials = MetricID("searchTrials")
    package static let searchEnergy = MetricID("searchEnergy")
}
