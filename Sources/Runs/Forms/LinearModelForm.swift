import NN

/// One linear function an output, of encoded rows.
struct LinearModelForm: ModelForm {
    let id = "linear"
    let inWords = "a linear model"

    func network(_ parts: NetworkParts) -> TabularNetwork { parts.plain.network() }

    var settings: FormSettings {
        var layers = FormSettings.Layers()
        layers.depth = { _ in Standard(0, "a linear model has no hidden layer") }
        return FormSettings(layers: layers)
    }
}

extension TrainConfiguration.ModelKind {
    package static let linear = Self(LinearModelForm())
}
