package import Evidence
import Figures
import Prediction
import RealModule
import Statistics

/// How much the loss depends on the seed, and on the main settings.
///
/// Trains again, at a reduced budget: K times with other seeds, and once for each change of a setting.
/// A change counts against the seeds' spread: with one training of a changed setting its effect has
/// the interval `loss − mean ± t(0.975, K − 1) · s · √(1 + 1/K)`.
package struct SettingSpread: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "settingSpread", name: "Spread over seeds and settings", drawback: .hyperParameters,
        needs: [.retraining],
        metrics: [SpreadMetrics.seedSpread, SpreadMetrics.settingEffect])

    private static func seeds(_ subject: Subject) -> [UInt64] {
        (0..<5).map { subject.seed &+ $0 }
    }

    private static let knobs: [TrainingChange.Knob] = [
        .init(.learningRate, times: 0.5), .init(.learningRate, times: 2),
        .init(.width, times: 0.5), .init(.batchRows, times: 2), .init(.dropout, times: 0),
    ]

    package func expectedSeconds(_ subject: Subject) -> Double {
        let seeds = Self.seeds(subject)
        let changes =
            seeds.map { TrainingChange(seed: $0) }
            + Self.knobs.map { TrainingChange(seed: seeds[0], knob: $0) }
        return subject.retrainer?.expectedSeconds(of: changes) ?? 0
    }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let retrainer = subject.retrainer else { return Findings() }
        let seeds = Self.seeds(subject)
        let trained = try RetrainedLosses(retrainer, seeds: seeds)
        let sample = Measurement.Sample(split: subject.test.split, rows: subject.test.rows)
        let note = "at a reduced budget: \(retrainer.reduction)"
        var found = [
            Measurement(
                metric: SpreadMetrics.seedSpread.id, drawback: .hyperParameters,
                value: trained.standardDeviation, unit: subject.test.lossUnit,
                interval: spreadInterval(trained), sample: sample, note: note)
        ]
        var rows: [IntervalChart.Row] = []
        for knob in Self.knobs {
            let predicted = try retrainer.predictions(
                after: TrainingChange(seed: seeds[0], knob: knob))
            let effect = try predicted.weightedMean(predicted.rowLosses) - trained.mean
            let reach =
                SpecialFunctions.studentQuantile(0.975, degrees: Double(seeds.count - 1))
                * trained.standardDeviation * (1 + 1 / Double(seeds.count)).squareRoot()
            found.append(
                Measurement(
                    metric: SpreadMetrics.settingEffect.id, drawback: .hyperParameters,
                    value: effect, unit: subject.test.lossUnit,
                    interval: .init(
                        lower: effect - reach, upper: effect + reach,
                        method: "Student, one new "
                            + "training against \(seeds.count)", varied: "seeds"),
                    sample: sample, group: "setting = \(knob.text)", note: note))
            rows.append(
                .init(
                    label: knob.text, value: effect, lower: effect - reach, upper: effect + reach,
                    count: subject.test.rows))
        }
        return Findings(
            measurements: found,
            figures: [
                Figure(
                    id: "settings", title: "What a setting changes",
                    caption:
                        "Change of the mean loss of \(subject.test.rows) \(subject.test.split) "
                        + "rows when one setting is changed, \(note). The intervals are over seeds: "
                        + "a change that holds 0 may be luck.",
                    plot: .intervals(
                        IntervalChart(
                            axis: Axis("Change of the loss", unit: subject.test.lossUnit),
                            rows: rows, reference: .init(value: 0, label: "as it is"))))
            ])
    }

    /// Of a standard deviation: `s·√(ν/χ²(0.975, ν))` to `s·√(ν/χ²(0.025, ν))`.
    private func spreadInterval(_ trained: RetrainedLosses) -> Measurement.Interval {
        let degrees = trained.means.count - 1
        let s = trained.standardDeviation
        func bound(_ probability: Double) -> Double {
            s
                * (Double(degrees)
                / SpecialFunctions.chiSquareQuantile(probability, degrees: degrees)).squareRoot()
        }
        return .init(
            lower: bound(0.975), upper: bound(0.025), method: "χ² of a normal spread",
            varied: "seeds")
    }
}

extension TrainingChange.Knob {
    var text: String {
        let name =
            switch setting {
            case .learningRate: "learning rate"
            case .width: "width"
            case .batchRows: "batch"
            case .dropout: "dropout"
            }
        return factor == 0 ? "\(name) 0" : factor < 1 ? "\(name) halved" : "\(name) doubled"
    }
}

/// Metrics of spread: the definitions.
package enum SpreadMetrics {
    package static let seedSpread = MetricDefinition(
        id: "seedSpread", name: "Spread over seeds",
        formula: "standard deviation over seeds of the mean test loss", direction: -1,
        drawback: .hyperParameters,
        source: "Bouthillier et al. 2021, arXiv:2103.03098; interval of a normal variance")
    package static let settingEffect = MetricDefinition(
        id: "settingEffect", name: "Change of the loss by a setting",
        formula: "mean test loss with the setting changed − mean over seeds without", direction: 0,
        drawback: .hyperParameters,
        source: "prediction interval of one more training, Hahn & Meeker 1991, "
            + "ISBN 978-0-471-88769-0")
}
