package import Runs

/// Which columns of a file are somebody's predictions.
package enum AuditedColumns: Sendable, Hashable {
    /// The probability of the positive class of two.
    case probability(String)
    /// The probability of each class.
    case probabilities([ClassColumn])
    /// Predicted numbers, for a regression.
    case number(String)

    package struct ClassColumn: Sendable, Hashable {
        package var label: String
        package var column: String

        package init(label: String, column: String) {
            self.label = label
            self.column = column
        }
    }

    /// From what the command is given.
    ///
    /// - Parameters:
    ///   - scores: One column, or for several classes `CLASS=COLUMN` each; the last equals sign is
    ///     the one between, since classes such as `<=50K` have one of their own.
    ///   - prediction: A column of numbers.
    /// - Throws: where both are given or neither, or a class has no column.
    package init(scores: [String], prediction: String?) throws(VouchError) {
        guard (prediction != nil) != !scores.isEmpty else {
            throw VouchError(
                "give either --score, the column of probabilities, or --prediction, the column of "
                    + "predicted numbers")
        }
        if let prediction {
            self = .number(prediction)
            return
        }
        guard scores.count > 1 || scores[0].contains("=") else {
            self = .probability(scores[0])
            return
        }
        self = .probabilities(
            try scores.map { text throws(VouchError) in
                let between = text.lastIndex(of: "=") ?? text.startIndex
                let (label, column) = (text[..<between], text[between...].dropFirst())
                guard !label.isEmpty, !column.isEmpty else {
                    throw VouchError(
                        "--score is \"\(text)\"; with several, write CLASS=COLUMN each")
                }
                return ClassColumn(label: String(label), column: String(column))
            })
    }

    package var columns: [String] {
        switch self {
        case .probability(let column), .number(let column): [column]
        case .probabilities(let classes): classes.map(\.column)
        }
    }

    package var isOfNumbers: Bool {
        if case .number = self { true } else { false }
    }

    /// For a report.
    package var text: String {
        switch self {
        case .probability(let column), .number(let column): column
        case .probabilities(let classes):
            classes.map { "\($0.label)=\($0.column)" }.joined(separator: ", ")
        }
    }
}
