/// Where a configuration or a recipe keeps a setting.
package typealias Place<Root, Value> = any WritableKeyPath<Root, Value> & Sendable

/// One setting of a training, declared once: what it is called, where a configuration keeps it, what may be
/// asked for, and what becomes of it. The command's option and its help, the keys of `--config` files, the
/// checks of a request, the recipe's line, remedies and what `settingEffects` changes come from here.
///
/// Declarations stand in `Settings`; see Documentation/AddingASetting.md.
package struct Setting<Value: SettingValue>: DeclaredSetting {
    package let id: String
    package let help: String
    package let valueName: String?
    let place: Place<TrainConfiguration, Value>
    private let allowed: Allowed<Value>
    private var isOfSomeForms = false
    package private(set) var isOfNumbersOnly = false
    package private(set) var isOfClassesOnly = false
    package private(set) var settlement: Settlement?
    package private(set) var turning: Turning?
    package private(set) var remedies: [TrainingRemedy] = []
    private var rules: [@Sendable (TrainConfiguration) -> SettingText?] = []
    private var told: @Sendable (Value) -> String? = { _ in nil }
    private var written = (
        as: Value.written, read: { @Sendable text in Value(settingText: text) }
    )

    /// - Parameters:
    ///   - id: The option's name without dashes.
    ///   - help: What the command's help says of it.
    ///   - valueName: What the help calls the value; the id if not given.
    init(
        _ id: String, _ place: Place<TrainConfiguration, Value>,
        _ allowed: Allowed<Value> = .all, help: String, valueName: String? = nil
    ) {
        self.id = id
        self.place = place
        self.allowed = allowed
        self.help = help
        self.valueName = valueName
    }

    /// A setting that may be left open.
    init<Asked>(
        _ id: String, _ place: Place<TrainConfiguration, Asked?>,
        _ allowed: Allowed<Asked>, help: String, valueName: String? = nil
    ) where Value == Asked? {
        self.init(id, place, allowed.orOpen, help: help, valueName: valueName)
    }

    /// What it is where nothing is asked for.
    package var standard: Value { TrainConfiguration(data: "", output: "")[keyPath: place] }

    package func isAsked(in configuration: TrainConfiguration) -> Bool {
        configuration[keyPath: place] != standard
    }

    package func reset(in configuration: inout TrainConfiguration) {
        configuration[keyPath: place] = standard
    }

    package func set(
        _ text: String, in configuration: inout TrainConfiguration
    ) throws(VouchError) {
        guard let value = written.read(text) else {
            throw VouchError(
                setting: "\(named: id) is \"\(text)\"; it must be \(written.as)")
        }
        configuration[keyPath: place] = value
    }

    package var shape: SettingShape? { Value.shape }

    package func text(in configuration: TrainConfiguration) -> String? {
        configuration[keyPath: place].settingText
    }

    package func holds(_ text: String, in configuration: TrainConfiguration) -> Bool {
        written.read(text) == configuration[keyPath: place]
    }

    package func check(_ configuration: TrainConfiguration) throws(VouchError) {
        if let complaint = allowed.complaint(configuration[keyPath: place]) {
            throw VouchError(setting: "\(named: id)\(complaint)")
        }
        if isAsked(in: configuration),
            let refusal = refusal(by: configuration.model.form)
        {
            throw VouchError(setting: refusal)
        }
        for rule in rules {
            if let refusal = rule(configuration) { throw VouchError(setting: refusal) }
        }
    }

    /// What is said where it is asked for and a form of model does not have it; `nil` where it may be.
    private func refusal(by form: any ModelForm) -> SettingText? {
        let model = Settings.kind
        if let reason = form.settings.refusal(of: id) {
            return "\(named: id) does not go with \(named: model) \(form.id), \(reason)"
        }
        guard isOfSomeForms, let settlement, !settlement.isOf(form.settings) else { return nil }
        let others = ModelForms.all.filter { settlement.isOf($0.settings) }.map(\.id)
        return "\(named: id) goes with \(named: model) \(others.joined(separator: " or "))"
    }

    package func reportText(_ configuration: TrainConfiguration) -> String? {
        told(configuration[keyPath: place])
    }
}

// MARK: - What more a declaration says

extension Setting {
    private func with(_ change: (inout Setting) -> Void) -> Setting {
        var result = self
        change(&result)
        return result
    }

    /// Refused where the model's form has no rule for it; else it is left aside there, unless the form refuses it.
    func ofSomeForms() -> Setting { with { $0.isOfSomeForms = true } }

    /// Refused where the target has classes.
    func ofNumbersOnly() -> Setting { with { $0.isOfNumbersOnly = true } }

    /// Refused where the target is a number.
    func ofClassesOnly() -> Setting { with { $0.isOfClassesOnly = true } }

    /// What does not go with a configuration, whether it is asked for or not; `nil` where all does.
    func checked(
        _ rule: @escaping @Sendable (TrainConfiguration) -> SettingText?
    ) -> Setting {
        with { $0.rules.append(rule) }
    }

    /// What does not go with a configuration that asks for it; `nil` where all does.
    func checkedIfAsked(
        _ rule: @escaping @Sendable (TrainConfiguration) -> SettingText?
    ) -> Setting {
        checked { isAsked(in: $0) ? rule($0) : nil }
    }

    /// How it is written, where its type does not say so.
    ///
    /// - Parameters:
    ///   - form: What its text must be, to be read after "it must be".
    ///   - read: `nil` where a text means no value.
    package func written(as form: String, _ read: @escaping @Sendable (String) -> Value?) -> Setting {
        with { $0.written = (as: form, read: read) }
    }

    /// What the report says of it under "Against overfitting"; `nil` for nothing.
    package func told(_ text: @escaping @Sendable (Value) -> String?) -> Setting {
        with { $0.told = text }
    }

    /// What the recipe takes where nothing is asked for; the settings before it are settled then.
    ///
    /// - Parameters:
    ///   - place: Where the recipe keeps it.
    ///   - applies: Whether a recipe has it at all.
    ///   - carried: What it is in a run whose weights are carried over; `nil` where that says nothing of it.
    ///   - fixed: What it must be, whatever was asked for; `nil` where it is free.
    ///   - usual: What it is where nothing was asked for.
    func settled<Asked>(
        _ place: Place<Recipe, Asked>,
        where applies: @escaping @Sendable (Recipe) -> Bool = { _ in true },
        carried: @escaping @Sendable (TrainConfiguration.CarriedShape) -> Asked? = { _ in nil },
        fixed: @escaping @Sendable (TrainConfiguration, Recipe) -> Standard<Asked>? = { _, _ in nil
        },
        usual: @escaping @Sendable (Settling) -> Standard<Asked>
    ) -> Setting where Value == Asked? {
        with {
            $0.settlement = Settlement(
                id: id, asked: self.place, settled: place, applies: applies, carried: carried,
                fixed: fixed, usual: usual)
        }
    }

    /// The same where the form of the model says what is taken, or that it has none.
    ///
    /// - Parameter rule: The form's, asked where nothing was asked for.
    func settledByForm<Asked>(
        _ place: Place<Recipe, Asked>,
        carried: @escaping @Sendable (TrainConfiguration.CarriedShape) -> Asked? = { _ in nil },
        fixed: @escaping @Sendable (TrainConfiguration, Recipe) -> Standard<Asked>? = { _, _ in nil
        },
        _ rule: @escaping @Sendable (FormSettings) -> FormSettings.Rule<Asked>?
    ) -> Setting where Value == Asked? {
        with {
            $0.settlement = Settlement(
                id: id, asked: self.place, settled: place, isOf: { rule($0) != nil },
                carried: carried, fixed: fixed,
                usual: { rule($0.recipe.kind.form.settings)?($0) })
        }
    }

    /// What `settingEffects` does to it.
    ///
    /// - Parameters:
    ///   - order: Its place among the settings that are changed.
    ///   - name: Its name in words.
    ///   - factors: By which the settled value is multiplied, each in a training of its own.
    ///   - applies: Whether a recipe's network has it.
    ///   - holding: What stays as the recipe settled it, though it would follow.
    func turned<Number: SettingNumber>(
        order: Int, as name: String, by factors: [Float],
        where applies: @escaping @Sendable (Recipe) -> Bool = { _ in true },
        holding held: [any DeclaredSetting] = []
    ) -> Setting where Value == Number? {
        with {
            $0.turning = Turning(
                order: order, name: name, factors: factors, applies: applies, held: held,
                multiply: { [place] factor, configuration in
                    configuration[keyPath: place] = configuration[keyPath: place].map {
                        $0.scaled(by: factor)
                    }
                })
        }
    }

    /// Trainings anew against a drawback that change it.
    package func remedies(_ remedies: [TrainingRemedy]) -> Setting { with { $0.remedies = remedies } }

    /// Against overfitting, with the setting as its strength.
    ///
    /// - Parameters:
    ///   - strengths: Of which validation rows choose where none is given.
    ///   - also: What else it changes.
    package func remedy(
        _ id: String, _ name: String, _ strengths: [Float], source: String,
        isOfClassesOnly: Bool = false,
        also: @escaping @Sendable (inout TrainConfiguration) -> Void = { _ in }
    ) -> Setting where Value: SettingNumber {
        remedies([
            .overfitting(
                id, name, strengths, source: source, isOfClassesOnly: isOfClassesOnly
            ) { [place] strength, configuration in
                configuration[keyPath: place] = Value(strength: strength)
                also(&configuration)
            }
        ])
    }

    /// The same of a setting that may be left open.
    package func remedy<Number: SettingNumber>(
        _ id: String, _ name: String, _ strengths: [Float], source: String,
        also: @escaping @Sendable (inout TrainConfiguration) -> Void = { _ in }
    ) -> Setting where Value == Number? {
        remedies([
            .overfitting(id, name, strengths, source: source) { [place] strength, configuration in
                configuration[keyPath: place] = Number(strength: strength)
                also(&configuration)
            }
        ])
    }
}

extension TrainConfiguration {
    package subscript<Value>(setting: Setting<Value>) -> Value {
        get { self[keyPath: setting.place] }
        set { self[keyPath: setting.place] = newValue }
    }
}
