extension Picture {
    /// The picture at another size: where an axis shrinks, each pixel is the average of the area that it covers; where
    /// it grows, pixels are interpolated linearly between centres, edges repeated.
    ///
    /// Weights and sums are whole numbers, and one rounding stands at the end: the same on every machine.
    ///
    /// - Precondition: `width` and `height` are at least 1 and at most 65,500.
    /// - Complexity: O(height of this · width + height · width), times what one pixel covers.
    package func resized(width newWidth: Int, height newHeight: Int) -> Picture {
        precondition((1...65_500).contains(newWidth) && (1...65_500).contains(newHeight))
        guard newWidth != width || newHeight != height else { return self }
        let across = AxisWeights(from: width, to: newWidth)
        let down = AxisWeights(from: height, to: newHeight)
        let rowCount = newWidth * channels
        let total = across.total * down.total
        var result: [UInt8] = []
        result.reserveCapacity(newHeight * rowCount)
        // Rows that several pixels below one another need are made once: those of the last target row are kept.
        var kept: [Int: [Int]] = [:]
        for target in down.targets {
            let rows = target.first..<(target.first + target.weights.count)
            kept = kept.filter { rows.contains($0.key) }
            var sums = [Int](repeating: 0, count: rowCount)
            for (row, weight) in zip(rows, target.weights) {
                let values = kept[row] ?? squeezed(row: row, across)
                kept[row] = values
                for place in 0..<rowCount { sums[place] += weight * values[place] }
            }
            for sum in sums { result.append(UInt8((2 * sum + total) / (2 * total))) }
        }
        return Picture(width: newWidth, height: newHeight, channels: channels, bytes: result)
    }

    private func squeezed(row: Int, _ across: AxisWeights) -> [Int] {
        var values: [Int] = []
        values.reserveCapacity(across.targets.count * channels)
        for target in across.targets {
            let first = (row * width + target.first) * channels
            for channel in 0..<channels {
                var sum = 0
                for place in 0..<target.weights.count {
                    sum += target.weights[place] * Int(bytes[first + place * channels + channel])
                }
                values.append(sum)
            }
        }
        return values
    }

    /// Some rows and columns of it.
    ///
    /// - Precondition: the ranges are not empty and lie within it.
    package func cropped(columns: Range<Int>, rows: Range<Int>) -> Picture {
        var values: [UInt8] = []
        values.reserveCapacity(columns.count * rows.count * channels)
        for row in rows {
            let first = (row * width + columns.lowerBound) * channels
            values += bytes[first..<(first + columns.count * channels)]
        }
        return Picture(width: columns.count, height: rows.count, channels: channels, bytes: values)
    }
}

/// Which pixels of an axis make each of its new ones, with whole weights of one sum.
private struct AxisWeights {
    struct Target {
        let first: Int
        let weights: [Int]
    }

    let targets: [Target]
    /// Of each target's weights.
    let total: Int

    init(from old: Int, to new: Int) {
        if new == old {
            targets = (0..<new).map { Target(first: $0, weights: [1]) }
            total = 1
        } else if new < old {
            // In units of 1 / new of an old pixel, old pixel i covers [i · new, (i + 1) · new), new pixel j
            // [j · old, (j + 1) · old).
            targets = (0..<new).map { place in
                let (low, high) = (place * old, (place + 1) * old)
                let first = low / new
                let last = (high - 1) / new
                return Target(
                    first: first,
                    weights: (first...last).map { min(($0 + 1) * new, high) - max($0 * new, low) })
            }
            total = old
        } else {
            // The centre of new pixel j is at (j + ½) · old / new − ½ among the centres of the old ones.
            targets = (0..<new).map { place in
                let centre = min(max((2 * place + 1) * old - new, 0), 2 * new * (old - 1))
                let first = centre / (2 * new)
                let rest = centre % (2 * new)
                return Target(first: first, weights: rest == 0 ? [2 * new] : [2 * new - rest, rest])
            }
            total = 2 * new
        }
    }
}
