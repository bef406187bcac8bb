/// The name of an input of a graph.
///
/// Graphs are stored with these names, and so are not renamed. One that a single pass makes and reads again
/// is declared beside that pass.
package struct InputPort: RawRepresentable, Hashable, Sendable, Codable, CodingKeyRepresentable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }
    package init(_ name: String) { rawValue = name }

    /// The numbers of a row, `[rows, …]`.
    package static let numeric = InputPort("numeric")
    /// The indices of a row, `[rows, columns]` int32.
    package static let categories = InputPort("categories")
    /// What a row's answer is: `[rows]` int32 of several classes, else `[rows, 1]`.
    package static let label = InputPort("label")
    /// What a row counts in the loss, `[rows, 1]`.
    package static let weight = InputPort("weight")
    /// The shares in which the two parts of a pair are mixed, `[rows, 2]`.
    package static let share = InputPort("share")
    /// Numbers of a row for a term of the loss that compares groups, `[rows, width]`.
    package static let penalty = InputPort("penalty")
}

/// The name of an output of a graph; stored as those of inputs are.
package struct OutputPort: RawRepresentable, Hashable, Sendable, Codable, CodingKeyRepresentable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }
    package init(_ name: String) { rawValue = name }

    /// What a training makes small: a single number.
    package static let loss = OutputPort("loss")
    /// What comes before the last non-linearity, `[rows, outputs]`.
    package static let logits = OutputPort("logits")
    /// Probabilities, or the standardised value of a regression: `[rows, outputs]`.
    package static let prediction = OutputPort("prediction")
    /// Of a regression, `[rows, quantiles]`.
    package static let quantiles = OutputPort("quantiles")
    /// The members' mean of what enters the head, `[rows, width]`.
    package static let hiddenFeatures = OutputPort("hiddenFeatures")
    /// What enters each member's head, side by side: `[rows, members · width]`.
    package static let memberFeatures = OutputPort("memberFeatures")
    /// Each member's own outputs, side by side: `[rows, members · outputs]`.
    package static let memberLogits = OutputPort("memberLogits")
    /// The values of an additive model's functions, `[rows, outputs · terms]`.
    package static let terms = OutputPort("terms")
}

// By their names.
extension InputPort: Comparable, CustomStringConvertible {
    package var description: String { rawValue }

    package static func < (a: InputPort, b: InputPort) -> Bool { a.rawValue < b.rawValue }
}

extension OutputPort: Comparable, CustomStringConvertible {
    package var description: String { rawValue }

    package static func < (a: OutputPort, b: OutputPort) -> Bool { a.rawValue < b.rawValue }
}
