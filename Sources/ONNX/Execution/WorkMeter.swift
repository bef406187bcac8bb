/// Counts what an execution makes, holds and does, so that it ends: that of a small file within seconds.
///
/// Products, elements that are made and read, and nodes that run are counted apart, each up to `ONNXLimits.work` units
/// and what the model's size adds. A network multiplies by each weight for every row, but makes far fewer elements, and
/// runs its nodes once: a model with many weights is not to go round a loop for longer than one with few.
package final class WorkMeter {
    private let limits: ONNXLimits
    private var held = 0
    private var products: Account
    private var elements: Account
    private var nodes: Account

    private struct Account {
        let most: Int
        var spent = 0

        /// - Parameters:
        ///   - inputs: Elements of what is given to the execution.
        ///   - weights: Of the model's own tensors, each of which counts for `share` of an input's.
        init(_ limits: ONNXLimits, weights: Int, inputs: Int, share: Double) {
            let more = (Double(weights) * share + Double(inputs)) * Double(limits.workOfElement)
            most = Int(exactly: min(Double(limits.work) + more, 0x1p62).rounded()) ?? .max
        }

        mutating func spend(_ units: Int, at place: String) throws(ONNXError) {
            let (sum, overflows) = spent.addingReportingOverflow(units)
            guard !overflows, sum <= most else {
                throw ONNXError(.limit, at: place, "goes on beyond what one execution may take")
            }
            spent = sum
        }
    }

    /// About what a node takes beside its elements.
    static let nodeWork = 1_000
    /// What a name of a graph or a node takes at each run.
    private static let nameWork = 4
    /// Elements that are read for one that is made.
    private static let readsOfUnit = 4

    /// - Parameters:
    ///   - weights: Elements of the model's own tensors.
    ///   - inputs: Elements of what is given besides.
    package init(_ limits: ONNXLimits, weights: Int = 0, inputs: Int = 0) {
        self.limits = limits
        products = Account(limits, weights: weights, inputs: inputs, share: 1)
        elements = Account(limits, weights: weights, inputs: inputs, share: 1 / 64)
        nodes = Account(limits, weights: weights, inputs: inputs, share: 1 / 1024)
    }

    func hold(_ weight: Int, at place: String) throws(ONNXError) {
        held += weight
        guard held <= limits.heldElements else {
            throw ONNXError(.limit, at: place, "makes more than \(limits.heldElements) elements held at once")
        }
        try spend(weight, at: place)
    }

    func release(_ weight: Int) { held -= weight }

    /// Counts elements that are made.
    func spend(_ units: Int, at place: String) throws(ONNXError) { try elements.spend(units, at: place) }

    /// Counts a node that runs, or a graph within one.
    ///
    /// - Parameters:
    ///   - names: What it reads, or the values of the graph.
    ///   - reads: Elements of these.
    func step(names: Int, reads: Int = 0, at place: String) throws(ONNXError) {
        try nodes.spend(Self.nodeWork + Self.nameWork * names, at: place)
        try elements.spend(reads / Self.readsOfUnit, at: place)
    }

    /// Counts products before they are computed: sixteen are a unit.
    func spend(products factors: [Int], at place: String) throws(ONNXError) {
        if factors.contains(0) { return }
        var count = 1.0
        for factor in factors { count *= Double(factor) }
        guard count / 16 <= Double(products.most - products.spent) else {
            throw ONNXError(
                .limit, at: place,
                "asks for about \(count) steps, which is beyond what one execution may take")
        }
        products.spent += Int(count / 16)
    }
}
