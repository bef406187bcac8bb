import Runs
import Tuning

/// What plans a study's rungs: the one place where it is chosen.
///
/// - Parameter seed: The study's; a trial that may become its model is trained by it.
func studyPlanner(_ space: SearchSpace, seed: UInt64) -> any TrialPlanner {
    RandomHalving(space, seed: seed)
}

/// What is searched where nothing else is said, less what was asked for: that stays as it is.
func studySpace(_ configuration: TrainConfiguration) -> SearchSpace {
    var space = SearchSpace(
        dated: "2026-11-30", source: "usual ranges of these settings",
        parameters: [
            SearchParameter(
                Settings.learningRate.id, .real(lower: 1e-4, upper: 2e-2, isLogarithmic: true)),
            SearchParameter(
                Settings.weightDecay.id, .real(lower: 1e-4, upper: 0.2, isLogarithmic: true)),
            SearchParameter(
                Settings.dropout.id, .real(lower: 0, upper: 0.5, isLogarithmic: false)),
            SearchParameter(
                Settings.width.id, .integer(lower: 32, upper: 512, isLogarithmic: true)),
            SearchParameter(Settings.depth.id, .integer(lower: 1, upper: 4, isLogarithmic: false)),
        ])
    space.parameters.removeAll { parameter in
        Settings.all.contains { $0.id == parameter.id && $0.isAsked(in: configuration) }
    }
    return space
}
