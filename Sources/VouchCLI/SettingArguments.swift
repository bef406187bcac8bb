import ArgumentParser
import Cost
import Kernels
import NN
import Optim
import Runs
import Tables
import Training

extension TrainConfiguration.ModelKind: ExpressibleByArgument {}
extension TrainConfiguration.NumberForm: ExpressibleByArgument {}
extension NumberBins.Edges: ExpressibleByArgument {}
extension ValueAtoms.Rule: ExpressibleByArgument {}
extension TrainConfiguration.OptimizerKind: ExpressibleByArgument {}
extension TrainConfiguration.RegressionLoss: ExpressibleByArgument {}
extension PenaltyMeasure: ExpressibleByArgument {}
extension Activation: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension Schedule.Shape: ExpressibleByArgument {}
extension TrainConfiguration.KeptWeights: ExpressibleByArgument {}

extension Price: ExpressibleByArgument {
    package init?(argument: String) { self.init(text: argument) }
}

extension ArgumentHelp {
    init(_ setting: any DeclaredSetting) {
        self.init(setting.help, valueName: setting.valueName)
    }
}

// Options and flags with the name, the help and the default that their settings declare.

extension Option {
    /// A setting that may be left open.
    init<Asked: ExpressibleByArgument>(_ setting: Setting<Asked?>) where Value == Asked? {
        self.init(name: .customLong(setting.id), help: ArgumentHelp(setting))
    }

    init(_ setting: Setting<Value>) where Value: ExpressibleByArgument {
        self.init(
            wrappedValue: setting.standard, name: .customLong(setting.id),
            help: ArgumentHelp(setting))
    }

    /// - Parameter transform: Of the text that was given.
    init<Asked>(
        _ setting: Setting<Asked?>, transform: @escaping @Sendable (String) throws -> Asked
    ) where Value == Asked? {
        self.init(
            name: .customLong(setting.id), help: ArgumentHelp(setting), transform: transform)
    }

    /// A setting whose text is read with the whole command line.
    init(textOf setting: any DeclaredSetting) where Value == String? {
        self.init(name: .customLong(setting.id), help: ArgumentHelp(setting))
    }

    /// A setting that may be given several times.
    init(textsOf setting: any DeclaredSetting) where Value == [String] {
        self.init(wrappedValue: [], name: .customLong(setting.id), help: ArgumentHelp(setting))
    }
}

extension Flag where Value == Bool {
    init(_ setting: Setting<Bool>) {
        self.init(
            wrappedValue: setting.standard, name: .customLong(setting.id),
            help: ArgumentHelp(setting))
    }
}
