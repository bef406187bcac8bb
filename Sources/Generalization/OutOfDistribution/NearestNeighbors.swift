package import Kernels

/// How far features lie from those of a sample of training rows: the distance to the k-th nearest.
///
/// `score(x) = ‖z − z₍ₖ₎‖` with `z = φ(x)/(‖φ(x)‖ + 10⁻¹⁰)` and `z₍ₖ₎` the k-th nearest of the
/// reference rows, normalised alike. Large is unlike training rows. The nearest are found from a
/// product of matrices in single precision; those that its rounding leaves in doubt are measured again
/// in double precision, so that the distance is exact to a `Float`.
///
/// - Source: Sun et al. 2022, arXiv:2204.06507, with the constant of its published code.
package struct NearestNeighbors: Sendable {
    /// Numbers of a row.
    package let width: Int
    /// k
    package let neighbor: Int
    /// `[rows, width]`, normalised.
    package let reference: [Float]

    package var rows: Int { reference.count / width }

    /// Queries that are multiplied at once.
    private static let blockRows = 64

    /// - Parameters:
    ///   - reference: `[rows, width]`, normalised (`normalized`), a row at least.
    ///   - neighbor: Which nearest is looked for; of fewer rows than that, the farthest.
    package init(reference: [Float], width: Int, neighbor: Int) {
        precondition(
            width > 0 && !reference.isEmpty && reference.count.isMultiple(of: width),
            "reference features of another size")
        self.width = width
        self.reference = reference
        self.neighbor = max(1, min(neighbor, reference.count / width))
    }

    /// Each row divided by its length: `[rows, width]`.
    package static func normalized(_ features: [Float], width: Int) -> [Float] {
        var result = features
        for start in stride(from: 0, to: features.count, by: width) {
            var square = 0.0
            for number in features[start..<start + width] {
                square += Double(number) * Double(number)
            }
            let length = square.squareRoot() + 1e-10
            for at in start..<start + width { result[at] = Float(Double(features[at]) / length) }
        }
        return result
    }

    /// The distance of each row to its k-th nearest reference row.
    ///
    /// - Parameter features: `[rows, width]`, not normalised.
    /// - Complexity: O(rows · reference rows · width), spread over the workers.
    package func distances(of features: [Float], pool: WorkerPool) -> [Float] {
        precondition(features.count.isMultiple(of: width), "features of another width")
        let queries = Self.normalized(features, width: width)
        let count = queries.count / width
        let queryWords = Buffer(queries)
        let distances = Buffer(count: count)
        let referenceSquares = squares(reference)
        let querySquares = squares(queries)
        let products = (0..<pool.threads).map { _ in BlockProduct(self, Self.blockRows) }
        let blocks = (count + Self.blockRows - 1) / Self.blockRows
        pool.run(items: blocks) { worker, block in
            let rows = block * Self.blockRows..<min((block + 1) * Self.blockRows, count)
            products[worker].run(queryWords, rows: rows, width: width)
            for row in rows {
                distances[row] = products[worker].withSimilarities(row - rows.lowerBound) {
                    similarities in
                    kthDistance(
                        queries, row, square: querySquares[row], similarities, referenceSquares)
                }
            }
        }
        return distances.floats(0..<count)
    }

    private func squares(_ features: [Float]) -> [Float] {
        stride(from: 0, to: features.count, by: width).map { start in
            Float(
                features[start..<start + width].reduce(0.0) { $0 + Double($1) * Double($1) })
        }
    }

    /// The k-th least distance of one query, exactly.
    private func kthDistance(
        _ queries: [Float], _ row: Int, square: Float, _ similarities: Span<Float>,
        _ referenceSquares: [Float]
    ) -> Float {
        var rough = referenceSquares
        for index in rough.indices { rough[index] += square - 2 * similarities[index] }
        var nearest: [Float] = []
        nearest.reserveCapacity(neighbor + 1)
        for squared in rough {
            if nearest.count == neighbor {
                guard squared < nearest[neighbor - 1] else { continue }
                nearest.removeLast()
            }
            var position = nearest.count
            while position > 0, nearest[position - 1] > squared { position -= 1 }
            nearest.insert(squared, at: position)
        }
        // Of vectors no longer than one, a product of `width` terms errs by at most width · 2⁻²⁴, and
        // both sides of the comparison by twice that.
        let doubt = Float(4 * (width + 4)) * 0x1p-24
        let limit = nearest[neighbor - 1] + doubt
        var exact: [Double] = []
        for index in rough.indices where rough[index] <= limit {
            var squared = 0.0
            for column in 0..<width {
                let step =
                    Double(queries[row * width + column])
                    - Double(reference[index * width + column])
                squared += step * step
            }
            exact.append(squared)
        }
        exact.sort()
        return Float(exact[neighbor - 1].squareRoot())
    }
}

/// One worker's product of a block of queries with all reference rows.
private struct BlockProduct: Sendable {
    let product: Matmul
    let workspace: Workspace
    let queries: Region
    let reference: Region
    let similarities: Region

    init(_ neighbors: NearestNeighbors, _ blockRows: Int) {
        product = Matmul(
            MatmulShape(
                batchA: 1, batchB: 1, m: blockRows, n: neighbors.rows, k: neighbors.width,
                transposeA: false, transposeB: true, hasBias: false, appliesReLU: false))
        queries = Region(space: .arena, offset: 0, count: blockRows * neighbors.width)
        similarities = Region(
            space: .arena, offset: queries.count, count: blockRows * neighbors.rows)
        reference = Region(space: .parameters, offset: 0, count: neighbors.reference.count)
        workspace = Workspace(
            arena: Buffer(count: queries.count + similarities.count),
            parameters: Buffer(neighbors.reference), results: Buffer(count: 0))
    }

    /// Multiplies some rows of `words`, at most a block.
    func run(_ words: Buffer, rows: Range<Int>, width: Int) {
        workspace.arena.copy(
            from: words, at: rows.lowerBound * width, to: 0, count: rows.count * width)
        product.run(a: queries, b: reference, bias: nil, c: similarities, in: workspace)
    }

    func withSimilarities<Result>(_ row: Int, _ body: (Span<Float>) -> Result) -> Result {
        let width = product.shape.n
        let start = similarities.offset + row * width
        return workspace.arena.withFloats(start..<start + width, body)
    }
}
