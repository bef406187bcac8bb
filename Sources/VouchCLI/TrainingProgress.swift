import Evidence
import Foundation
import Platform
import Reporting
import Training
import Vouch

/// Shows a run while it goes on: a bar on a terminal, plain lines elsewhere, JSON lines for
/// machines, nothing when quiet.
final class TrainingProgress {
    private enum Manner { case quiet, json, bar, lines }

    private let manner: Manner
    private let terminal = Terminal(.error)
    private let results = Terminal(.output)
    private var barIsShown = false
    private var lastDrawn = -Double.infinity
    private var began = 0.0
    private var firstStep = 0
    private var epoch: EpochRecord?

    init(quiet: Bool, json: Bool) {
        manner = json ? .json : quiet ? .quiet : terminal.isTerminal ? .bar : .lines
    }

    func show(_ event: RunEvent) {
        switch manner {
        case .quiet: break
        case .json: results.write(JSONLine.text(EventLine(event)))
        case .bar, .lines: tell(event)
        }
    }

    func finish(_ result: RunResult) {
        switch manner {
        case .quiet: break
        case .json: results.write(JSONLine.text(ResultLine(result)))
        case .bar, .lines:
            results.write("\n" + result.table(results.width, results.allowsColor))
            results.write("\nReport: \(result.path)/report.html\n")
        }
    }

    private func tell(_ event: RunEvent) {
        switch event {
        case .stage(let text): say(text)
        case .warning(let text): say("! " + text)
        case .stopped(let reason, let bestEpoch):
            say("Stopped: \(StopText.sentence(reason)). Kept epoch \(bestEpoch).")
            (began, epoch) = (0, nil)
        case .training(.step(let step, let planned, let loss)):
            guard manner == .bar else { return }
            drawBar(step: step, planned: planned, loss: loss)
        case .training(.epoch(let record)):
            epoch = record
            guard manner == .lines else { return }
            let validation = record.validationLoss.map {
                "  validation \(fixed($0))" + (record.isBest ? "  *" : "")
            }
            say(
                "epoch \(record.epoch)  step \(record.step)  loss \(fixed(record.trainingLoss))"
                    + (validation ?? ""))
        }
    }

    private func say(_ text: String) {
        if barIsShown { terminal.write("\r\u{1B}[K") }
        barIsShown = false
        terminal.write(visible(text) + "\n")
    }

    private func drawBar(step: Int, planned: Int, loss: Double) {
        let now = Clock.monotonicSeconds()
        if began == 0 {
            began = now
            firstStep = step
        }
        guard now - lastDrawn >= 0.1 || step == planned else { return }
        lastDrawn = now
        let share = Double(step) / Double(max(planned, 1))
        var text = "loss \(fixed(loss))"
        if let epoch {
            if let loss = epoch.validationLoss { text += "  validation \(fixed(loss))" }
            text += "  epoch \(epoch.epoch)"
        }
        if step > firstStep {
            let left = (now - began) / Double(step - firstStep) * Double(planned - step)
            text += "  at most \(duration(left)) left"
        }
        let width = max(5, min(30, terminal.width - text.count - 12))
        let filled = min(width, Int(share * Double(width)))
        let bar =
            String(repeating: "█", count: filled)
            + String(repeating: "░", count: width - filled)
        let percent = String(Int(share * 100))
        let line = "\(bar) \(percent)%  \(text)"
        terminal.write("\r" + line.prefix(terminal.width - 1) + "\u{1B}[K")
        barIsShown = true
    }

    private func fixed(_ number: Double) -> String { String(format: "%.4f", number) }

    private func duration(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.up))
        return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
    }
}

// MARK: - For machines

private enum JSONLine {
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
private struct EventLine: Encodable {
    private(set) var event: String
    private(set) var text: String?
    private(set) var step: Int?
    private(set) var plannedSteps: Int?
    private(set) var loss: Double?
    private(set) var epoch: EpochRecord?

    init(_ runEvent: RunEvent) {
        switch runEvent {
        case .stage(let text):
            event = "stage"
            self.text = text
        case .warning(let text):
            event = "warning"
            self.text = text
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
        }
    }
}

private struct ResultLine: Encodable {
    let event = "finished"
    let path: String
    let steps: Int
    let weightsSHA256: String
    let seconds: Double
    let measurements: [Evidence.Measurement]

    init(_ result: RunResult) {
        path = result.path
        steps = result.steps
        weightsSHA256 = result.weightsSHA256
        seconds = result.seconds
        measurements = result.measurements
    }
}
