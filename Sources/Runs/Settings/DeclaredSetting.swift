/// A setting of any type, for who goes through all of them.
package protocol DeclaredSetting: Sendable {
    /// The option's name without dashes.
    var id: String { get }
    /// What the command's help says of it.
    var help: String { get }
    /// What the help calls its value; `nil` for the id.
    var valueName: String? { get }
    /// Which kinds of model have it.
    var kinds: KindRule { get }
    /// Whether it is refused where the target has classes.
    var isOfNumbersOnly: Bool { get }
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
    /// Whether a configuration asks for what a text says.
    func holds(_ text: String, in configuration: TrainConfiguration) -> Bool
    /// - Throws: `VouchError` naming the setting, its value and what would be accepted.
    func check(_ configuration: TrainConfiguration) throws(VouchError)
    /// What the report says of it under "Against overfitting"; `nil` for nothing.
    func reportText(_ configuration: TrainConfiguration) -> String?
}

/// Which kinds of model have a setting.
package enum KindRule: Sendable {
    case every
    case only(TrainConfiguration.ModelKind)
    /// With the reason, to be read after a comma.
    case except(TrainConfiguration.ModelKind, String)

    func includes(_ kind: TrainConfiguration.ModelKind) -> Bool {
        switch self {
        case .every: true
        case .only(let one): kind == one
        case .except(let one, _): kind != one
        }
    }

    /// What is said where the setting is asked for and the kind does not have it; `nil` where it does.
    func refusal(of id: String, by kind: TrainConfiguration.ModelKind?) -> SettingText? {
        let model = Settings.kind
        return switch self {
        case .only(let one) where kind != one:
            "\(named: id) goes with \(named: model) \(one.rawValue)"
        case .except(let one, let reason) where kind == one:
            "\(named: id) does not go with \(named: model) \(one.rawValue), \(reason)"
        default: nil
        }
    }
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
