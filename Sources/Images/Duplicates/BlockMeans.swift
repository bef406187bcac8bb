/// Means of 6 × 6 blocks of a small grey picture, of its window in the middle and of windows beside it.
///
/// The mean of a block of a picture that is shifted by a part of a pixel is the same part of the means at whole shifts,
/// so that these 36 numbers are all that a comparison needs.
struct BlockMeans: Sendable {
    static let across = 6
    static let count = across * across
    /// Shifts are looked for up to as many pixels of the small picture, to each side.
    static let reach = 2

    /// Pixels of a block's side.
    let block: Int
    /// Where the window in the middle begins.
    let margin: Int

    /// `nil` where pictures of this side are too small for windows that can be shifted.
    init?(side: Int) {
        block = (side - 2 * Self.reach) / Self.across
        margin = (side - block * Self.across) / 2
        guard block >= 1 else { return nil }
    }

    /// Sums over rectangles from the first corner, one row and column more than the picture has.
    struct Sums {
        private var sums: [Int32]
        private var squares: [Int64]
        private let width: Int

        init(_ pixels: ArraySlice<UInt8>, side: Int) {
            width = side + 1
            sums = Array(repeating: 0, count: width * width)
            squares = Array(repeating: 0, count: width * width)
            var pixel = pixels.startIndex
            for row in 1...side {
                var (sum, square): (Int32, Int64) = (0, 0)
                for column in 1...side {
                    let value = Int32(pixels[pixel])
                    sum += value
                    square += Int64(value * value)
                    sums[row * width + column] = sums[(row - 1) * width + column] + sum
                    squares[row * width + column] = squares[(row - 1) * width + column] + square
                    pixel += 1
                }
            }
        }

        func sum(x: Int, y: Int, side: Int) -> Int32 {
            let (top, bottom) = (y * width + x, (y + side) * width + x)
            return sums[bottom + side] - sums[bottom] - sums[top + side] + sums[top]
        }

        func squareSum(x: Int, y: Int, side: Int) -> Int64 {
            let (top, bottom) = (y * width + x, (y + side) * width + x)
            return squares[bottom + side] - squares[bottom] - squares[top + side] + squares[top]
        }
    }

    /// The means of the window that lies `dx` and `dy` from the middle.
    func means(_ sums: Sums, dx: Int, dy: Int) -> [Float] {
        var means: [Float] = []
        means.reserveCapacity(Self.count)
        for row in 0..<Self.across {
            for column in 0..<Self.across {
                let sum = sums.sum(x: margin + dx + column * block, y: margin + dy + row * block, side: block)
                means.append(Float(sum) / Float(block * block))
            }
        }
        return means
    }

    /// The standard deviation of the pixels of that window.
    func deviation(_ sums: Sums, dx: Int, dy: Int) -> Float {
        let side = block * Self.across
        let count = Double(side * side)
        let mean = Double(sums.sum(x: margin + dx, y: margin + dy, side: side)) / count
        let square = Double(sums.squareSum(x: margin + dx, y: margin + dy, side: side)) / count
        return Float(max(square - mean * mean, 0).squareRoot())
    }
}

/// By what windows are looked up: their mean, and the share of their variation that lies in waves of low frequency.
struct WindowKey: Sendable {
    /// The mean, 0…255; coefficients of the cosines (0, 1), (1, 0), (0, 2), (2, 0) and (1, 1), in units of the window's
    /// deviation; two zeros.
    let values: SIMD8<Float>

    init(_ means: [Float], deviation: Float) {
        var values = SIMD8<Float>(repeating: 0)
        let count = Float(BlockMeans.count)
        values[0] = means.reduce(0, +) / count
        for (wave, cosine) in Self.cosines.enumerated() {
            var sum: Float = 0
            for place in 0..<BlockMeans.count { sum += cosine[place] * means[place] }
            values[wave + 1] = sum / count / deviation
        }
        self.values = values
    }

    static let tolerance: Float = 0.1
    static let meanTolerance: Float = 12
    private static let tolerances = SIMD8<Float>(
        meanTolerance, tolerance, tolerance, tolerance, tolerance, tolerance, 1, 1)

    static func isNear(_ first: SIMD8<Float>, _ second: SIMD8<Float>) -> Bool {
        let difference = first - second
        return all((difference .<= tolerances) .& (difference .>= -tolerances))
    }

    /// Orthogonal, of mean square 1. The values are those of cos(π k (2 i + 1) / 12) for six places i.
    private static let cosines: [[Float]] = {
        let flat = [Float](repeating: 1, count: 6)
        let first: [Float] = [1.366_025_4, 1, 0.366_025_4, -0.366_025_4, -1, -1.366_025_4]
        let second: [Float] = [1.224_744_9, 0, -1.224_744_9, -1.224_744_9, 0, 1.224_744_9]
        return [(flat, first), (first, flat), (flat, second), (second, flat), (first, first)].map { down, along in
            down.flatMap { y in along.map { y * $0 } }
        }
    }()
}
