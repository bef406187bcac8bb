import Synchronization

extension ParsedCSV {
    /// The columns' cells, in order, of numbers or texts. The pieces are used up.
    mutating func joinColumns(threads: Int) -> [JoinedColumn] {
        let rows = rows
        let width = chunks.first?.pieces.count ?? 0
        // Each column's pieces are given up when it is joined, to hold no cell twice for long.
        let pieces = Mutex<[[ColumnPiece]]>(
            (0..<width).map { column in chunks.map { $0.pieces[column] } })
        for chunk in chunks.indices { chunks[chunk].pieces = [] }
        return inParallel(width, threads: threads) { column in
            let own = pieces.withLock { all in
                let own = all[column]
                all[column] = []
                return own
            }
            return switch own.first?.mode {
            case .number(let point): joinNumbers(own, rows, point)
            case .text: .texts(joinTexts(own, rows))
            default: JoinedColumn.skipped
            }
        }
    }
}

private func joinNumbers(_ pieces: [ColumnPiece], _ rows: Int, _ point: UInt8) -> JoinedColumn {
    var numbers: [Double] = []
    numbers.reserveCapacity(rows)
    for piece in pieces { numbers += piece.numbers }
    return .numbers(
        numbers, point: point, pieces.reduce(NumberTraits()) { $0.joined($1.traits) })
}

/// Joins the pieces' texts in order of first use over the whole file.
func joinTexts(_ pieces: [ColumnPiece], _ rows: Int) -> ColumnTexts {
    var all = TextTable()
    var missing: [String: Int] = [:]
    var codes: [Int32] = []
    codes.reserveCapacity(rows)
    for piece in pieces {
        let storage = piece.texts.storage.span
        let renamed: [Int32] = (0..<piece.texts.count).map { index in
            let range = piece.texts.range(index)
            guard !piece.meansMissing[index] else {
                if !range.isEmpty {
                    missing[piece.texts.text(index), default: 0] += Int(piece.missingRows[index])
                }
                return -1
            }
            return Int32(all.index(storage, range.lowerBound, range.upperBound))
        }
        for code in piece.codes { codes.append(code < 0 ? -1 : renamed[Int(code)]) }
    }
    return ColumnTexts(
        codes: codes, values: (0..<all.count).map(all.text),
        missing: ReadingNote.TextCount.sorted(missing))
}
