/// Counts what an execution makes, holds and does, so that it ends: that of a small file within seconds.
///
/// A unit of work is an element that is made; a node that runs is `nodeWork` of them, and sixteen products are one. A
/// model that is given more, in weights or in rows, may do more: `ONNXLimits.workOfElement` for each element.
package final class WorkMeter {
    private let limits: ONNXLimits
    private let most: Int
    private var held = 0
    private var work = 0

    /// About what a node takes beside its elements.
    static let nodeWork = 1_000

    /// - Parameter given: Elements of what is there before the execution begins.
    package init(_ limits: ONNXLimits, given: Int = 0) {
        self.limits = limits
        let (more, overflows) = given.multipliedReportingOverflow(by: limits.workOfElement)
        let (sum, isAbove) = limits.work.addingReportingOverflow(overflows ? .max : more)
        most = isAbove ? .max : sum
    }

    func hold(_ weight: Int, at place: String) throws(ONNXError) {
        held += weight
        guard held <= limits.heldElements else {
            throw ONNXError(.limit, at: place, "makes more than \(limits.heldElements) elements held at once")
        }
        try spend(weight, at: place)
    }

    func release(_ weight: Int) { held -= weight }

    func spend(_ units: Int, at place: String) throws(ONNXError) {
        let (sum, overflows) = work.addingReportingOverflow(units)
        guard !overflows, sum <= most else {
            throw ONNXError(.limit, at: place, "goes on beyond what one execution may take")
        }
        work = sum
    }

    /// Counts products before they are computed.
    func spend(products factors: [Int], at place: String) throws(ONNXError) {
        if factors.contains(0) { return }
        var count = 1.0
        for factor in factors { count *= Double(factor) }
        guard count / 16 <= Double(most - work) else {
            throw ONNXError(
                .limit, at: place,
                "asks for about \(count) steps, which is beyond what one execution may take")
        }
        work += Int(count / 16)
    }
}
