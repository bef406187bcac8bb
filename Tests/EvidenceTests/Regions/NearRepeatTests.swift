import DataEfficiency
import Statistics
import TensorCore
import Testing

/// Labels that told little.
@Suite struct NearRepeatTests {
    private func rows(_ count: Int, width: Int, seed: UInt64 = 1) -> [Float] {
        let random = CounterRandom(seed: seed, name: "near repeats test")
        return (0..<count * width).map { Float(random.uniform(index: UInt64($0))) }
    }

    @Test(arguments: [1, 2, 5])
    func evenlySpreadRowsAreSeldomNear(width: Int) throws {
        let found = try NearRepeats(
            values: rows(2000, width: width), width: width, codes: (0..<2000).map(Int32.init),
            answers: .classes(Array(repeating: 0, count: 2000)), seed: 3)
        let near = try #require(found.near)
        #expect(found.equal.rows == 0)
        // One in a thousand may be; three standard errors of a count beside.
        #expect(near.repeats.rows <= 7, "\(near)")
        #expect(abs(near.dimension - Double(width)) < 0.35 * Double(width), "\(near)")
        #expect(near.threshold <= 0.1 * near.median)
    }

    @Test func plantedRepeatsAreCountedWithTheirAnswers() throws {
        let width = 3
        var values = rows(1000, width: width)
        var labels = (0..<1000).map { Int32($0 % 2) }
        var codes = (0..<1000).map(Int32.init)
        // Fifty that are equal, ten of them with another answer.
        for row in 0..<50 {
            values += values[row * width..<(row + 1) * width]
            labels.append(row < 10 ? 1 - labels[row] : labels[row])
            codes.append(codes[row])
        }
        // Forty that lie a thousandth apart, four of them with another answer.
        for row in 100..<140 {
            values += values[row * width..<(row + 1) * width].map { $0 + 0.0005 }
            labels.append(row < 104 ? 1 - labels[row] : labels[row])
            codes.append(Int32(codes.count))
        }
        let found = try NearRepeats(
            values: values, width: width, codes: codes, answers: .classes(labels), seed: 3)
        #expect(found.rows == 1090)
        #expect(found.equal.rows == 50 && found.equal.agreeing == 40)
        let near = try #require(found.near)
        #expect((40...43).contains(near.repeats.rows))
        #expect((36...39).contains(near.repeats.agreeing))
        #expect(found.saved == 40 + near.repeats.agreeing)
        let agreement = near.repeats.agreement
        #expect((agreement.lower ?? 1) < 0.9 && (agreement.upper ?? 0) > 0.9)
    }

    /// The slow twin: every pair of rows.
    @Test func theNearestAreFoundAlongADirection() throws {
        let (count, width) = (300, 4)
        var values = rows(count, width: width)
        for row in 250..<count {
            for column in 0..<width {
                values[row * width + column] = values[(row - 250) * width + column] + 0.001
            }
        }
        let found = try NearRepeats(
            values: values, width: width, codes: (0..<count).map(Int32.init),
            answers: .numbers((0..<count).map { Double($0 % 250) }), seed: 3)
        let near = try #require(found.near)
        func distance(_ one: Int, _ other: Int) -> Double {
            (0..<width).reduce(0.0) {
                let step =
                    Double(values[one * width + $1]) - Double(values[other * width + $1])
                return $0 + step * step
            }.squareRoot()
        }
        var kept: [Int] = []
        var repeats = 0
        for row in 0..<count {
            if kept.contains(where: { distance($0, row) <= near.threshold }) {
                repeats += 1
            } else {
                kept.append(row)
            }
        }
        #expect(near.repeats.rows == repeats)
        #expect(near.repeats.agreeing == repeats && repeats >= 50)
        let nearest = (0..<count).map { row in
            (0..<count).filter { $0 != row }.map { distance($0, row) }.min() ?? 0
        }.sorted()
        #expect(near.median == nearest[count / 2])
    }

    @Test func rowsInOnePlaceHaveNoUsualDistance() throws {
        let found = try NearRepeats(
            values: Array(repeating: 0, count: 100), width: 1, codes: (0..<100).map(Int32.init),
            answers: .classes(Array(repeating: 0, count: 100)), seed: 0)
        #expect(found.near == nil && found.saved == 0)
    }

    @Test func itStopsWhereItIsAskedTo() {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try NearRepeats(
                values: rows(100, width: 2), width: 2, codes: (0..<100).map(Int32.init),
                answers: .classes(Array(repeating: 0, count: 100)), seed: 0,
                check: { throw Stop() })
        }
    }
}
