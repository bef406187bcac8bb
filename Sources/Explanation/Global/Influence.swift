/// Which training rows pushed a prediction up or down most: a step of the last layer on each row, to first order.
///
/// With `h_m` the last hidden features of member m, `z_m` its logit and `g_im = ∂loss_i/∂z_m` of training row i, a gradient step
/// on row i moves the mean logit of row x by `−η/M · Σ_m g_im ⟨h_im, h_xm⟩ + …`; the influence is that sum without η.
/// It says what the row's gradient does now, not what a training without the row would have given.
///
/// - Source: Pruthi et al. 2020, arXiv:2002.08484 (TracIn at the last checkpoint and the last layer); Yeh et al. 2018,
///   arXiv:1811.09720.
package struct Influence: Sendable {
    /// Of the explained row: `[members · width]`.
    private let features: [Float]
    private let members: Int

    package init(features: [Float], members: Int) {
        precondition(members > 0 && features.count % members == 0, "a part a member")
        self.features = features
        self.members = members
    }

    /// - Parameters:
    ///   - rows: Hidden features of training rows, `[rows, members · width]`.
    ///   - errors: `∂loss/∂logit` of each row and member, `[rows, members]`: `p − y`.
    /// - Returns: Of each row; positive where it pushes the logit up.
    package func values(rows: [Float], errors: [Double]) -> [Double] {
        let length = features.count
        let width = length / members
        return (0..<(errors.count / members)).map { row in
            var sum = 0.0
            for member in 0..<members {
                var product: Float = 0
                for place in (member * width)..<((member + 1) * width) {
                    product += rows[row * length + place] * features[place]
                }
                // The bias of the last layer is a feature of 1.
                sum -= errors[row * members + member] * (Double(product) + 1)
            }
            return sum / Double(members)
        }
    }
}
