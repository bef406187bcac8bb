package import Models
import Prediction
package import Statistics
package import Tables

/// What is measured of methods of attribution on some rows.
///
/// No single number decides: each stands beside what controls reach on the same rows.
package struct QualityTrial: Sendable {
    package let model: AttributedModel
    package let rows: Table
    /// The model with a last layer that was randomised, a few times over.
    package let randomized: [AttributedModel]
    /// Models that were trained on random answers for the same rows.
    package let relabelled: [AttributedModel]
    package let seed: UInt64

    /// - Parameters:
    ///   - heads: Randomised last layers; 2 or more give an interval.
    ///   - relabelled: Models trained on random answers.
    ///   - attributed: A model with background rows, as methods see it.
    package init(
        _ model: AttributedModel, rows: Table, heads: Int, relabelled: [any Predictor] = [],
        attributed: (any Predictor, Table) -> AttributedModel, seed: UInt64
    ) {
        self.model = model
        self.rows = rows
        self.seed = seed
        self.relabelled = relabelled.map { attributed($0, model.background) }
        let randomized = model.predictor.abilities.randomized
        self.randomized = (0..<heads).compactMap { head in
            randomized.map {
                attributed($0(.lastLayer, seed &+ UInt64(head)), model.background)
            }
        }
    }

    /// What one method reaches.
    package struct Result: Sendable {
        package var name: String
        /// `[rows][columns]`.
        package var contributions: [[Double]]
        /// Of each row, by where replaced cells come from.
        package var faithfulness: [Faithfulness.Donors: [Double]]
        package var sensitivity: [Double]
        package var effectiveColumns: [Double]
        /// `|value − base − Σ contributions|` of each row.
        package var residuals: [Double]
        /// Of each randomised last layer, the mean over rows of the cosine with the model's own contributions.
        package var cosines: [Double]
        /// The same of each model that was trained on random answers.
        package var labelCosines: [Double]
    }

    package func result(of method: any RowAttribution) throws -> Result {
        let found = try method.attributions(of: rows, in: model, seed: seed)
        let own = found.map { $0.contributions.map(\.value) }
        return Result(
            name: method.name, contributions: own, faithfulness: try faithfulness(of: own),
            sensitivity: try Sensitivity(model: model).values(
                rows, own, method: method, seed: seed),
            effectiveColumns: own.map(AttributionComparison.effectiveColumns),
            residuals: found.map { abs($0.residual) },
            cosines: try randomized.map { try likeness(of: method, own, to: $0) },
            labelCosines: try relabelled.map { try likeness(of: method, own, to: $0) })
    }

    /// The mean over rows of the cosine between contributions and those of another model.
    private func likeness(
        of method: any RowAttribution, _ own: [[Double]], to other: AttributedModel
    ) throws -> Double {
        let others = try method.attributions(of: rows, in: other, seed: seed)
        let each = zip(own, others).map {
            AttributionComparison.cosine($0, $1.contributions.map(\.value))
        }
        return each.reduce(0, +) / Double(max(each.count, 1))
    }

    /// Of any contributions, such as a control's.
    package func faithfulness(
        of contributions: [[Double]]
    ) throws -> [Faithfulness.Donors: [Double]] {
        var result: [Faithfulness.Donors: [Double]] = [:]
        for donors in Faithfulness.Donors.allCases {
            result[donors] = try Faithfulness(model, donors: donors).values(rows, contributions)
        }
        return result
    }

    /// Whether a method passes: its attributions of a model and of a random one, which may be its own
    /// negative as well as not, must not point the same way on average. Random are a last layer of random signs, and a
    /// model trained on answers by a fair coin.
    ///
    /// A method whose attributions turn their sign with the model's has a mean cosine of 0, whatever the model.
    ///
    /// - Parameters:
    ///   - varied: What differs between the cosines.
    ///   - tests: Methods that are judged together, of which none may be failed by chance in 95 % of trials.
    /// - Source: after the randomisation tests of models and data of Adebayo et al. 2018, arXiv:1810.03292.
    package static func randomization(
        _ cosines: [Double], varied: String = "randomised layers", tests: Int
    ) -> (estimate: Estimate, passes: Bool?) {
        guard cosines.count > 1,
            let design = try? SamplingDesign(rows: cosines.count, weights: nil, clusters: nil)
        else {
            return (
                Estimate(
                    value: cosines.first, method: "none", varied: varied,
                    count: cosines.count), nil
            )
        }
        var estimate = design.mean(cosines, scale: .plain, bounds: -1...1, least: 2)
        estimate.varied = varied
        let count = Double(cosines.count)
        let mean = cosines.reduce(0, +) / count
        let variance =
            cosines.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1) / count
        let quantile = SpecialFunctions.studentQuantile(
            1 - 0.025 / Double(max(tests, 1)), degrees: count - 1)
        return (estimate, abs(mean) <= quantile * variance.squareRoot())
    }
}
