package import NN

/// Which settings a form of model has, and what each is where nothing is asked for, with its
/// reason. What is not said is as a plain network's.
///
/// What does not depend on the form is not asked here but stands with the setting's declaration.
package struct FormSettings: Sendable {
    package typealias Rule<Value: Sendable> = @Sendable (Settling) -> Standard<Value>

    /// How numbers enter. No rule, as checks of a request ask for it before anything else is
    /// settled.
    package var numbers = Standard(
        TrainConfiguration.NumberForm.plain, "scaled, and otherwise as they are")
    package var learningRate: Rule<Float> = {
        Standard(1e-3 * $0.shareOfBatch.squareRoot(), "1e-3 · √(batch/256)")
    }
    package var weightDecay: Rule<Float> = { _ in Standard(1e-2, "against overfitting") }
    /// Asked where more than one fold is possible.
    package var folds: Rule<Int> = { _ in Standard(1, foldsOfThinParts) }
    /// Asked where there is one fold and nothing but the epochs ends the training.
    package var refits: Rule<Int> = { _ in Standard(0, refitsOfSmallTables) }
    package var patience: Rule<Int> = {
        Standard(max(3, min(8 * $0.recipe.epochs / 60, 40)), "2/15 of the epochs, at least 3")
    }
    /// What a number becomes, where it becomes a vector; asked once all else is settled.
    package var numberWidth: @Sendable (Settling) -> Int = {
        min(16, max(4, 4096 / max($0.problem.numbers, 1)))
    }
    /// Whether a line is fitted beside the members and blended with them; no command changes it.
    package var hasLine: @Sendable (Settling) -> Bool = { _ in false }
    /// Of hidden layers; `nil` for a form without.
    package var layers: Layers?
    /// Of members that share layers; `nil` for a form without.
    package var members: Rule<Int>?
    /// The most pairs of columns, which are chosen before the training; `nil` for a form without.
    package var pairs: Rule<Int>?
    /// Settings that it must not be asked for.
    package var refusals: [Refusal] = []
    /// Trainings of this form that are a remedy of a run of another one.
    package var remedies: [TrainingRemedy] = []

    package init(layers: Layers? = nil) { self.layers = layers }

    package struct Layers: Sendable {
        package var width: Rule<Int> = { _ in
            Standard(256, "as in the prototype; see Documentation/Decisions/0005")
        }
        package var depth: Rule<Int> = { _ in
            Standard(2, "as in the prototype; see Documentation/Decisions/0005")
        }
        package var activation: Rule<Activation> = { _ in
            Standard(.relu, "the cheapest to compute")
        }
        package var dropout: Rule<Float> = { _ in Standard(0.2, "against overfitting") }

        package init() {}
    }

    package struct Refusal: Sendable {
        package var settings: [any DeclaredSetting]
        /// To be read after a comma: "which …".
        package var reason: String

        package init(_ settings: [any DeclaredSetting], _ reason: String) {
            self.settings = settings
            self.reason = reason
        }
    }

    /// Why a setting must not be asked for; `nil` where it may.
    func refusal(of id: String) -> String? {
        refusals.first { $0.settings.contains { $0.id == id } }?.reason
    }

    static let curves = Standard(
        TrainConfiguration.NumberForm.piecewise,
        "curves bend where the target does; see Documentation/Decisions/0005")
    static let foldsOfThinParts =
        "5 below 2,000 rows, where one validation part would be too thin to stop on"
    static let refitsOfSmallTables =
        "one more model that learns from validation rows too, up to 25,000 rows"
}

extension Settling {
    /// A step's rows over 256, by which learning rates are scaled.
    package var shareOfBatch: Float { Float(recipe.batchRows) / 256 }
}
