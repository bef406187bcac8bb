/// What is carried over from another run.
extension Settings {
    package static let from: Setting<String?> = Setting(
        "from", \.carry.run,
        Allowed { $0.isEmpty ? " is empty; it must be the folder of a run" : nil },
        help: """
            A run of another table to begin with: columns that both have carry their encoders and layers over, and \
            what is not given here of the network is as there. The model is delivered where it loses less \
            on validation rows than one without.
            """, valueName: "run"
    ).checkedIfAsked {
        $0.learning.budget == nil
            ? nil
            : """
            \(named: from) does not go with \(named: budget), as two models are trained, with and \
            without; leave one of them out
            """
    }.checkedIfAsked {
        $0.model.form.id == ModelForms.curves.rawValue
            ? """
            \(named: from) does not go with \(named: kind) \(ModelForms.curves.rawValue), whose functions are \
            learned anew; leave one of them out
            """
            : nil
    }

    package static let carriedRate: Setting<Float> = Setting(
        "carried-rate", \.carry.rate, Allowed("from 0 to 1") { $0 >= 0 && $0 <= 1 },
        help: """
            The share of the learning rate at which layers that --from carries over learn on; 0 leaves them as \
            they are.
            """, valueName: "share"
    ).checkedIfAsked {
        $0.carry.run == nil
            ? "\(named: carriedRate) goes with \(named: from), which is not asked for" : nil
    }
}
