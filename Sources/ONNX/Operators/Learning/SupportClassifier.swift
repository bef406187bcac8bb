/// `SVMClassifier`: one machine for each pair of classes that vote, or one linear score a class where there are no
/// support vectors.
struct SupportClassifier: Sendable {
    private var kernel: SupportKernel
    private let labels: ClassLabels
    private let coefficients: [Float]
    private let vectors: [Float]
    private let rho: [Float]
    private let perClass: [Int]
    /// Of Platt's sigmoids, one a pair of classes; empty where there are no probabilities.
    private let slopes: [Float]
    private let intercepts: [Float]
    private let transform: PostTransform
    private let supports: Int

    private var classes: Int { labels.count }
    private var pairs: Int { classes * (classes - 1) / 2 }

    static func prepare(_ call: NodeCall) throws(ONNXError) -> ONNXOperator.Evaluation {
        let machine = try SupportClassifier(call)
        return { call throws(ONNXError) in try machine.evaluate(call) }
    }

    private init(_ call: NodeCall) throws(ONNXError) {
        kernel = try SupportKernel(call)
        labels = try ClassLabels(call, numbers: "classlabels_ints")
        coefficients = try call.floats("coefficients")
        vectors = try call.floats("support_vectors")
        rho = try call.floats("rho")
        perClass = try call.ints("vectors_per_class", default: [])
        slopes = try call.floats("prob_a")
        intercepts = try call.floats("prob_b")
        transform = try PostTransform(call)
        var count = 0
        for some in perClass {
            let (sum, overflows) = count.addingReportingOverflow(some)
            guard some >= 0, !overflows else { throw call.failure("has \(some) support vectors of a class") }
            count = sum
        }
        supports = count
        guard !coefficients.isEmpty, !rho.isEmpty else { throw call.failure("misses 'coefficients' or 'rho'") }
        guard labels.count < 65536 else { throw call.failure("has \(labels.count) classes", kind: .limit) }
        guard supports > 0 else {
            kernel.kind = .linear
            guard coefficients.count.isMultiple(of: labels.count) else {
                throw call.failure("has \(coefficients.count) coefficients for \(labels.count) classes")
            }
            return
        }
        guard perClass.count == labels.count else {
            throw call.failure("has support vectors of \(perClass.count) classes, and \(labels.count) labels")
        }
        guard coefficients.count / supports >= labels.count - 1 else {
            throw call.failure(
                "has \(coefficients.count) coefficients for \(supports) support vectors and \(labels.count) classes")
        }
        guard rho.count >= pairs, slopes.count == intercepts.count, slopes.isEmpty || slopes.count >= pairs else {
            throw call.failure(
                "has \(rho.count) values of 'rho', \(slopes.count) of 'prob_a' and \(intercepts.count) of 'prob_b' for "
                    + "\(pairs) pairs of classes")
        }
    }

    private func evaluate(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let (x, rows, width) = try call.featureRows()
        return supports == 0
            ? try linear(call, x, rows, width) : try voted(call, x, rows, width)
    }

    /// ONNX Runtime adds the first `rho` to all classes.
    private func linear(
        _ call: NodeCall, _ x: [Float], _ rows: Int, _ width: Int
    ) throws(ONNXError) -> [ONNXValue] {
        var scores = try kernel.values(call, x, rows, width, coefficients, classes).map { $0 + rho[0] }
        let arePositive = coefficients.allSatisfy { $0 >= 0 }
        var chosen: [Int] = []
        for row in 0..<rows {
            let range = row * classes..<(row + 1) * classes
            var best = scores.greatest(in: range)
            if classes == 2, slopes.isEmpty {
                // Its rule for two classes: the second where any score is above 0.5, or above 0 where some coefficient
                // is negative.
                let greatest = scores[range.lowerBound + best]
                if arePositive ? greatest >= 0.5 : greatest > 0 { best = 1 }
            }
            chosen.append(best)
            if classes > 1 {
                transform.apply(&scores, range)
            } else if transform == .probit {
                scores[row] = PostTransform.probit(scores[row])
            }
        }
        return [.tensor(labels.tensor(chosen)), .tensor(ONNXTensor([rows, classes], scores))]
    }

    private func voted(
        _ call: NodeCall, _ x: [Float], _ rows: Int, _ width: Int
    ) throws(ONNXError) -> [ONNXValue] {
        let values = try kernel.values(call, x, rows, width, vectors, supports)
        let hasProbabilities = !slopes.isEmpty
        let columns = hasProbabilities ? classes : classes > 2 ? pairs : 2
        var scores: [Float] = []
        scores.reserveCapacity(try call.count(of: [rows, columns]))
        var chosen: [Int] = []
        for row in 0..<rows {
            let (decisions, votes) = decisions(values, row * supports)
            var best = 0
            for index in votes.indices where votes[index] > votes[best] { best = index }
            chosen.append(best)
            let start = scores.count
            if hasProbabilities {
                scores += probabilities(decisions)
                if classes > 1 { transform.apply(&scores, start..<scores.count) }
            } else if classes > 2 {
                scores += decisions
                transform.apply(&scores, start..<scores.count)
            } else {
                let (first, second) = transform.pair(
                    decisions.first ?? 0, transform == .none ? .opposite : .complement)
                scores += [first, second]
            }
        }
        return [.tensor(labels.tensor(chosen)), .tensor(ONNXTensor([rows, columns], scores))]
    }

    /// The decision of each pair of classes, and each class's votes. Coefficients are `[classes − 1, supports]`: those
    /// of a class's vectors against class j are in row j, and in row j − 1 where j comes after the class.
    private func decisions(_ values: [Float], _ offset: Int) -> (decisions: [Float], votes: [Int]) {
        var starts: [Int] = []
        var start = 0
        for count in perClass {
            starts.append(start)
            start += count
        }
        var decisions: [Float] = []
        var votes = [Int](repeating: 0, count: classes)
        for first in 0..<classes {
            for second in first + 1..<max(classes, first + 1) {
                var sum: Double = 0
                for index in starts[first]..<starts[first] + perClass[first] {
                    sum += Double(coefficients[supports * (second - 1) + index] * values[offset + index])
                }
                for index in starts[second]..<starts[second] + perClass[second] {
                    sum += Double(coefficients[supports * first + index] * values[offset + index])
                }
                sum += Double(rho[decisions.count])
                decisions.append(Float(sum))
                votes[sum > 0 ? first : second] += 1
            }
        }
        return (decisions, votes)
    }

    /// The classes' probabilities from those of pairs.
    ///
    /// - Source: Wu, Lin and Weng 2004, "Probability estimates for multi-class classification by pairwise coupling",
    ///   their second method, with the sigmoids, limits and stopping rule of LIBSVM.
    private func probabilities(_ decisions: [Float]) -> [Float] {
        let count = classes
        var pairwise = [Float](repeating: 0, count: count * count)
        var index = 0
        for first in 0..<count {
            for second in first + 1..<max(count, first + 1) {
                let logit = decisions[index] * slopes[index] + intercepts[index]
                let value = min(max(1 - PostTransform.logistic(logit), 1e-7), 1 - 1e-7)
                pairwise[first * count + second] = value
                pairwise[second * count + first] = 1 - value
                index += 1
            }
        }
        var quadratic = [Float](repeating: 0, count: count * count)
        for row in 0..<count {
            for column in 0..<count where column != row {
                let other = pairwise[column * count + row]
                quadratic[row * count + row] += other * other
                quadratic[row * count + column] =
                    column < row
                    ? quadratic[column * count + row] : -other * pairwise[row * count + column]
            }
        }
        var p = [Float](repeating: 1 / Float(count), count: count)
        var products = [Float](repeating: 0, count: count)
        for _ in 0..<100 {
            var form: Float = 0
            for row in 0..<count {
                products[row] = 0
                for column in 0..<count { products[row] += quadratic[row * count + column] * p[column] }
                form += p[row] * products[row]
            }
            var error: Float = 0
            for row in 0..<count where (products[row] - form).magnitude > error {
                error = (products[row] - form).magnitude
            }
            if error < 0.005 / Float(count) { break }
            for row in 0..<count {
                let change = (form - products[row]) / quadratic[row * count + row]
                p[row] += change
                form =
                    (form + change * (change * quadratic[row * count + row] + 2 * products[row]))
                    / (1 + change) / (1 + change)
                for column in 0..<count {
                    products[column] = (products[column] + change * quadratic[row * count + column]) / (1 + change)
                    p[column] /= 1 + change
                }
            }
        }
        return p
    }
}
