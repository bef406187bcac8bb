package import Evidence
import Prediction
import Statistics

/// How much the loss depends on the seed alone: on starting weights, the order of rows, and which rows
/// validate.
///
/// Five trainings of the run's own recipe, of which the run is one; where their counted work is more than a
/// third of the probes' budget, five reduced ones. These spread more, so that their spread is an upper bound,
/// and they are spoken of only where they stand for the delivered model (`StandIn`).
package struct SeedSpread: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "seedSpread", name: "Spread over seeds", drawback: .hyperParameters,
        needs: [.retraining], looksAt: [.test], metrics: [SpreadMetrics.seedSpread])

    package func expectedSeconds(_ subject: Subject) -> Double { subject.seedSeconds }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let seeds = try subject.seedTrainings() else { return Findings() }
        let test = subject.test
        var measured = Measurement(
            metric: SpreadMetrics.seedSpread.id, drawback: .hyperParameters, value: nil,
            unit: test.lossUnit, sample: .init(split: test.split, rows: test.rows))
        guard let standIn = seeds.standIn else {
            measured.value = seeds.trained.standardDeviation
            measured.interval = spreadInterval(seeds.trained)
            measured.note = "of \(SeedTrainings.count) trainings by the run's own recipe"
            return Findings(measurements: [measured])
        }
        guard standIn.isShown else {
            measured.verdict = "cannot tell"
            measured.note = "no claim: \(standIn.text)"
            return Findings(measurements: [measured])
        }
        measured.value = seeds.trained.standardDeviation
        measured.interval = .init(
            lower: 0, upper: upperBound(seeds.trained, 0.05),
            method: "χ² of a normal spread, one-sided", varied: "seeds")
        measured.note = "an upper bound: \(standIn.text)"
        return Findings(measurements: [measured])
    }

    /// Of a standard deviation: `s·√(ν/χ²(0.975, ν))` to `s·√(ν/χ²(0.025, ν))`.
    private func spreadInterval(_ trained: RetrainedLosses) -> Measurement.Interval {
        .init(
            lower: upperBound(trained, 0.975), upper: upperBound(trained, 0.025),
            method: "χ² of a normal spread", varied: "seeds")
    }

    private func upperBound(_ trained: RetrainedLosses, _ tail: Double) -> Double {
        deviationBound(trained.standardDeviation, degrees: Int(trained.degrees), tail: tail)
    }
}

/// What a standard deviation lies below but for a tail, of a normal spread: `s·√(ν/χ²(tail, ν))`.
func deviationBound(_ deviation: Double, degrees: Int, tail: Double) -> Double {
    let ratio = Double(degrees) / SpecialFunctions.chiSquareQuantile(tail, degrees: degrees)
    return deviation * ratio.squareRoot()
}

/// Metrics of spread: the definitions.
package enum SpreadMetrics {
    package static let seedSpread = MetricDefinition(
        id: .seedSpread, name: "Spread over seeds",
        formula: "standard deviation over seeds of the mean test loss", direction: -1,
        drawback: .hyperParameters,
        source: "Bouthillier et al. 2021, arXiv:2103.03098; interval of a normal variance")
    package static let settingEffect = MetricDefinition(
        id: .settingEffect, name: "Change of the loss by a setting",
        formula: "mean test loss of the run's recipe with the setting changed − without",
        direction: 0, drawback: .hyperParameters,
        source: "paired seeds and rows, Searle et al. 1992, ISBN 978-0-470-00959-8; of one training "
            + "a prediction interval, Hahn & Meeker 1991, ISBN 978-0-471-88769-0")
}

// Their ids.
extension MetricID {
    package static let settingEffect = MetricID("settingEffect")
}
