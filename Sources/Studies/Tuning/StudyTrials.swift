import Foundation
import Platform
import Runs
package import Tuning

/// What a study has tried so far: of a study's folder the trials that count.
///
/// STUDY may also be a file of JSON lines, which whoever searched by other means wrote. The first line is the study's head: `space`, and `standard`,
/// what the recipe settles for each setting of the space that is not asked for. Each further line is a `FinishedTrial`, in the order of
/// their numbers. Settings that a trial leaves to the recipe are filled in from `standard`, so that points compare.
///
/// - Throws: `VouchError` with the line.
package func finishedTrials(
    of study: String
) throws -> (space: SearchSpace, trials: [FinishedTrial], standard: SearchPoint) {
    guard Files.exists(study) else {
        throw VouchError("there is no study at \(study). Name the folder of a study")
    }
    guard !Files.isFolder(study) else {
        let folder = try StudyFolder(study)
        let standard = folder.request.standard
        // A training that a study has twice, as the default, would be a repeat without noise.
        var seen: Set<PlannedTrial> = []
        let trials = try folder.finished(folder.counted(folder.trials())).filter { trial in
            var plan = trial.plan
            (plan.number, plan.rung) = (0, 0)
            return seen.insert(plan).inserted
        }
        return (folder.request.space, trials.map { $0.filled(standard) }, standard)
    }
    let path = study
    let lines = try Files.read(path).split(separator: UInt8(ascii: "\n"))
    func decoded<Value: Decodable>(_ type: Value.Type, _ line: Int) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(lines[line]))
        } catch {
            throw VouchError(
                "\(path), line \(line + 1): not what a study writes (\(error)). Restore the file, or search again"
            )
        }
    }
    guard !lines.isEmpty else { throw VouchError("\(path) is empty: it holds no study") }
    let head = try decoded(StudyHead.self, 0)
    let trials = try lines.indices.dropFirst().map { line in
        try decoded(FinishedTrial.self, line).filled(head.standard)
    }
    return (head.space, trials, head.standard)
}

extension FinishedTrial {
    /// With what the recipe settles for settings that its point leaves to it.
    fileprivate func filled(_ standard: SearchPoint) -> FinishedTrial {
        var trial = self
        trial.plan.point.values.merge(standard.values) { own, _ in own }
        return trial
    }
}

/// The first line of a study's trials.
private struct StudyHead: Decodable {
    var space: SearchSpace
    var standard: SearchPoint
}
