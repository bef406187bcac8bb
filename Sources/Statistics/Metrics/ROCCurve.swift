/// A ROC curve as a line through points: false- and true-positive rate at each distinct score.
struct ROCCurve {
    private(set) var falsePositive: [Double] = [0]
    private(set) var truePositive: [Double] = [0]

    /// - Parameters:
    ///   - positives: Their weight at each score, from the highest down; the sum > 0.
    ///   - negatives: The same of negatives.
    init(positives: some Sequence<Double>, negatives: some Sequence<Double>) {
        var (p, n) = (0.0, 0.0)
        for (positive, negative) in zip(positives, negatives) {
            p += positive
            n += negative
            falsePositive.append(n)
            truePositive.append(p)
        }
        for place in falsePositive.indices {
            falsePositive[place] /= n
            truePositive[place] /= p
        }
    }

    /// `∫ |this − other|` over the false-positive rate, exactly.
    ///
    /// - Complexity: O(points of both).
    func area(to other: ROCCurve) -> Double {
        var (mine, theirs) = (Walker(self), Walker(other))
        var start = 0.0
        var area = 0.0
        while start < 1 {
            mine.pass(start)
            theirs.pass(start)
            let end = min(mine.end, theirs.end)
            let (a, b) = (
                mine.height(start) - theirs.height(start), mine.height(end) - theirs.height(end)
            )
            let width = end - start
            // Where the lines cross, two triangles.
            area +=
                a * b >= 0
                ? width * abs(a + b) / 2 : width * (a * a + b * b) / (2 * (abs(a) + abs(b)))
            start = end
        }
        return area
    }

    /// The curve's heights at rates 0, 1/steps … 1; where it is vertical, the higher end.
    func heights(steps: Int, into heights: inout [Double]) {
        var walker = Walker(self)
        for step in 0..<steps {
            let rate = Double(step) / Double(steps)
            walker.pass(rate)
            heights[step] = walker.height(rate)
        }
        heights[steps] = 1
    }

    /// Goes along the pieces that are not vertical.
    private struct Walker {
        private let curve: ROCCurve
        private var piece = 0

        init(_ curve: ROCCurve) { self.curve = curve }

        /// To the piece that holds the rates just above this one.
        mutating func pass(_ rate: Double) {
            while piece + 2 < curve.falsePositive.count, curve.falsePositive[piece + 1] <= rate {
                piece += 1
            }
        }

        var end: Double {
            piece + 2 < curve.falsePositive.count ? curve.falsePositive[piece + 1] : 1
        }

        func height(_ rate: Double) -> Double {
            let (x0, x1) = (curve.falsePositive[piece], curve.falsePositive[piece + 1])
            let (y0, y1) = (curve.truePositive[piece], curve.truePositive[piece + 1])
            return x1 > x0 ? y0 + (y1 - y0) * (rate - x0) / (x1 - x0) : y1
        }
    }
}
