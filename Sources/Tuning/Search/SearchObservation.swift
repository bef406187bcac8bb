/// What a model of a search learns from.
package struct SearchObservation: Sendable, Hashable {
    /// As `SpaceEncoding` says.
    package var coordinates: [Double]
    /// From 0, the cheapest rung, to 1, the whole training.
    package var fidelity: Double
    /// Lower is better; `nil` where the training failed or gave no finite number.
    package var loss: Double?
    /// Of each constraint; 0 or less is met.
    package var excess: [Double]

    package init(
        coordinates: [Double], fidelity: Double = 1, loss: Double?, excess: [Double] = []
    ) {
        self.coordinates = coordinates
        self.fidelity = fidelity
        self.loss = loss.flatMap { $0.isFinite ? $0 : nil }
        self.excess = excess
    }
}
