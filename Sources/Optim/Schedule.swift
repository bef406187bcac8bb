import RealModule

/// How the learning rate moves over a training.
package struct Schedule: Sendable, Hashable, Codable {
    package enum Shape: String, Sendable, Hashable, Codable, CaseIterable {
        case constant
        /// From the peak down to `floor` along half a cosine.
        case cosine
        /// Up along half a cosine from peak/25 to the peak at step 0.3 · steps − 1, down to
        /// peak/10⁴ at the last step.
        case oneCycle = "one-cycle"
    }

    package var shape: Shape
    /// Steps over which the rate rises by peak/(warmupSteps + 1) each, from one such share, before
    /// the shape begins.
    package var warmupSteps: Int
    /// The last rate as a share of the peak; cosine only.
    package var floor: Float
    /// The last share of the steps, in [0, 1], over which the rate stays as it was before.
    package var heldShare: Float

    package init(
        shape: Shape = .constant, warmupSteps: Int = 0, floor: Float = 0, heldShare: Float = 0
    ) {
        self.shape = shape
        self.warmupSteps = warmupSteps
        self.floor = floor
        self.heldShare = heldShare
    }

    /// The share of the peak learning rate at a step.
    ///
    /// - Parameters:
    ///   - step: From 0.
    ///   - total: The planned number of steps; the rate stays at its last value beyond it.
    /// - Source: cosine: Loshchilov & Hutter 2017, arXiv:1608.03983; one-cycle: Smith & Topin 2018,
    ///   arXiv:1708.07120, in the form of PyTorch's `OneCycleLR` with a `final_div_factor` of 400.
    package func factor(step: Int, total: Int) -> Float {
        let held = heldShare > 0 ? Int((1 - heldShare) * Float(total)) : .max
        let step = min(step, held)
        if step < warmupSteps { return Float(step + 1) / Float(warmupSteps + 1) }
        let last = Float(max(total - warmupSteps - 1, 0))
        let position = min(Float(step - warmupSteps), last)
        func anneal(from start: Float, to end: Float, _ share: Float) -> Float {
            end + (start - end) * 0.5 * (1 + Float.cos(.pi * share))
        }
        switch shape {
        case .constant: return 1
        case .cosine: return anneal(from: 1, to: floor, position / max(last, 1))
        case .oneCycle:
            let peak = 0.3 * (last + 1) - 1
            return position < peak
                ? anneal(from: 0.04, to: 1, position / peak)
                : anneal(from: 1, to: 1e-4, (position - peak) / (last - peak))
        }
    }
}
