import Explanation
import Runs
import Tables

/// How `vouch explain rows` divides a prediction among the columns.
package enum ExplanationMethod: String, Sendable, Hashable, CaseIterable {
    case shapley
    case integratedGradients = "integrated-gradients"
    case expectedGradients = "expected-gradients"
    case deepLIFT = "deeplift"
    case relevancePropagation = "relevance-propagation"
    case occlusion
    case kernelShapley = "kernel-shap"
    case lime
    case saliency
    case inputTimesGradient = "input-x-gradient"
    case smoothGrad = "smoothgrad"
    case varGrad = "vargrad"
}

extension ExplanationRequest {
    /// The method with its options.
    ///
    /// - Throws: an error that names an option that the method does not have, or a number that cannot be.
    func attribution() throws -> any RowAttribution {
        func positive(_ number: Int?, _ option: String) throws {
            guard number ?? 1 > 0 else {
                throw VouchError("\(option) is \(number ?? 0); it must be 1 or more")
            }
        }
        func only(_ number: Int?, _ option: String, of methods: [ExplanationMethod]) throws {
            guard number != nil, !methods.contains(method) else { return }
            throw VouchError(
                "\(option) is for --method "
                    + methods.map(\.rawValue).joined(separator: ", ")
                    + "; \(method.rawValue) has no such number. Leave it out")
        }
        try positive(pairs, "--pairs")
        try positive(steps, "--steps")
        try only(steps, "--steps", of: [.integratedGradients])
        try only(
            draws, "--draws",
            of: [.expectedGradients, .smoothGrad, .varGrad, .kernelShapley, .lime])
        guard draws ?? 2 > 1 else {
            throw VouchError("--draws is \(draws ?? 0); it must be 2 or more")
        }
        switch method {
        case .shapley: return ShapleyAttribution(pairs: pairs)
        case .occlusion: return OcclusionAttribution()
        case .kernelShapley: return LinearSurrogate(.shapley, sets: draws)
        case .lime: return LinearSurrogate(.lime(width: 0.75), sets: draws)
        case .integratedGradients:
            return try gradient(.integratedGradients(steps.map { .fixed($0) } ?? .adaptive()))
        case .expectedGradients: return try gradient(.expectedGradients(draws: draws ?? 1000))
        case .deepLIFT: return try gradient(.deepLIFT)
        case .relevancePropagation: return try gradient(.relevancePropagation())
        case .saliency: return try gradient(.saliency)
        case .inputTimesGradient: return try gradient(.inputTimesGradient)
        case .smoothGrad: return try gradient(.smoothGrad(samples: draws ?? 100))
        case .varGrad: return try gradient(.varGrad(samples: draws ?? 100))
        }
    }

    /// Half of the limit is for what is computed at once, the other half for the rows, the model and the rest.
    private func gradient(_ method: GradientMethod) throws -> GradientAttribution {
        guard let limit = memoryLimit else { return GradientAttribution(method) }
        return GradientAttribution(method, memoryLimit: limit / 2)
    }

    /// How it was done, in words.
    ///
    /// - Parameter known: What the background rows are that no file gave.
    func methodText(_ model: AttributedModel, known: String) -> String {
        let columns = model.columns.count
        let donors =
            "\(model.background.rowCount) "
            + (backgroundFile.map { "rows of \($0)" } ?? known)
        let rows = "against \(donors)"
        switch method {
        case .shapley:
            return "Shapley values of \(columns) columns \(rows), "
                + (pairs.map { "\($0 * 2) orders a background row" } ?? "all subsets")
        case .occlusion:
            return "Occlusion: each column is replaced by those of \(donors)"
        case .kernelShapley: return "Kernel SHAP of \(columns) columns \(rows)"
        case .lime: return "LIME: a linear model of \(columns) columns kept or taken from \(donors)"
        case .integratedGradients:
            return "Integrated gradients of \(columns) columns \(rows), "
                + (steps.map { "\($0) steps" } ?? "as many steps as completeness needs")
        case .expectedGradients:
            return "Expected gradients of \(columns) columns \(rows), \(draws ?? 1000) draws"
        case .deepLIFT: return "DeepLIFT (rescale rule) of \(columns) columns \(rows)"
        case .relevancePropagation:
            return
                "Layer-wise relevance propagation (ε-rule) to \(columns) columns; it knows no background, and "
                + "what the biases gave is in the residual"
        case .saliency:
            return "Saliency: the size of the gradient, summed over what encodes a column"
        case .inputTimesGradient:
            return "Input × gradient, summed over what encodes a column"
        case .smoothGrad: return "SmoothGrad: the mean gradient of \(draws ?? 100) rows with noise"
        case .varGrad:
            return "VarGrad: the variance of the gradients of \(draws ?? 100) rows with noise"
        }
    }
}

/// A number of bytes as people write it: `512MB`, `2GB`, `64000000`. A kilobyte is 1,000 bytes.
///
/// - Throws: an error that names the option and shows what can be written.
package func byteCount(_ text: String, option: String) throws -> Int {
    let units: [(String, Double)] = [("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("B", 1), ("", 1)]
    let upper = text.uppercased()
    for (name, factor) in units where upper.hasSuffix(name) {
        guard let number = Double(upper.dropLast(name.count)), number > 0, number * factor < 1e15
        else { break }
        return Int(number * factor)
    }
    throw VouchError("\(option) is \(text), which is no number of bytes; write 512MB or 2GB")
}
