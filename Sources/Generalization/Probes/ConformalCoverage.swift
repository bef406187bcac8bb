package import Evidence
import Prediction
import Statistics

/// What coverage the sets or intervals of `vouch predict --coverage 0.9` really have.
///
/// Thresholds come from the calibration rows, coverage and size from the test rows.
package struct ConformalCoverage: Probe {
    package init() {}

    /// The coverage that is asked for.
    private static let asked = 0.9

    package let description = ProbeDescription(
        id: "conformalCoverage", name: "Coverage of sets and intervals", drawback: .overfitting,
        needs: [.predictions, .calibrationPredictions], looksAt: [.validation, .test],
        metrics: [
            ConformalMetrics.coverage, ConformalMetrics.setSize, ConformalMetrics.width,
        ])

    package func expectedSeconds(_ subject: Subject) -> Double {
        2e-6 * Double(subject.test.rows * subject.test.predictions.width)
    }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let calibration = subject.calibration else { return Findings() }
        let test = subject.test
        let method = ConformalMethod.usual(of: test.predictions)
        let fitted = try ConformalPredictor(
            ConformalRequest(method, coverage: Self.asked, seed: subject.seed),
            fittedOn: calibration)
        let (covered, sizes) = fitted.outcomes(test)
        let design = try test.design
        var coverage = Measurement(ConformalMetrics.coverage, design.share(covered), on: test)
        coverage.note =
            "asked: \(Self.asked); \(method.rawValue), thresholds from "
            + "\(fitted.calibrationRows) \(calibration.split) rows"
        let size = Measurement(
            method.isOfClasses ? ConformalMetrics.setSize : ConformalMetrics.width,
            design.mean(sizes, scale: .plain), on: test)
        return Findings(
            measurements: [coverage, size],
            groups: try test.protected.map { try groupTable(test, $0, covered, sizes, method) })
    }

    private func groupTable(
        _ test: LabelledPredictions, _ column: LabelledPredictions.ProtectedColumn,
        _ covered: [Bool], _ sizes: [Double], _ method: ConformalMethod
    ) throws -> GroupTable {
        let members = Dictionary(grouping: column.groups.indices) { column.groups[$0] }
        let rows = try members.keys.sorted().map { name -> GroupRow in
            let own = members[name] ?? []
            let design = try test.selecting(own).design
            let label = "\(column.name) = \(name)"
            return GroupRow(
                group: name, rows: own.count,
                measurements: [
                    Measurement(
                        ConformalMetrics.coverage, design.share(own.map { covered[$0] }), on: test,
                        group: label),
                    Measurement(
                        method.isOfClasses ? ConformalMetrics.setSize : ConformalMetrics.width,
                        design.mean(own.map { sizes[$0] }, scale: .plain), on: test, group: label),
                ])
        }
        return GroupTable(column: column.name, rows: rows)
    }
}

/// Metrics of conformal prediction: the definitions.
package enum ConformalMetrics {
    package static let coverage = MetricDefinition(
        id: .conformalCoverage, name: "Coverage of 90 % sets",
        formula:
            "rows whose answer is in the set or interval of vouch predict --coverage 0.9 / rows",
        direction: 0, drawback: .overfitting,
        source: "Vovk et al. 2005, ISBN 978-0-387-00152-4; Lei et al. 2018, "
            + "DOI 10.1080/01621459.2017.1307116")
    package static let setSize = MetricDefinition(
        id: .conformalSetSize, name: "Classes in a 90 % set",
        formula: "mean number of classes in the set of vouch predict --coverage 0.9",
        direction: -1, drawback: .overfitting,
        source: "Sadinle et al. 2019, DOI 10.1080/01621459.2017.1395341")
    package static let width = MetricDefinition(
        id: .conformalWidth, name: "Width of a 90 % interval",
        formula: "mean width of the interval of vouch predict --coverage 0.9, in the target's unit",
        direction: -1, drawback: .overfitting,
        source: "Lei et al. 2018, DOI 10.1080/01621459.2017.1307116")
}

// Their ids.
extension MetricID {
    package static let conformalCoverage = MetricID("conformalCoverage")
    package static let conformalSetSize = MetricID("conformalSetSize")
    package static let conformalWidth = MetricID("conformalWidth")
}
