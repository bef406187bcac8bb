import Cost
import Evidence
import Foundation
import Runs
import Training

enum JSONLine {
    static func text(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("numbers and texts can always be encoded")
        }
        return Array(data) + [UInt8(ascii: "\n")]
    }
}

/// One event: `{"event": "epoch", "epoch": 3, …}`.
struct EventLine: Encodable {
    private(set) var event: String
    private(set) var text: String?
    private(set) var step: Int?
    private(set) var plannedSteps: Int?
    private(set) var loss: Double?
    private(set) var epoch: EpochRecord?
    /// Of the probes, in seconds of counted work.
    private(set) var done: Double?
    private(set) var planned: Double?
    /// Of the whole command: an estimate, with its interval where it was made before the training.
    private(set) var seconds: Double?
    private(set) var lower: Double?
    private(set) var upper: Double?
    private(set) var left: Double?
    private(set) var bill: PlannedBill?
    /// Peak, of a training that diverged, and of the one that is begun in its place.
    private(set) var divergedRate: Float?
    private(set) var learningRate: Float?

    init(_ progress: ProbeProgress) {
        event = "measuring"
        text = progress.name
        done = progress.done
        planned = progress.planned
    }

    init(_ runEvent: RunEvent) {
        switch runEvent {
        case .stage(let text):
            event = "stage"
            self.text = text
        case .warning(let text):
            event = "warning"
            self.text = text
        case .planned(let plan, let bill):
            event = "plan"
            (seconds, lower, upper) = (plan.seconds, plan.lower, plan.upper)
            left = max(0, plan.seconds - plan.begunSeconds)
            self.bill = bill
        case .corrected(let left, let seconds):
            event = "plan"
            self.left = left
            self.seconds = seconds
        case .training(.step(let step, let planned, let loss)):
            event = "step"
            self.step = step
            plannedSteps = planned
            self.loss = loss
        case .training(.epoch(let record)):
            event = "epoch"
            epoch = record
        case .stopped(let reason, _):
            event = "stopped"
            text = StopText.sentence(reason)
        case .searched(let step, let all):
            event = "search"
            self.step = step
            plannedSteps = all
        case .restarted(let restart):
            event = "restarted"
            text = RestartText.sentence(restart)
            divergedRate = restart.from
            learningRate = restart.to
        }
    }
}

struct ResultLine: Encodable {
    let event = "finished"
    let path: String
    let steps: Int
    let weightsSHA256: String
    let seconds: Double
    let measurements: [Evidence.Measurement]
    /// Where trainings diverged: the rate that was asked for, and those that were used.
    let restarts: RestartRecord?

    init(_ result: RunResult) {
        path = result.path
        steps = result.steps
        weightsSHA256 = result.weightsSHA256
        seconds = result.seconds
        measurements = result.measurements
        restarts = result.restarts
    }
}
