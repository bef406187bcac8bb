package import Evidence
import Figures
import Models
import Prediction
import Statistics
import Tables
import TensorCore

/// How much the loss rises on test rows whose cells are changed: noise on numbers, missing cells, swapped
/// categories, at five severities each.
///
/// `rise = mean over severities and rows of (loss of the changed row − loss of the row)`: the area between
/// the curve and the level of the unchanged rows, over its length. The same rows at every severity, so
/// that differences are paired.
///
/// - Source: the protocol of Hendrycks & Dietterich 2019, arXiv:1903.12261, section 4.1, for tables.
package struct Robustness: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "robustness", name: "Robustness to changed cells", drawback: .overfitting,
        needs: [.model], looksAt: [.test], metrics: [RobustnessMetrics.rise])

    /// More rows make the intervals narrower, not the answer another one.
    private static let mostRows = 3_000

    package func expectedSeconds(_ subject: Subject) -> Double {
        guard let model = subject.model else { return 0 }
        let share = min(1, Double(Self.mostRows) / Double(max(subject.test.rows, 1)))
        let count = Perturbation.allCases.reduce(1) { $0 + $1.strengths.count }
        return model.secondsPerPrediction * share * Double(count)
    }

    /// Of one way to change cells.
    private struct Curve {
        var perturbation: Perturbation
        /// Of the unchanged rows, then of each severity.
        var levels: [Estimate]
        var rise: Estimate
    }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let model = subject.model else { return Findings() }
        let random = CounterRandom(seed: subject.seed, name: "robustness rows")
        var rows = Array(0..<subject.test.rows)
        if rows.count > Self.mostRows {
            rows = random.permutation(of: rows.count).prefix(Self.mostRows).sorted()
        }
        let table = model.table.selecting(rows: rows)
        let test = subject.test.selecting(rows)
        let design = try test.design
        let before = test.with(try model.predictor.predictions(for: table)).rowLosses
        let columns = model.predictor.features
        let curves = try Perturbation.allCases
            .filter { $0.applies(to: columns.compactMap { table.column(named: $0) }) }
            .map { perturbation in
                var levels = [design.mean(before, scale: .log)]
                var rise = Array(repeating: 0.0, count: rows.count)
                let draws = CounterRandom(
                    seed: subject.seed, name: "robustness \(perturbation.rawValue)")
                for severity in perturbation.strengths.indices {
                    let changed = perturbation.applied(
                        to: table, severity: severity, columns: columns, random: draws)
                    let after = test.with(try model.predictor.predictions(for: changed)).rowLosses
                    levels.append(design.mean(after, scale: .log))
                    for row in rise.indices {
                        rise[row] +=
                            (after[row] - before[row]) / Double(perturbation.strengths.count)
                    }
                }
                return Curve(
                    perturbation: perturbation, levels: levels,
                    rise: design.mean(rise, scale: .plain))
            }
        return Findings(
            measurements: curves.map { curve in
                var measured = Measurement(
                    RobustnessMetrics.rise, curve.rise, on: test, group: curve.perturbation.name)
                measured.unit = test.lossUnit
                return measured
            }, figures: curves.isEmpty ? [] : [figure(curves, test)])
    }

    private func figure(_ curves: [Curve], _ test: LabelledPredictions) -> Figure {
        let strengths = Perturbation.noise.strengths.map(NumberText.plain)
        let shares = Perturbation.missing.strengths.map { NumberText.plain(100 * $0) }
        return Figure(
            id: "robustness", title: "Loss on changed cells",
            caption: "Of \(test.rows) \(test.split) rows, with 95 % intervals over rows; the same "
                + "rows at every severity, 0 is unchanged. Noise of "
                + "\(strengths.joined(separator: ", ")) standard deviations of each number; "
                + "\(shares.joined(separator: ", ")) % of cells emptied, or of categories taken from "
                + "other rows.",
            plot: .lines(
                LineChart(
                    x: Axis("Severity"), y: Axis("Mean loss", unit: test.lossUnit),
                    series: curves.map { curve in
                        let levels = curve.levels
                        let lower = levels.compactMap(\.lower)
                        let upper = levels.compactMap(\.upper)
                        let isWhole = lower.count == levels.count && upper.count == levels.count
                        return .init(
                            name: curve.perturbation.name,
                            x: levels.indices.map(Double.init),
                            y: levels.map { $0.value ?? .nan },
                            band: isWhole
                                ? .init(
                                    lower: lower, upper: upper, meaning: "95 % interval over rows")
                                : nil)
                    })))
    }
}

/// Metrics of robustness: the definitions.
package enum RobustnessMetrics {
    package static let rise = MetricDefinition(
        id: .robustnessLossRise, name: "Rise of the loss on changed cells",
        formula: "mean over five severities of (mean loss of changed rows − mean loss of the rows)",
        direction: -1, drawback: .overfitting,
        source: "Hendrycks & Dietterich 2019, arXiv:1903.12261, for tables")
}

// Their ids.
extension MetricID {
    package static let robustnessLossRise = MetricID("robustnessLossRise")
}
