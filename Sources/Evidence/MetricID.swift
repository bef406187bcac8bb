package import Statistics

/// The name of a metric, such as `rocAUC`: what measurements, reports and policies call it.
///
/// Run folders and policies hold these names, and so they are not changed. An id is declared once,
/// beside the `MetricDefinition` that says what it means, in the module that measures it.
package struct MetricID: RawRepresentable, Hashable, Sendable, Codable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }
    package init(_ name: String) { rawValue = name }
}

// Measured in one module, and asked for by others that do not see it.
extension MetricID {
    package static let trainingSeconds = MetricID("trainingSeconds")
    package static let seedSpread = MetricID("seedSpread")
}

// What a comparison makes of a metric.
extension MetricID {
    private enum Form: String {
        case difference = "Difference"
        case ratio = "Ratio"
    }

    private func compared(as form: Form) -> MetricID { MetricID(rawValue + form.rawValue) }

    /// Of the second value minus the first.
    package var difference: MetricID { compared(as: .difference) }
    /// Of the second value divided by the first.
    package var ratio: MetricID { compared(as: .ratio) }

    /// Whether it is called a ratio.
    package var isRatio: Bool { rawValue.hasSuffix(Form.ratio.rawValue) }
    /// Whether it is the difference of two gaps between groups.
    package var isGapDifference: Bool { rawValue.hasSuffix("Gap" + Form.difference.rawValue) }
}

// By its name.
extension MetricID: Comparable, CustomStringConvertible {
    package var description: String { rawValue }

    package static func < (a: MetricID, b: MetricID) -> Bool { a.rawValue < b.rawValue }
}

// Metrics that `Statistics` computes with deletions are called as their cases are.
extension ClassificationMetric {
    package init?(_ id: MetricID) { self.init(rawValue: id.rawValue) }

    package var id: MetricID { MetricID(rawValue) }
}

extension RegressionMetric {
    package init?(_ id: MetricID) { self.init(rawValue: id.rawValue) }

    package var id: MetricID { MetricID(rawValue) }
}
