import Kernels
import Testing
import Training

/// What is written of a varied image, against the definition cell by cell.
@Suite struct ImageAugmentationTests {
    private static let augmentation = ImageAugmentation(
        height: 4, width: 5, channels: 2, shift: 2, flipsHorizontally: true)

    @Test(arguments: [false, true]) func movesAndMirrors(repeatsEdges: Bool) {
        var augmentation = Self.augmentation
        augmentation.repeatsEdges = repeatsEdges
        let images = Buffer((0..<30 * 40).map { Float($0 + 1) })
        let arena = Buffer(count: 16 + 30 * 40)
        arena.copy(from: images, at: 0, to: 16, count: images.count)
        augmentation.apply(to: arena, at: 16, rows: .range(0..<30), seed: 3, step: 7)
        for row in 0..<30 {
            let change = augmentation.change(seed: 3, step: 7, row: row)
            for y in 0..<4 {
                for x in 0..<5 {
                    let (wantedY, wantedX) = (y - change.down, x - change.right)
                    let (fromY, moved) = (min(max(wantedY, 0), 3), min(max(wantedX, 0), 4))
                    let fromX = change.flips ? 4 - moved : moved
                    let isInside = repeatsEdges || (fromY, moved) == (wantedY, wantedX)
                    for channel in 0..<2 {
                        let source = row * 40 + (fromY * 5 + fromX) * 2 + channel
                        let expected: Float = isInside ? Float(source + 1) : 0
                        #expect(arena[16 + row * 40 + (y * 5 + x) * 2 + channel] == expected)
                    }
                }
            }
        }
    }

    @Test func everyChangeIsAsLikely() {
        var counts: [String: Int] = [:]
        for row in 0..<50_000 {
            let change = Self.augmentation.change(seed: 1, step: 0, row: row)
            counts["\(change)", default: 0] += 1
        }
        #expect(counts.count == 50)
        // 1000 each; five standard deviations are 157.
        #expect(counts.values.allSatisfy { abs($0 - 1000) < 157 })
    }

    @Test func stepsAndSeedsDiffer() {
        func changes(seed: UInt64, step: Int) -> [String] {
            (0..<20).map { "\(Self.augmentation.change(seed: seed, step: step, row: $0))" }
        }
        #expect(changes(seed: 1, step: 0) != changes(seed: 1, step: 1))
        #expect(changes(seed: 1, step: 0) != changes(seed: 2, step: 0))
    }
}
