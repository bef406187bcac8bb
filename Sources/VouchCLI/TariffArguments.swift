import ArgumentParser
import Cost
import Runs

/// What a kilowatt-hour emits and costs, and an hour of the machine.
struct TariffArguments: ParsableArguments {
    @Option(Settings.grid) var grid
    @Option(Settings.carbonIntensity) var carbonIntensity
    @Option(Settings.pricePerKilowattHour) var pricePerKilowattHour
    @Option(Settings.pricePerHour) var pricePerHour

    /// What is not said stays as the configuration has it.
    func apply(to configuration: inout TrainConfiguration) {
        // A grid that is asked for goes before the intensity of a stored run.
        if let grid {
            configuration[Settings.grid] = grid
            configuration[Settings.carbonIntensity] = nil
        }
        if let carbonIntensity { configuration[Settings.carbonIntensity] = carbonIntensity }
        if let pricePerKilowattHour {
            configuration[Settings.pricePerKilowattHour] = pricePerKilowattHour
        }
        if let pricePerHour { configuration[Settings.pricePerHour] = pricePerHour }
    }
}

extension TariffArguments {
    /// A run's, with what is given here in its place.
    func tariff(of run: String) throws -> Tariff {
        var configuration =
            switch try RunConfiguration(run: run) {
            case .trained(let asked): asked
            // It was billed for nothing yet: no tariff was asked for.
            case .adopted(let asked): TrainConfiguration(data: asked.data, output: asked.output)
            }
        apply(to: &configuration)
        return try configuration.tariff
    }
}
