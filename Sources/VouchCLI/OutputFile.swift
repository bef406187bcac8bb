import Platform
import Runs

/// Writes a file that a command was asked for, if no run is damaged by it.
///
/// - Parameter option: What named it.
func writeFile(_ bytes: [UInt8], to path: String, option: String = "--out") throws {
    try OutputFiles().check([option: path])
    try AtomicFile.write(bytes, to: path)
}
