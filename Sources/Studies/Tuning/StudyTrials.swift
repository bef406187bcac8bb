import Foundation
import Platform
import Runs
package import Tuning

/// What a study has tried so far.
///
/// STUDY is a file of JSON lines, or a folder that holds it as `trials.jsonl`. The first line is the study's head: `space`, and `standard`,
/// what the recipe settles for each setting of the space that is not asked for. Each further line is a `FinishedTrial`, in the order of
/// their numbers. Settings that a trial leaves to the recipe are filled in from `standard`, so that points compare.
///
/// - Throws: `VouchError` with the line.
package func finishedTrials(
    of study: String
) throws -> (space: SearchSpace, trials: [FinishedTrial], standard: SearchPoint) {
    let folder = study + "/trials.jsonl"
    let path = Files.exists(folder) ? folder : study
    guard Files.exists(path) else {
        throw VouchError("there is no study at \(study). Name the folder of a study")
    }
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
        var trial = try decoded(FinishedTrial.self, line)
        trial.plan.point.values.merge(head.standard.values) { own, _ in own }
        return trial
    }
    return (head.space, trials, head.standard)
}

/// The first line of a study's trials.
private struct StudyHead: Decodable {
    var space: SearchSpace
    var standard: SearchPoint
}
