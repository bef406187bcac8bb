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
        try? parseDuration($0, option: "--probe-budget", allowsZero: true)
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
}
