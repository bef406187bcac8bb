import RunStore

/// Models measured on the rows of a file before, by all runs that the index knows.
///
/// - Parameter weights: SHA-256 of the model that is measured now, which is not counted.
/// - Returns: 0 where there is no index, or it cannot be read.
package func modelsMeasuredBefore(onDataSHA256 data: String, except weights: String) -> Int {
    guard let index = try? RunIndex.openExisting() else { return 0 }
    return (try? index.models(measuredOnDataSHA256: data, except: weights)) ?? 0
}
