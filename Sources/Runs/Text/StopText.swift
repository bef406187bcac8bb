package import Training

/// Why a training ended, in words.
package enum StopText {
    package static func sentence(_ reason: StopReason) -> String {
        switch reason {
        case .converged(let patience):
            "no better validation loss for \(patience) epochs"
        case .maximumEpochs(let epochs): "all \(epochs) epochs were done"
        case .maximumSteps(let steps): "all \(steps) steps were done"
        case .budget(let amount):
            "the budget of \(amount) was used up, but for what measuring and writing take"
        case .interrupted: "interrupted by the user; the best weights so far were kept"
        case .numericalFailure(let step, let node):
            "a number of \(node) was not finite at step \(step); the best weights before it were "
                + "kept. Lower --learning-rate or set --clip-norm 1"
        case .diverged(let cause):
            "it diverged: \(RestartText.cause(cause)); the best weights before were kept. "
                + "Lower --learning-rate or set --clip-norm 1"
        }
    }
}
