import Cost
import Evidence
import Models
import Prediction
import Runs

/// Tries remedies of the model on validation rows, what takes the least to make first, and takes the first that reaches all
/// goals within a margin of the loss.
///
/// Of a remedy's strengths those come first that change the least. One whose sketch is too large or too slow is not made; of
/// one that reaches the goal but not the margin no stronger one is made, which would lose more. Where no model is within the
/// margin by its interval, of those that reach the goal the one whose loss rises least is taken, if its rise itself is within
/// it: validation rows may be too few to tell, and test rows decide.
struct ShrinkSearch {
    let proof: ModelProof
    let rows: CalibrationRows
    let meter: GoalMeter
    let margin: LossMargin
    var onEvent: (RunEvent) -> Void = { _ in }

    /// What was made of the model, and what it has of the goal and of the loss.
    struct Candidate {
        let remedy: any ModelRemedy
        let strength: Double?
        let changed: ChangedModel
        let readings: [GoalReading]
        let rise: LossRise
        /// On validation rows.
        let verdict: NonInferiority.Verdict

        /// As on a command line.
        var name: String { remedy.name(strength) }
        var text: String { "\(name): \(readings.text); \(rise.text)" }
    }

    struct Found {
        /// `nil` where none reaches the goal within the margin.
        var chosen: Candidate?
        /// All that were made, in their order.
        var tried: [Candidate]

        /// Of those that were made the one to tell of: it reaches the goal and loses the least, else it comes nearest.
        var best: Candidate? {
            let reached = tried.filter(\.readings.areReached)
            return reached.min { $0.rise.share < $1.rise.share }
                ?? tried.max { $0.readings.nearness < $1.readings.nearness }
        }
    }

    func run() throws -> Found {
        var found = Found(chosen: nil, tried: [])
        for remedy in allModelRemedies {
            do {
                if let taken = try tryAll(remedy, &found.tried) {
                    found.chosen = taken
                    return found
                }
            } catch let error as ModelError {
                onEvent(.stage("\(remedy.description.id) is left out: \(error)"))
            }
        }
        found.chosen = found.tried.filter { candidate in
            candidate.readings.areReached && candidate.rise.share < margin.share
        }.min { $0.rise.share < $1.rise.share }
        return found
    }

    /// - Returns: The first that reaches the goal within the margin.
    private func tryAll(
        _ remedy: any ModelRemedy, _ tried: inout [Candidate]
    ) throws -> Candidate? {
        for strength in remedy.strengths(for: proof.model) {
            let name = remedy.name(strength)
            if let sketch = try remedy.sketch(of: proof.model, strength: strength, on: rows) {
                let readings = try meter.readings(of: sketch)
                guard readings.areReached else {
                    onEvent(.stage("\(name) would not do: \(readings.text)"))
                    continue
                }
            }
            onEvent(.stage("Making \(name)"))
            let changed = try proof.changed(by: remedy, strength: strength, on: rows)
            let told = try rows.predictions(of: changed.model, pool: proof.finished.pool)
            let candidate = Candidate(
                remedy: remedy, strength: strength, changed: changed,
                readings: try meter.readings(of: changed.model),
                rise: try LossRise(told.before, told.after),
                verdict: try margin.comparison(of: told.after.predictions, beside: told.before)
                    .verdict)
            tried.append(candidate)
            onEvent(.stage(candidate.text))
            guard candidate.readings.areReached else { continue }
            return candidate.verdict == .notWorse ? candidate : nil
        }
        return nil
    }
}

extension LossRise {
    /// Of the loss before.
    var share: Double { before > 0 ? rise.value / before : rise.value > 0 ? .infinity : 0 }
}

extension ModelRemedy {
    /// As on a command line: `fewer-members=4`.
    fileprivate func name(_ strength: Double?) -> String {
        guard let strength else { return description.id }
        return description.id + "=" + (Int(exactly: strength).map(String.init) ?? "\(strength)")
    }
}
