import Platform
import Runs

/// Where a run goes that was given no folder.
enum RunName {
    /// `runs/` and the data file's name without its last ending, such as `runs/adult` of `data/adult.csv`; with
    /// the first free number where that stands already: `runs/adult-2`.
    ///
    /// - Parameter isContinued: Whether a run that stands there is replaced or gone on with: then it is the latest of
    ///   those there are.
    static func standard(for data: String, isContinued: Bool) -> String {
        let file = Files.name(of: data)
        let stem = file.split(separator: ".", omittingEmptySubsequences: false)
        let name = stem.count > 1 && !stem[0].isEmpty ? stem.dropLast().joined(separator: ".") : file
        let usable = ["", ".", "..", "/", "-"].contains(name) ? "run" : name
        let place = "runs/" + usable
        func numbered(_ number: Int) -> String { number == 1 ? place : "\(place)-\(number)" }
        func stands(_ path: String) -> Bool { Files.kind(of: path) != nil }
        var number = 1
        while stands(numbered(number)) { number += 1 }
        guard isContinued else { return numbered(number) }
        // One that was interrupted stands there under its hidden name alone.
        return hasCheckpoints(numbered(number)) || number == 1 ? numbered(number) : numbered(number - 1)
    }

    private static func hasCheckpoints(_ path: String) -> Bool {
        Files.kind(of: trainingFolder(of: path)) != nil
    }
}
