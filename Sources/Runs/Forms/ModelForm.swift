package import NN

/// A kind of model: one that `--model` may ask for. Which settings it has and what they are by
/// default, what network it is, what a report calls it and what it is compared with are said here
/// and asked nowhere else.
///
/// A kind is one file that conforms, and its line in `ModelForms.all`; see
/// Documentation/AddingAModelKind.md. A perceptron is what the requirements below are where a form
/// says nothing.
package protocol ModelForm: Sendable {
    /// The text of `--model`, of `--config` files and of run folders.
    var id: String { get }
    /// What the command's help says of it in brackets; empty where its id says enough.
    var gloss: String { get }
    /// What a sentence calls a model of it: "a linear model".
    var inWords: String { get }
    /// Which settings it has, and what each is where nothing is asked for.
    var settings: FormSettings { get }
    /// The network that a recipe asks for, for encoded rows.
    func network(_ parts: NetworkParts) -> TabularNetwork
    /// What a report calls a model of it.
    func text(of network: TabularNetwork) -> String
    /// Whether it can be read whole, so that no explanation of it is put to the test.
    var isReadable: Bool { get }
    /// Beside which other form it is set, so that what being readable costs is measured.
    var counterpart: FormCounterpart { get }
}

extension ModelForm {
    package var gloss: String { "" }
    package var inWords: String { "a model of kind \"\(id)\"" }
    package func network(_ parts: NetworkParts) -> TabularNetwork { parts.network() }
    package func text(of network: TabularNetwork) -> String {
        network.layersText.map { "multilayer perceptron (\($0))" } ?? "linear model"
    }
    package var isReadable: Bool { false }
    /// As measured on Adult and California an additive model takes a fraction of an ensemble's
    /// time; on letter and satimage, where each class has functions of its own, about twice as
    /// much.
    package var counterpart: FormCounterpart {
        FormCounterpart(.additive, timesAsLong: 0.5, ofClasses: 2)
    }
}

/// A model of another form, on the same rows.
package struct FormCounterpart: Sendable {
    package var kind: TrainConfiguration.ModelKind
    /// What its training takes over what the form's own takes, with one output.
    private var timesAsLong: Double
    /// The same where each of several classes has an output.
    private var timesAsLongOfClasses: Double

    package init(
        _ kind: TrainConfiguration.ModelKind, timesAsLong: Double, ofClasses: Double
    ) {
        self.kind = kind
        self.timesAsLong = timesAsLong
        timesAsLongOfClasses = ofClasses
    }

    /// What its training takes where the form's own takes so many seconds.
    package func seconds(beside own: Double, isOfClasses: Bool) -> Double {
        own * (isOfClasses ? timesAsLongOfClasses : timesAsLong)
    }
}

extension TabularNetwork {
    /// Its hidden layers, such as "2 × 256, relu"; `nil` where it has none.
    package var layersText: String? {
        hidden.first.map { "\(hidden.count) × \($0), \(activation.rawValue)" }
    }
}
