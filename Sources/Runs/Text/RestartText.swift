import Figures
package import Training

/// Why a training was begun again, in words.
package enum RestartText {
    /// `a learning rate of 10 diverged (…). It was begun again with 0.002, …`
    package static func sentence(_ restart: TrainingRestart) -> String {
        let choice =
            switch restart.choice {
            case .recipe:
                "which the recipe settles for this table and a range test found to be stable"
            case .found: "a tenth of the rate at which the loss of a range test turned"
            case .tenth: "a tenth of it"
            }
        return "a learning rate of \(rate(restart.from)) diverged (\(cause(restart.cause))). "
            + "The training was begun again with \(rate(restart.to)), \(choice)"
    }

    package static func rate(_ rate: Float) -> String { NumberText.plain(Double(rate)) }

    package static func cause(_ cause: Divergence) -> String {
        switch cause {
        case .notFinite(let step, let node): "\(node) was not finite at step \(step)"
        case .exploded(let epoch, let loss, let reference):
            "the training loss of epoch \(epoch) was \(NumberText.plain(loss)), more than a hundred times the "
                + "\(NumberText.plain(reference)) of no training"
        case .noBetterThanConstant(let epoch, let loss, let constant):
            "the training loss grew in epoch \(epoch), and the best validation loss, \(NumberText.plain(loss)), is not "
                + "below the \(NumberText.plain(constant)) of a constant prediction by more than noise"
        }
    }
}
