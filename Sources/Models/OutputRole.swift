package import GraphIR
import NN

/// What an output of a model's graph is for. Which outputs a model has is an ability of it: `ModelBundle.has`.
package enum OutputRole: String, Sendable, Hashable, CaseIterable {
    /// `[rows, outputs]`: of two classes the second's probability, of several each one's, else the scaled number.
    case prediction
    /// `[rows, outputs]`: what comes before the last non-linearity; of an ensemble, of its mean probability.
    case logits
    /// `[rows, quantiles]`, scaled, of a regression that predicts them.
    case quantiles
    /// `[rows, width]`: what enters the head, the mean over an ensemble's members.
    case hiddenFeatures
    /// `[rows, members · width]`: what enters each member's head, side by side.
    case memberFeatures
    /// `[rows, members · outputs]`: each member's own outputs, side by side.
    case memberLogits
    /// `[rows, outputs · terms]`: of a sum of functions the value of each.
    case terms

    /// The graph's output.
    package var port: OutputPort {
        switch self {
        case .prediction: .prediction
        case .logits: .logits
        case .quantiles: .quantiles
        case .hiddenFeatures: .hiddenFeatures
        case .memberFeatures: .memberFeatures
        case .memberLogits: .memberLogits
        case .terms: .terms
        }
    }
}

extension ModelBundle {
    /// Whether the model can be asked for it.
    package func has(_ role: OutputRole) -> Bool { graph.outputs[role.port] != nil }

    /// - Throws: where the model does not have it: as models of its kind never do, or as an earlier version made it.
    func require(_ role: OutputRole) throws(ModelError) -> ModelPort {
        if let port = output(role) { return port }
        switch role {
        case .terms where network.additive == nil:
            throw ModelError("this model is no sum of functions: it has no \(role.rawValue)")
        case .quantiles where network.quantiles == nil:
            throw ModelError("this model was not trained to predict quantiles")
        default:
            throw ModelError(
                "this run was trained by vouch \(provenance.version), whose models do not give "
                    + "\(role.rawValue). Train again")
        }
    }
}

/// What a model cannot be asked, or why it is none: what is wrong and what to do next.
package struct ModelError: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
