import Evidence

/// What an on-demand probe would cost on a run.
package struct ProbePrice: Encodable, Sendable, Hashable {
    package var probe: String
    package var name: String
    /// At the run's own settings.
    package var trainings: Int
    package var seconds: Double
    /// Why it cannot run; `nil` where it can.
    package var obstacle: String?

    /// - Parameter absences: Why something that probes need is not there, in place of what is said of any run.
    init(_ probe: any Probe, _ subject: Subject, absences: [Need: String]) {
        let description = probe.description
        self.probe = description.id
        name = description.name
        let missing = description.needs.subtracting(subject.has)
        obstacle = Need.allCases.first(where: missing.contains).map { absences[$0] ?? $0.absence }
        trainings = obstacle == nil ? probe.trainings(subject) : 0
        seconds =
            obstacle == nil ? probe.expectedSeconds(subject) * subject.secondsPerNominal : 0
    }

    package var text: String {
        let most = "about \(Int(seconds.rounded(.up))) s"
        guard trainings > 0 else { return most }
        return "\(trainings) \(trainings == 1 ? "training" : "trainings"), \(most)"
    }
}
