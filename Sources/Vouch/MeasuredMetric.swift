import Evidence
import Figures
import Reporting

/// One number that was measured, with its interval and the rows behind it.
///
/// A value of the library's own: what a run stores and how probes work may change without it.
public struct MeasuredMetric: Sendable, Hashable, CustomStringConvertible {
    /// The metric's stable id, such as `rocAUC`.
    public let metric: String
    /// Its name in words, such as `ROC AUC`.
    public let name: String
    /// How it is computed; empty where its definition is not known here.
    public let formula: String
    /// Where its definition stands in the literature; empty where that is not known here.
    public let source: String
    public let drawback: Drawback
    /// In `unit`; `nil` where the metric is undefined on these rows, or the rows are too few to be
    /// shown. Then `note` says why.
    public let value: Double?
    /// Empty for a plain number.
    public let unit: String
    /// `nil` where no method gives one.
    public let interval: Interval?
    public let sample: Sample
    /// To which part of the rows it applies, such as `sex = Female`, or of a gap the column whose
    /// groups are compared; `nil` for all.
    public let group: String?
    /// What a reader must know of it.
    public let note: String?
    /// What the rows allow to say of it, where that is judged: `gap`, `cannot tell`.
    public let verdict: String?

    /// Which of the six known drawbacks of deep learning a number speaks of.
    public enum Drawback: String, Sendable, Hashable, CaseIterable {
        case computeCost, dataHunger, opacity, overfitting, hyperParameters, bias
    }

    /// Bounds at a confidence level, and where they come from.
    public struct Interval: Sendable, Hashable {
        /// In the measurement's unit.
        public let lower: Double
        /// In the measurement's unit.
        public let upper: Double
        /// The nominal coverage, such as 0.95.
        public let level: Double
        /// The method by its name in the literature, such as `DeLong` or `Wilson`.
        public let method: String
        /// What was taken to vary, such as rows, clusters or seeds.
        public let varied: String
    }

    /// The rows behind a number.
    public struct Sample: Sendable, Hashable {
        /// Such as `test`, or a file's name.
        public let split: String
        public let rows: Int
        /// Clusters of rows that belong together, where a column tells them.
        public let clusters: Int?
        /// Models that were measured on these rows so far, this one among them. The interval is
        /// widened for having been able to pick the best of them.
        public let models: Int
    }

    /// A line for a person: name, value, interval, rows.
    public var description: String {
        let title = name + (group.map { " (\($0))" } ?? "")
        let unit = unit.isEmpty ? "" : " " + unit
        guard let value else { return "\(title): none, \(note ?? "undefined on these rows")" }
        var text = "\(title): \(NumberText.plain(value))\(unit)"
        if let interval {
            text +=
                ", \(NumberText.plain(100 * interval.level)) % interval "
                + "\(NumberText.plain(interval.lower)) to \(NumberText.plain(interval.upper))"
                + "\(unit) (\(interval.method))"
        }
        return text + ", \(NumberText.count(sample.rows)) \(sample.split) rows"
    }
}

extension Sequence<MeasuredMetric> {
    /// The first measurement of a metric.
    ///
    /// - Parameter group: Such as `sex = Female`; all rows if `nil`.
    public func first(of metric: String, group: String? = nil) -> MeasuredMetric? {
        first { $0.metric == metric && $0.group == group }
    }
}

extension RunReport {
    /// All measurements, then for each protected column its gaps and its groups' values, with what
    /// their definitions say; those of fewer rows than may be shown without their value.
    var measuredMetrics: [MeasuredMetric] {
        let known = Dictionary(
            definitions.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let shown = withholdingSmallGroups
        let groups = shown.groupTables.flatMap { $0.gaps + $0.rows.flatMap(\.measurements) }
        return (shown.measurements + groups).map { MeasuredMetric($0, known[$0.metric]) }
    }
}

extension MeasuredMetric {
    fileprivate init(_ found: Evidence.Measurement, _ definition: MetricDefinition?) {
        metric = found.metric.rawValue
        name = definition?.name ?? found.metric.rawValue
        formula = definition?.formula ?? ""
        source = definition?.source ?? ""
        drawback = Drawback(found.drawback)
        value = found.value
        unit = found.unit
        interval = found.interval.map {
            Interval(
                lower: $0.lower, upper: $0.upper, level: $0.level, method: $0.method,
                varied: $0.varied)
        }
        sample = Sample(
            split: found.sample.split, rows: found.sample.rows, clusters: found.sample.clusters,
            models: found.sample.models ?? 1)
        group = found.group
        note = found.note
        verdict = found.verdict
    }
}

extension MeasuredMetric.Drawback {
    fileprivate init(_ drawback: Evidence.Drawback) {
        self =
            switch drawback {
            case .computeCost: .computeCost
            case .dataHunger: .dataHunger
            case .opacity: .opacity
            case .overfitting: .overfitting
            case .hyperParameters: .hyperParameters
            case .bias: .bias
            }
    }
}
