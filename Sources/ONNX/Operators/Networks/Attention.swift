import RealModule

/// Queries, keys or values of all heads: `[batch, heads, steps, size]`.
private struct Heads<Number: ONNXReal> {
    var batch: Int
    var heads: Int
    var steps: Int
    var size: Int
    var values: [Number]

    var shape: [Int] { [batch, heads, steps, size] }

    /// Heads lie in an axis of their own, or side by side in the last of three.
    init(_ call: NodeCall, _ index: Int, heads given: Int?) throws(ONNXError) {
        let shape = try call.tensor(index).shape
        let input = try call.reals(index, as: Number.self)
        // Where there are no elements, an extent may be any number.
        for extent in shape { _ = try call.count(of: [extent]) }
        if shape.count == 4 {
            (batch, heads, steps, size) = (shape[0], shape[1], shape[2], shape[3])
            values = input
            return
        }
        guard shape.count == 3, let given, given > 0, shape[2] % given == 0 else {
            throw call.failure(
                "cannot take heads from \(shape) as input \(index + 1)", kind: .input,
                advice: "Three axes want 'q_num_heads' and 'kv_num_heads', which divide the last")
        }
        (batch, heads, steps, size) = (shape[0], given, shape[1], shape[2] / given)
        values = []
        guard !input.isEmpty else { return }
        values.reserveCapacity(input.count)
        for item in 0..<batch {
            values += RecurrentInputs.turned(
                Array(input[item * steps * shape[2]..<(item + 1) * steps * shape[2]]), steps, heads,
                size)
        }
    }

    /// With the steps of a cache before its own.
    func appended(to cache: Heads, _ call: NodeCall) throws(ONNXError) -> Heads {
        guard cache.batch == batch, cache.heads == heads, cache.size == size else {
            throw call.failure("has a cache of \(cache.shape) for \(shape)", kind: .input)
        }
        var result = self
        result.steps += cache.steps
        _ = try call.count(of: result.shape)
        result.values = []
        guard !result.shape.contains(0) else { return result }
        for row in 0..<batch * heads {
            let (before, own) = (cache.steps * size, steps * size)
            result.values += cache.values[row * before..<(row + 1) * before]
            result.values += values[row * own..<(row + 1) * own]
        }
        return result
    }
}

/// `Attention`: `softmax(q · kᵀ · scale + mask) · v` for each head; a query that may see nothing gives 0.
///
/// The cap is applied before the mask, and a causal query sees all steps of a cache, as from version 1.20 of ONNX on.
enum Attention: RealOperator {
    static func input(givingTypeOfOutput index: Int) -> Int? { index == 3 ? 0 : index }

    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let queryHeads = try call.optionalInt("q_num_heads")
        let keyHeads = try call.optionalInt("kv_num_heads")
        let query = try Heads<Number>(call, 0, heads: queryHeads)
        var key = try Heads<Number>(call, 1, heads: keyHeads)
        var value = try Heads<Number>(call, 2, heads: keyHeads)
        var cached = 0
        if call.optionalValue(4) != nil {
            let cache = try Heads<Number>(call, 4, heads: nil)
            cached = cache.steps
            key = try key.appended(to: cache, call)
            value = try value.appended(to: try Heads<Number>(call, 5, heads: nil), call)
        }
        guard key.heads > 0, query.heads % key.heads == 0, key.size == query.size,
            key.batch == query.batch,
            [value.batch, value.heads, value.steps] == [key.batch, key.heads, key.steps]
        else {
            throw call.failure(
                "cannot attend with \(query.shape) to \(key.shape) and \(value.shape)", kind: .input
            )
        }
        let rows = [query.batch, query.heads, query.steps]
        let count = try call.count(of: rows + [value.size])
        try call.check(products: [
            query.batch, query.heads, query.steps, key.steps, query.size + value.size,
        ])
        let bias = try AttentionBias<Number>(call, query: rows, keys: key.steps, cached: cached)
        let scale =
            try call.optionalFloat("scale").map { Number($0) } ?? 1
            / Number(query.size).squareRoot()
        let cap = Number(try call.float("softcap", default: 0))
        let mode = try call.int("qk_matmul_output_mode", default: 0)
        let keepsScores = call.wants(output: 3)
        var output = [Number](repeating: 0, count: count)
        var kept: [Number] = []
        if keepsScores { kept.reserveCapacity(try call.count(of: rows + [key.steps])) }
        let part = try call.count(of: [query.steps, key.steps])
        var scores = [Number](repeating: 0, count: part)
        for row in 0..<(count == 0 && kept.capacity == 0 ? 0 : query.batch * query.heads) {
            let (batch, head) = (row / query.heads, row % query.heads)
            let source = batch * key.heads + head / (query.heads / key.heads)
            for index in scores.indices { scores[index] = 0 }
            if part > 0, key.size > 0 {
                PackedColumns(
                    key.values, at: source * key.steps * key.size, depth: key.size,
                    columns: key.steps,
                    rowStep: 1, columnStep: key.size
                ).multiply(
                    query.values, at: row * query.steps * query.size, count: query.steps,
                    into: &scores,
                    at: 0, rowStep: key.steps)
            }
            for index in scores.indices { scores[index] *= scale }
            if mode == 0 { kept += keepsScores ? scores : [] }
            if cap > 0 {
                for index in scores.indices {
                    scores[index] = cap * Number.tanh(scores[index] / cap)
                }
            }
            if mode == 1 { kept += keepsScores ? scores : [] }
            let isHidden = bias.add(to: &scores, batch: batch, head: head)
            if mode == 2 { kept += keepsScores ? scores : [] }
            for step in 0..<(part == 0 ? 0 : query.steps) {
                softmax(
                    &scores, step * key.steps..<(step + 1) * key.steps, isHidden: isHidden[step])
            }
            if mode == 3 { kept += keepsScores ? scores : [] }
            MatrixProduct.multiply(
                scores, at: 0, rows: query.steps, value.values,
                at: source * value.steps * value.size,
                bStep: value.size, depth: key.steps, columns: value.size, into: &output,
                at: row * query.steps * value.size, resultStep: value.size)
        }
        var results: [ONNXValue]
        if try call.tensor(0).rank == 3 {
            var turned: [Number] = []
            let size = query.heads * query.steps * value.size
            for batch in 0..<(count == 0 ? 0 : query.batch) {
                turned += RecurrentInputs.turned(
                    Array(output[batch * size..<(batch + 1) * size]), query.heads, query.steps,
                    value.size)
            }
            results = call.result([query.batch, query.steps, query.heads * value.size], turned)
        } else {
            results = call.result(rows + [value.size], output)
        }
        results += call.result(key.shape, key.values) + call.result(value.shape, value.values)
        return keepsScores ? results + call.result(rows + [key.steps], kept) : results + [.none]
    }

    private static func softmax<Number: ONNXReal>(
        _ scores: inout [Number], _ row: Range<Int>, isHidden: Bool
    ) {
        var highest = -Number.infinity
        for index in row { highest = max(highest, scores[index]) }
        guard !isHidden, highest > -.infinity else {
            for index in row { scores[index] = 0 }
            return
        }
        var sum: Number = 0
        for index in row {
            scores[index] = Number.exp(scores[index] - highest)
            sum += scores[index]
        }
        for index in row { scores[index] /= sum }
    }
}

/// What is added to the scores of an attention: 0 or −∞ where a key may or may not be seen, or the numbers of a mask.
private struct AttentionBias<Number: ONNXReal> {
    private let mask: [Number]
    /// Steps of batch, head, query and key in the mask.
    private var steps = [0, 0, 0, 0]
    private let maskKeys: Int
    private let isCausal: Bool
    private let left: Int
    private let right: Int
    private let queries: Int
    private let keys: Int
    private let cached: Int
    /// Keys of each batch that are no padding.
    private let lengths: [Int]?

    init(_ call: NodeCall, query rows: [Int], keys: Int, cached: Int) throws(ONNXError) {
        queries = rows[2]
        self.keys = keys
        self.cached = cached
        isCausal = try call.flag("is_causal")
        left = try call.int("left_window_size", default: -1)
        right = try call.int("right_window_size", default: -1)
        lengths = try call.optionalIntegers(6)
        if let lengths {
            guard lengths.count == rows[0], lengths.allSatisfy((0...keys).contains) else {
                throw call.failure(
                    "has lengths \(lengths.prefix(8)) for \(keys) keys", kind: .input)
            }
        }
        guard let tensor = try call.optionalTensor(3) else {
            (mask, maskKeys) = ([], keys)
            return
        }
        if case .bool(let seen) = tensor.elements {
            mask = seen.map { $0 ? 0 : -.infinity }
        } else {
            mask = try call.reals(3)
        }
        maskKeys = tensor.shape.last ?? 0
        let whole = rows + [maskKeys]
        guard tensor.rank >= 1, maskKeys <= keys || maskKeys == 1, tensor.count > 0 || keys == 0,
            Broadcasting.shape(tensor.shape, whole) == whole
        else {
            throw call.failure(
                "cannot stretch a mask of \(tensor.shape) to \(rows + [keys])", kind: .input)
        }
        steps = tensor.count == 0 ? steps : Broadcasting.steps(of: tensor.shape, in: whole)
    }

    /// - Returns: Of each query, whether it sees no key.
    func add(to scores: inout [Number], batch: Int, head: Int) -> [Bool] {
        var isHidden = [Bool](repeating: true, count: queries)
        let length = lengths?[batch] ?? keys
        // Keys that come before the first query.
        let offset = lengths == nil ? cached : length - queries
        for query in 0..<queries {
            for key in 0..<keys {
                let distance = query + offset - key
                var bias: Number = 0
                if !mask.isEmpty {
                    bias = -.infinity
                    if key < maskKeys {
                        bias =
                            mask[
                                batch * steps[0] + head * steps[1] + query * steps[2] + key
                                    * steps[3]]
                    }
                }
                if key >= length || (isCausal && distance < 0) || (left >= 0 && distance > left)
                    || (right >= 0 && -distance > right)
                {
                    bias = -.infinity
                }
                scores[query * keys + key] += bias
                if bias > -.infinity { isHidden[query] = false }
            }
        }
        return isHidden
    }
}

/// `RotaryEmbedding`: pairs of numbers turned by the angles of their positions.
enum RotaryEmbedding: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        var values = try call.reals(0, as: Number.self)
        let shape = try call.tensor(0).shape
        let cosines = try call.reals(1, as: Number.self)
        let sines = try call.reals(2, as: Number.self)
        let cacheShape = try call.tensor(1).shape
        let given = try call.int("num_heads", default: 0)
        let isSplit = shape.count == 4
        guard isSplit || (shape.count == 3 && given > 0 && shape[2] % given == 0) else {
            throw call.failure("cannot take \(given) heads from \(shape)", kind: .input)
        }
        let heads = isSplit ? shape[1] : given
        let length = isSplit ? shape[2] : shape[1]
        let size = isSplit ? shape[3] : shape[2] / given
        let asked = try call.int("rotary_embedding_dim", default: 0)
        let turned = asked == 0 ? size : asked
        let half = turned / 2
        guard (0...size).contains(turned), turned % 2 == 0 else {
            throw call.failure("turns \(turned) of \(size) numbers", kind: .input)
        }
        guard !values.isEmpty else { return call.result(shape, values) }
        let positions = try call.optionalIntegers(3)
        let rows = shape[0] * length
        guard try call.tensor(2).shape == cacheShape, cacheShape.last == half,
            positions == nil ? cacheShape == [shape[0], length, half] : cacheShape.count == 2,
            positions?.count ?? rows == rows
        else {
            throw call.failure("has angles of \(cacheShape) for \(shape)", kind: .input)
        }
        let isInterleaved = try call.flag("interleaved")
        for row in 0..<rows {
            let position = positions?[row] ?? row
            guard positions == nil || (0..<cacheShape[0]).contains(position) else {
                throw call.failure(
                    "has a position \(position) among \(cacheShape[0])", kind: .input)
            }
            for head in 0..<heads {
                let start =
                    isSplit
                    ? ((row / length * heads + head) * length + row % length) * size
                    : (row * heads + head) * size
                for index in 0..<half {
                    let first = start + (isInterleaved ? 2 * index : index)
                    let second = first + (isInterleaved ? 1 : half)
                    let (cosine, sine) = (
                        cosines[position * half + index], sines[position * half + index]
                    )
                    let (x, y) = (values[first], values[second])
                    values[first] = cosine * x - sine * y
                    values[second] = sine * x + cosine * y
                }
            }
        }
        return call.result(shape, values)
    }
}
