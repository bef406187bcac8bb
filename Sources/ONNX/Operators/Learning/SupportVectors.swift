import RealModule

/// The kernel of a support vector machine.
struct SupportKernel: Sendable {
    enum Kind: Sendable { case linear, polynomial, radial, sigmoid }

    var kind: Kind
    var gamma: Float = 0
    var offset: Float = 0
    var degree: Float = 0

    init(_ call: NodeCall) throws(ONNXError) {
        let text = try call.text("kernel_type", default: "LINEAR")
        switch text {
        case "LINEAR": kind = .linear
        case "POLY": kind = .polynomial
        case "RBF": kind = .radial
        case "SIGMOID": kind = .sigmoid
        default: throw call.failure("has a kernel '\(text)', which is none of ONNX's")
        }
        let parameters = try call.floats("kernel_params")
        guard !parameters.isEmpty else { return }
        guard parameters.count == 3 else {
            throw call.failure("has \(parameters.count) parameters of its kernel instead of gamma, coef0 and degree")
        }
        gamma = parameters[0]
        offset = parameters[1]
        degree = parameters[2]
    }

    /// Of each row with each vector: `[rows, count]`.
    func values(
        _ call: NodeCall, _ x: [Float], _ rows: Int, _ width: Int, _ vectors: [Float], _ count: Int
    ) throws(ONNXError) -> [Float] {
        guard kind == .radial else {
            var values = try call.products(x, rows, width, vectors, count)
            switch kind {
            case .linear, .radial: break
            case .polynomial:
                for index in values.indices { values[index] = power(gamma * values[index] + offset) }
            case .sigmoid:
                for index in values.indices { values[index] = Float.tanh(gamma * values[index] + offset) }
            }
            return values
        }
        guard vectors.count == width.multipliedReportingOverflow(by: count).partialValue else {
            throw call.failure(
                "has support vectors of \(vectors.count / max(count, 1)) features, and gets rows of \(width)",
                kind: .input)
        }
        var values = [Float](repeating: 0, count: try call.count(of: [rows, count]))
        try call.check(products: [rows, count, width])
        for row in 0..<rows {
            for vector in 0..<count {
                var sum: Float = 0
                for feature in 0..<width {
                    let difference = x[row * width + feature] - vectors[vector * width + feature]
                    sum += difference * difference
                }
                values[row * count + vector] = Float.exp(-gamma * sum)
            }
        }
        return values
    }

    /// Of a negative base only a whole degree is defined.
    private func power(_ base: Float) -> Float {
        if let whole = Int(exactly: degree) { return Float.pow(base, whole) }
        return Float.pow(base, degree)
    }
}

enum SupportVectorOperators {
    static let all: [ONNXOperator] = [
        ONNXOperator(.ml("SVMClassifier"), preparing: SupportClassifier.prepare),
        ONNXOperator(.ml("SVMRegressor"), preparing: regressor),
    ]

    /// ONNX Runtime passes over `post_transform`, and so does this.
    private static func regressor(_ call: NodeCall) throws(ONNXError) -> ONNXOperator.Evaluation {
        var kernel = try SupportKernel(call)
        let coefficients = try call.floats("coefficients")
        let supports = try call.int("n_supports", default: 0)
        let vectors = try call.floats("support_vectors")
        let isOneClass = try call.flag("one_class")
        guard let rho = try call.floats("rho").first, !coefficients.isEmpty, supports >= 0 else {
            throw call.failure("misses 'rho' or 'coefficients', or has a negative count of support vectors")
        }
        guard supports == 0 || coefficients.count == supports else {
            throw call.failure("has \(coefficients.count) coefficients for \(supports) support vectors")
        }
        // Without support vectors the coefficients are those of features.
        if supports == 0 { kernel.kind = .linear }
        let known = kernel
        return { call throws(ONNXError) in
            let (x, rows, width) = try call.featureRows()
            var scores: [Float] = []
            if supports == 0 {
                scores = try known.values(call, x, rows, width, coefficients, 1).map { $0 + rho }
            } else {
                let values = try known.values(call, x, rows, width, vectors, supports)
                for row in 0..<rows {
                    var sum = Double(rho)
                    for index in 0..<supports {
                        sum += Double(values[row * supports + index]) * Double(coefficients[index])
                    }
                    scores.append(Float(sum))
                }
            }
            if isOneClass { scores = scores.map { $0 > 0 ? 1 : -1 } }
            return call.result([rows, 1], scores)
        }
    }
}
