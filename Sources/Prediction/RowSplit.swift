/// Which rows of a data set are meant.
///
/// The words of `rawValue` stand in run folders, reports and ledgers: they never change.
package enum RowSplit: Sendable, Hashable {
    /// Rows that weights are fitted on.
    case training
    /// Rows that stop a training and choose among models.
    case validation
    /// Rows of a user's own that thresholds are fitted on.
    case calibration
    /// Rows that a reader is told how good a model is on.
    case test
    /// Rows of a file of their own by its name, or rows that were made, such as planted ones.
    case named(String)

    /// In a sentence before "rows".
    package var word: String {
        switch self {
        case .training: "training"
        default: rawValue
        }
    }

    /// Where it stands in a list: those first that are looked at first.
    fileprivate var order: Int {
        switch self {
        case .training: 0
        case .validation: 1
        case .calibration: 2
        case .test: 3
        case .named: 4
        }
    }
}

extension RowSplit: RawRepresentable {
    /// What is none of the four words is a name.
    package init(rawValue: String) {
        self =
            [.training, .validation, .calibration, .test].first { $0.rawValue == rawValue }
            ?? .named(rawValue)
    }

    package var rawValue: String {
        switch self {
        case .training: "train"
        case .validation: "validation"
        case .calibration: "calibration"
        case .test: "test"
        case .named(let name): name
        }
    }
}

/// As its word.
extension RowSplit: Codable {}

extension RowSplit: CustomStringConvertible {
    package var description: String { rawValue }
}

extension RowSplit: Comparable {
    package static func < (a: RowSplit, b: RowSplit) -> Bool {
        (a.order, a.rawValue) < (b.order, b.rawValue)
    }
}
