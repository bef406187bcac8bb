import Foundation
import Generalization
import Kernels
import Statistics
import TensorCore
import Testing

@Suite struct OutOfDistributionTests {
    /// Written by Reference/out_of_distribution.py.
    struct Reference: Decodable {
        struct Neighbors: Decodable {
            var width: Int
            var neighbor: Int
            var reference: [Float]
            var queries: [Float]
            var distances: [Double]
        }
        struct Energies: Decodable {
            var members: Int
            var logits: [Float]
            var energies: [Double]
        }
        var neighbors: [Neighbors]
        var energies: [Energies]

        static func read() throws -> Reference {
            let file = Bundle.module.bundleURL
                .appending(path: "Reference/out_of_distribution.json")
            return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
        }
    }

    /// Features are floats of length one: a coordinate errs by 6e-8, a distance by a few times that.
    @Test func distancesEqualTheReference() throws {
        for known in try Reference.read().neighbors {
            let neighbors = NearestNeighbors(
                reference: NearestNeighbors.normalized(known.reference, width: known.width),
                width: known.width, neighbor: known.neighbor)
            let found = neighbors.distances(of: known.queries, pool: WorkerPool(threads: 2))
            #expect(found.count == known.distances.count)
            for (own, reference) in zip(found, known.distances) {
                #expect(abs(Double(own) - reference) < 1e-6, "\(own), \(reference)")
            }
        }
    }

    @Test func energiesEqualTheReference() throws {
        for known in try Reference.read().energies {
            let found = energies(
                known.logits, rows: known.energies.count, members: known.members)
            for (own, reference) in zip(found, known.energies) {
                #expect(abs(own - reference) < 1e-12 * max(1, abs(reference)))
            }
        }
    }

    /// Every reference row twice, moved by less than the product of matrices rounds: the candidates that
    /// it leaves in doubt are told apart, whatever the number of threads.
    @Test func nearTiesAreExact() {
        let random = CounterRandom(seed: 3, name: "near ties")
        let width = 16
        var reference: [Float] = []
        for row in 0..<500 {
            let center = (0..<width).map {
                Float(random.uniform(step: UInt32(row / 250), index: UInt64($0)))
            }
            reference += center.enumerated().map {
                $1 + 1e-5 * Float(random.uniform(step: UInt32(row + 2), index: UInt64($0)))
            }
        }
        let normalized = NearestNeighbors.normalized(reference, width: width)
        let neighbors = NearestNeighbors(reference: normalized, width: width, neighbor: 10)
        let queries = Array(reference[..<(100 * width)])
        let found = [1, 3].map { (threads: Int) in
            neighbors.distances(of: queries, pool: WorkerPool(threads: threads))
        }
        #expect(found[0] == found[1])
        for query in 0..<100 {
            let distances = (0..<500).map { row in
                var sum = 0.0
                for column in 0..<width {
                    let step =
                        Double(normalized[query * width + column])
                        - Double(normalized[row * width + column])
                    sum += step * step
                }
                return sum.squareRoot()
            }
            #expect(found[0][query] == Float(distances.sorted()[9]))
        }
    }

    @Test func pValuesAreRanks() {
        let scale = OutlierScale(ordinary: [3, 1, 2, 2])
        #expect([0.5, 1, 2, 2.5, 3, 4].map(scale.pValue) == [1, 1, 0.8, 0.4, 0.4, 0.2])
    }

    /// Claimed: at most α of ordinary rows have a p-value of α or less.
    @Test func ordinaryRowsAreRarelyStrange() {
        let random = CounterRandom(seed: 11, name: "ordinary rows")
        let samples = 4000
        var strange = 0
        for sample in 0..<samples {
            // Scores with ties.
            let scores = (0..<60).map {
                Double(random.integer(below: 200, step: UInt32(sample), index: UInt64($0)))
            }
            let scale = OutlierScale(ordinary: Array(scores.dropLast()))
            if scale.pValue(of: scores[59]) <= 0.05 { strange += 1 }
        }
        let share = Double(strange) / Double(samples)
        #expect(share <= 0.05 + 2 * (0.05 * 0.95 / Double(samples)).squareRoot())
        #expect(share >= 0.04)
    }
}
