import CPURuntime
import Explanation
import GraphIR

extension Classifier {
    /// How a number that the classifier gives for rows is divided among their features.
    ///
    /// ```swift
    /// let found = try classifier.attributions(of: rows, to: .logit(1), by: .integratedGradients())
    /// print(found.values[0], found.residuals[0])
    /// ```
    ///
    /// It says what the classifier uses, not what causes the outcome. The network is looked at as it is written, with
    /// its norms. The same arguments give the same bits whatever the number of threads.
    ///
    /// - Parameters:
    ///   - features: `[rows, network.input.count]`, as for `trainClassifier`.
    ///   - output: What is explained.
    ///   - baselines: `[baselines, network.input.count]`: what a row could have been instead; one row of
    ///     zeros if `nil`.
    ///   - seed: Of what is drawn at random.
    ///   - memoryLimit: Bytes for what is computed at once, besides the features and the result.
    /// - Throws: where an argument cannot be, and where the method has no rule for a layer, which is named.
    public func attributions(
        of features: [Float], to output: AttributedOutput,
        by method: AttributionMethod = .integratedGradients(), baselines: [Float]? = nil,
        seed: UInt64 = 0, memoryLimit: Int = 256 << 20
    ) throws(NetworkError) -> Attributions {
        let rows = try network.checkedRows(features)
        let width = network.input.count
        let baselines = baselines ?? [Float](repeating: 0, count: width)
        guard try network.checkedRows(baselines) > 0 else {
            throw NetworkError(
                "explaining rows", at: "the baselines", "there is none",
                nextStep: "Give a row or more, or leave them out for a row of zeros.")
        }
        let explainer = try explainer(output, method, memoryLimit: memoryLimit)
        let noise = method.noise.map { [Float](repeating: $0, count: width) }
        var values: [Double] = []
        var errors: [Double] = []
        var outputs: [Double] = []
        var residuals: [Double] = []
        values.reserveCapacity(features.count)
        errors.reserveCapacity(features.count)
        var base = 0.0
        for begin in stride(from: 0, to: rows, by: explainer.rowsTogether) {
            let end = min(begin + explainer.rowsTogether, rows)
            let found: [GradientExplainer.Result]
            do {
                found = try explainer.contributions(
                    of: Array(features[begin * width..<end * width]), baselines: baselines,
                    noise: noise, seed: seed, first: begin)
            } catch {
                throw NetworkError(error)
            }
            for row in found {
                let contributions = row.contributions
                values += contributions.means
                errors += contributions.errors
                outputs.append(row.value)
                residuals.append(row.value - row.base - contributions.means.reduce(0, +))
                base = row.base
            }
        }
        return Attributions(
            rows: rows, features: width, values: values, standardErrors: errors, outputs: outputs,
            base: base, residuals: residuals)
    }

    private func explainer(
        _ output: AttributedOutput, _ method: AttributionMethod, memoryLimit: Int
    ) throws(NetworkError) -> GradientExplainer {
        let (port, label): (OutputPort, Int) =
            switch output {
            case .logit(let label): (.logits, label)
            case .probability(let label): (.prediction, label)
            }
        guard (0..<classes).contains(label) else {
            throw NetworkError(
                "explaining rows", at: "the output",
                "class \(label) is asked for, and the network ends with \(classes) classes",
                nextStep: "Give a class from 0 to \(classes - 1).")
        }
        if let noise = method.noise, !(noise > 0 && noise.isFinite) {
            throw NetworkError(
                "explaining rows", at: "the noise", "its standard deviation is \(noise)",
                nextStep: "Give a number above 0, such as a tenth of the features' range.")
        }
        let graph = try network.inferenceGraph()
        let width = network.input.count
        do {
            return try GradientExplainer(
                PredictionPoints(graph, output: port), .init(output: port, place: label),
                parameters: parameters, groups: Array(0..<width), groupCount: width,
                method: method.gradientMethod, threads: threads, memoryLimit: memoryLimit)
        } catch {
            throw NetworkError(error)
        }
    }
}

extension AttributionMethod {
    fileprivate var noise: Float? {
        switch self {
        case .smoothGrad(let noise, _), .varGrad(let noise, _): noise
        default: nil
        }
    }

    fileprivate var gradientMethod: GradientMethod {
        switch self {
        case .saliency: .saliency
        case .inputTimesGradient: .inputTimesGradient
        case .integratedGradients(let steps):
            .integratedGradients(steps.map { .fixed($0) } ?? .adaptive())
        case .expectedGradients(let draws): .expectedGradients(draws: draws)
        case .smoothGrad(_, let samples): .smoothGrad(samples: samples)
        case .varGrad(_, let samples): .varGrad(samples: samples)
        case .deepLIFT: .deepLIFT
        case .relevancePropagation(let epsilon): .relevancePropagation(epsilon: epsilon)
        case .occlusion: .occlusion
        }
    }
}
