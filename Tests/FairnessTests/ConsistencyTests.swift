import Fairness
import Foundation
import Statistics
import Testing

/// Consistency against AIF360's; see Reference/consistency.py.
struct ConsistencyTests {
    private struct Reference: Decodable {
        var features: [Float]
        var decisions: [Double]
        var scores: [String: Double]
    }

    @Test func itIsAIF360s() throws {
        let url = try #require(Bundle.module.url(forResource: "consistency", withExtension: "json"))
        let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
        let consistency = Consistency(features: reference.features, width: 3)
        #expect(reference.scores.count == 3)
        for (neighbors, expected) in reference.scores {
            let found = try consistency.score(
                reference.decisions, neighbors: try #require(Int(neighbors)))
            #expect(abs(try #require(found.value) - expected) < 1e-9, "\(neighbors)")
            #expect(try #require(found.lower) < expected && expected < (found.upper ?? 0))
        }
    }

    @Test func alikeAndDecidedAlike() throws {
        let two = Consistency(features: [0, 0, 0, 9, 9, 9], width: 1)
        #expect(try two.score([1, 1, 1, 0, 0, 0], neighbors: 3).value == 1)
        // Each row differs from the mean of three by 1/3 or 2/3.
        let mixed = try two.score([1, 1, 0, 1, 0, 0], neighbors: 3).value
        let found = try #require(mixed)
        let expected: Double = 1 - (4.0 / 3) / 3
        #expect(abs(found - expected) < 1e-12)
        #expect(try two.score([1, 1, 1, 0, 0, 0], neighbors: 7).value == nil)
    }
}
