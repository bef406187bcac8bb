import Kernels

/// Encoded rows in memory that the workers copy from.
package struct EncodedData: Sendable {
    package let rows: Int
    package let numericWidth: Int
    package let categoryWidth: Int
    let numeric: Buffer
    let categories: Buffer
    let labels: Buffer
    let weights: Buffer
    /// Whether every row weighs one.
    package let isWeighted: Bool

    /// The target of a row, as the network's loss wants it.
    package enum Labels: Sendable {
        /// 0 or 1, or the standardised target.
        case numbers([Float])
        case classes([Int32])
        /// Rows to predict only.
        case none
    }

    /// - Parameters:
    ///   - numeric: `[rows, numericWidth]`.
    ///   - categories: `[rows, categoryWidth]`, each below its column's cardinality.
    ///   - labels: One a row, or none.
    ///   - weights: One a row, finite and ≥ 0; `nil` for ones.
    /// - Precondition: the lengths fit.
    package init(
        rows: Int, numeric: [Float], numericWidth: Int, categories: [Int32], categoryWidth: Int,
        labels: Labels, weights: [Float]? = nil
    ) {
        precondition(numeric.count == rows * numericWidth, "numeric block of another size")
        precondition(categories.count == rows * categoryWidth, "category block of another size")
        precondition(weights.map { $0.count == rows } ?? true, "another number of weights")
        self.rows = rows
        self.numericWidth = numericWidth
        self.categoryWidth = categoryWidth
        self.numeric = Buffer(numeric)
        self.categories = Buffer(categories)
        switch labels {
        case .numbers(let numbers):
            precondition(numbers.count == rows, "another number of labels")
            self.labels = Buffer(numbers)
        case .classes(let classes):
            precondition(classes.count == rows, "another number of labels")
            self.labels = Buffer(classes)
        case .none: self.labels = Buffer(count: 0)
        }
        isWeighted = weights != nil
        self.weights = Buffer(weights ?? Array(repeating: 1, count: rows))
    }

    private init(
        rows: Int, numericWidth: Int, categoryWidth: Int, numeric: Buffer, categories: Buffer,
        labels: Buffer, weights: Buffer, isWeighted: Bool
    ) {
        self.rows = rows
        self.numericWidth = numericWidth
        self.categoryWidth = categoryWidth
        self.numeric = numeric
        self.categories = categories
        self.labels = labels
        self.weights = weights
        self.isWeighted = isWeighted
    }

    /// The given rows, in the given order.
    package func selecting(_ chosen: [Int]) -> EncodedData {
        func copied(_ source: Buffer, width: Int) -> Buffer {
            guard source.count > 0 else { return source }
            let result = Buffer(count: chosen.count * width)
            for (place, row) in chosen.enumerated() {
                result.copy(from: source, at: row * width, to: place * width, count: width)
            }
            return result
        }
        return EncodedData(
            rows: chosen.count, numericWidth: numericWidth, categoryWidth: categoryWidth,
            numeric: copied(numeric, width: numericWidth),
            categories: copied(categories, width: categoryWidth),
            labels: copied(labels, width: 1), weights: copied(weights, width: 1),
            isWeighted: isWeighted)
    }
}
