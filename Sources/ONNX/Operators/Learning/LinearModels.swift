/// Linear models over rows of features.
enum LinearOperators {
    static let all: [ONNXOperator] = [
        ONNXOperator(.ml("LinearClassifier"), preparing: classifier),
        ONNXOperator(.ml("LinearRegressor"), preparing: regressor),
    ]

    private static func classifier(_ call: NodeCall) throws(ONNXError) -> ONNXOperator.Evaluation {
        let model = try LinearModel(call)
        let (intercepts, transform) = (model.intercepts, model.transform)
        let hasLabels = call.has("classlabels_strings") || call.has("classlabels_ints")
        let labels = hasLabels ? try ClassLabels(call, numbers: "classlabels_ints") : .numbers([])
        let count = intercepts.isEmpty ? labels.count : intercepts.count
        try model.check(call, count, of: "classes")
        guard count == 1 || labels.count >= count else {
            throw call.failure("has \(labels.count) labels for \(count) classes")
        }
        // One score of two classes is that of the second. Without two labels, ONNX Runtime gives 0 and 1, or their
        // texts.
        let pair: ClassLabels
        switch labels {
        case .texts(let texts): pair = .texts(texts.count == 2 ? texts : ["0", "1"])
        case .numbers(let numbers): pair = .numbers(numbers.count == 2 ? numbers : [0, 1])
        }
        let second = count == 1 && labels.count == 2
        return { call throws(ONNXError) in
            var (rows, scores) = try model.scores(call, count)
            guard count > 1 else {
                let labels = pair.tensor(scores.map { $0 > 0 ? 1 : 0 })
                guard second else {
                    if transform == .probit { scores = scores.map { PostTransform.probit($0) } }
                    return [.tensor(labels), .tensor(ONNXTensor([rows, 1], scores))]
                }
                let pairs = scores.flatMap { score -> [Float] in
                    let (first, second) = transform.pair(score, .complement)
                    return [first, second]
                }
                return [.tensor(labels), .tensor(ONNXTensor([rows, 2], pairs))]
            }
            var best: [Int] = []
            best.reserveCapacity(rows)
            for row in 0..<rows {
                best.append(scores.greatest(in: row * count..<(row + 1) * count))
                transform.apply(&scores, row * count..<(row + 1) * count)
            }
            return [.tensor(labels.tensor(best)), .tensor(ONNXTensor([rows, count], scores))]
        }
    }

    /// Of one target only PROBIT is applied, as ONNX Runtime does.
    private static func regressor(_ call: NodeCall) throws(ONNXError) -> ONNXOperator.Evaluation {
        let model = try LinearModel(call)
        let (intercepts, transform) = (model.intercepts, model.transform)
        let count = try call.int("targets", default: 1)
        try model.check(call, count, of: "targets")
        guard intercepts.isEmpty || intercepts.count == count else {
            throw call.failure("has \(intercepts.count) intercepts for \(count) targets")
        }
        return { call throws(ONNXError) in
            var (rows, scores) = try model.scores(call, count)
            if count > 1 {
                for row in 0..<rows { transform.apply(&scores, row * count..<(row + 1) * count) }
            } else if transform == .probit {
                scores = scores.map { PostTransform.probit($0) }
            }
            return call.result([rows, count], scores)
        }
    }
}

/// What a linear classifier and a linear regressor share.
private struct LinearModel: Sendable {
    let coefficients: [Float]
    let intercepts: [Float]
    let transform: PostTransform

    init(_ call: NodeCall) throws(ONNXError) {
        coefficients = try call.floats("coefficients")
        intercepts = try call.floats("intercepts")
        transform = try PostTransform(call)
    }

    /// - Throws: where the coefficients are not so many vectors of one length.
    func check(_ call: NodeCall, _ count: Int, of what: String) throws(ONNXError) {
        guard count > 0, !coefficients.isEmpty, coefficients.count.isMultiple(of: count) else {
            throw call.failure("has \(coefficients.count) coefficients for \(count) \(what)")
        }
    }

    /// Of each row of the first input `count` scores, before any transform.
    func scores(_ call: NodeCall, _ count: Int) throws(ONNXError) -> (rows: Int, scores: [Float]) {
        let (x, rows, width) = try call.featureRows()
        var scores = try call.products(x, rows, width, coefficients, count)
        if !intercepts.isEmpty {
            for index in scores.indices { scores[index] += intercepts[index % intercepts.count] }
        }
        return (rows, scores)
    }
}

extension NodeCall {
    /// `x · wᵀ`: of rows `[rows, width]` and vectors `[count, width]`, `[rows, count]`.
    ///
    /// - Throws: where the vectors are of another length.
    func products(
        _ x: [Float], _ rows: Int, _ width: Int, _ vectors: [Float], _ count: Int
    ) throws(ONNXError) -> [Float] {
        guard vectors.count == width.multipliedReportingOverflow(by: count).partialValue else {
            throw failure(
                "has \(vectors.count / max(count, 1)) coefficients a vector, and gets rows of \(width) features",
                kind: .input)
        }
        var products = [Float](repeating: 0, count: try self.count(of: [rows, count]))
        try check(products: [rows, count, width])
        for row in 0..<rows {
            for vector in 0..<count {
                var sum: Double = 0
                for feature in 0..<width {
                    sum += Double(x[row * width + feature]) * Double(vectors[vector * width + feature])
                }
                products[row * count + vector] = Float(sum)
            }
        }
        return products
    }
}

extension [Float] {
    /// The place in a range of the greatest, counted from its start: the first of those, and of NaN at the start.
    func greatest(in range: Range<Int>) -> Int {
        var best = range.lowerBound
        for index in range where self[index] > self[best] { best = index }
        return best - range.lowerBound
    }
}
