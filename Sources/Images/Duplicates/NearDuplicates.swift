import Tables

/// Two pictures that are one, but for compression, size, a small shift or noise.
package struct NearDuplicate: Sendable, Hashable {
    /// Places among the pictures; the first is the smaller.
    package let first: Int
    package let second: Int
    /// The root of the mean squared difference of 36 blocks at the best shift, in units of the pictures' deviation.
    package let distance: Float
}

/// Near duplicates among many pictures.
///
/// A perceptual hash alone says too much where all pictures are alike, such as garments on black: most trousers agree
/// in it. So it only chooses candidates, and what decides is a comparison of blocks and a gap: copies of a picture
/// are much nearer to it than the nearest picture that is none.
///
/// 1. Each picture is reduced to a grey square, its window in the middle to 36 block means. A window's key are its
///    mean and coefficients of low frequency. Keys of the windows in the middle are put into the cells of a grid
///    (bands of four quantised values), and looked up by those of 25 shifted windows, in all cells that a tolerance
///    reaches.
/// 2. Candidates are compared by their blocks, refined to a quarter of a pixel.
/// 3. A picture's neighbours up to a distance of 0.1 (more at low contrast) are its copies where the next one is at
///    least twice as far, and the same holds for the other. A pair of different sizes needs a gap of 1.1 only:
///    resizing blurs, while pictures of one origin have one size as a rule.
package struct NearDuplicates: Sendable {
    package private(set) var pairs: [NearDuplicate] = []
    /// Pictures of nearly one value, or smaller than 10 pixels, which cannot be told apart.
    package private(set) var flatCount = 0
    /// Pictures whose candidates were too many to look at all of them.
    package private(set) var cutCount = 0

    /// Neighbours are known up to here.
    private static let reach: Float = 0.4
    private static let leastDeviation: Float = 4
    private static let mostCandidates = 200_000
    private static let mostNeighbours = 32

    /// How far copies may be: noise of a deviation of 8 leaves 2 in the mean of a block, which is much of a picture of
    /// low contrast.
    private static func mostDistance(_ deviation: Float) -> Float { min(max(0.1, 2 / deviation), 0.2) }

    /// - Complexity: O(pictures · candidates), where each picture has at most 200,000; in practice those in some cells
    ///   of a grid of four dimensions.
    package init(_ sketches: [PictureSketch], threads: Int) {
        let sides = sketches.map { max($0.small.width, $0.small.height) }.sorted()
        guard let side = sides.isEmpty ? nil : sides[sides.count / 2], let blocks = BlockMeans(side: side) else {
            flatCount = sketches.count
            return
        }
        let thumbs = Thumbs(sketches, side: side, blocks)
        // Exact copies are told apart from these; of each the first stands for all.
        var seen: Set<PictureSketch.PixelHash> = []
        let isAsked = sketches.indices.map { place in
            seen.insert(sketches[place].pixelHash).inserted && thumbs.deviations[place] >= Self.leastDeviation
        }
        flatCount = sketches.indices.count { thumbs.deviations[$0] < Self.leastDeviation }
        let asked = sketches.indices.filter { isAsked[$0] }
        let grid = KeyGrid(keys: asked.map { ($0, thumbs.keys[$0]) })
        let found = inParallel((asked.count + 255) / 256, threads: threads) { part in
            asked[(256 * part)..<min(256 * part + 256, asked.count)].map { place in
                Self.neighbours(of: place, sketches, thumbs, grid)
            }
        }
        var neighbours: [Int: [Neighbour]] = [:]
        for (place, result) in zip(asked, found.joined()) {
            if result.isCut { cutCount += 1 }
            for neighbour in result.neighbours {
                neighbours[place, default: []].append(neighbour)
                neighbours[neighbour.place, default: []].append(Neighbour(place: place, distance: neighbour.distance))
            }
        }
        func isSameSize(_ first: Int, _ second: Int) -> Bool {
            sketches[first].width == sketches[second].width && sketches[first].height == sketches[second].height
        }
        var copies: [Int: Set<Int>] = [:]
        for place in asked {
            guard let near = neighbours[place]?.sorted(by: { ($0.distance, $0.place) < ($1.distance, $1.place) })
            else { continue }
            copies[place] = Self.copies(among: near, below: Self.mostDistance(thumbs.deviations[place])) {
                isSameSize(place, $0)
            }
        }
        for place in asked {
            for neighbour in neighbours[place] ?? [] where neighbour.place < place {
                guard copies[place]?.contains(neighbour.place) == true, copies[neighbour.place]?.contains(place) == true
                else { continue }
                pairs.append(NearDuplicate(first: neighbour.place, second: place, distance: neighbour.distance))
            }
        }
        pairs.sort { ($0.first, $0.second) < ($1.first, $1.second) }
    }

    struct Neighbour: Sendable {
        let place: Int
        let distance: Float
    }

    /// Those before the widest gap.
    private static func copies(
        among near: [Neighbour], below mostDistance: Float, isSameSize: (Int) -> Bool
    ) -> Set<Int> {
        for count in stride(from: min(near.count, mostNeighbours), to: 0, by: -1) {
            let last = near[count - 1]
            guard last.distance <= mostDistance else { continue }
            let next = count < near.count ? near[count].distance : reach
            let gap: Float = isSameSize(last.place) ? 2 : 1.1
            if next >= gap * last.distance { return Set(near.prefix(count).map(\.place)) }
        }
        return []
    }

    /// Pictures before one that are near to it.
    private static func neighbours(
        of place: Int, _ sketches: [PictureSketch], _ thumbs: Thumbs, _ grid: KeyGrid
    ) -> (neighbours: [Neighbour], isCut: Bool) {
        let windows = thumbs.windows(of: place)
        let aspect = Float(sketches[place].width) / Float(sketches[place].height)
        var nearest: [Int: (distance: Float, shift: Int)] = [:]
        var left = mostCandidates
        for (shift, window) in windows.enumerated() where window.deviation >= leastDeviation {
            let key = WindowKey(window.means, deviation: window.deviation)
            grid.visit(around: key, left: &left) { other in
                guard other < place else { return }
                let ratio = Float(sketches[other].width) / Float(sketches[other].height) / aspect
                guard ratio > 0.9, ratio < 1.11 else { return }
                let deviation = (thumbs.deviations[other] + window.deviation) / 2
                let most = nearest[other]?.distance ?? 1.25 * reach
                if let distance = thumbs.distance(other, window.means, deviation, below: most) {
                    nearest[other] = (distance, shift)
                }
            }
        }
        var neighbours: [Neighbour] = []
        for (other, found) in nearest.sorted(by: { $0.key < $1.key }) {
            let distance = thumbs.refined(other, windows, found.shift, found.distance)
            if distance <= reach { neighbours.append(Neighbour(place: other, distance: distance)) }
        }
        // The farthest of many say nothing.
        neighbours.sort { ($0.distance, $0.place) < ($1.distance, $1.place) }
        return (Array(neighbours.prefix(4 * mostNeighbours)), left == 0)
    }
}

/// The small squares of all pictures, and what is known of their windows.
struct Thumbs: Sendable {
    struct Window: Sendable {
        let means: [Float]
        let deviation: Float
    }

    private let side: Int
    private let blocks: BlockMeans
    private let pixels: [UInt8]
    /// Of the windows in the middle, 36 a picture.
    private let means: [Float]
    let deviations: [Float]
    let keys: [WindowKey]

    init(_ sketches: [PictureSketch], side: Int, _ blocks: BlockMeans) {
        self.side = side
        self.blocks = blocks
        var (pixels, means, deviations): ([UInt8], [Float], [Float]) = ([], [], [])
        pixels.reserveCapacity(sketches.count * side * side)
        var keys: [WindowKey] = []
        for sketch in sketches {
            let start = pixels.count
            pixels += sketch.small.resized(width: side, height: side).bytes
            let sums = BlockMeans.Sums(pixels[start...], side: side)
            let own = blocks.means(sums, dx: 0, dy: 0)
            let deviation = blocks.deviation(sums, dx: 0, dy: 0)
            means += own
            deviations.append(deviation)
            keys.append(WindowKey(own, deviation: max(deviation, 1)))
        }
        (self.pixels, self.means, self.deviations, self.keys) = (pixels, means, deviations, keys)
    }

    /// By their shifts, row by row.
    func windows(of place: Int) -> [Window] {
        let sums = BlockMeans.Sums(pixels[(place * side * side)..<((place + 1) * side * side)], side: side)
        let range = -BlockMeans.reach...BlockMeans.reach
        return range.flatMap { dy in
            range.map { dx in
                Window(
                    means: blocks.means(sums, dx: dx, dy: dy), deviation: blocks.deviation(sums, dx: dx, dy: dy))
            }
        }
    }

    /// `nil` where it is not below a bound.
    func distance(_ other: Int, _ window: [Float], _ deviation: Float, below most: Float) -> Float? {
        let first = other * BlockMeans.count
        let bound = most * most * deviation * deviation * Float(BlockMeans.count)
        var sum: Float = 0
        for row in 0..<BlockMeans.across {
            for place in (row * BlockMeans.across)..<((row + 1) * BlockMeans.across) {
                let difference = means[first + place] - window[place]
                sum += difference * difference
            }
            if sum >= bound { return nil }
        }
        return (sum / Float(BlockMeans.count)).squareRoot() / deviation
    }

    /// The least distance at quarters of a pixel around a whole shift.
    func refined(_ other: Int, _ windows: [Window], _ shift: Int, _ distance: Float) -> Float {
        let width = 2 * BlockMeans.reach + 1
        let (y, x) = (shift / width, shift % width)
        let deviation = (deviations[other] + windows[shift].deviation) / 2
        var best = distance
        for dy in [-1, 1] where (0..<width).contains(y + dy) {
            for dx in [-1, 1] where (0..<width).contains(x + dx) {
                let corners = [shift, shift + dx, shift + dy * width, shift + dy * width + dx].map { windows[$0].means }
                for step in 1..<9 {
                    let (fx, fy) = (Float(step % 3) * 0.25, Float(step / 3) * 0.25)
                    var mixed = [Float](repeating: 0, count: BlockMeans.count)
                    for place in 0..<BlockMeans.count {
                        let top = corners[0][place] + fx * (corners[1][place] - corners[0][place])
                        let bottom = corners[2][place] + fx * (corners[3][place] - corners[2][place])
                        mixed[place] = top + fy * (bottom - top)
                    }
                    best = self.distance(other, mixed, deviation, below: best) ?? best
                }
            }
        }
        return best
    }
}

/// Pictures by the cells of a grid over four of their keys' values, those of a cell side by side.
struct KeyGrid: Sendable {
    private static let cell: Float = 0.2
    private static let meanCell: Float = 24
    private let cells: [UInt32: Range<Int>]
    private let places: [Int32]
    private let values: [SIMD8<Float>]

    init(keys: [(place: Int, key: WindowKey)]) {
        let coded = keys.map { (code: Self.code($0.key.values), entry: $0) }
            .sorted { ($0.code, $0.entry.place) < ($1.code, $1.entry.place) }
        places = coded.map { Int32($0.entry.place) }
        values = coded.map(\.entry.key.values)
        var cells: [UInt32: Range<Int>] = [:]
        var start = 0
        for end in 1..<(coded.count + 1) where end == coded.count || coded[end].code != coded[start].code {
            cells[coded[start].code] = start..<end
            start = end
        }
        self.cells = cells
    }

    /// Those whose keys are within the tolerances, as long as not too many were looked at.
    func visit(around key: WindowKey, left: inout Int, _ body: (Int) -> Void) {
        let wanted = key.values
        let least = max(wanted[0] - WindowKey.meanTolerance, 0) / Self.meanCell
        let means = Int32(least)...Int32((wanted[0] + WindowKey.meanTolerance) / Self.meanCell)
        let waves = (1...3).map {
            Self.band(wanted[$0] - WindowKey.tolerance)...Self.band(wanted[$0] + WindowKey.tolerance)
        }
        for mean in means {
            for first in waves[0] {
                for second in waves[1] {
                    for third in waves[2] {
                        guard left > 0, let range = cells[Self.code(mean, first, second, third)] else { continue }
                        left = max(left - range.count, 0)
                        for entry in range where WindowKey.isNear(values[entry], wanted) { body(Int(places[entry])) }
                    }
                }
            }
        }
    }

    /// A coefficient is at most about 1 by its size, in units of the deviation.
    private static func band(_ wave: Float) -> Int32 { Int32((min(max(wave, -2), 2) / cell).rounded(.down)) + 16 }

    private static func code(_ values: SIMD8<Float>) -> UInt32 {
        code(Int32(values[0] / meanCell), band(values[1]), band(values[2]), band(values[3]))
    }

    private static func code(_ mean: Int32, _ first: Int32, _ second: Int32, _ third: Int32) -> UInt32 {
        UInt32(mean) << 24 | UInt32(first) << 16 | UInt32(second) << 8 | UInt32(third)
    }
}
