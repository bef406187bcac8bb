import Platform

/// The number of worker threads asked for, or all cores.
package func checkedThreads(_ threads: Int?) throws(VouchError) -> Int {
    let threads = threads ?? Machine.cores
    guard (1...1024).contains(threads) else {
        throw VouchError(
            setting: "\(named: "threads") is \(threads); it must be from 1 to 1024")
    }
    return threads
}
