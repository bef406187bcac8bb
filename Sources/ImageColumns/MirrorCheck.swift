package import Tables
import TensorCore

/// Whether mirrored pictures keep their labels, as far as their neighbours tell.
///
/// Some training pictures are each given the label of the nearest other one, by the mean square of differences of
/// pixels, as they are and mirrored. Where labels depend on left and right, as those of letters, mirrored pictures
/// have others' neighbours.
package struct MirrorCheck {
    /// Pictures that are asked about, and those that are their neighbours.
    private static let asked = 400
    private static let known = 1600
    /// Of the share that is right as they are, what must be right mirrored.
    private static let leastShare = 0.5
    /// How many more of the mirrored ones may lie as near to a picture of another class as pictures do to one another.
    private static let mostContradicted = 0.02
    /// A picture is compared at this size at most.
    private static let side = 14

    /// How many were asked about.
    package let asked: Int
    /// How many have their nearest one's class.
    package let right: Int
    package let mirroredRight: Int
    /// How many have another class than their nearest one, though that is as near as half of the pictures' nearest ones are.
    package let contradicted: Int
    package let mirroredContradicted: Int

    /// - Parameters:
    ///   - pictures: `[rows, height, width, channels]` of training rows, in random order.
    ///   - labels: One a row.
    package init(_ pictures: ByteRows, shape: [Int], labels: [Int32]) {
        let small = (0..<pictures.count).map { Self.shrunk(pictures.stored($0), shape) }
        let asked = min(Self.asked, pictures.count / 3)
        self.asked = asked
        func nearest(_ own: [Int32]) -> (distance: Int64, label: Int32) {
            var best = (distance: Int64.max, label: Int32(-1))
            for other in asked..<small.count {
                var distance: Int64 = 0
                for place in own.indices {
                    let difference = Int64(own[place] - small[other][place])
                    distance += difference * difference
                }
                if distance < best.distance { best = (distance, labels[other]) }
            }
            return best
        }
        let own = (0..<asked).map { nearest(small[$0]) }
        let mirrored = (0..<asked).map { nearest(Self.mirrored(small[$0], shape)) }
        let usual = asked > 0 ? own.map(\.distance).sorted()[asked / 2] : 0
        func counts(_ found: [(distance: Int64, label: Int32)]) -> (right: Int, contradicted: Int) {
            let right = (0..<asked).count { found[$0].label == labels[$0] }
            let contradicted = (0..<asked).count {
                found[$0].label != labels[$0] && found[$0].distance <= usual
            }
            return (right, contradicted)
        }
        (right, contradicted) = counts(own)
        (mirroredRight, mirroredContradicted) = counts(mirrored)
    }

    package var keepsLabels: Bool {
        Double(mirroredRight) >= Self.leastShare * Double(right)
            && Double(mirroredContradicted - contradicted) <= Self.mostContradicted * Double(asked)
    }

    package static func sample(of rows: [Int], seed: UInt64) -> [Int] {
        CounterRandom(seed: seed, name: "mirror check").permutation(of: rows.count)
            .prefix(asked + known).map { rows[$0] }
    }

    private static func extents(_ shape: [Int]) -> (height: Int, width: Int) {
        (min(shape[0], side), min(shape[1], side))
    }

    /// Sums of the bytes that fall into each of fewer cells, over all channels.
    private static func shrunk(_ bytes: ArraySlice<UInt8>, _ shape: [Int]) -> [Int32] {
        let (height, width) = extents(shape)
        var sums = [Int32](repeating: 0, count: height * width)
        var place = bytes.startIndex
        for y in 0..<shape[0] {
            for x in 0..<shape[1] {
                let cell = y * height / shape[0] * width + x * width / shape[1]
                for _ in 0..<shape[2] {
                    sums[cell] += Int32(bytes[place])
                    place += 1
                }
            }
        }
        return sums
    }

    private static func mirrored(_ sums: [Int32], _ shape: [Int]) -> [Int32] {
        let (height, width) = extents(shape)
        return (0..<height * width).map { sums[$0 / width * width + width - 1 - $0 % width] }
    }
}
