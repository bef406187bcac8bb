/// By which rule rows of a pool are chosen to be labelled.
package enum SelectionStrategy: String, Sendable, Hashable, Codable, CaseIterable {
    /// Where the two likeliest classes are nearest to each other.
    case margin
    /// Drawn one after another with a chance in proportion to that of `margin` for what it costs: a batch with more variety.
    case softMargin = "soft-margin"
    /// Where the probabilities are spread most evenly.
    case entropy
    /// Rows whose gradients of the last layer are long and unlike one another.
    case badge
    /// The most typical row of each cluster that no label covers; for the first labels of all.
    case typical
    /// To groups in the proportion of the errors that the model expects there; within one by margin.
    case groups
    /// Numbers: where the members of the model differ most.
    case disagreement
    /// Numbers: the row that is farthest from all labelled rows, one after another.
    case distance
    case random

    /// Whether it looks at probabilities of classes.
    package var needsClasses: Bool {
        switch self {
        case .margin, .softMargin, .entropy, .badge, .groups: true
        case .typical, .disagreement, .distance, .random: false
        }
    }

    /// Whether it is for numbers alone.
    package var needsNumbers: Bool { self == .disagreement || self == .distance }
}

/// What is known of the rows of a pool, and of the labelled rows; nothing of it is an answer of the pool.
package struct SelectionPool: Sendable {
    package var rows: Int
    /// Of classes: `[rows, classes]`; empty of numbers.
    package var probabilities: [Double] = []
    package var classes = 0
    /// Of numbers: how far the members of the model differ, in the target's unit; empty of classes, or of one member.
    package var spread: [Double] = []
    /// `[rows, width]`: hidden features, by which rows are alike or not.
    package var features: [Float]
    package var width: Int
    /// The same of rows that have a label.
    package var labelled: [Float] = []
    /// A number from 0 for each row; empty without protected columns.
    package var groups: [Int] = []
    /// What labelling each row costs, > 0; empty where all cost the same.
    package var costs: [Double] = []

    package init(rows: Int, features: [Float], width: Int) {
        precondition(features.count == rows * width, "features of another size")
        self.rows = rows
        self.features = features
        self.width = width
    }

    func cost(_ row: Int) -> Double { costs.isEmpty ? 1 : costs[row] }

    func probabilities(_ row: Int) -> ArraySlice<Double> {
        probabilities[row * classes..<(row + 1) * classes]
    }

    /// The squared distance of two rows' features.
    func squaredDistance(_ first: Int, _ second: Int) -> Double {
        var sum: Float = 0
        for column in 0..<width {
            let step = features[first * width + column] - features[second * width + column]
            sum += step * step
        }
        return Double(sum)
    }
}
