import Documents
import Evidence
import Models
import NN
import Prediction
import Runs
import Tuning

extension RetrainedProof {
    /// Seeds that no search and no other proof of the run trains by: a search's choice is also one of seeds that were lucky.
    private static let ownSeeds: UInt64 = 2_000_003
    /// From a seed to the one that is averaged with it.
    private static let secondSeed: UInt64 = 1_000_000_007

    /// What came of a remedy of the recipe.
    struct RecipeProof {
        var judged: Judged
        /// What the recipes are compared with: `the run's own settings`.
        var standard: String
        /// Trainings that it took.
        var trainings: Int
    }

    /// - Parameter door: Of the run, for `RecipeLooks.purpose`.
    /// - Throws: where settings are refused, or models of an ensemble cannot be one model.
    func proof(
        _ request: RecipeProofRequest, purpose: String, _ door: inout HeldOutRows
    ) throws -> RecipeProof {
        let compared = try compared(request)
        let described = request.remedy.description(isRegression: isRegression)
        let trained = trials.trainings
        var counts: [[Int]] = []
        var otherFolds: Int?
        let judged = try judged(
            described,
            means: { means(request, compared, counts: counts, otherFolds: otherFolds) },
            seeds: request.seeds, looks: { try RecipeLooks.count(purpose, run: run) }, &door
        ) { number, door in
            let seed = Self.ownSeeds &+ number
            let before = try trials.trained(plan(compared.standard, seed: seed))
            var after: Trial
            switch request.remedy {
            case .tunedRecipe:
                after = try trials.trained(plan(compared.others[0].settings, seed: seed))
                let asked = after.learner.prepared.recipe.folds
                if asked != after.learner.prepared.folds.count { otherFolds = asked }
            case .secondSeed:
                let second = try trials.trained(
                    plan(compared.standard, seed: seed &+ Self.secondSeed))
                after = try Trial.averaging([before, second], counts: [1, 1])
            case .settingsEnsemble:
                let others = try compared.others.map {
                    try trials.trained(plan($0.settings, seed: seed))
                }
                let bag = try bag([before] + others, &door)
                counts.append(bag.counts)
                after = try Trial.averaging([before] + others, counts: bag.counts)
            }
            return (try before.subject(), try after.subject())
        }
        return RecipeProof(
            judged: judged, standard: compared.name, trainings: trials.trainings - trained)
    }

    /// Recipes that are compared.
    private struct Compared {
        var standard: TrainConfiguration
        /// What it is called.
        var name = "the run's own settings"
        var others: [(name: String, settings: TrainConfiguration)] = []
    }

    private func compared(_ request: RecipeProofRequest) throws -> Compared {
        var found = Compared(standard: asked)
        switch request.remedy {
        case .secondSeed: break
        case .tunedRecipe:
            guard let point = request.points.first, request.points.count == 1 else {
                throw VouchError(
                    "\(request.remedy.rawValue) is of one recipe: give --study, or --settings once, such as "
                        + "--settings learning-rate=0.002,width=256")
            }
            let tuned = try point.configured(asked)
            found.others = [(point.text, tuned)]
            guard tuned == asked else { break }
            // The run was trained by it.
            found.standard = try point.left(toTheRecipeIn: asked)
            found.name = "the defaults"
            guard found.standard != tuned else {
                throw VouchError(
                    "\(point.text) is what the run has and what the recipe settles by itself: there is nothing to "
                        + "compare")
            }
        case .settingsEnsemble:
            found.others =
                try request.points.isEmpty
                ? turned : request.points.map { ($0.text, try $0.configured(asked)) }
            for other in found.others where try !hasNetworkOfRun(other.settings) {
                throw VouchError(
                    "\(other.name) makes another network than the run's settings do, or reads columns otherwise, and "
                        + "one model holds several sets of weights of one network alone. An ensemble can be over "
                        + "learning-rate, batch, weight-decay, ema, epochs, patience, schedule and what else "
                        + "changes the training only; prove the others by tuned-recipe")
            }
            guard !found.others.isEmpty else {
                throw VouchError(
                    "no setting of this kind of model can be turned without changing its network; give --settings"
                )
            }
        }
        return found
    }

    private func hasNetworkOfRun(_ settings: TrainConfiguration) throws -> Bool {
        try trials.sharesNetwork(plan(settings, seed: 0))
    }

    /// The run's settings with each of the main ones turned, where that leaves the network as it is.
    private var turned: [(name: String, settings: TrainConfiguration)] {
        get throws {
            let recipe = trials.run.prepared.recipe
            return try Settings.knobs(recipe).map { knob in
                var changed = asked
                Settings.turn(knob, from: recipe, &changed)
                return (knob.name + (knob.factor < 1 ? " halved" : " doubled"), changed)
            }.filter { try hasNetworkOfRun($0.settings) }
        }
    }

    private func bag(_ models: [Trial], _ door: inout HeldOutRows) throws -> GreedyBag {
        let said = try models.map { try door.open($0.validation()) }
        guard said[0].rows > 0 else {
            throw VouchError(
                "the run has no validation rows, on which an ensemble's weights are chosen. Train it with some "
                    + "(--validation-share), then try again")
        }
        return GreedyBag(
            said.map(\.predictions), on: said[0],
            meansLogits: models[0].model.network.additive != nil)
    }

    private func means(
        _ request: RecipeProofRequest, _ compared: Compared, counts: [[Int]], otherFolds: Int?
    ) -> String {
        let anew = "trained anew under seeds of their own"
        switch request.remedy {
        case .tunedRecipe:
            let folds = otherFolds.map {
                "; by itself it would train \($0) \($0 == 1 ? "model" : "folds"), and here it has the run's folds"
            }
            return
                "\(compared.others[0].name) in place of \(compared.name), \(request.source); \(anew)"
                + (folds ?? "")
        case .secondSeed:
            return "the mean of two trainings by \(compared.name) beside one of them; \(anew)"
        case .settingsEnsemble:
            let names = [compared.name] + compared.others.map(\.name)
            let parts = names.indices.map { place in
                let share = counts.reduce(0.0) { sum, own in
                    sum + Double(own[place]) / Double(own.reduce(0, +))
                }
                return "\(names[place]) \(Int((100 * share / Double(counts.count)).rounded())) %"
            }
            return
                "sets of weights in one model, chosen greedily on validation rows, \(request.source): "
                + "\(parts.joined(separator: ", ")) on average over the seeds; \(anew)"
        }
    }
}
