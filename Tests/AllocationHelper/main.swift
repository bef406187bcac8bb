import CAllocations

/// Prints `ours N onednn M FIRST`: heap allocations in fifty steps of a training, or in a thousand calls
/// of a predictor. Arguments: the network, or `predictor`; `planted` to allocate on purpose, `sites` to
/// say where. Prints `uncounted` where malloc cannot be replaced.
let name = CommandLine.arguments.dropFirst().first ?? ""
let plants = CommandLine.arguments.contains("planted")
if name == "predictor" {
    try countPredictions(planted: plants)
} else {
    try countSteps(of: name, planted: plants)
}
if counts_allocations() {
    let first = unsafe String(cString: first_allocation_of_ours())
    let (ours, theirs) = (allocations_of(ALLOCATED_BY_US), allocations_of(ALLOCATED_BY_ONEDNN))
    print("ours \(ours) onednn \(theirs) \(first)")
} else {
    print("uncounted")
}
if CommandLine.arguments.contains("sites") { print_allocations_of_ours() }
