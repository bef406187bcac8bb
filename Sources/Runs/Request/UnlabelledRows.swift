extension TrainConfiguration {
    /// - Throws: `VouchError` where rows without labels are asked for with what they do not go with.
    func checkUnlabelled() throws(VouchError) {
        guard unlabelled != nil else { return }
        for (name, isAsked) in [("rules", rules != nil), ("from", carriedSource != nil)] where isAsked {
            throw VouchError(
                setting: """
                    \(named: "unlabelled") does not go with \(named: name), as it would not be told which of them \
                    helped. Leave one of them out
                    """)
        }
        if learning.budget != nil {
            throw VouchError(
                setting: """
                    \(named: "unlabelled") does not go with \(named: Settings.budget): whether the rows help is \
                    tried by further trainings, which a budget would cut. Leave one of them out
                    """)
        }
        if model.quantiles != nil || model.loss == .pinball {
            throw VouchError(
                setting: """
                    \(named: "unlabelled") does not go with quantiles: rows without labels are taught a number, not \
                    how far it may be off. Leave \(named: "unlabelled"), or \(named: Settings.quantiles) and \
                    \(named: Settings.loss) pinball, out
                    """)
        }
        if splits.canaries > 0 {
            throw VouchError(
                setting: """
                    \(named: "unlabelled") does not go with \(named: Settings.canaries), whose answers would be \
                    taught on. Leave one of them out
                    """)
        }
    }
}
