import Tables
import Testing

/// Numbers that are kept as bytes.
@Suite struct ByteRowsTests {
    private static let scale = ByteRows.Scale(centers: [10, 100, 0], spreads: [2, 4, 1])

    /// Three rows of two pixels of three channels.
    private static let rows = ByteRows(
        (0..<18).map { UInt8(14 * $0) }, width: 6, scale: scale)

    private func written(_ rows: ByteRows, _ row: Int) -> [Float] {
        var result = [Float](repeating: -7, count: 8)
        let numbers = rows.numbers
        var span = result.mutableSpan
        rows.write(row, numbers.span, into: &span, at: 1)
        return result
    }

    @Test func eachChannelHasItsOwnScale() {
        #expect(Self.rows.count == 3)
        // Bytes 84, 98, 112, 126, 140, 154 of the second row.
        let expected: [Float] = [37, -0.5, 112, 58, 10, 154]
        #expect(written(Self.rows, 1) == [-7] + expected + [-7])
        #expect((0..<6).map { Self.rows.number(1, $0) } == expected)
    }

    @Test func rowsAreChosenWithoutCopyingThem() {
        let chosen = Self.rows.selecting(rows: [2, 0, 2])
        #expect(chosen.count == 3)
        #expect(Array(chosen.stored(0)) == [168, 182, 196, 210, 224, 238])
        #expect(written(chosen, 1) == written(Self.rows, 0))
        let again = chosen.selecting(rows: [1, 2])
        #expect(written(again, 0) == written(Self.rows, 0))
        #expect(written(again, 1) == written(Self.rows, 2))
    }

    @Test func aGreyRowIsWrittenAlike() {
        let grey = ByteRows([0, 51, 255, 102], width: 2, scale: .init(centers: [51], spreads: [51]))
        #expect(Array(written(grey, 0)[1...2]) == [-1, 0])
        #expect(Array(written(grey, 1)[1...2]) == [4, 1])
        #expect(grey.number(1, 0) == 4)
    }

    /// What does not fit into memory lies in a file, and nobody who reads it sees where.
    @Test(arguments: [0, 1, 11, 12, 17, 18, 100]) func rowsBeyondALimitLieInAFile(most: Int) throws {
        var writer = ByteRowsWriter(expected: 18, most: most)
        for row in 0..<3 { try writer.append(Array(Self.rows.stored(row))) }
        #expect(writer.count == 18)
        let rows = try writer.finish(width: 6, scale: Self.scale)
        #expect(rows.count == 3)
        let chosen = (rows.selecting(rows: [2, 1]), Self.rows.selecting(rows: [2, 1]))
        for row in 0..<2 {
            #expect(Array(chosen.0.stored(row)) == Array(chosen.1.stored(row)))
            #expect(written(chosen.0, row) == written(chosen.1, row))
            #expect(chosen.0.number(row, 4) == chosen.1.number(row, 4))
        }
        // Bytes in memory are compared, those in files are the file's.
        #expect((rows == Self.rows) == (most >= 18))
    }

    @Test func noRowsAreNoRows() throws {
        var writer = ByteRowsWriter(expected: 0, most: 0)
        #expect(try writer.finish(width: 6, scale: Self.scale).count == 0)
    }
}
