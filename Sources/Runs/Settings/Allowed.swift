/// Which values of a setting may be asked for, and how that is told.
package struct Allowed<Value>: Sendable {
    /// What is wrong with a value, to be read after the setting's name; `nil` where nothing is.
    let complaint: @Sendable (Value) -> String?

    init(complaint: @escaping @Sendable (Value) -> String?) { self.complaint = complaint }

    /// - Parameter wanted: What a value must be, to be read after "it must be".
    init(_ wanted: String, _ holds: @escaping @Sendable (Value) -> Bool) {
        complaint = { holds($0) ? nil : " is \($0); it must be \(wanted)" }
    }

    static var all: Allowed { Allowed { _ in nil } }

    /// The same for a setting that may be left open.
    var orOpen: Allowed<Value?> { .init { $0.flatMap(complaint) } }
}

extension Allowed where Value: Comparable & Sendable {
    package static func from(_ low: Value, to high: Value) -> Allowed {
        Allowed("from \(low) to \(high)") { (low...high).contains($0) }
    }
}

extension Allowed where Value: Numeric & Comparable & Sendable {
    static var positive: Allowed { Allowed("positive") { $0 > 0 } }
    static var zeroOrPositive: Allowed { Allowed("zero or positive") { $0 >= 0 } }
}

extension Allowed where Value: BinaryFloatingPoint & Sendable {
    static var finiteAndPositive: Allowed { Allowed("positive") { $0 > 0 && $0.isFinite } }
    static var finiteOrZero: Allowed { Allowed("zero or positive") { $0 >= 0 && $0.isFinite } }

    /// `0 <= x < 1`.
    package static func share(_ meaning: String = "") -> Allowed {
        Allowed("in [0, 1)" + meaning) { $0 >= 0 && $0 < 1 }
    }
}
