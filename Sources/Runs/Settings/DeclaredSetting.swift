/// A setting of any type, for who goes through all of them.
package protocol DeclaredSetting: Sendable {
    /// The option's name without dashes.
    var id: String { get }
    /// What the command's help says of it.
    var help: String { get }
    /// What the help calls its value; `nil` for the id.
    var valueName: String? { get }
    /// Whether it is refused where the target has classes.
    var isOfNumbersOnly: Bool { get }
    /// Whether it is refused where the target is a number.
    var isOfClassesOnly: Bool { get }
    /// How the recipe settles it; `nil` where it stands as it is asked for.
    var settlement: Settlement? { get }
    /// What `settingEffects` does to it; `nil` for nothing.
    var turning: Turning? { get }
    /// Remedies of which it is the strength.
    var remedies: [TrainingRemedy] { get }
    /// Whether a configuration says something else than where nothing is asked for.
    func isAsked(in configuration: TrainConfiguration) -> Bool
    /// As where nothing is asked for.
    func reset(in configuration: inout TrainConfiguration)
    /// Asks for what a text says.
    ///
    /// - Throws: `VouchError` naming the setting, the text and what would be accepted.
    func set(_ text: String, in configuration: inout TrainConfiguration) throws(VouchError)
    /// What sort of values it has; `nil` of those without an order or a list.
    var shape: SettingShape? { get }
    /// What a configuration asks for; `nil` for nothing, and of settings without a shape.
    func text(in configuration: TrainConfiguration) -> String?
    /// Whether a configuration asks for what a text says.
    func holds(_ text: String, in configuration: TrainConfiguration) -> Bool
    /// - Throws: `VouchError` naming the setting, its value and what would be accepted.
    func check(_ configuration: TrainConfiguration) throws(VouchError)
    /// What the report says of it under "Against overfitting"; `nil` for nothing.
    func reportText(_ configuration: TrainConfiguration) -> String?
}

/// A number that a setting may be.
package protocol SettingNumber: Sendable, Hashable {
    init(strength: Float)
    func scaled(by factor: Float) -> Self
}

extension Float: SettingNumber {
    package init(strength: Float) { self = strength }
    package func scaled(by factor: Float) -> Float { self * factor }
}

extension Int: SettingNumber {
    package init(strength: Float) { self = Int(strength) }
    package func scaled(by factor: Float) -> Int {
        Swift.max(1, Int((Float(self) * factor).rounded()))
    }
}
