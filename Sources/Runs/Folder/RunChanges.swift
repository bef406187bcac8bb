import Platform
import Reporting
import RunStore

/// Adds a tag to a run, or removes it.
///
/// - Returns: The run's tags now, and a warning where the index could not be told.
package func tagRun(_ folder: String, _ tag: String, removing: Bool) throws -> String {
    // Only a run folder gets a file.
    _ = try RunIndex.facts(runAt: folder)
    let tags =
        removing
        ? try RunTags.change(folder, removing: tag) : try RunTags.change(folder, adding: tag)
    let warning = warningUnlessIndexed { try $0.record(runAt: folder) }
    return "Tags: \(tags.isEmpty ? "none" : visible(tags.joined(separator: ", ")))\n" + warning
}

/// Removes a run folder, whole, and what the index knows of it.
///
/// - Returns: What was done, and a warning where the index could not be told.
package func deleteRun(_ folder: String) throws -> String {
    let path = try Files.absolutePath(folder)
    guard Files.exists(path) else {
        let index = try RunIndex.open()
        guard try index.run(at: path) != nil else {
            throw RunStoreError(
                file: folder, problem: "there is no such run folder",
                nextStep: "`vouch runs list` shows those that the index knows.")
        }
        try index.remove(runAt: path)
        return "The folder of \(visible(path)) was gone already; the index has forgotten it.\n"
    }
    try RunFolder.checkPlace(path)
    try AtomicFolder.delete(path)
    let warning = warningUnlessIndexed { try $0.remove(runAt: path) }
    return "Deleted \(visible(path)).\n" + warning
}

/// Makes the index equal to the run folders below some roots, and those that it knows elsewhere.
///
/// - Returns: What was found, for the terminal.
package func rebuildIndex(from roots: [String]) throws -> String {
    let index = try RunIndex.open()
    let rebuilt = try index.rebuild(from: roots)
    let count = rebuilt.recorded.count
    let runs = count == 1 ? "1 run" : "\(count) runs"
    var text = "The index at \(visible(index.path)) holds \(runs).\n"
    for path in rebuilt.forgotten {
        text += "Forgotten, as it is gone or damaged: \(visible(path))\n"
    }
    for skipped in rebuilt.skipped {
        text += "! Passed over \(visible(skipped.path)): \(visible(skipped.reason))\n"
    }
    return text
}

/// A line that says why the index could not be told, or nothing.
private func warningUnlessIndexed(_ update: (RunIndex) throws -> Void) -> String {
    do {
        try update(RunIndex.open())
        return ""
    } catch {
        return "! The index of runs does not know of it yet: \(visible("\(error)")) "
            + "Then run `vouch runs rebuild ROOT`.\n"
    }
}
