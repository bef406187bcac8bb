import Runs
import Tables

/// What the columns of a table are; those that are not named are features.
public struct TableColumns: Sendable, Hashable {
    /// The column to predict: classes, or numbers.
    public var target: String
    /// Columns whose groups are compared. They are no features, unless `usesProtected`.
    public var protected: [String]
    /// Whether the model may use protected columns.
    public var usesProtected = false
    /// Tells rows that belong together, such as a patient's visits: they stay in one split, and are
    /// resampled together.
    public var group: String?
    /// Tells when a row was made: the latest rows are the test rows.
    public var time: String?
    /// How often a row counts: zero or more.
    public var weight: String?
    /// Columns that only name a row.
    public var identifiers: [String] = []
    /// Columns that are left out.
    public var excluded: [String] = []
    /// What the target is; its cells tell if `nil`.
    public var task: Task?
    /// The class whose probability is the score, of two; the last in order if `nil`.
    public var positive: String?

    public enum Task: String, Sendable, Hashable, CaseIterable {
        case binary, multiclass, regression
    }

    public init(target: String, protected: [String] = []) {
        self.target = target
        self.protected = protected
    }
}

extension TableColumns {
    var roles: TrainConfiguration.ColumnRoles {
        var roles = TrainConfiguration.ColumnRoles()
        roles.target = target
        roles.protected = protected
        roles.usesProtected = usesProtected
        roles.group = group
        roles.time = time
        roles.weight = weight
        roles.id = identifiers
        roles.exclude = excluded
        roles.positive = positive
        roles.task = task.map {
            switch $0 {
            case .binary: .binary
            case .multiclass: .multiclass
            case .regression: .regression
            }
        }
        return roles
    }
}
