package import Cost
package import Prediction

/// A budget such as `60s`, `5kJ`, `0.02EUR` or `1gCO2e`.
///
/// - Throws: `VouchError` that says what is wrong and what would be accepted.
package func parseBudget(_ text: String) throws(VouchError) -> Budget {
    do throws(BudgetError) {
        return try Budget(text: text)
    } catch {
        throw VouchError(setting: "\(named: Settings.budget) is \"\(text)\", \(error.complaint)")
    }
}

/// A time such as `60s`, `2m`, `1.5h`, in seconds.
///
/// - Throws: `VouchError` with examples of what is accepted.
package func parseDuration(
    _ text: String, option: String, allowsZero: Bool = false
) throws(VouchError) -> Double {
    let units: [(suffix: String, seconds: Double)] = [
        ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600),
    ]
    for unit in units where text.hasSuffix(unit.suffix) {
        if let amount = Double(text.dropLast(unit.suffix.count)), amount.isFinite,
            allowsZero ? amount >= 0 : amount > 0
        {
            return amount * unit.seconds
        }
    }
    throw VouchError("\(option) is \"\(text)\", which is not a time; write 60s, 2m or 1.5h")
}

/// `5x2` as five folds, twice.
///
/// - Throws: `VouchError` with an example.
package func parseCrossValidation(
    _ text: String
) throws(VouchError) -> TrainConfiguration.CrossValidationPlan {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard let folds = parts[0], parts.count <= 2, let repetitions = parts.count == 2 ? parts[1] : 1
    else {
        throw VouchError("--cv is \"\(text)\"; write folds and repetitions, such as 5x2")
    }
    return .init(folds: folds, repetitions: repetitions)
}

/// `fp=1,fn=5` as costs.
package func parseCosts(_ text: String) throws(VouchError) -> LabelledPredictions.Costs {
    var found: [String: Double] = [:]
    for part in text.split(separator: ",") {
        let pair = part.split(separator: "=", maxSplits: 1)
        guard pair.count == 2, let number = Double(pair[1]) else { continue }
        found[String(pair[0])] = number
    }
    guard let positive = found["fp"], let negative = found["fn"], found.count == 2 else {
        throw VouchError("--cost is \"\(text)\"; write both costs, such as fp=1,fn=5")
    }
    return .init(falsePositive: positive, falseNegative: negative)
}
