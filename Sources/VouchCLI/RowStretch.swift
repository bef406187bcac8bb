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

/// A run, and rows of a file that it is asked about.
struct RowsOfFile: ParsableArguments {
    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Argument(help: "The rows: a CSV file with a header, or pictures, as a folder or an archive.")
    var rows: String

    @Option(
        name: .customLong("row"),
        help: "A row of the file, from 1, or rows, such as 1-60; repeat for more.")
    var stretches: [RowStretch] = []

    /// `nil` where none is named.
    var chosen: [Int]? { stretches.isEmpty ? nil : stretches.flatMap(\.rows) }
}
