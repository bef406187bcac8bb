package import Evidence

/// The remedies of this module: one that is added here is known to `vouch prove` and `vouch shrink`.
package enum CostRemedies {
    /// Of the model; what takes the least to make comes first, which is the order in which a search tries them.
    package static let model: [any ModelRemedy] = [
        FewerMembers(), Int8Products(), SimplerKind.linear, UnitPruning(), Distillation(),
        SimplerKind.additive, Unchanged(),
    ]
}
