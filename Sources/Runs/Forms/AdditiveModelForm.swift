import NN

/// A sum of functions of columns and of pairs of them, each a curve or a table that can be drawn;
/// see `NN.AdditiveForm` and Documentation/Decisions/0021.
struct AdditiveModelForm: ModelForm {
    let id = "additive"
    let inWords = "an additive model"
    let gloss = "a sum of curves that can be read whole"
    let isReadable = true

    var settings: FormSettings {
        var settings = FormSettings()
        settings.pairs = { _ in
            Standard(16, "the strongest, at most so many, of those that chance does not explain")
        }
        settings.numbers = FormSettings.curves
        settings.learningRate = {
            Standard(
                3e-3 * $0.shareOfBatch.squareRoot(),
                "3e-3 · √(batch/256): as good as 1e-3 on Adult, better on smaller tables")
        }
        settings.folds = { _ in
            Standard(5, "5 models, whose spread gives each curve its interval")
        }
        settings.refusals = [
            .init(
                [
                    Settings.members, Settings.width, Settings.depth, Settings.activation,
                    Settings.dropout,
                ], "which is a sum of functions of columns"),
            .init([Settings.quantiles], "which has one output"),
        ]
        return settings
    }

    func network(_ parts: NetworkParts) -> TabularNetwork {
        parts.network(additive: parts.columns())
    }

    func text(of network: TabularNetwork) -> String {
        "additive model: a sum of functions of \(network.additive?.columns.count ?? 0) columns and of "
            + "\(network.additive?.pairs.count ?? 0) pairs of them"
    }

    var counterpart: FormCounterpart { FormCounterpart(.ensemble, timesAsLong: 4, ofClasses: 1) }
}

extension TrainConfiguration.ModelKind {
    package static let additive = Self(AdditiveModelForm())
}
