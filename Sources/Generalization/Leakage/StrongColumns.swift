import Figures
import Statistics
import Tables
import TensorCore

/// Columns that alone tell the target, far better than the other columns do: copies of it, recoded or
/// noisy, and identifiers that hold it.
///
/// A strong column is no leak in itself. What is suspected is one whose skill on untouched rows is
/// surely above `bar` and that stands apart: between it and the next column lies a gap of at least
/// `leastGap`, and no more than a quarter of the columns lie above that gap.
struct StrongColumns: LeakageCheck {
    static let bar = 0.7
    static let leastGap = 0.2

    private struct Candidate {
        var column: Column
        var codes: CellCodes
        /// Which part of the cells was looked at, where it is not all: `the first character`.
        var part: String?
        var skill: Estimate

        /// Of a copy no errors are left whose spread would give an interval.
        var isSurelyStrong: Bool {
            (skill.lower ?? ((skill.value ?? 0) > 0.99 ? 1 : 0)) >= StrongColumns.bar
        }
    }

    func findings(in data: LeakageData) throws -> [LeakageFinding] {
        let columns = data.sampledFeatures
        let power = ColumnPower(data)
        guard columns.count > 2, data.numbers != nil || power.usableClasses > 1 else { return [] }
        var candidates = try columns.map { column in
            try best(of: column, power: power, comparisons: columns.count)
        }
        candidates.sort { ($1.skill.value ?? 0) < ($0.skill.value ?? 0) }
        let values = candidates.map { max($0.skill.value ?? 0, 0) }
        let most = max(1, columns.count / 4)
        guard
            let apart = (1...most).last(where: { count in
                count < values.count && values[count - 1] - values[count] >= Self.leastGap
                    && candidates[..<count].allSatisfy(\.isSurelyStrong)
            })
        else { return [] }
        return candidates[..<apart].map { candidate in
            finding(candidate, next: values[apart], data)
        }
    }

    private func best(
        of column: Column, power: ColumnPower, comparisons: Int
    ) throws -> Candidate {
        let codes = CellCodes(column)
        let whole = Candidate(
            column: column, codes: codes, skill: try power.skill(codes, comparisons: comparisons))
        let parts = try column.identifierParts.map { part, codes in
            Candidate(
                column: column, codes: codes, part: part,
                skill: try power.skill(codes, comparisons: comparisons))
        }
        return parts.reduce(whole) { best, part in
            (part.skill.value ?? 0) > (best.skill.value ?? 0) ? part : best
        }
    }

    private func finding(
        _ candidate: Candidate, next: Double, _ data: LeakageData
    ) -> LeakageFinding {
        let name = candidate.column.name
        let measure = data.numbers == nil ? "balanced skill" : "rank R²"
        let value = candidate.skill.value ?? 0
        var kind = LeakageKind.strongColumn
        if candidate.part != nil {
            kind = .codedIdentifier
        } else if candidate.column.countsRows {
            kind = .orderedIdentifier
        } else if value > 0.999 {
            kind = .targetCopy
        }
        let subject = candidate.part.map { "\($0) of \"\(name)\"" } ?? "\"\(name)\""
        return LeakageFinding(
            kind, columns: [name], effect: candidate.skill,
            evidence:
                "\(subject) alone tells the target with a \(measure) of \(NumberText.fixed(value, decimals: 2)) "
                + "on rows that did not make the rule, the next column with "
                + "\(NumberText.fixed(next, decimals: 2)); is it known before the outcome?\(data.sampleText)"
        )
    }
}

extension Column {
    /// Whether it is a whole number of its own for every row, so that it may count them.
    fileprivate var countsRows: Bool {
        let profile = ColumnProfile(self)
        return profile.kind == .number && profile.isWhole
            && profile.distinct == profile.rows - profile.missing
    }

    /// What the texts of an identifier may hold: their first and last characters and their length.
    ///
    /// Empty for columns whose values are not nearly unique texts.
    fileprivate var identifierParts: [(name: String, codes: CellCodes)] {
        guard let own = categories else { return [] }
        let used = Set(own.codes).count
        guard used * 2 > count, count >= 50 else { return [] }
        let parts: [(String, (String) -> String)] = [
            ("the first character", { String($0.prefix(1)) }),
            ("the first two characters", { String($0.prefix(2)) }),
            ("the last character", { String($0.suffix(1)) }),
            ("the length", { "\($0.count)" }),
        ]
        return parts.map { name, part in
            var index: [String: Int32] = [:]
            let byCode = own.values.map { value -> Int32 in
                let text = part(value)
                if let known = index[text] { return known }
                index[text] = Int32(index.count)
                return Int32(index.count - 1)
            }
            let cells = Column(
                name: self.name,
                cells: .categories(
                    codes: own.codes.map { $0 < 0 ? -1 : byCode[Int($0)] },
                    values: index.sorted { $0.value < $1.value }.map(\.key)))
            return (name, CellCodes(cells))
        }
    }
}
