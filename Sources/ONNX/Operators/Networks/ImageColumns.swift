/// What the taps of a window see, as a matrix: a row for each channel and tap, a column for each place.
extension Windows {
    /// Reads columns `range` for channels that lie one after another from `start`; padding is 0.
    func gather<Number: ProductNumber>(
        _ image: [Number], at start: Int, channels: Int, places range: Range<Int>,
        into columns: inout [Number]
    ) {
        let width = range.count
        forEachRun(range) { run in
            for channel in 0..<channels {
                let source = start + channel * imageCount + run.image
                let target = (channel * kernelCount + run.tap) * width + run.column
                var x = source
                for index in target..<target + run.skipped { columns[index] = .zero }
                for index in target + run.skipped..<target + run.skipped + run.count {
                    columns[index] = image[x]
                    x += run.step
                }
                for index in target + run.skipped + run.count..<target + run.width {
                    columns[index] = .zero
                }
            }
        }
    }

    /// Adds columns `range` to where their taps lie in channels of an image.
    func scatter<Number: ProductNumber>(
        _ columns: [Number], channels: Int, places range: Range<Int>, into image: inout [Number],
        at start: Int
    ) {
        let width = range.count
        forEachRun(range) { run in
            guard run.count > 0 else { return }
            for channel in 0..<channels {
                var x = start + channel * imageCount + run.image
                let source = (channel * kernelCount + run.tap) * width + run.column + run.skipped
                for index in source..<source + run.count {
                    image[x] = image[x].adding(columns[index])
                    x += run.step
                }
            }
        }
    }

    /// Neighbouring places of one row that one tap sees.
    private struct Run {
        var tap: Int
        /// Of the first place.
        var column: Int
        /// Places.
        var width: Int
        /// Places before the first in the image.
        var skipped: Int
        /// Places in the image.
        var count: Int
        /// Position of the first of these.
        var image: Int
        /// To the next.
        var step: Int
    }

    private func forEachRun(_ range: Range<Int>, _ body: (Run) -> Void) {
        let (depth, height, width) = (axes[0], axes[1], axes[2])
        var tap = 0
        for kd in 0..<depth.kernel {
            for kh in 0..<height.kernel {
                for kw in 0..<width.kernel {
                    let inside = width.places(ofTap: kw)
                    var place = range.lowerBound
                    while place < range.upperBound {
                        let row = place / width.places
                        let first = place % width.places
                        let count = min(width.places - first, range.upperBound - place)
                        let z =
                            row / height.places * depth.stride - depth.before + kd * depth.dilation
                        let y =
                            row % height.places * height.stride - height.before + kh
                            * height.dilation
                        let seen = inside.clamped(to: first..<first + count)
                        var run = Run(
                            tap: tap, column: place - range.lowerBound, width: count,
                            skipped: count,
                            count: 0, image: 0, step: width.stride)
                        if (0..<depth.extent).contains(z), (0..<height.extent).contains(y),
                            !seen.isEmpty
                        {
                            run.skipped = seen.lowerBound - first
                            run.count = seen.count
                            run.image =
                                (z * height.extent + y) * width.extent + seen.lowerBound
                                * width.stride
                                - width.before + kw * width.dilation
                        }
                        body(run)
                        place += count
                    }
                    tap += 1
                }
            }
        }
    }

    /// Places in parts whose matrices stay small.
    func parts(rows: Int) -> [Range<Int>] {
        let width = max(1, (1 << 22) / max(rows, 1))
        return stride(from: 0, to: placeCount, by: width).map { $0..<min($0 + width, placeCount) }
    }
}
