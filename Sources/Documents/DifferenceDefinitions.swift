package import Evidence

/// What each compared metric means, as a difference or as a ratio.
package func differenceDefinitions(_ changes: [Change]) -> [MetricDefinition] {
    var seen: Set<MetricID> = []
    return changes.compactMap { change in
        guard var definition = MetricRegistry.definition(change.metric),
            seen.insert(change.difference.metric).inserted
        else { return nil }
        let isRatio = change.difference.metric.isRatio
        definition.id = change.difference.metric
        // A word loses its capital, an abbreviation such as ROC AUC does not.
        let isWord = definition.name.dropFirst().first?.isLowercase ?? false
        let name =
            (isWord ? definition.name.prefix(1).lowercased() : String(definition.name.prefix(1)))
            + definition.name.dropFirst()
        definition.name = (isRatio ? "Ratio of the " : "Difference in ") + name
        definition.formula =
            (isRatio ? "second ÷ first of: " : "second − first of: ") + definition.formula
        return definition
    }
}
