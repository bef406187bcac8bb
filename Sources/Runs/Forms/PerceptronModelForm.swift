/// One network with hidden layers.
struct PerceptronModelForm: ModelForm {
    let id = "mlp"
    let inWords = "a single perceptron"
    var settings: FormSettings { FormSettings(layers: .init()) }
}

extension TrainConfiguration.ModelKind {
    package static let mlp = Self(PerceptronModelForm())
}
