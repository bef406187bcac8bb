package import Evidence
import Figures
import Prediction
import Statistics

/// Whether the learning rate and the batch suit this table, by a few steps of the run's training.
///
/// The rate: a range test from the starting weights says at which rate the loss turned; a tenth of it is what the test would take.
/// The rate is *inside* the safe range where it is between a hundredth of the turning point and a fifth of it: on quadratics the turning
/// point is up to 4.5 times the largest stable rate, and below a hundredth a training is slow. The batch: the gradient noise scale at the run's
/// weights, in rows. Batches far below it average too little for the step they take, and those far above it spend rows for nothing.
///
/// Neither says what a change would do to the loss: `SettingEffects` measures that.
package struct FirstSteps: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "firstSteps", name: "Learning rate and batch by first steps", drawback: .hyperParameters,
        needs: [.repetition], looksAt: [],
        metrics: [StepMetrics.turningRate, StepMetrics.foundRate, StepMetrics.noiseScale])

    package func expectedSeconds(_ subject: Subject) -> Double {
        subject.repeater?.stepsSeconds ?? 0
    }

    /// The safe range's ends, as shares of the turning point.
    private static let safe = (lower: 0.01, upper: 0.2)

    package func measure(_ subject: Subject) throws -> Findings {
        guard let steps = try subject.repeater?.steps() else { return Findings() }
        return Findings(
            measurements: rates(steps) + [noise(steps)], figures: [figure(steps)])
    }

    private func measurement(
        _ metric: MetricDefinition, _ value: Double?, rows: Int
    ) -> Measurement {
        Measurement(
            metric: metric.id, drawback: .hyperParameters, value: value, unit: metric.unit,
            sample: .init(split: RowSplit.training.rawValue, rows: rows))
    }

    private func rates(_ steps: StepTrial) -> [Measurement] {
        let rows = steps.batchRows * steps.rates.count
        var turning = measurement(StepMetrics.turningRate, steps.turning, rows: rows)
        var found = measurement(StepMetrics.foundRate, steps.found, rows: rows)
        guard let edge = steps.turning else {
            turning.verdict = "cannot tell"
            turning.note = "no interval: the loss of \(steps.rates.count) batches never fell, or fell to the last rate"
            found.verdict = "cannot tell"
            return [turning, found]
        }
        turning.note = "no interval: one range test, which is late by a factor of up to five"
        let lower = NumberText.plain(Self.safe.lower * edge)
        let upper = NumberText.plain(Self.safe.upper * edge)
        let isInside =
            steps.rate >= Self.safe.lower * edge && steps.rate <= Self.safe.upper * edge
        found.verdict = isInside ? "inside" : "outside"
        found.note =
            "the run's rate, \(NumberText.plain(steps.rate)), is \(isInside ? "inside" : "outside") \(lower) to \(upper), "
            + "a hundredth to a fifth of the turning point; no interval, as of that"
        return [turning, found]
    }

    private func noise(_ steps: StepTrial) -> Measurement {
        let rows = steps.batchRows * steps.gradients.count
        guard let noise = GradientNoise(steps.gradients) else {
            var unknown = measurement(StepMetrics.noiseScale, nil, rows: rows)
            unknown.verdict = "cannot tell"
            unknown.note =
                "\(steps.gradients.count) batches of \(steps.batchRows) rows do not tell the gradient from none, or are of "
                + "one shard each"
            return unknown
        }
        var measured = measurement(StepMetrics.noiseScale, noise.value, rows: rows)
        measured.interval = .init(
            lower: noise.lower, upper: noise.upper, method: "jackknife over batches, log",
            varied: "batches")
        let batch = Double(steps.batchRows)
        measured.verdict =
            batch < noise.lower ? "batch below" : batch > noise.upper ? "batch above" : "cannot tell"
        measured.note = "a batch has \(steps.batchRows) rows; at the run's weights"
        return measured
    }

    private func figure(_ steps: StepTrial) -> Figure {
        let drawn = zip(steps.rates, steps.losses).filter { $1.isFinite && $1 > 0 }
        return Figure(
            id: "rateRange", title: "Which learning rates it bears",
            caption: "A training whose learning rate rises from batch to batch, from the starting weights.",
            plot: .lines(
                LineChart(
                    x: Axis("Learning rate", isLogarithmic: true),
                    y: Axis("Loss", isLogarithmic: true),
                    series: [
                        .init(name: "loss of a batch", x: drawn.map(\.0), y: drawn.map(\.1))
                    ])))
    }
}

/// Metrics of first steps: the definitions.
package enum StepMetrics {
    package static let turningRate = MetricDefinition(
        id: .turningRate, name: "Learning rate at which the loss turns",
        formula: "rate of least smoothed loss where the rate grows by a factor from batch to batch",
        direction: 0, drawback: .hyperParameters, source: "Smith 2017, arXiv:1506.01186")
    package static let foundRate = MetricDefinition(
        id: .foundRate, name: "Learning rate that a range test would take",
        formula: "a tenth of the rate at which the loss turns", direction: 0,
        drawback: .hyperParameters, source: "Smith 2017, arXiv:1506.01186")
    package static let noiseScale = MetricDefinition(
        id: .noiseScale, name: "Gradient noise scale",
        formula: "trace of the covariance of rows' gradients / squared norm of their mean",
        unit: "rows",
        direction: 0, drawback: .hyperParameters,
        source: "McCandlish et al. 2018, arXiv:1812.06162")
}

// Their ids.
extension MetricID {
    package static let turningRate = MetricID("turningRate")
    package static let foundRate = MetricID("foundRate")
    package static let noiseScale = MetricID("noiseScale")
}
