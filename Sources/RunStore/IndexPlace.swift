import Platform

extension RunIndex {
    /// Where the index lies unless told otherwise: `$VOUCH_HOME/runs.sqlite`, else
    /// `$XDG_DATA_HOME/vouch/runs.sqlite`, else `~/.local/share/vouch/runs.sqlite`.
    ///
    /// - Parameter environment: The value of an environment variable.
    /// - Throws: `RunStoreError` where none of the three is set.
    package static func defaultPath(
        environment: (String) -> String? = { Environment.value($0) }
    ) throws(RunStoreError) -> String {
        func set(_ name: String) -> String? {
            environment(name).flatMap { $0.isEmpty ? nil : $0 }
        }
        if let home = set("VOUCH_HOME") { return home + "/" + fileName }
        // The XDG base directory specification has relative paths ignored.
        if let data = set("XDG_DATA_HOME"), data.hasPrefix("/") {
            return data + "/vouch/" + fileName
        }
        if let home = set("HOME") { return home + "/.local/share/vouch/" + fileName }
        throw RunStoreError(
            file: fileName, problem: "there is no place for the index of runs: HOME is not set",
            nextStep: "Set VOUCH_HOME to a folder you may write to.")
    }

    static let fileName = "runs.sqlite"
}
