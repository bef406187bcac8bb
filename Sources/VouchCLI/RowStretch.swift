import ArgumentParser

/// One row of a file, `17`, or all from one to another, `1-60`.
struct RowStretch: ExpressibleByArgument, Sendable {
    var rows: ClosedRange<Int>

    init?(argument: String) {
        let ends = argument.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count < 3,
            first <= last
        else { return nil }
        rows = first...last
    }
}
