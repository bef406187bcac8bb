import Foundation
import FuzzedTables
import Platform

/// Runs made-up tables through the program until one fails. Arguments: FOLDER FIRST COUNT [refusals].
///
/// Prints the number of a case before it runs where it takes long or fails, so that a crash names
/// its case; a summary of how far the cases came at the end.
let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count >= 3, let first = UInt64(arguments[1]), let count = UInt64(arguments[2])
else {
    Terminal(.error).write("usage: TableFuzz FOLDER FIRST COUNT [refusals]\n")
    exit(2)
}
let output = Terminal(.output)
var reached: [String: Int] = [:]
var faults = 0
let start = Clock.monotonicSeconds()
for seed in first..<first + count {
    try AtomicFile.write(Array("\(seed)\n".utf8), to: arguments[0] + "/current")
    let before = Clock.monotonicSeconds()
    let outcome = FuzzedCase(seed, in: arguments[0]).run()
    let seconds = Clock.monotonicSeconds() - before
    if seconds > 20 { output.write("case \(seed) took \(Int(seconds)) s\n") }
    for step in outcome.steps { reached[step, default: 0] += 1 }
    if arguments.count > 3 {
        for refusal in outcome.refusals { output.write("told \(seed): \(refusal)\n") }
    }
    for fault in outcome.faults {
        faults += 1
        output.write("case \(seed): \(fault)\n")
    }
}
let seconds = Clock.monotonicSeconds() - start
output.write("\(count) tables from \(first) in \(Int(seconds)) s; \(faults) faults\n")
for (step, number) in reached.sorted(by: { $0.key < $1.key }) {
    output.write("  \(step): \(number)\n")
}
exit(faults == 0 ? 0 : 1)
