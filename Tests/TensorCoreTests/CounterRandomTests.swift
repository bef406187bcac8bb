import TensorCore
import Testing

@Suite struct CounterRandomTests {
    /// The known-answer vectors of Random123's `kat_vectors` for philox4x32-10.
    @Test(arguments: [
        (
            UInt64(0), UInt32(0), UInt32(0), UInt64(0),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8] as [UInt32]
        ),
        (.max, .max, .max, .max, [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
        (
            0x299f_31d0_a409_3822, 0x0370_7344, 0x1319_8a2e, 0x85a3_08d3_243f_6a88,
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        ),
    ]) func knownAnswers(
        seed: UInt64, stream: UInt32, step: UInt32, index: UInt64, expected: [UInt32]
    ) {
        let w = CounterRandom(seed: seed, stream: stream).words(step: step, index: index)
        #expect([w.0, w.1, w.2, w.3] == expected)
    }

    @Test func permutationHoldsEveryIndexOnce() {
        let order = CounterRandom(seed: 3, name: "shuffle").permutation(of: 1000, step: 2)
        #expect(order.sorted() == Array(0..<1000))
        #expect(order != Array(0..<1000))
    }

    @Test func uniformIsUniform() {
        let random = CounterRandom(seed: 1, name: "test")
        let values = (0..<100_000).map { random.uniform(index: UInt64($0)) }
        let mean = values.reduce(0, +) / 100_000
        #expect(abs(mean - 0.5) < 4 * (1.0 / 12).squareRoot() / 100_000.0.squareRoot())
        #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    }
}
