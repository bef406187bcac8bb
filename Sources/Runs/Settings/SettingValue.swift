package import Cost
package import Kernels
package import NN
package import Optim
package import Prediction
package import Tables
package import Training

/// What a setting may be, and how a person writes it.
package protocol SettingValue: Sendable, Hashable {
    /// What a text must be to mean one, to be read after "it must be".
    static var written: String { get }

    /// `nil` of values without an order or a list.
    static var shape: SettingShape? { get }

    /// As a person writes it; `nil` where nothing is asked for, and of values without a shape.
    var settingText: String? { get }

    /// `nil` where the text means no such value.
    init?(settingText text: String)
}

extension SettingValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    package static var written: String { allCases.map(\.rawValue).joined(separator: ", ") }
    package init?(settingText text: String) { self.init(rawValue: text) }
}

extension TrainConfiguration.ModelKind: SettingValue {}
extension RecipeEdition: SettingValue {}
extension TrainConfiguration.NumberForm: SettingValue {}
extension TrainConfiguration.OptimizerKind: SettingValue {}
extension TrainConfiguration.RegressionLoss: SettingValue {}
extension TrainConfiguration.KeptWeights: SettingValue {}
extension NumberBins.Edges: SettingValue {}
extension ValueAtoms.Rule: SettingValue {}
extension PenaltyMeasure: SettingValue {}
extension Activation: SettingValue {}
extension Precision: SettingValue {}
extension Schedule.Shape: SettingValue {}

extension SettingValue where Self: LosslessStringConvertible {
    package init?(settingText text: String) { self.init(text) }
}

extension SettingValue where Self: BinaryInteger {
    package static var written: String { "a whole number" }
}

extension SettingValue where Self: BinaryFloatingPoint {
    package static var written: String { "a number" }
}

extension Int: SettingValue {}
extension UInt64: SettingValue {}
extension Float: SettingValue {}
extension Double: SettingValue {}

extension Bool: SettingValue {
    package static var written: String { "true or false" }
}

extension Optional: SettingValue where Wrapped: SettingValue {
    package static var written: String { Wrapped.written }

    package init?(settingText text: String) {
        guard let value = Wrapped(settingText: text) else { return nil }
        self = value
    }
}

extension [Float]: SettingValue {
    package static var written: String { "numbers with a comma between them, such as 0.05,0.95" }

    package init?(settingText text: String) {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map {
            Float($0.trimmingPrefix(while: \.isWhitespace))
        }
        guard !numbers.contains(nil) else { return nil }
        self = numbers.compactMap(\.self)
    }
}

extension Budget: SettingValue {
    package init?(settingText text: String) {
        guard let budget = try? Budget(text: text) else { return nil }
        self = budget
    }
}

extension TrainConfiguration.FairPenaltyOptions: SettingValue {
    package static var written: String {
        "a gap and a strength above 0, such as demographic-parity=5"
    }

    package init?(settingText text: String) {
        guard let options = try? Self(text) else { return nil }
        self = options
    }
}

extension TrainConfiguration.CrossValidationPlan: SettingValue {
    package static var written: String { "folds and repetitions, such as 5x2" }

    package init?(settingText text: String) {
        guard let plan = try? parseCrossValidation(text) else { return nil }
        self = plan
    }
}

extension LabelledPredictions.Costs: SettingValue {
    package static var written: String { "both costs, such as fp=1,fn=5" }

    package init?(settingText text: String) {
        guard let costs = try? parseCosts(text) else { return nil }
        self = costs
    }
}

extension Price: SettingValue {
    package static var written: String { "an amount and its currency, such as 0.30EUR" }

    package init?(settingText text: String) { self.init(text: text) }
}

extension String: SettingValue {
    package static var written: String { "a text" }
}
