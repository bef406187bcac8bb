package import GraphIR
import TensorCore

/// What a query must not look at.
package struct AttentionMask: Sendable {
    /// `[rows, keys]`: 0 for a key that is padding, else 1.
    package var keys: Value?
    /// Whether a query sees no key after its own place, counted from the start of both.
    package var isCausal: Bool

    package init(keys: Value? = nil, isCausal: Bool = false) {
        self.keys = keys
        self.isCausal = isCausal
    }
}

extension GraphBuilder {
    /// Multi-head scaled dot-product attention.
    ///
    /// `softmax(Q·Kᵀ/√(width/heads))·V` for each head, on learned projections of the queries and of
    /// the memory, and a projection of the heads side by side.
    ///
    /// - Parameters:
    ///   - x: The queries, `[rows, places, width]`; `rows` may be the batch or fixed.
    ///   - memory: The keys and values, `[rows, keys, width]`; `x` itself for self-attention.
    ///   - heads: Divides `width`.
    ///   - mask: A key that is masked gets no weight. A query all of whose keys are masked gets equal
    ///     weights, where PyTorch answers NaN.
    ///   - dropout: Of the weights.
    /// - Returns: `[rows, places, width]`.
    /// - Complexity: O(places · keys · width + (places + keys) · width²) for a row.
    /// - Source: Vaswani et al. 2017, arXiv:1706.03762.
    ///
    /// The four projections are linear layers `query`, `key`, `value` and `output`, whose weights start
    /// uniform on ±√(6/(input + output)) and whose biases at 0.
    package mutating func multiHeadAttention(
        _ name: String, _ x: Value, memory: Value? = nil, heads: Int,
        mask: AttentionMask = AttentionMask(), dropout rate: Float = 0,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Value {
        let memory = memory ?? x
        let width = shape(x).extents.last?.count(rows: 1) ?? 1
        let headWidth = max(1, width / max(heads, 1))
        return scoped(name) { b in
            func projection(_ name: String, _ x: Value) -> Value {
                let input = b.shape(x).extents.last?.count(rows: 1) ?? 1
                return b.linear(
                    name, x, output: width,
                    weight: .uniform(bound: (6 / Float(input + width)).squareRoot()),
                    bias: .constant(0))
            }
            /// `[rows, places, width]` as `[rows·heads, places, head width]`.
            func split(_ x: Value) -> Value {
                let (rows, places) = (b.shape(x)[0], b.shape(x)[1])
                let apart = b.reshape(
                    x, [rows, places, .fixed(heads), .fixed(headWidth)], file: file, line: line)
                return b.reshape(
                    b.apply(.transpose([0, 2, 1, 3]), [apart]),
                    [rows.times(heads), places, .fixed(headWidth)])
            }
            let (rows, places, keys) = (b.shape(x)[0], b.shape(x)[1], b.shape(memory)[1])
            let query = b.scale(
                split(projection("query", x)), by: 1 / Float(headWidth).squareRoot())
            let key = split(projection("key", memory))
            let value = split(projection("value", memory))
            var scores = b.matmul(query, key, transposeB: true)
            if mask.keys != nil || mask.isCausal {
                let each = b.reshape(scores, [rows, .fixed(heads), places, keys])
                scores = b.reshape(b.masked(each, mask), b.shape(scores))
            }
            let weights = b.dropout(b.apply(.softmax, [scores]), rate: rate)
            let seen = b.reshape(
                b.matmul(weights, value), [rows, .fixed(heads), places, .fixed(headWidth)])
            let joined = b.reshape(
                b.apply(.transpose([0, 2, 1, 3]), [seen]), [rows, places, .fixed(width)])
            return projection("output", joined)
        }
    }

    /// Scores `[rows, heads, places, keys]`, far below all others where they are masked: far enough
    /// that their share is 0 in `Float`, and finite, so that a row of them is no NaN.
    private mutating func masked(_ scores: Value, _ mask: AttentionMask) -> Value {
        let extents = shape(scores).extents
        let low = constant(-1e30)
        var scores = scores
        if let keys = mask.keys {
            let own = reshape(keys, [extents[0], 1, 1, extents[3]])
            scores = select(own, scores, low)
        }
        if mask.isCausal {
            let places = extents[2].count(rows: 1)
            let keys = extents[3].count(rows: 1)
            let numbers = (0..<max(places, keys)).map(Float.init)
            let order = parameter(
                "order", [.fixed(numbers.count)], role: .state, initializer: .values(numbers))
            let query = reshape(firsts(places, of: order), [.fixed(places), 1])
            scores = select(greaterOrEqual(query, firsts(keys, of: order)), scores, low)
        }
        return scores
    }

    private mutating func firsts(_ count: Int, of x: Value) -> Value {
        shape(x) == [.fixed(count)] ? x : apply(.slice(axis: 0, start: 0, end: count), [x])
    }
}

extension Extent {
    /// So many of each.
    fileprivate func times(_ parts: Int) -> Extent {
        switch self {
        case .fixed(let count): .fixed(count * parts)
        case .rowParts(let count): .rowParts(count * parts)
        }
    }
}
