package import Evidence
package import Kernels
package import Models
import Prediction

/// Multiplies bytes and 8-bit weights in place of floats.
///
/// Weights have a step a channel and seven bits, so that the sums are exact on every processor; what enters a product
/// becomes a byte in a range that held-out rows choose, whose answers play no part. Small products stay in floats.
///
/// It is judged by the rate of predictions, paired by turns: with VNNI a product takes about a quarter of the time,
/// on AVX2 alone two thirds, and without either more than before. What rounding costs stands beside.
///
/// - Source: Jacob et al. 2018, arXiv:1712.05877.
package struct Int8Products: ModelRemedy {
    package init() {}

    package let description = RemedyDescription(
        id: "int8", name: "8-bit arithmetic", drawback: .computeCost,
        judgedBy: CostMetrics.rate.id, source: "Jacob et al. 2018, arXiv:1712.05877")
    package let strengthText: String? = nil

    package func changed(
        _ model: ModelBundle, strength: Double?, on rows: CalibrationRows, pool: WorkerPool
    ) throws -> ChangedModel {
        let changed = try model.quantized(on: rows.features, pool: pool)
        let products = changed.products == 1 ? "1 product" : "\(changed.products) products"
        // A share of operations, counted.
        let percent = Int((100 * changed.share).rounded())
        return ChangedModel(
            model: changed.model,
            text: "\(products), \(percent) % of a prediction's operations, of 8-bit whole numbers; "
                + "ranges of least squared error on \(changed.rows) \(rows.rows.split) rows")
    }
}
