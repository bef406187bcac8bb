import RealModule
import TensorCore

extension CounterRandom {
    /// A Poisson number: by inversion below a mean of 30, from there on rounded from the normal.
    ///
    /// Counts of categories that are drawn so, divided by their sum, are those of the bootstrap up to the
    /// sum's own spread, without touching a row.
    ///
    /// - Source: Devroye 1986, ISBN 978-0-387-96305-1, X.3; Hanley & MacGibbon 2006,
    ///   DOI 10.1016/j.cmpb.2006.04.006.
    func poisson(mean: Double, step: UInt32, index: UInt64) -> Double {
        guard mean > 0 else { return 0 }
        if mean >= 30 {
            let u = uniform(step: step, index: 2 * index)
            let v = uniform(step: step, index: 2 * index + 1)
            let normal = (-2 * Double.log(1 - u)).squareRoot() * Double.cos(2 * .pi * v)
            return max(0, (mean + mean.squareRoot() * normal).rounded())
        }
        var rest = uniform(step: step, index: 2 * index)
        var probability = Double.exp(-mean)
        var count = 0.0
        while rest >= probability, count < 200 {
            rest -= probability
            count += 1
            probability *= mean / count
        }
        return count
    }
}
