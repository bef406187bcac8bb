package import Evidence
package import Figures

/// What a probe found of a run after the run was written.
package struct MeasuredProbe: Codable, Sendable, Hashable {
    package var id: String
    package var drawback: Drawback
    package var measurements: [Measurement]
    package var figures: [Figure]
    package var groups: [GroupTable]

    package init(
        id: String, drawback: Drawback, measurements: [Measurement], figures: [Figure],
        groups: [GroupTable]
    ) {
        self.id = id
        self.drawback = drawback
        self.measurements = measurements
        self.figures = figures
        self.groups = groups
    }
}
