import Evidence
import Tuning

/// Remedies of a result that may be luck of a setting or a seed. All train anew, under paired seeds.
enum RecipeRemedy: String, CaseIterable {
    /// Other settings in place of the run's.
    case tunedRecipe = "tuned-recipe"
    /// A mean of trainings by several settings in place of a pick.
    case settingsEnsemble = "settings-ensemble"
    /// A mean of two trainings that differ by their seed.
    case secondSeed = "second-seed"

    func description(isRegression: Bool) -> RemedyDescription {
        RemedyDescription(
            id: rawValue, name: name, drawback: .hyperParameters,
            judgedBy: isRegression ? .rootMeanSquaredError : .logLoss, source: source)
    }

    private var name: String {
        switch self {
        case .tunedRecipe: "The tuned recipe"
        case .settingsEnsemble: "An ensemble over settings"
        case .secondSeed: "A second seed averaged"
        }
    }

    private var source: String {
        switch self {
        case .tunedRecipe:
            "Cawley & Talbot 2010, JMLR 11:2079; Bouthillier et al. 2021, arXiv:2103.03098"
        case .settingsEnsemble: "Caruana et al. 2004, DOI 10.1145/1015330.1015432"
        case .secondSeed: "Lakshminarayanan et al. 2017, arXiv:1612.01474"
        }
    }

    /// Whether it takes settings.
    var takesSettings: Bool { self != .secondSeed }
}

/// What is asked of a remedy of the recipe.
struct RecipeProofRequest {
    var remedy: RecipeRemedy
    /// Of an ensemble several, of a tuned recipe one.
    var points: [SearchPoint]
    /// What the search took; `nil` of settings that were given by hand.
    var searched: TunedRecipe?
    /// Where the settings are from, for the report: `runs/study`, `given by hand`.
    var source: String
    var seeds = 5
    /// The smallest saving that counts, as a share of the default's loss.
    var margin = Worth.usualMargin

    /// What tells it from other recipes that are judged on the same rows.
    var text: String {
        let settings = points.map(\.text).joined(separator: " | ")
        return remedy == .tunedRecipe
            ? settings : remedy.rawValue + (points.isEmpty ? "" : " of \(settings)")
    }
}
