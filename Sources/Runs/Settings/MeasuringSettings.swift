package import Cost
package import Prediction

/// Which rows are held back, and what is measured on them.
extension Settings {
    package static let validationShare: Setting<Double> = Setting(
        "validation-share", \.splits.validation, Allowed("between 0 and 1") { $0 > 0 && $0 < 1 },
        help: "The share of rows used for choices during training.")

    package static let testShare: Setting<Double> = Setting(
        "test-share", \.splits.test,
        help: "The share of rows held back to measure on, where no --test is given."
    ).checked {
        let splits = $0.splits
        return splits.test > 0 && splits.test + splits.validation < 1
            ? nil
            : """
            \(named: testShare) is \(splits.test); it must be between 0 and 1, with room \
            for training rows
            """
    }

    package static let canaries: Setting<Int> = Setting(
        "canaries", \.splits.canaries,
        Allowed("from 2 to 10000, or 0 for none") { $0 == 0 || (2...10_000).contains($0) },
        help: """
            Rows with random answers to plant among the training rows, to see whether they are learned \
            by heart.
            """)

    package static let probeBudget: Setting<Double> = Setting(
        "probe-budget", \.evidence.probeSeconds,
        help: """
            What probes that train again or predict often may take, in seconds of counted work, whatever \
            the machine's speed and load; 0s trains nothing for them. (default: 50s)
            """
    ).written(as: "a time such as 60s, 2m or 1.5h, or 0s") {
        try? parseDuration($0, allowsZero: true)
    }

    package static let crossValidation: Setting<TrainConfiguration.CrossValidationPlan?> = Setting(
        "cv", \.evidence.crossValidation,
        Allowed {
            (2...100).contains($0.folds) && (1...100).contains($0.repetitions)
                ? nil
                : " is \($0.folds)x\($0.repetitions); it takes 2 to 100 folds and 1 to 100 repetitions"
        },
        help:
            "Also repeat the whole training on parts of the rows, such as 5x2: five folds, twice.",
        valueName: "folds-x-repetitions"
    ).checkedIfAsked {
        $0.columns.time == nil
            ? nil
            : """
            \(named: crossValidation) does not go with \(named: "time"), as it trains on \
            rows that are later than those it measures on; leave one of them out
            """
    }

    package static let costs: Setting<LabelledPredictions.Costs?> = Setting(
        "cost", \.costs,
        Allowed { costs in
            for (name, cost) in [("fp", costs.falsePositive), ("fn", costs.falseNegative)]
            where !(cost > 0 && cost.isFinite) {
                return " \(name) is \(cost); it must be a positive number"
            }
            return nil
        },
        help: "Costs of wrong decisions, such as fp=1,fn=5; the threshold follows from them.")

    // What is told of the run's cost; none of them changes what is trained or measured.

    package static let grid: Setting<String?> = Setting(
        "grid", \.evidence.grid, Allowed { Grids.shipped.complaint($0) },
        help: """
            The country whose power stations feed this machine, such as DE, for greenhouse gases; without it \
            the world's mean with its wide range.
            """, valueName: "country")

    package static let carbonIntensity: Setting<Double?> = Setting(
        "carbon-intensity", \.evidence.carbonIntensity, .finiteOrZero,
        help: "Grams of CO2 equivalents a kilowatt-hour, where you know better than --grid.",
        valueName: "grams")

    package static let pricePerKilowattHour: Setting<Price?> = Setting(
        "price-per-kwh", \.evidence.pricePerKilowattHour, Allowed(complaint: \.complaint),
        help: "What a kilowatt-hour costs, such as 0.30EUR. Without a price no money is told.",
        valueName: "price")

    package static let pricePerHour: Setting<Price?> = Setting(
        "price-per-hour", \.evidence.pricePerHour, Allowed(complaint: \.complaint),
        help: "What an hour of this machine costs, such as 0.12EUR.", valueName: "price"
    ).checkedIfAsked {
        guard let hour = $0.evidence.pricePerHour, let energy = $0.evidence.pricePerKilowattHour,
            hour.currency != energy.currency
        else { return nil }
        return """
            \(named: pricePerHour) is \(hour.text) and \(named: pricePerKilowattHour) \
            \(energy.text); give both in one currency
            """
    }
}

extension TrainConfiguration {
    /// At which its run is billed.
    ///
    /// - Throws: as `validate` does, where its grid or a currency is not known.
    package var tariff: Tariff {
        get throws(TariffError) {
            try Tariff(
                grid: evidence.grid, carbonIntensity: evidence.carbonIntensity,
                pricePerKilowattHour: evidence.pricePerKilowattHour,
                pricePerHour: evidence.pricePerHour)
        }
    }
}
