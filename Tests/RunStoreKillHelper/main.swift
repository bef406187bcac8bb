import RunStore

/// Writes version after version of one run folder until it is killed.
/// Arguments: the folder's path, the number of the first version.
let arguments = CommandLine.arguments
guard arguments.count == 3, var version = UInt8(arguments[2]) else {
    print("usage: RunStoreKillHelper PATH VERSION")
    throw RunStoreError(file: "", problem: "two arguments are needed", nextStep: "Give both.")
}
while true {
    var writer = RunFolder.Writer()
    for name in ["a.bin", "b/c.bin", "d.bin"] {
        try writer.add(name, [UInt8](repeating: version, count: 20_000))
    }
    try writer.commit(to: arguments[1], overwrite: true)
    version &+= 1
}
