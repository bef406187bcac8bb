package import Cost
package import Evidence
package import Models
package import Training

/// The version that `vouch --version` prints and runs record.
package let vouchVersion = "0.1.0"

/// What a training is told beside its configuration; none of it changes the result.
package struct RunControl {
    package var threads: Int?
    package var overwrite: Bool
    package var resume: Bool
    /// Whether the index of runs learns of the run.
    package var isIndexed: Bool
    /// Whether it is told beforehand what the run will take, from steps that are timed and earlier runs of the index.
    package var isPlanned: Bool
    /// The command line's arguments, the program first, for the report; empty from a library.
    package var arguments: [String]
    /// Asked between steps: what was trained until then is measured without further trainings and written.
    package var cancellation: Cancellation
    /// What a person says of the model and its data, for the report.
    package var card: CardAnswers
    /// What columns can be.
    package var kinds: InputKinds
    /// What the command took so far, for its budget; `nil` for the clocks and counters of this machine.
    package var usage: (@Sendable () -> Usage)?
    package var onEvent: (RunEvent) -> Void
    /// Told how far the probes are, perhaps often and by another thread; `nil` to tell nobody.
    package var onProbes: (@Sendable (ProbeProgress) -> Void)?

    package init(
        threads: Int? = nil, overwrite: Bool = false, resume: Bool = false,
        isIndexed: Bool = false, isPlanned: Bool = false,
        arguments: [String] = [], cancellation: Cancellation = Cancellation(),
        card: CardAnswers = CardAnswers(), kinds: InputKinds = .shipped,
        usage: (@Sendable () -> Usage)? = nil,
        onEvent: @escaping (RunEvent) -> Void = { _ in },
        onProbes: (@Sendable (ProbeProgress) -> Void)? = nil
    ) {
        self.threads = threads
        self.overwrite = overwrite
        self.resume = resume
        self.isIndexed = isIndexed
        self.isPlanned = isPlanned
        self.arguments = arguments
        self.cancellation = cancellation
        self.card = card
        self.kinds = kinds
        self.usage = usage
        self.onEvent = onEvent
        self.onProbes = onProbes
    }
}

/// What a person sees of a run while it goes on.
package enum RunEvent {
    /// A new stage, such as `reading adult.csv`.
    case stage(String)
    case warning(String)
    /// What the run is expected to take; told once, before it trains.
    case planned(RunPlan, PlannedBill)
    /// What is left of the command and what it all comes to, in seconds; told after every epoch.
    case corrected(leftSeconds: Double, seconds: Double)
    case training(TrainingEvent)
    case stopped(StopReason, bestEpoch: Int)
    /// A training diverged; a step of the search for a smaller rate is done.
    case searched(step: Int, of: Int)
    /// It is begun again.
    case restarted(TrainingRestart)

    /// Whether a batch was learned from.
    package var isStep: Bool {
        switch self {
        case .training(.step), .searched: true
        default: false
        }
    }
}

/// A finished run.
package struct RunResult {
    package var path: String
    package var measurements: [Measurement]
    package var stop: StopReason
    /// The steps after which the kept weights stood; `--steps` with it repeats a budget's run.
    package var steps: Int
    package var weightsSHA256: String
    package var seconds: Double
    /// The main measurements as a table for a terminal `width` characters wide.
    package var table: @Sendable (_ width: Int, _ color: Bool) -> String
    /// Where trainings diverged.
    package var restarts: RestartRecord?

    package init(
        path: String, measurements: [Measurement], stop: StopReason, steps: Int,
        weightsSHA256: String, seconds: Double,
        table: @escaping @Sendable (_ width: Int, _ color: Bool) -> String
    ) {
        self.path = path
        self.measurements = measurements
        self.stop = stop
        self.steps = steps
        self.weightsSHA256 = weightsSHA256
        self.seconds = seconds
        self.table = table
    }
}
