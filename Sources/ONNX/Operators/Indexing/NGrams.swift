/// `TfIdfVectorizer`: counts of the n-grams of a pool in rows of texts or whole numbers.
///
/// A weight is that of the n-gram at its place in the pool, as ONNX has it; its reference implementation takes that of
/// the index.
enum NGrams {
    static let operators: [ONNXOperator] = [ONNXOperator("TfIdfVectorizer", vectorize)]

    static func vectorize(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let data = try call.tensor(0)
        guard data.rank <= 2 else {
            throw call.failure("wants one or two axes, and gets \(data.shape)", kind: .input)
        }
        let (pool, tokens) = try self.tokens(call, data)
        let grams = try Grams(call, pool)
        let rows = data.rank == 2 ? data.shape[0] : 1
        let length = data.rank == 2 ? data.shape[1] : data.count
        let shape = data.rank == 2 ? [rows, grams.width] : [grams.width]
        var counts = [Float](repeating: 0, count: try call.count(of: shape))
        let skips = try call.int("max_skip_count")
        guard skips >= 0 else { throw call.failure("skips \(skips) elements") }
        // A step at each element for each distance, of which one beyond the row finds nothing.
        let steps = try call.product(data.count, min(skips, length) + 1)
        try call.meter.spend(try call.product(steps, 64), at: call.place)
        let weights = try call.floats("weights")
        guard weights.isEmpty || weights.count >= grams.count else {
            throw call.failure("has \(weights.count) weights for \(grams.count) n-grams")
        }
        let mode = try call.text("mode", default: "")
        guard ["TF", "IDF", "TFIDF"].contains(mode) else {
            throw call.failure("has the mode '\(mode)', which is none of TF, IDF and TFIDF")
        }
        for row in 0..<(length > 0 ? rows : 0) {
            let tokens = Array(tokens[row * length..<(row + 1) * length])
            grams.find(in: tokens, skips: skips) { gram, index in
                let place = row * grams.width + index
                let weight = weights.isEmpty || mode == "TF" ? 1 : weights[gram]
                counts[place] = mode == "IDF" ? weight : counts[place] + weight
            }
        }
        return call.result(shape, counts)
    }

    /// The pool and the data with each different element of the pool as a number; −1 stands for what is not in the
    /// pool.
    private static func tokens(
        _ call: NodeCall, _ data: ONNXTensor
    ) throws(ONNXError) -> (pool: [Int], data: [Int]) {
        if let pool = try call.optionalTexts("pool_strings") {
            return numbered(
                pool.map { ByteText($0) }, try call.array(0, of: String.self).map { ByteText($0) })
        }
        guard let pool = try call.optionalInts("pool_int64s") else {
            throw call.failure("has no pool of n-grams")
        }
        return numbered(pool, try call.integers(0))
    }

    private static func numbered<Token: Hashable>(
        _ pool: [Token], _ data: [Token]
    ) -> (pool: [Int], data: [Int]) {
        var numbers: [Token: Int] = [:]
        for token in pool where numbers[token] == nil { numbers[token] = numbers.count }
        return (pool.map { numbers[$0] ?? -1 }, data.map { numbers[$0] ?? -1 })
    }

    /// The n-grams of a pool as a tree.
    private struct Grams {
        /// Results: one more than the largest index.
        let width: Int
        private let shortest: Int
        private let longest: Int
        private var children: [[Int: Int]] = [[:]]
        /// By node of the tree: the place of the n-gram that ends there among all; −1 of none.
        private var ends = [-1]
        private let indexes: [Int]

        init(_ call: NodeCall, _ pool: [Int]) throws(ONNXError) {
            shortest = try call.int("min_gram_length")
            longest = try call.int("max_gram_length")
            indexes = try call.ints("ngram_indexes", default: [])
            let starts = try call.ints("ngram_counts", default: [])
            guard shortest > 0, longest >= shortest, indexes.allSatisfy({ $0 >= 0 }) else {
                throw call.failure("has lengths or indices of n-grams that cannot be")
            }
            width = try call.sum(indexes.max() ?? -1, 1)
            var gram = 0
            for (place, start) in starts.enumerated() {
                let length = place + 1
                let end = place + 1 < starts.count ? starts[place + 1] : pool.count
                guard start >= 0, start <= end, end <= pool.count else {
                    throw call.failure("has counts of n-grams beyond its pool of \(pool.count)")
                }
                let grams = (end - start) / length
                guard grams <= indexes.count - gram else {
                    throw call.failure("has more n-grams than its \(indexes.count) indices")
                }
                if (shortest...longest).contains(length) {
                    for index in 0..<grams {
                        let from = start + index * length
                        insert(pool[from..<from + length], as: gram + index)
                    }
                }
                gram += grams
            }
        }

        private mutating func insert(_ tokens: ArraySlice<Int>, as gram: Int) {
            var node = 0
            for token in tokens {
                if let next = children[node][token] {
                    node = next
                } else {
                    children.append([:])
                    ends.append(-1)
                    children[node][token] = ends.count - 1
                    node = ends.count - 1
                }
            }
            ends[node] = gram
        }

        /// N-grams that have an index.
        var count: Int { indexes.count }

        /// Calls `found` with the place in the pool and the index of each n-gram whose elements lie 1, 2 … up to
        /// `skips` + 1 places apart; single elements are counted once.
        func find(in tokens: [Int], skips: Int, found: (Int, Int) -> Void) {
            var shortest = self.shortest
            var distance = 1
            while distance - 1 <= skips, shortest <= longest {
                // Wherever the shortest n-gram has no room, none has, nor has one of a larger distance.
                let (reach, overflows) = distance.multipliedReportingOverflow(by: shortest - 1)
                guard !overflows, reach < tokens.count else { return }
                for start in 0..<tokens.count - reach {
                    var node = 0
                    var length = 1
                    var place = start
                    while length <= longest, place < tokens.count,
                        let next = children[node][tokens[place]]
                    {
                        node = next
                        let end = ends[node]
                        if length >= shortest, end >= 0 { found(end, indexes[end]) }
                        length += 1
                        place += distance
                    }
                }
                if shortest == 1 { shortest = 2 }
                distance += 1
            }
        }
    }
}
