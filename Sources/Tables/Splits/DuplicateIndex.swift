/// Which rows are exactly equal in the given columns.
package struct DuplicateIndex: Sendable {
    /// A code a row; equal rows have equal codes, numbered in order of first appearance.
    package let codes: [Int32]
    package let distinct: Int

    /// - Complexity: O(rows · columns).
    package init(_ table: Table, columns: [String]) {
        self.init(
            table, columns: columns, refining: [Int32](repeating: 0, count: table.rowCount),
            min(table.rowCount, 1))
    }

    /// Rows that are equal in further columns of the same table, too.
    package func refined(by columns: [String], of table: Table) -> DuplicateIndex {
        DuplicateIndex(table, columns: columns, refining: codes, distinct)
    }

    private init(
        _ table: Table, columns: [String], refining coarser: [Int32], _ count: Int
    ) {
        var (codes, distinct) = (coarser, count)
        // Refines the partition column by column: (code so far, cell) → new code.
        for name in columns {
            guard let column = table.column(named: name) else { continue }
            let cells = column.spelling?.keys ?? column.keys
            distinct = Self.refine(&codes, distinct, by: cells)
        }
        self.codes = codes
        self.distinct = distinct
    }

    /// Splits rows of one code by their cells.
    ///
    /// - Returns: The number of codes.
    private static func refine(_ codes: inout [Int32], _ count: Int, by cells: [UInt64]) -> Int {
        // Slot → new code + 1; 0 where free. A power of two long, at most half full.
        var slots = [Int32](repeating: 0, count: slotCount(max(64, 4 * count)))
        var keys: [(code: Int32, cell: UInt64)] = []
        for row in codes.indices {
            let key = (code: codes[row], cell: cells[row])
            var slot = Int(truncatingIfNeeded: hash(key)) & (slots.count - 1)
            while slots[slot] != 0, keys[Int(slots[slot]) - 1] != key {
                slot = (slot + 1) & (slots.count - 1)
            }
            if slots[slot] == 0 {
                keys.append(key)
                slots[slot] = Int32(keys.count)
            }
            codes[row] = slots[slot] - 1
            if keys.count * 2 > slots.count { slots = rehashed(keys) }
        }
        return keys.count
    }

    private static func rehashed(_ keys: [(code: Int32, cell: UInt64)]) -> [Int32] {
        var slots = [Int32](repeating: 0, count: slotCount(8 * keys.count))
        for (index, key) in keys.enumerated() {
            var slot = Int(truncatingIfNeeded: hash(key)) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(index + 1)
        }
        return slots
    }

    /// The next power of two.
    private static func slotCount(_ least: Int) -> Int {
        1 << (Int.bitWidth - (least - 1).leadingZeroBitCount)
    }

    /// A multiplicative mix (the finisher of SplitMix64) of both halves of a key.
    private static func hash(_ key: (code: Int32, cell: UInt64)) -> UInt64 {
        var mixed = key.cell ^ (UInt64(UInt32(bitPattern: key.code)) &* 0x9E37_79B9_7F4A_7C15)
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Rows that repeat an earlier one.
    package var repeated: Int { codes.count - distinct }

    /// Of some rows, those that repeat an earlier one of them.
    package func repeated(among rows: [Int]) -> Int {
        rows.count - Set(rows.map { codes[$0] }).count
    }

    /// Rows whose equals do not all have the same label.
    package func conflicting(_ labels: [Int32]) -> Int {
        conflicting(labels, among: Array(codes.indices))
    }

    /// Of some rows, those whose equals among them do not all have the same label.
    package func conflicting(_ labels: [Int32], among rows: [Int]) -> Int {
        var first = [Int32](repeating: -1, count: distinct)
        var conflicts = [Bool](repeating: false, count: distinct)
        for row in rows where labels[row] >= 0 {
            let code = codes[row]
            if first[Int(code)] < 0 { first[Int(code)] = labels[row] }
            if first[Int(code)] != labels[row] { conflicts[Int(code)] = true }
        }
        return rows.count { conflicts[Int(codes[$0])] }
    }
}
