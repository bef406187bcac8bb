package import Evidence

/// What a setting is where nothing was asked for, and why.
package struct Standard<Value: Sendable>: Sendable {
    package var value: Value
    package var reason: String

    package init(_ value: Value, _ reason: String) {
        self.value = value
        self.reason = reason
    }
}

/// What is known when a setting is settled.
package struct Settling: Sendable {
    package var configuration: TrainConfiguration
    package var problem: Recipe.Problem
    /// With the settings before it.
    package var recipe: Recipe

    var edition: RecipeEdition { configuration.edition }
}

/// How the recipe settles a setting that may be left open.
package struct Settlement: Sendable {
    /// Whether a form of model has it.
    let isOf: @Sendable (FormSettings) -> Bool
    /// Whether a recipe has it at all, beside its form.
    let applies: @Sendable (Recipe) -> Bool
    /// Whether it is what was asked for, if anything was.
    let isFree: @Sendable (TrainConfiguration, Recipe) -> Bool
    let settle: @Sendable (TrainConfiguration, Recipe.Problem, inout Recipe) -> Void
    /// Asks for what the recipe settled on.
    let hold: @Sendable (Recipe, inout TrainConfiguration) -> Void

    init<Value>(
        id: String, asked: Place<TrainConfiguration, Value?>,
        settled: Place<Recipe, Value>,
        isOf: @escaping @Sendable (FormSettings) -> Bool = { _ in true },
        applies: @escaping @Sendable (Recipe) -> Bool = { _ in true },
        carried: @escaping @Sendable (TrainConfiguration.CarriedShape) -> Value? = { _ in nil },
        fixed: @escaping @Sendable (TrainConfiguration, Recipe) -> Standard<Value>?,
        usual: @escaping @Sendable (Settling) -> Standard<Value>?
    ) {
        self.isOf = isOf
        self.applies = applies
        isFree = { fixed($0, $1) == nil }
        settle = { configuration, problem, recipe in
            func add(_ value: Value, _ reason: String) {
                recipe[keyPath: settled] = value
                recipe.settings.append(.init(option: id, value: "\(value)", reason: reason))
            }
            if let fixed = fixed(configuration, recipe) {
                add(fixed.value, fixed.reason)
            } else if let value = configuration[keyPath: asked] {
                add(value, "asked for")
            } else if let value = configuration.carriedSource.flatMap({ carried($0.shape) }) {
                add(value, "as in the run that is carried over")
            } else if let usual = usual(
                Settling(configuration: configuration, problem: problem, recipe: recipe))
            {
                add(usual.value, usual.reason)
            }
        }
        hold = { $1[keyPath: asked] = $0[keyPath: settled] }
    }
}

/// What `settingEffects` does to a setting.
package struct Turning: Sendable {
    var order: Int
    var name: String
    var factors: [Float]
    var applies: @Sendable (Recipe) -> Bool
    /// What stays as the recipe settled it, though it would follow.
    var held: [any DeclaredSetting]
    var multiply: @Sendable (_ factor: Float, inout TrainConfiguration) -> Void
}

extension DeclaredSetting {
    /// Whether the recipe has a line of it.
    private func settlement(in recipe: Recipe) -> Settlement? {
        guard let settlement, settlement.isOf(recipe.kind.form.settings),
            settlement.applies(recipe)
        else { return nil }
        return settlement
    }

    func settle(
        _ configuration: TrainConfiguration, _ problem: Recipe.Problem, _ recipe: inout Recipe
    ) {
        settlement(in: recipe)?.settle(configuration, problem, &recipe)
    }

    /// Asks for what the recipe settled on, or for nothing where it was not free.
    func pin(to recipe: Recipe, _ configuration: inout TrainConfiguration) {
        guard self.settlement != nil else { return }
        if let settlement = settlement(in: recipe), settlement.isFree(configuration, recipe) {
            settlement.hold(recipe, &configuration)
        } else {
            reset(in: &configuration)
        }
    }

    /// The changes of it that a recipe's network can be tried with.
    package func knobs(_ recipe: Recipe) -> [TrainingChange.Knob] {
        guard let turning, turning.applies(recipe) else { return [] }
        return turning.factors.map { .init(setting: id, name: turning.name, times: $0) }
    }

    /// Asks for a multiple of what the recipe settled on.
    package func turn(by factor: Float, from recipe: Recipe, _ configuration: inout TrainConfiguration) {
        guard let turning else { return }
        settlement?.hold(recipe, &configuration)
        turning.multiply(factor, &configuration)
        for other in turning.held { other.settlement?.hold(recipe, &configuration) }
    }
}
