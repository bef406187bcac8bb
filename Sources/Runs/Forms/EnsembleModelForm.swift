import NN

/// Perceptrons that share their hidden layers and whose probabilities are averaged; see
/// `TabularNetwork` and Documentation/Decisions/0005.
struct EnsembleModelForm: ModelForm {
    let id = "ensemble"
    let inWords = "an ensemble"

    var settings: FormSettings {
        var layers = FormSettings.Layers()
        layers.width = {
            $0.edition < .second
                ? Standard(256, "as in the prototype; see Documentation/Decisions/0005")
                : Standard(128, "half of edition 1's, for a third of the operations")
        }
        layers.dropout = { _ in Standard(0.1, "little, as averaging members regularises too") }
        var settings = FormSettings(layers: layers)
        settings.members = {
            Standard(
                $0.recipe.folds > 1 || $0.recipe.refits > 0 ? 4 : 8,
                "8 in one model, 4 in each of several that are averaged, for the same time")
        }
        let patience = settings.patience
        settings.patience = {
            switch $0.edition {
            case .first: patience($0)
            case .second:
                Standard(max(3, min($0.recipe.epochs / 10, 12)), "a tenth of the epochs, 3 to 12")
            case .third, .fourth:
                Standard(
                    max(3, min($0.recipe.epochs / 15, 8)),
                    "a fifteenth of the epochs, 3 to 8, as a longer wait found nothing better")
            }
        }
        let numberWidth = settings.numberWidth
        settings.numberWidth = { $0.edition < .second ? numberWidth($0) : min(8, numberWidth($0)) }
        settings.numbers = FormSettings.curves
        settings.learningRate = {
            $0.problem.isRegression
                ? Standard(
                    4e-3 * $0.shareOfBatch,
                    "4e-3 · batch/256 for numbers, as validation preferred")
                : Standard(
                    4e-3 * $0.shareOfBatch.squareRoot(),
                    "4e-3 · √(batch/256) for classes, as validation preferred")
        }
        settings.weightDecay = { _ in
            Standard(1e-4, "early stopping and averaging regularise")
        }
        settings.folds = {
            let isThin = $0.problem.rows < 2000 && $0.configuration.learning.refits ?? 0 == 0
            return Standard(isThin ? 5 : 1, FormSettings.foldsOfThinParts)
        }
        settings.refits = {
            Standard($0.problem.rows <= 25_000 ? 1 : 0, FormSettings.refitsOfSmallTables)
        }
        settings.hasLine = {
            let asked = $0.configuration
            return $0.edition >= .fourth && $0.problem.rows <= 500 && asked.model.quantiles == nil
                && (asked.model.loss == .squared || !$0.problem.isRegression)
                && asked.regularising.dropoutPasses == 0
                && asked.regularising.robustLoss == nil
        }
        settings.remedies = [
            .overfitting(
                id, "Ensemble of members with shared layers", [4, 8],
                source: "Gorishniy et al. 2025, arXiv:2410.24210"
            ) {
                $1.model.kind = .ensemble
                $1.model.members = Int($0)
            }
        ]
        return settings
    }

    func text(of network: TabularNetwork) -> String {
        network.layersText.map {
            "ensemble of \(network.members) perceptrons with shared layers (\($0))"
                + (network.hasLine == true ? ", blended with a line" : "")
        } ?? "linear model"
    }
}

extension TrainConfiguration.ModelKind {
    package static let ensemble = Self(EnsembleModelForm())
}
