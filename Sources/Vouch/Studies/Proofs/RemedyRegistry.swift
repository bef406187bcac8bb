package import Evidence
import Generalization

/// Every remedy that changes outputs alone, over the modules of the drawbacks.
package let allOutputRemedies: [any OutputRemedy] = GeneralizationRemedies.output

/// Ids of all remedies: of outputs, then those that train anew.
package let remedyIDs =
    allOutputRemedies.map(\.description.id) + TrainingRemedy.all.map(\.description.id)

/// What each kind of remedy does and how it is judged, for the help of `vouch prove`.
package var remedyKindsText: String {
    "\(listedInWords(allOutputRemedies.map(\.description.id))) change outputs: they are fitted on "
        + "validation rows and judged on the test rows. All others train anew, without and with the "
        + "remedy, under paired seeds, and are judged over seeds and test rows; where no strength is "
        + "given, validation rows choose it."
}
