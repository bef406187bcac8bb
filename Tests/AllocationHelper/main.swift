import CAllocations

/// Prints `ours N onednn M FIRST`: heap allocations in fifty steps of a training, or in a thousand calls
/// of a predictor. Arguments: the network, or `predictor`; `planted` to allocate on purpose, `sites` to
/// say where.
let name = CommandLine.arguments.dropFirst().first ?? ""
let plants = CommandLine.arguments.contains("planted")
if name == "predictor" {
    try countPredictions(planted: plants)
} else {
    try countSteps(of: name, planted: plants)
}
let first = unsafe String(cString: first_allocation_of_ours())
print(
    "ours \(allocations_of(ALLOCATED_BY_US)) onednn \(allocations_of(ALLOCATED_BY_ONEDNN)) \(first)"
)
if CommandLine.arguments.contains("sites") { print_allocations_of_ours() }
