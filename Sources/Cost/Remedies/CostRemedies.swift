package import Evidence

/// The remedies of this module: one that is added here is known to `vouch prove`.
package enum CostRemedies {
    /// Of the model.
    package static let model: [any ModelRemedy] = [
        FewerMembers(), Int8Products(),
    ]
}
