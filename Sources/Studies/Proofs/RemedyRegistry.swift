import Cost
import Documents
package import Evidence
import Generalization
import Runs

/// Every remedy that changes outputs alone, over the modules of the drawbacks.
package let allOutputRemedies: [any OutputRemedy] = GeneralizationRemedies.output

/// Every remedy that makes another model of a model.
package let allModelRemedies: [any ModelRemedy] = CostRemedies.model

/// Ids of all remedies: of outputs, of the model, of labels, of the recipe, then those that train anew, which `Settings` declares.
package let remedyIDs =
    allOutputRemedies.map(\.description.id) + allModelRemedies.map(\.description.id)
    + LabelRemedy.all.map(\.description.id) + RecipeRemedy.allCases.map(\.rawValue)
    + TrainingRemedy.all.map(\.description.id)

/// What each kind of remedy does and how it is judged, for the help of `vouch prove`.
package var remedyKindsText: String {
    let ofModels = allModelRemedies.map { remedy in
        remedy.description.id + (remedy.strengthText.map { " (=\($0))" } ?? "")
    }
    return "\(listedInWords(allOutputRemedies.map(\.description.id))) change outputs: they are fitted on "
        + "validation rows and judged on the test rows. \(listedInWords(ofModels)) make another model of "
        + "the run's, chosen on validation rows; both are judged on the test rows and timed by turns, and "
        + "--save keeps it as a run. "
        + "\(listedInWords(LabelRemedy.all.map(\.description.id))) train anew on other rows or labels or by another "
        + "loss, and are judged on test rows whose labels are trusted (--trusted). "
        + "tuned-recipe (--settings or --study), settings-ensemble (greedy, weights from validation rows) and "
        + "second-seed are of the recipe. "
        + "All others train anew, without and with the remedy, under paired seeds, and are judged over "
        + "seeds and test rows; where no strength is given, validation rows choose it."
}

/// `fewer-members` or `fewer-members=4`: a remedy of the model and its strength.
///
/// - Returns: `nil` where no remedy of the model has the name.
/// - Throws: where the strength is no number, or the remedy takes none.
func modelRemedy(_ text: String) throws(VouchError) -> (remedy: any ModelRemedy, strength: Double?)? {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let remedy = allModelRemedies.first(where: { $0.description.id == parts[0] }) else {
        return nil
    }
    guard parts.count == 2 else { return (remedy, nil) }
    guard let meaning = remedy.strengthText else {
        throw VouchError("--remedy is \"\(text)\", but \(parts[0]) takes no strength")
    }
    guard let strength = Double(parts[1]), strength.isFinite else {
        throw VouchError(
            "--remedy is \"\(text)\"; write its \(meaning) as a number, such as \(parts[0])=4")
    }
    return (remedy, strength)
}
