import Studies

/// What the columns of a row contributed to its prediction.
///
/// `value = base + sum of contributions + residual`. It says what the model uses, not what causes
/// the outcome.
public struct TableExplanation: Sendable, Hashable {
    /// The row of the file, from 1.
    public let row: Int
    /// What is explained, such as `probability of >50K`.
    public let quantity: String
    /// How, in words.
    public let method: String
    /// The class that is decided for the row; `nil` for a regression.
    public let decided: String?
    /// What contributions start from.
    public let base: Double
    /// The explained number of the row.
    public let value: Double
    public let residual: Double
    /// From the largest to the smallest.
    public let contributions: [Contribution]

    /// In the unit of what is explained.
    public struct Contribution: Sendable, Hashable {
        public let column: String
        /// The row's cell; `nil` where it is missing.
        public let cell: String?
        public let value: Double
        /// Of what was drawn at random; 0 where nothing was.
        public let standardError: Double
    }
}

extension TableModel {
    /// Divides a row's prediction among its columns.
    ///
    /// - Parameter row: From 1.
    /// - Throws: as `explain(csv:rows:of:background:seed:)`.
    public func explain(
        csv: String, row: Int, of label: String? = nil, background: Int = 100, seed: UInt64 = 0
    ) throws(TableFailure) -> TableExplanation {
        try explain(csv: csv, rows: [row], of: label, background: background, seed: seed)[0]
    }

    /// Divides the predictions of rows among their columns, by Shapley values; an additive model
    /// explains itself.
    ///
    /// The training rows are read again, and must be what they were.
    ///
    /// - Parameters:
    ///   - csv: A file with a header.
    ///   - rows: From 1.
    ///   - label: The class whose probability is explained; the one decided for each row if `nil`,
    ///     of many rows the last class.
    ///   - background: Training rows that stand for what the columns could have been instead.
    ///   - seed: Of what is drawn at random.
    /// - Returns: One for each of `rows`, in their order.
    /// - Throws: `TableFailure` naming the row or the class that there is not.
    public func explain(
        csv: String, rows: [Int], of label: String? = nil, background: Int = 100, seed: UInt64 = 0
    ) throws(TableFailure) -> [TableExplanation] {
        guard !rows.isEmpty else { return [] }
        return try TableFailure.wrapping {
            var request = ExplanationRequest(run: path, rows: csv)
            request.chosen = rows
            request.label = label
            request.background = background
            request.seed = seed
            request.threads = threads
            let found = try explainRows(request)
            return found.rows.map { TableExplanation($0, of: found) }
        }
    }
}

extension TableExplanation {
    fileprivate init(_ found: RowExplanations.Row, of all: RowExplanations) {
        row = found.row
        quantity = found.quantity ?? all.quantity
        method = all.method
        decided = found.decided
        base = found.base
        value = found.value
        residual = found.residual
        contributions = found.contributions.map {
            Contribution(
                column: $0.column, cell: $0.cell, value: $0.value, standardError: $0.standardError)
        }
    }
}
