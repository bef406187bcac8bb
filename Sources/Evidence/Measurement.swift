package import Prediction
package import Statistics

/// Which of the six known drawbacks of deep learning a number speaks of.
package enum Drawback: String, Codable, Sendable, CaseIterable {
    case computeCost, dataHunger, opacity, overfitting, hyperParameters, bias

    /// In a heading.
    package var title: String {
        switch self {
        case .computeCost: "Compute cost"
        case .dataHunger: "Data hunger"
        case .opacity: "Opacity"
        case .overfitting: "Overfitting"
        case .hyperParameters: "Hyper-parameters"
        case .bias: "Bias"
        }
    }

    /// What its users ask.
    package var question: String {
        switch self {
        case .computeCost: "What did it cost in time, energy and memory?"
        case .dataHunger: "Are there enough rows, and are they clean?"
        case .opacity: "What does it look at?"
        case .overfitting: "Will it hold on new rows, and are its probabilities right?"
        case .hyperParameters: "Is the result luck of a seed or a setting?"
        case .bias: "Whom does it fail, and by how much?"
        }
    }
}

/// One number that somebody could argue with.
///
/// Terminal table, HTML report and JSON are views of a list of measurements; none of them computes.
package struct Measurement: Codable, Sendable, Hashable {
    /// A stable name of the metric, such as `rocAUC`; see `MetricDefinition`.
    package var metric: MetricID
    package var drawback: Drawback
    /// `nil` where the metric is undefined on this sample; `note` then says why.
    package var value: Double?
    /// The metric's unit, or empty for a plain number.
    package var unit: String
    package var interval: Interval?
    package var sample: Sample
    /// To which part of the sample it applies, such as `sex = Female`; `nil` for all rows.
    package var group: String?
    /// Why there is no value or no interval, or what a reader must know.
    package var note: String?
    /// What the rows allow to say of it, where that is judged: *gap*, *cannot tell*.
    package var verdict: String?

    package init(
        metric: MetricID, drawback: Drawback, value: Double?, unit: String = "",
        interval: Interval? = nil, sample: Sample, group: String? = nil, note: String? = nil
    ) {
        self.metric = metric
        self.drawback = drawback
        // A quotient of nothing by nothing is no number, and nobody is shown one.
        let isUndefined = value?.isNaN ?? false
        self.value = isUndefined ? nil : value
        self.unit = unit
        self.interval = isUndefined ? nil : interval
        self.sample = sample
        self.group = group
        self.note = isUndefined ? note ?? "undefined on this sample" : note
    }

    /// Bounds at a confidence level, and where they come from.
    package struct Interval: Codable, Sendable, Hashable {
        package var lower: Double
        package var upper: Double
        /// The nominal coverage, such as 0.95.
        package var level: Double
        /// The method by its name in the literature, such as `DeLong` or `Wilson`.
        package var method: String
        /// What was taken to vary: rows, clusters, seeds.
        package var varied: String

        package init(
            lower: Double, upper: Double, level: Double = 0.95, method: String, varied: String
        ) {
            self.lower = lower
            self.upper = upper
            self.level = level
            self.method = method
            self.varied = varied
        }

        /// As an estimate has it; `nil` where it has none.
        package init?(_ estimate: Estimate) {
            guard let lower = estimate.lower, let upper = estimate.upper else { return nil }
            self.init(
                lower: lower, upper: upper, level: estimate.level, method: estimate.method,
                varied: estimate.varied)
        }
    }

    /// The rows behind the number.
    package struct Sample: Codable, Sendable, Hashable {
        /// The words of a `RowSplit`, or several with "and" between them.
        package var split: String
        package var rows: Int
        /// Clusters of rows that belong together, where a group column was given.
        package var clusters: Int?
        /// Models that were measured on these rows so far, this one among them; `nil` where it is the
        /// only one.
        package var models: Int?

        package init(split: String, rows: Int, clusters: Int? = nil, models: Int? = nil) {
            self.split = split
            self.rows = rows
            self.clusters = clusters
            self.models = models
        }

        package init(split: RowSplit, rows: Int, clusters: Int? = nil, models: Int? = nil) {
            self.init(split: split.rawValue, rows: rows, clusters: clusters, models: models)
        }
    }
}

/// What a metric id means: the row of the report's glossary.
package struct MetricDefinition: Codable, Sendable, Hashable {
    package var id: MetricID
    package var name: String
    package var formula: String
    package var unit: String
    /// `+1` when larger is better, `-1` when smaller is, `0` when neither.
    package var direction: Int
    /// The drawback that it speaks of first.
    package var drawback: Drawback
    package var source: String

    package init(
        id: MetricID, name: String, formula: String, unit: String = "", direction: Int,
        drawback: Drawback, source: String
    ) {
        self.id = id
        self.name = name
        self.formula = formula
        self.unit = unit
        self.direction = direction
        self.drawback = drawback
        self.source = source
    }
}

extension Measurement {
    /// An estimate of a metric on some rows.
    ///
    /// Where other models were measured on the same rows before, this one may have been picked for how
    /// well it did there: its interval is widened as that of the best of so many
    /// (`SelectionOverLooks`).
    ///
    /// The interval is cut to the metric's possible values (`MetricBounds`), after it was widened.
    ///
    /// - Parameters:
    ///   - split: Where it is not the rows' own.
    ///   - isDifference: Whether it is the difference of two values of the metric.
    package init(
        _ metric: MetricDefinition, _ estimate: Estimate, on rows: LabelledPredictions,
        split: String? = nil, drawback: Drawback? = nil, group: String? = nil,
        isDifference: Bool = false
    ) {
        let estimate = SelectionOverLooks.widened(
            estimate, looks: rows.models, direction: metric.direction
        ).within(isDifference ? metric.differenceBounds : metric.bounds)
        self.init(
            metric: metric.id, drawback: drawback ?? metric.drawback, value: estimate.value,
            unit: metric.unit, interval: Interval(estimate),
            sample: Sample(
                split: split ?? rows.split.rawValue, rows: estimate.count,
                clusters: estimate.clusters,
                models: rows.models > 1 ? rows.models : nil),
            group: group, note: estimate.note)
    }
}
