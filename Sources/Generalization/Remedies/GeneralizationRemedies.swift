package import Evidence

/// The remedies of this module: one that is added here is known to `vouch prove` and tried by every training.
package enum GeneralizationRemedies {
    /// Of outputs.
    package static let output: [any OutputRemedy] = [
        TemperatureScaling(), VectorScaling(), IsotonicCalibration(), VennAbersCalibration(),
    ]
}
