/// Which rows are exactly equal in the given columns.
package struct DuplicateIndex: Sendable {
    /// A code a row; equal rows have equal codes, numbered in order of first appearance.
    package let codes: [Int32]
    package let distinct: Int

    /// - Complexity: O(rows · columns).
    package init(_ table: Table, columns: [String]) {
        var codes = [Int32](repeating: 0, count: table.rowCount)
        var next: Int32 = table.rowCount > 0 ? 1 : 0
        // Refines the partition column by column: (code so far, cell) → new code.
        for name in columns {
            guard let column = table.column(named: name) else { continue }
            var seen: [Key: Int32] = [:]
            seen.reserveCapacity(Int(next))
            var count: Int32 = 0
            for row in codes.indices {
                let key = Key(code: codes[row], cell: column.bits(row))
                if let known = seen[key] {
                    codes[row] = known
                } else {
                    seen[key] = count
                    codes[row] = count
                    count += 1
                }
            }
            next = count
        }
        self.codes = codes
        distinct = Int(next)
    }

    private struct Key: Hashable {
        var code: Int32
        var cell: UInt64
    }

    /// Rows that repeat an earlier one.
    package var repeated: Int { codes.count - distinct }

    /// Rows whose equals do not all have the same label.
    package func conflicting(_ labels: [Int32]) -> Int {
        var first = [Int32](repeating: -1, count: distinct)
        var conflicts = [Bool](repeating: false, count: distinct)
        for (row, code) in codes.enumerated() where labels[row] >= 0 {
            if first[Int(code)] < 0 { first[Int(code)] = labels[row] }
            if first[Int(code)] != labels[row] { conflicts[Int(code)] = true }
        }
        return codes.count { conflicts[Int($0)] }
    }
}

extension Column {
    /// A cell as 64 bits; equal cells of one column have equal bits.
    func bits(_ row: Int) -> UInt64 {
        switch cells {
        case .numbers(let numbers), .dates(let numbers, _):
            let number = numbers[row]
            return number.isNaN ? .max : (number == 0 ? 0 : number.bitPattern)
        case .categories(let codes, _): return UInt64(bitPattern: Int64(codes[row]))
        }
    }
}
