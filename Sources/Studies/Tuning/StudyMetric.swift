import Cost
import Evidence
import Fairness
import Generalization
import Prediction
import Runs
import Tables

/// A number of a trial by which a study chooses, or that it limits.
struct StudyMetric: Sendable {
    let definition: MetricDefinition
    /// Of which group or protected column; `nil` for all rows.
    let group: String?

    /// What people type, beside `QualityMetrics.shortNames`.
    private static let short: [String: MetricID] = [
        "latency": .predictionLatency, "size": .modelSize, "rate": .predictionRate,
    ]

    /// - Parameters:
    ///   - text: A metric's id, its name or a short one; after a comma the protected column or group that it is of.
    ///   - option: That it stands in, for the error.
    ///   - known: What can be measured of a trial.
    /// - Throws: `VouchError` with what there is.
    init(_ text: String, option: String, among known: StudyMetrics) throws(VouchError) {
        let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        let name = Self.plain(String(parts.first ?? ""))
        group = parts.count > 1 ? String(trimmed(parts[1])) : nil
        let ofGroup = group != nil
        let candidates = ofGroup ? known.ofGroups : known.ofAllRows
        let meant =
            QualityMetrics.shortNames[name, default: []].map(\.id) + [Self.short[name]].compactMap { $0 }
        let found = candidates.first {
            Self.plain($0.id.rawValue) == name || Self.plain($0.name) == name
                || meant.contains($0.id)
        }
        guard let found else {
            let ids = candidates.map(\.id.rawValue).joined(separator: ", ")
            let what = ofGroup ? "of a group there is" : "of these rows there is"
            throw VouchError(
                "\(option) is \"\(text)\", and \"\(parts.first ?? "")\" is no metric that a trial has; \(what) "
                    + (ids.isEmpty ? "none without --protected COLUMN" : ids))
        }
        definition = found
        if let group {
            let column = group.split(separator: "=").first.map { String(trimmed($0)) } ?? group
            guard known.protected.contains(column) else {
                throw VouchError(
                    "\(option) is \"\(text)\", and \"\(column)\" is no protected column"
                        + (known.protected.isEmpty
                            ? "; name one with --protected \(column)"
                            : "; there is " + known.protected.joined(separator: ", ")))
            }
        }
    }

    init(_ definition: MetricDefinition) {
        self.definition = definition
        group = nil
    }

    var text: String { definition.id.rawValue + (group.map { ", \($0)" } ?? "") }

    func value(in measurements: [Measurement]) -> Double? {
        measurements.first { $0.metric == definition.id && $0.group == group }?.value
    }

    /// Letters and digits, in lower case, without what stands in brackets.
    private static func plain(_ text: String) -> String {
        String(text.prefix { $0 != "(" }).lowercased().filter { $0.isLetter || $0.isNumber }
    }
}

/// What can be measured of a trial of a table, found out on made-up rows of its kind.
struct StudyMetrics: Sendable {
    let ofAllRows: [MetricDefinition]
    let ofGroups: [MetricDefinition]
    let protected: [String]
    /// What is asked for where nothing is said: the mean loss.
    let standard: MetricDefinition

    static let cost = [
        CostMetrics.modelSize, CostMetrics.parameters, CostMetrics.latency, CostMetrics.rate,
    ]

    init(_ prepared: PreparedData, _ configuration: TrainConfiguration) throws {
        protected = prepared.schema.protected
        let rows = 60
        let classes = prepared.target.classes
        let isRegression = prepared.target.task == .regression
        let values =
            isRegression
            ? (0..<rows).map { Double($0 % 7) }
            : (0..<rows).flatMap { row -> [Double] in
                let parts = classes.indices.map { Double(1 + (row * 7 + $0 * 3) % 5) }
                return parts.map { $0 / parts.reduce(0, +) }
            }
        var made = LabelledPredictions(
            split: .validation,
            predictions: Predictions(
                rows: rows, classes: isRegression ? [] : classes, values: values),
            answers: isRegression
                ? .numbers((0..<rows).map { Double($0 % 5) })
                : .classes((0..<rows).map { Int32(($0 / 2) % max(classes.count, 1)) }))
        made.costs = configuration.costs
        made.protected = protected.map { name in
            .init(name: name, groups: (0..<rows).map { $0 % 2 == 0 ? "a" : "b" })
        }
        let quality = try PredictionQuality().measure(Subject(test: made))
        let asked = Set(quality.measurements.map(\.metric))
        ofAllRows =
            PredictionQuality().description.metrics.filter { asked.contains($0.id) } + Self.cost
        var groups: Set<MetricID> = []
        if !protected.isEmpty {
            let found = try GroupRates().measure(Subject(test: made))
            groups = Set(found.groups.flatMap(\.everything).map(\.metric))
        }
        ofGroups = GroupRates().description.metrics.filter { groups.contains($0.id) }
        standard =
            isRegression
            ? configuration.model.loss == .squared
                ? QualityMetrics.rootMeanSquaredError : QualityMetrics.meanAbsoluteError
            : QualityMetrics.logLoss
    }

    /// What a study makes small.
    ///
    /// - Parameter text: As asked; `nil` for the mean loss.
    func objective(_ text: String?) throws(VouchError) -> StudyMetric {
        guard let text else { return StudyMetric(standard) }
        let metric = try StudyMetric(text, option: "--objective", among: self)
        guard metric.definition.direction != 0 else {
            throw VouchError(
                "--objective is \"\(text)\", which is neither better high nor better low; require a value of it "
                    + "with --require")
        }
        return metric
    }
}

extension GroupTable {
    /// Of groups and of gaps.
    var everything: [Measurement] { rows.flatMap(\.measurements) + gaps }
}
