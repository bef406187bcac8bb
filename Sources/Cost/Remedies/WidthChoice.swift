import Evidence
import Kernels
import Models
import Prediction
import Statistics

/// Chooses between models that differ in the width of their layers, by held-out rows.
struct WidthChoice {
    let rows: CalibrationRows
    let pool: WorkerPool

    /// Of widths of which each is made in its turn, the narrowest whose loss is above the first one's by no more than one
    /// standard error of the difference, row by row; at the first that is not, no further one is made.
    ///
    /// - Parameter widths: The widest first; one or more.
    func narrowest<Made>(
        of widths: [Int], model: (Made) -> ModelBundle, making make: (Int) throws -> Made
    ) throws -> (width: Int, made: Made) {
        var chosen = (width: widths[0], made: try make(widths[0]))
        let first = try losses(model(chosen.made))
        for width in widths.dropFirst() {
            let made = try make(width)
            let rises = zip(try losses(model(made)).values, first.values).map { $0 - $1 }
            guard try first.rows.design.mean(rises, scale: .plain).isWithinStandardError else {
                break
            }
            chosen = (width, made)
        }
        return chosen
    }

    private func losses(
        _ model: ModelBundle
    ) throws -> (rows: LabelledPredictions, values: [Double]) {
        let after = try rows.predictions(of: model, pool: pool).after
        return (after, after.rowLosses)
    }
}

extension CalibrationRows {
    /// - Parameter remedy: Who asks.
    /// - Throws: where there is no run to train on.
    func training(for remedy: RemedyDescription) throws(ModelError) -> any SmallTraining {
        guard let training else {
            throw ModelError(
                "\(remedy.id) trains a model, and this one is known without the rows of a run")
        }
        return training
    }
}

/// A strength that is a number of hidden units.
///
/// - Parameter allowed: Units that there may be.
func hiddenUnits(_ strength: Double, _ allowed: ClosedRange<Int>) throws(ModelError) -> Int {
    guard let width = Int(exactly: strength), allowed.contains(width) else {
        throw ModelError(
            "\(strength) hidden units cannot be had. Write a whole number from "
                + "\(allowed.lowerBound) to \(allowed.upperBound)")
    }
    return width
}
