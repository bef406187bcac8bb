package import Evidence
import Tables

/// Every check for leaks, on tables alone: no model is needed.
package struct LeakageSuite: Sendable {
    private static let checks: [any LeakageCheck] = [
        CopiedRows(), NearCopies(), SharedGroups(), TimeOrder(), ConflictingLabels(),
        OneSidedColumns(),
        StrongColumns(), ColumnPairs(), TargetMeans(), OtherUnits(), OneValueLeaks(),
    ]

    /// What was looked for, in a sentence.
    package static let scope =
        "rows, near copies and groups on both sides of the split, the order of time, equal rows with different answers, "
        + "columns that tell the target alone, in pairs, by missing cells, by one value or as its means, "
        + "and columns in other units"

    private let data: LeakageData

    /// - Parameter seed: Of the rows that are sampled.
    package init(_ tables: TrainingTables, seed: UInt64) throws {
        data = try LeakageData(tables, seed: seed)
    }

    /// The leaks that are suspected: rows first, then columns, each thing said once.
    package func findings() throws -> [LeakageFinding] {
        guard data.training.rowCount >= 50 else { return [] }
        var result: [LeakageFinding] = []
        var left = data
        for check in Self.checks {
            let found = try check.findings(in: left)
            result += found
            left.suspected.formUnion(found.flatMap(\.columns))
        }
        return result
    }
}
