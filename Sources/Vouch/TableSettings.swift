import Runs

/// Settings of a training by their ids, which are the options of `vouch train` without dashes; what
/// is not named is settled from the table's size.
///
/// ```swift
/// let settings: TableSettings = ["model": "mlp", "epochs": 20, "budget": "60s"]
/// ```
///
/// Ids and values are checked when a training begins: an id that is none, a value that cannot be
/// and two settings that do not go together are each a `TableFailure` that names them.
public struct TableSettings: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    private var texts: [String: Value] = [:]

    public init() {}

    /// The last of several values of an id is taken.
    public init(dictionaryLiteral elements: (String, Value)...) {
        for (id, value) in elements { texts[id] = value }
    }

    /// What is asked for; `nil` for nothing.
    public subscript(id: String) -> Value? {
        get { texts[id] }
        set { texts[id] = newValue }
    }

    /// A value as a person writes it at the command line: a number, a word, `true`, a time such as
    /// `60s`.
    public struct Value: Sendable, Hashable, CustomStringConvertible,
        ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
        ExpressibleByBooleanLiteral
    {
        public let description: String

        public init(_ value: some LosslessStringConvertible) { description = value.description }

        public init(stringLiteral value: String) { self.init(value) }
        public init(integerLiteral value: Int) { self.init(value) }
        public init(floatLiteral value: Double) { self.init(value) }
        public init(booleanLiteral value: Bool) { self.init(value) }
    }

    /// A setting that there is.
    public struct Known: Sendable, Hashable {
        public let id: String
        /// What it does, in a sentence or two.
        public let help: String
    }

    /// All settings that there are.
    public static var known: [Known] {
        Settings.all.map { Known(id: $0.id, help: $0.help) }
    }
}

extension TableSettings {
    var asked: [String: String] { texts.mapValues(\.description) }
}
