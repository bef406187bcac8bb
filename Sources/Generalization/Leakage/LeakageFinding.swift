package import Statistics

/// How something that is not known in use gets into the rows that a model learns from or is
/// measured on.
package enum LeakageKind: String, Codable, Sendable, Hashable, CaseIterable {
    // rows
    case copiedRows, copiedFeatures, nearCopies, sharedGroups, groupLikeColumn, earlierTestRows
    case conflictingLabels
    // columns
    case targetCopy, strongColumn, codedIdentifier, orderedIdentifier, filledAfterOutcome
    case targetDependentMissingness, constantInOneClass, pairOfColumns, targetMean, datedAfter
    case otherUnits, oneValue

    /// At the head of a sentence.
    package var title: String {
        switch self {
        case .copiedRows: "test rows that also train"
        case .copiedFeatures: "test rows that train under another answer"
        case .nearCopies: "test rows that nearly equal training rows"
        case .sharedGroups: "groups in training and test rows"
        case .groupLikeColumn: "a column that tells which rows belong together"
        case .earlierTestRows: "test rows earlier than training rows"
        case .conflictingLabels: "equal rows with different answers"
        case .targetCopy: "a copy of the target"
        case .strongColumn: "a column that gives the target away"
        case .codedIdentifier: "an identifier that holds the target"
        case .orderedIdentifier: "an identifier in the order of the target"
        case .filledAfterOutcome: "a column filled after the outcome"
        case .targetDependentMissingness: "cells missing by the target"
        case .constantInOneClass: "a column that is constant for one class"
        case .pairOfColumns: "two columns that give the target away together"
        case .targetMean: "means of the target as a column"
        case .datedAfter: "dates after the row's time"
        case .otherUnits: "a column in other units among test rows"
        case .oneValue: "a value that gives the target away"
        }
    }
}

/// A leak that is suspected: of which kind, where, and on what evidence.
package struct LeakageFinding: Sendable, Hashable {
    package var kind: LeakageKind
    /// The columns that are named; empty where it is about rows.
    package var columns: [String]
    /// How many rows it is about; `nil` where it is about columns.
    package var rows: Int?
    /// The number that speaks for it, with its interval.
    package var effect: Estimate
    /// What was seen, in a sentence without its full stop; names columns and counts, shows no row.
    package var evidence: String

    package init(
        _ kind: LeakageKind, columns: [String] = [], rows: Int? = nil, effect: Estimate,
        evidence: String
    ) {
        self.kind = kind
        self.columns = columns
        self.rows = rows
        self.effect = effect
        self.evidence = evidence
    }

    /// What it is about, as a report's group: `column = a`, or `rows`.
    package var place: String {
        switch columns.count {
        case 0: "rows"
        case 1: "column = \(columns[0])"
        default: "columns = \(columns.joined(separator: ", "))"
        }
    }

    package var sentence: String { "\(kind.title): \(evidence)" }
}

/// Looks for one way in which a leak shows; it knows tables, roles and the target, and no model.
///
/// A check speaks only where an effect is above its stated bar *and* its interval leaves chance no
/// room, at a level that allows for all columns looked at.
protocol LeakageCheck: Sendable {
    func findings(in data: LeakageData) throws -> [LeakageFinding]
}
