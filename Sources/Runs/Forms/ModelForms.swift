import Evidence

/// The kinds of model that there are.
package enum ModelForms {
    /// In the order in which the help names them.
    package static let all: [any ModelForm] = [
        LinearModelForm(), PerceptronModelForm(), EnsembleModelForm(), AdditiveModelForm(),
    ]

    /// Where none is asked for.
    static let standard = Standard(
        TrainConfiguration.ModelKind.ensemble,
        "members that share their layers cost one network and predict like several")

    /// The simplest, which every other has to beat.
    static let baseline = TrainConfiguration.ModelKind.linear

    /// A sum of functions that can be read whole.
    static let curves = TrainConfiguration.ModelKind.additive

    /// What a smaller model is that learns what another says.
    static let student = TrainConfiguration.ModelKind.mlp

    /// Remedies against a drawback that train another form in place of a run's.
    static func remedies(of drawback: Drawback) -> [TrainingRemedy] {
        all.flatMap(\.settings.remedies).filter { $0.description.drawback == drawback }
    }

    /// Their ids with what is said of them: "a, b or c (a sum)".
    static var text: String {
        let named = all.map { $0.gloss.isEmpty ? $0.id : "\($0.id) (\($0.gloss))" }
        return named.dropLast().joined(separator: ", ") + " or \(named[named.count - 1])"
    }
}

extension TrainConfiguration {
    /// Which form a model has, by its id. Written as that id.
    package struct ModelKind: RawRepresentable, Codable, Sendable, Hashable, CaseIterable,
        CustomStringConvertible
    {
        package let form: any ModelForm

        package init(_ form: any ModelForm) { self.form = form }

        /// `nil` where no form has the id.
        package init?(rawValue: String) {
            guard let form = ModelForms.all.first(where: { $0.id == rawValue }) else { return nil }
            self.form = form
        }

        package var rawValue: String { form.id }
        package var description: String { form.id }
        package static var allCases: [ModelKind] { ModelForms.all.map { ModelKind($0) } }
    }
}

extension TrainConfiguration.ModelOptions {
    /// That of the kind that is asked for, or of the standard one.
    var form: any ModelForm { (kind ?? ModelForms.standard.value).form }
}

extension Recipe {
    /// As many members as it has, but at most so many; `nil` where its form knows none.
    func members(atMost most: Int) -> Int? {
        kind.form.settings.members == nil ? nil : min(members, most)
    }
}
