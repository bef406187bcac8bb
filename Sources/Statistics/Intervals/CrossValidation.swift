/// The mean of a metric over repeated K-fold cross-validation, with an interval that respects overlap.
///
/// `m ± t · √((1/J + 1/(K − 1)) s²)` with J = folds · repetitions values of mean m and variance s², and t of J − 1
/// degrees of freedom. Trainings share rows, so that the usual `s²/J` is far too small and falls
/// without end as repetitions are added; `1/(K − 1)`, test rows over training rows, stands for what they
/// share. The estimand is the metric, on new rows, of models that this procedure makes of as many rows as
/// `(K − 1)/K` of these.
///
/// - Parameters:
///   - values: One a fold and repetition.
///   - folds: K ≥ 2.
///   - rows: All rows together, for the count.
/// - Returns: No interval of fewer than two values or ten rows; no value of none.
/// - Source: Nadeau & Bengio 2003, DOI 10.1023/A:1024068626366; over repetitions, Bouckaert & Frank 2004,
///   DOI 10.1007/978-3-540-24775-3_3.
package func crossValidated(_ values: [Double], folds: Int, rows: Int) -> Estimate {
    precondition(folds > 1, "cross-validation has two folds at the least")
    var result = Estimate(
        value: nil, method: "Corrected resampled t", varied: "rows and trainings", count: rows)
    guard !values.isEmpty else {
        result.note = "no fold was measured"
        return result
    }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    result.value = mean
    guard values.count > 1 else {
        result.note = "one fold says nothing of the spread: no interval"
        return result
    }
    guard Double(rows) >= SamplePart.linear else {
        result.note = SamplePart.tooFew("rows", "\(rows)", least: SamplePart.linear)
        return result
    }
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    guard variance > 1e-24 * mean * mean else {
        result.note = "all folds give the same: no spread to judge by, no interval"
        return result
    }
    let reach =
        SpecialFunctions.studentQuantile(0.975, degrees: count - 1)
        * ((1 / count + 1 / Double(folds - 1)) * variance).squareRoot()
    result.lower = mean - reach
    result.upper = mean + reach
    return result
}
