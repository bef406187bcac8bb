package import Tuning

extension Settings {
    /// What a search may turn: how the model is made and learns, not which rows there are, what is measured, or how long and
    /// under which seed it learns, which the search itself says.
    package static let searched: [any DeclaredSetting] = [
        kind, refits, members, pairs, width, depth, activation, dropout, numbers, bins,
        binEdges, valueCodes, batch, learningRate, weightDecay, labelSmoothing, averageDecay,
        patience,
        loss, balancesClasses, reweighsGroups,
        optimizer, decaysEverything, momentum, schedule, warmup, clipNorm,
        mixup, inputNoise, categorySwap, averagedShare, sharpness, dropoutPasses, keeps,
    ]

    /// What a recipe may say: what a search may turn, and what is asked for as an option alone. Others say which rows are learned
    /// from, what is predicted, what is measured or when it ends.
    package static let ofRecipe: [any DeclaredSetting] =
        searched + [
            edition, epochs, shards, precision, repairLevel, removedCorrelation, fairPenalty,
            fairPenaltyMeasure, robustLoss,
        ]

    /// Why a search does not turn a setting; `nil` where it does.
    static func reasonNotToSearch(_ id: String) -> SettingText? {
        guard !searched.contains(where: { $0.id == id }) else { return nil }
        guard id != folds.id else {
            return """
                trials compare as they validate on the same rows, by the folds that the study has; ask for them with \
                \(named: folds)
                """
        }
        return ofRecipe.contains { $0.id == id }
            ? "it stays as it is asked for with \(named: id)"
            : """
            it says which rows are learned from, what is predicted or measured, or when a training ends, which is the \
            same in all trials; ask for it with \(named: id)
            """
    }
}

// MARK: - Points as configurations

extension TrainConfiguration {
    /// With what a point of a search says.
    ///
    /// - Throws: where a setting is none, its text means no value, or settings do not go together.
    package func asking(for point: SearchPoint) throws(VouchError) -> TrainConfiguration {
        var result = self
        let known = Settings.all.filter { point.values[$0.id] != nil }
        if let other = Set(point.values.keys).subtracting(known.map(\.id)).min() {
            throw VouchError("a point of the search has \"\(other)\", which is no setting")
        }
        for setting in known {
            guard let text = point.values[setting.id], text != SearchDomain.open else { continue }
            try setting.set(text, in: &result)
        }
        try result.validate()
        return result
    }

    /// What of a point goes together: without what the kind of model does not have, and without what does not go with the
    /// settings before it, in the order in which a recipe settles them.
    ///
    /// - Returns: `nil` where a text means no value.
    package func fitted(_ point: SearchPoint) -> SearchPoint? {
        var result = self
        var kept: [String: String] = [:]
        for setting in Settings.all {
            guard let text = point.values[setting.id], text != SearchDomain.open else { continue }
            var next = result
            guard (try? setting.set(text, in: &next)) != nil else { return nil }
            guard setting.settlement?.isOf(next.model.form.settings) ?? true,
                (try? next.validate()) != nil
            else { continue }
            result = next
            kept[setting.id] = text
        }
        return SearchPoint(kept)
    }
}

// MARK: - What a search is of

extension SearchSpace {
    /// Without what a configuration asks for already, which stays as it is asked for, and without what never goes with it.
    package func open(in configuration: TrainConfiguration) -> SearchSpace {
        var result = self
        result.parameters = parameters.filter { parameter in
            guard let setting = Settings.searched.first(where: { $0.id == parameter.id }) else {
                return false
            }
            return !setting.isAsked(in: configuration)
                && parameter.refusal(in: configuration, self) == nil
        }
        return result
    }

    /// What the recipe of a training settles on, of the settings that the space has.
    package func standard(
        _ recipe: Recipe, of configuration: TrainConfiguration
    ) -> SearchPoint {
        let settled = configuration.pinned(to: recipe)
        var values: [String: String] = [:]
        for parameter in parameters {
            values[parameter.id] =
                Settings.all.first { $0.id == parameter.id }?.text(in: settled)
        }
        return SearchPoint(values)
    }
}

extension SearchParameter {
    /// What is said against one of its values, beside what a word of the space may ask for, or without; `nil` where all may be asked for.
    func refusal(in configuration: TrainConfiguration, _ space: SearchSpace) -> VouchError? {
        guard let setting = Settings.all.first(where: { $0.id == id }) else { return nil }
        var contexts = [configuration]
        for other in space.parameters where other.id != id {
            let asked = Settings.all.first { $0.id == other.id }?.isAsked(in: configuration)
            guard case .choice(let words) = other.domain, asked == false else { continue }
            contexts += words.compactMap {
                try? configuration.asking(for: SearchPoint([other.id: $0]))
            }
        }
        for text in domain.ends {
            var first: VouchError?
            let isAccepted = contexts.contains { context in
                var asked = context
                do throws(VouchError) {
                    try setting.set(text, in: &asked)
                    try setting.check(asked)
                    try asked.rules?.check(asked)
                    return true
                } catch {
                    first = first ?? error
                    return false
                }
            }
            if !isAccepted { return first }
        }
        return nil
    }
}

extension SearchDomain {
    /// Values that stand for all.
    fileprivate var ends: [String] {
        switch self {
        case .real(let lower, let upper, _): ["\(lower)", "\(upper)"]
        case .integer(let lower, let upper, _): ["\(lower)", "\(upper)"]
        case .choice(let words): words.filter { $0 != SearchDomain.open }
        }
    }
}
