import Evidence
import Foundation
import Platform
import Reporting
import Runs
import Studies
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
        /// What the plan said was left of the command, and when.
        var left: (seconds: Double, at: Double)?
        var lastCorrection = -Double.infinity
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
                if case .corrected = event, !isCorrectionDue(&state) { return }
                if case .searched = event { return }
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
                if let left = left(progress, since: began, now) ?? left(state, now) {
                    text += "  \(left)"
                }
                drawBar(share, text, &state)
            case .lines:
                let told = left(progress, since: began, now) ?? left(state, now)
                let left = told.map { ", \($0)" } ?? ""
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
            case .bar, .lines: show(result.table, path: result.path)
            }
        }
    }

    func finish(_ adopted: AdoptedRun) {
        state.withLock { state in
            if state.barIsShown { terminal.write("\r\u{1B}[K") }
            state.barIsShown = false
            if manner != .quiet { show(adopted.table, path: adopted.path) }
        }
    }

    private func show(_ table: (Int, Bool) -> String, path: String) {
        results.write("\n" + table(results.width, results.allowsColor))
        results.write("\nReport: \(path)/report.html\n")
    }

    private func tell(_ event: RunEvent, _ state: inout State) {
        switch event {
        case .stage(let text):
            say(text, &state)
            state.began = nil
        case .warning(let text): say("! " + text, &state)
        case .planned(let plan, let bill): say(PlanText.line(plan, bill), &state)
        case .corrected(let left, _): state.left = (left, Clock.monotonicSeconds())
        case .stopped(let reason, let bestEpoch):
            say("Stopped: \(StopText.sentence(reason)). Kept epoch \(bestEpoch).", &state)
            (state.began, state.epoch) = (nil, nil)
        case .searched(let step, let all):
            guard manner == .bar, isDue(&state, last: step == all) else { return }
            drawBar(Double(step) / Double(all), "looking for a learning rate", &state)
        case .restarted(let restart):
            say("! " + RestartText.sentence(restart) + ".", &state)
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
            if let left = left(state, now) {
                text += "  \(left)"
            } else if Double(step) > began.done {
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
                    + (validation ?? "")
                    + (left(state, Clock.monotonicSeconds()).map { "  \($0)" } ?? ""), &state)
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

    /// Of its own, as a correction follows the line of its epoch at once.
    private func isCorrectionDue(_ state: inout State) -> Bool {
        let now = Clock.monotonicSeconds()
        guard now - state.lastCorrection >= 1 else { return false }
        state.lastCorrection = now
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

    /// As the plan told it last, less the time since; `nil` before it told, or where that time is over.
    private func left(_ state: State, _ now: Double) -> String? {
        guard let told = state.left else { return nil }
        let seconds = told.seconds - (now - told.at)
        return seconds > 0 ? "about \(duration(seconds)) left" : nil
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
