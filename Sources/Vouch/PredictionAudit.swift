import Reporting
import Studies

/// Measures anybody's predictions: of a model that is not known here, of a rule, or of people.
///
/// All probes run that need only predictions with their answers. What needs the model or its
/// training rows cannot be said.
public enum Audit {
    /// Audits the probabilities of one of two classes.
    ///
    /// - Parameters:
    ///   - csv: A file with a header, a row a case.
    ///   - target: The column of answers, of two classes.
    ///   - score: The column of the positive class's probability, from 0 to 1.
    ///   - positive: The class that is positive; the last in order if `nil`.
    ///   - threshold: The probability from which the positive class is decided.
    ///   - protected: Columns whose groups are compared.
    ///   - rows: What more its columns tell of rows.
    ///   - threads: Worker threads; all cores if `nil`.
    /// - Throws: `TableFailure` naming the file, line and column, and what to do.
    public static func predictions(
        csv: String, target: String, score: String, positive: String? = nil,
        threshold: Double = 0.5, protected: [String] = [], rows: Rows = Rows(),
        threads: Int? = nil
    ) throws(TableFailure) -> [MeasuredMetric] {
        var configuration = AuditConfiguration(file: csv, predicted: .probability(score))
        configuration.target = target
        configuration.positive = positive
        configuration.threshold = threshold
        return try found(configuration, protected, rows, threads)
    }

    /// Audits the probabilities of several classes.
    ///
    /// - Parameters:
    ///   - csv: A file with a header, a row a case.
    ///   - target: The column of answers.
    ///   - scores: The column of each class's probability, by the class.
    ///   - protected: Columns whose groups are compared.
    ///   - rows: What more its columns tell of rows.
    ///   - threads: Worker threads; all cores if `nil`.
    /// - Throws: `TableFailure` naming the file, line and column, and what to do.
    public static func predictions(
        csv: String, target: String, scores: KeyValuePairs<String, String>,
        protected: [String] = [], rows: Rows = Rows(), threads: Int? = nil
    ) throws(TableFailure) -> [MeasuredMetric] {
        var configuration = AuditConfiguration(
            file: csv,
            predicted: .probabilities(scores.map { .init(label: $0.key, column: $0.value) }))
        configuration.target = target
        return try found(configuration, protected, rows, threads)
    }

    /// Audits predicted numbers.
    ///
    /// - Parameters:
    ///   - csv: A file with a header, a row a case.
    ///   - target: The column of answers, in its own unit.
    ///   - prediction: The column of predictions, in that unit.
    ///   - protected: Columns whose groups are compared.
    ///   - rows: What more its columns tell of rows.
    ///   - threads: Worker threads; all cores if `nil`.
    /// - Throws: `TableFailure` naming the file, line and column, and what to do.
    public static func predictions(
        csv: String, target: String, prediction: String, protected: [String] = [],
        rows: Rows = Rows(), threads: Int? = nil
    ) throws(TableFailure) -> [MeasuredMetric] {
        var configuration = AuditConfiguration(file: csv, predicted: .number(prediction))
        configuration.target = target
        return try found(configuration, protected, rows, threads)
    }

    /// Columns that tell how much a row says.
    public struct Rows: Sendable, Hashable {
        /// How often a row counts: zero or more.
        public var weight: String?
        /// Tells rows that belong together; they are resampled together.
        public var group: String?

        public init(weight: String? = nil, group: String? = nil) {
            self.weight = weight
            self.group = group
        }
    }

    private static func found(
        _ asked: AuditConfiguration, _ protected: [String], _ rows: Rows, _ threads: Int?
    ) throws(TableFailure) -> [MeasuredMetric] {
        var configuration = asked
        configuration.protected = protected
        configuration.weight = rows.weight
        configuration.group = rows.group
        configuration.threads = threads
        return try TableFailure.wrapping {
            try auditPredictions(configuration, arguments: []).measuredMetrics
        }
    }
}
