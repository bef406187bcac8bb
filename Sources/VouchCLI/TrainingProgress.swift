import Evidence
import Foundation
import Platform
import Reporting
import Runs
import Synchronization
import Training

/// Shows a run while it goes on: a bar on a terminal, plain lines elsewhere, JSON lines for
/// machines, nothing when quiet. Where lines stay, at most one a second tells of progress.
final class TrainingProgress: Sendable {
    private enum Manner { case quiet, json, bar, lines }

    private let manner: Manner
    private let terminal = Terminal(.error)
    private let results = Terminal(.output)
    // One line at a time, whichever thread tells of it.
    private let state = Mutex(State())

    private struct State {
        var barIsShown = false
        var lastShown = -Double.infinity
        /// Where the work that is shown began.
        var began: (seconds: Double, done: Double)?
        var epoch: EpochRecord?
    }

    init(quiet: Bool, json: Bool) {
        manner = json ? .json : quiet ? .quiet : terminal.isTerminal ? .bar : .lines
    }

    func show(_ event: RunEvent) {
        state.withLock { state in
            switch manner {
            case .quiet: break
            case .json:
                if case .training(let progress) = event, !isDue(progress, &state) { return }
                if case .stopped = event { state.began = nil }
                results.write(JSONLine.text(EventLine(event)))
            case .bar, .lines: tell(event, &state)
            }
        }
    }

    /// May be called by another thread.
    func show(_ progress: ProbeProgress) {
        state.withLock { state in
            let now = Clock.monotonicSeconds()
            let began = state.began ?? (now, progress.done)
            state.began = began
            guard manner != .quiet, isDue(&state, last: false) else { return }
            let share = min(1, progress.done / max(progress.planned, 1e-9))
            switch manner {
            case .quiet: break
            case .json: results.write(JSONLine.text(EventLine(progress)))
            case .bar:
                var text = "Measuring: \(progress.name)"
                if let left = left(progress, since: began, now) { text += "  \(left)" }
                drawBar(share, text, &state)
            case .lines:
                let left = left(progress, since: began, now).map { ", \($0)" } ?? ""
                say("Measuring: \(progress.name) (\(Int(share * 100)) %\(left))", &state)
            }
        }
    }

    func finish(_ result: RunResult) {
        state.withLock { state in
            if state.barIsShown { terminal.write("\r\u{1B}[K") }
            state.barIsShown = false
            switch manner {
            case .quiet: break
            case .json: results.write(JSONLine.text(ResultLine(result)))
            case .bar, .lines:
                results.write("\n" + result.table(results.width, results.allowsColor))
                results.write("\nReport: \(result.path)/report.html\n")
            }
        }
    }

    private func tell(_ event: RunEvent, _ state: inout State) {
        switch event {
        case .stage(let text):
            say(text, &state)
            state.began = nil
        case .warning(let text): say("! " + text, &state)
        case .stopped(let reason, let bestEpoch):
            say("Stopped: \(StopText.sentence(reason)). Kept epoch \(bestEpoch).", &state)
            (state.began, state.epoch) = (nil, nil)
        case .training(.step(let step, let planned, let loss)):
            guard manner == .bar else { return }
            let now = Clock.monotonicSeconds()
            let began = state.began ?? (now, Double(step))
            state.began = began
            guard isDue(&state, last: step == planned) else { return }
            var text = "loss \(fixed(loss))"
            if let epoch = state.epoch {
                if let loss = epoch.validationLoss { text += "  validation \(fixed(loss))" }
                text += "  epoch \(epoch.epoch)"
            }
            if Double(step) > began.done {
                let left =
                    (now - began.seconds) / (Double(step) - began.done) * Double(planned - step)
                text += "  at most \(duration(left)) left"
            }
            drawBar(Double(step) / Double(max(planned, 1)), text, &state)
        case .training(.epoch(let record)):
            state.epoch = record
            guard manner == .lines, isDue(&state, last: false) else { return }
            let validation = record.validationLoss.map {
                "  validation \(fixed($0))" + (record.isBest ? "  *" : "")
            }
            say(
                "epoch \(record.epoch)  step \(record.step)  loss \(fixed(record.trainingLoss))"
                    + (validation ?? ""), &state)
        }
    }

    /// Whether progress may be shown again: a bar ten times a second, a line once; the last in any case on a
    /// bar.
    private func isDue(_ state: inout State, last: Bool) -> Bool {
        let now = Clock.monotonicSeconds()
        guard now - state.lastShown >= (manner == .bar ? 0.1 : 1) || (last && manner == .bar)
        else { return false }
        state.lastShown = now
        return true
    }

    /// Whether a line is due: an epoch's, or a step's where no epoch has ended for a second.
    private func isDue(_ progress: TrainingEvent, _ state: inout State) -> Bool {
        guard case .step(let step, _, _) = progress else { return isDue(&state, last: false) }
        let now = Clock.monotonicSeconds()
        let began = state.began ?? (now, Double(step))
        state.began = began
        return now - began.seconds >= 1 && isDue(&state, last: false)
    }

    /// From what the counted work took so far; `nil` before that is known.
    private func left(
        _ progress: ProbeProgress, since began: (seconds: Double, done: Double), _ now: Double
    ) -> String? {
        let done = progress.done - began.done
        guard now - began.seconds >= 1, done > 0, progress.planned >= progress.done else {
            return nil
        }
        let seconds = (now - began.seconds) / done * (progress.planned - progress.done)
        return "about \(duration(seconds)) left"
    }

    private func say(_ text: String, _ state: inout State) {
        if state.barIsShown { terminal.write("\r\u{1B}[K") }
        state.barIsShown = false
        terminal.write(visible(text) + "\n")
    }

    private func drawBar(_ share: Double, _ text: String, _ state: inout State) {
        let width = max(5, min(30, terminal.width - text.count - 12))
        let filled = min(width, Int(share * Double(width)))
        let bar =
            String(repeating: "█", count: filled)
            + String(repeating: "░", count: width - filled)
        let percent = String(Int(share * 100))
        let line = "\(bar) \(percent)%  \(text)"
        terminal.write("\r" + line.prefix(terminal.width - 1) + "\u{1B}[K")
        state.barIsShown = true
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
    /// Of the probes, in seconds of counted work.
    private(set) var done: Double?
    private(set) var planned: Double?

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
