package import CPURuntime
import GraphIR
package import Kernels
import RealModule
import TensorCore

/// The update rule and its settings.
package struct OptimizerSettings: Sendable, Hashable, Codable {
    package enum Rule: Sendable, Hashable, Codable {
        /// Source: Loshchilov & Hutter 2019, arXiv:1711.05101.
        case adamW(beta1: Float, beta2: Float, epsilon: Float)
        /// `v ← momentum·v + g; p ← p − rate·v` (or, with Nesterov, `p − rate·(g + momentum·v)`).
        case sgd(momentum: Float, nesterov: Bool)
    }

    package var rule: Rule
    /// The peak rate.
    package var learningRate: Float
    package var schedule: Schedule
    /// Decoupled: a step multiplies a weight by `1 − rate · weightDecay`.
    package var weightDecay: Float
    /// Whether biases, norms and embeddings decay too.
    package var decaysEverything: Bool
    /// The largest norm of the whole gradient; a longer one is scaled down to it.
    package var clipNorm: Float?
    /// The decay of the averaged weights (EMA), or `nil` for none. At step t the decay is at most
    /// `(t + 1)/(t + 10)`, so that the average forgets the start.
    package var averageDecay: Float?
    /// By which the rate of parameters is multiplied, by their names; `nil` where all have the whole rate.
    package var rateShares: [String: Float]?

    package init(
        rule: Rule = .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), learningRate: Float = 1e-3,
        schedule: Schedule = Schedule(), weightDecay: Float = 1e-2, decaysEverything: Bool = false,
        clipNorm: Float? = nil, averageDecay: Float? = nil
    ) {
        self.rule = rule
        self.learningRate = learningRate
        self.schedule = schedule
        self.weightDecay = weightDecay
        self.decaysEverything = decaysEverything
        self.clipNorm = clipNorm
        self.averageDecay = averageDecay
    }

    fileprivate func rateShare(of entry: ParameterLayout.Entry) -> Float {
        rateShares?[entry.spec.name] ?? 1
    }
}

/// The learned numbers, what the update rule remembers of them, and the rule.
///
/// The dense parameters are one flat buffer, walked once a step in blocks whose size does not
/// depend on the number of workers. Of a table with sparse gradients only the rows that the batch
/// looked up are touched: their moments move at those steps only (as in PyTorch's `SparseAdam`), and
/// their average catches up in one multiplication.
package final class Optimizer {
    package let settings: OptimizerSettings
    package let layout: ParameterLayout
    package let parameters: Buffer
    /// First moments (AdamW), or velocities.
    package let first: Buffer
    /// Second moments; empty for SGD.
    package let second: Buffer
    /// The averaged weights, where asked for.
    package let average: Buffer?
    /// Steps taken.
    package private(set) var step: Int
    private let pool: WorkerPool
    private let blocks: [Block]
    private let blockNorms: Buffer
    /// In order of their names.
    private let tables: [SparseTable]
    /// Σ log decay of the average over all steps.
    private var averageLog = 0.0
    private let work = Work()
    private let sumTask: WorkerPool.Task
    private let updateTask: WorkerPool.Task

    /// What the workers are given of a step.
    // Sendable is unchecked because it is written between the workers' runs only.
    private final class Work: @unchecked Sendable {
        var shards: [Buffer] = []
        var rule: StepRule?
    }

    /// A stretch of dense parameters that one worker updates, all of one role.
    struct Block: Sendable {
        var range: Range<Int>
        var decays: Bool
        /// Of the learning rate.
        var rateShare: Float
    }

    static let blockWords = 4096

    package init(
        _ settings: OptimizerSettings, layout: ParameterLayout, parameters: Buffer, pool: WorkerPool
    ) {
        self.settings = settings
        self.layout = layout
        self.parameters = parameters
        self.pool = pool
        step = 0
        first = Buffer(count: layout.count)
        if case .adamW = settings.rule {
            second = Buffer(count: layout.count)
        } else {
            second = Buffer(count: 0)
        }
        average = settings.averageDecay.map { _ in Buffer(count: layout.count) }
        average?.copy(from: parameters, at: 0, to: 0, count: layout.count)
        var blocks: [Block] = []
        for entry in layout.entries where entry.offset < layout.denseCount {
            let decays = settings.decaysEverything || entry.spec.role == .weight
            let share = settings.rateShare(of: entry)
            for start in stride(from: entry.offset, to: entry.range.upperBound, by: Self.blockWords)
            {
                let end = min(start + Self.blockWords, entry.range.upperBound)
                blocks.append(Block(range: start..<end, decays: decays, rateShare: share))
            }
        }
        self.blocks = blocks
        let norms = Buffer(count: 2 * blocks.count)
        blockNorms = norms
        tables = layout.entries
            .filter { $0.spec.hasSparseGradient && $0.spec.role.isMovedBySteps }
            .sorted { $0.spec.name < $1.spec.name }
            .map { SparseTable($0, rateShare: settings.rateShare(of: $0)) }
        sumTask = WorkerPool.Task { [work, blocks] _, index in
            let squares = sumShards(work.shards, blocks[index].range)
            // A Double in two words, high part and rest, since a buffer holds floats.
            let high = Float(squares)
            norms[2 * index] = high
            norms[2 * index + 1] = high.isFinite ? Float(squares - Double(high)) : 0
        }
        updateTask = WorkerPool.Task {
            [work, blocks, parameters, first, second, average] _, index in
            guard let rule = work.rule else { return }
            let range = blocks[index].range
            rule.update(
                parameters: parameters, first: first, second: second, average: average,
                gradient: work.shards[0], gradientOffset: range.lowerBound, range,
                decays: blocks[index].decays, rateShare: blocks[index].rateShare)
        }
    }

    /// The weights to predict with: the average where there is one.
    package var weights: Buffer { average ?? parameters }

    /// Adds the shards' gradients and moves the parameters by one step.
    ///
    /// - Parameters:
    ///   - batch: What its shards left of the batch.
    ///   - totalSteps: The planned length of the training, for the schedule.
    ///   - rate: In place of the schedule's.
    /// - Returns: The norm of the batch's gradient before clipping; not finite when the step failed,
    ///   in which case no parameter was moved.
    package func apply(
        _ batch: ShardedStep, totalSteps: Int, rate: Float? = nil
    ) -> Double {
        work.shards = batch.gradients()
        pool.run(sumTask, items: blocks.count)
        var squares = blocks.indices.reduce(0) {
            $0 + Double(blockNorms[2 * $1]) + Double(blockNorms[2 * $1 + 1])
        }
        for lookup in batch.results.sparse {
            guard let table = tables.first(where: { $0.entry.offset == lookup.entry.offset })
            else { continue }
            batch.add(lookup, to: table.rows)
        }
        for table in tables { squares += table.rows.squares }
        let norm = squares.squareRoot()
        guard norm.isFinite else {
            for table in tables { table.rows.clear() }
            return norm
        }
        let scale: Float
        if let clip = settings.clipNorm, norm > Double(clip) {
            scale = clip / Float(norm)
        } else {
            scale = 1
        }
        let rule = StepRule(
            settings, step: step, totalSteps: totalSteps, rate: rate, gradientScale: scale)
        work.rule = rule
        pool.run(updateTask, items: blocks.count)
        let logBefore = averageLog
        averageLog += Self.logarithm(ofDecay: rule.averageDecay)
        for table in tables { update(table, rule, logBefore: logBefore) }
        for (entry, region) in batch.results.states { updateState(entry, batch, region) }
        step += 1
        return norm
    }

    /// A state becomes the mean of what the shards made of it, which is the same number where it does
    /// not depend on their rows.
    private func updateState(
        _ entry: ParameterLayout.Entry, _ batch: ShardedStep, _ region: Region
    ) {
        for index in 0..<entry.count {
            parameters[entry.offset + index] = Float(
                batch.sum(region, at: index) / Double(batch.shardCount))
        }
        average?.copy(from: parameters, at: entry.offset, to: entry.offset, count: entry.count)
    }

    private static func logarithm(ofDecay decay: Float) -> Double {
        decay > 0 ? Double.log(Double(decay)) : 0
    }

    private func update(_ table: SparseTable, _ rule: StepRule, logBefore: Double) {
        let decays = settings.decaysEverything
        for row in table.rows.touched {
            let start = table.entry.offset + Int(row) * table.width
            let range = start..<start + table.width
            if let average {
                let since = logBefore - table.averageLog[Int(row)]
                averageToward(
                    average, parameters: parameters, range, factor: Float(Double.exp(since)))
                table.averageLog[Int(row)] = averageLog
            }
            rule.update(
                parameters: parameters, first: first, second: second, average: average,
                gradient: table.rows.sums, gradientOffset: Int(row) * table.width, range,
                decays: decays, rateShare: table.rateShare)
        }
        table.rows.clear()
    }

    /// Brings the averages of rows that were not looked up lately to the present.
    ///
    /// To be called before the average is read.
    package func synchronizeAverage() {
        guard let average else { return }
        for table in tables {
            for row in table.averageLog.indices where table.averageLog[row] != averageLog {
                let since = averageLog - table.averageLog[row]
                let start = table.entry.offset + row * table.width
                averageToward(
                    average, parameters: parameters, start..<start + table.width,
                    factor: Float(Double.exp(since)))
                table.averageLog[row] = averageLog
            }
        }
    }

    /// Continues from a checkpoint whose buffers were already filled.
    package func resume(atStep step: Int) {
        self.step = step
        averageLog = (0..<step).reduce(0) {
            $0 + Self.logarithm(ofDecay: StepRule.averageDecay(settings, step: $1))
        }
        for table in tables {
            for row in table.averageLog.indices { table.averageLog[row] = averageLog }
        }
    }
}

/// The numbers of one step.
struct StepRule: Sendable {
    let settings: OptimizerSettings
    let learningRate: Float
    let gradientScale: Float
    let averageDecay: Float
    private let corrections: (Float, Float)

    init(
        _ settings: OptimizerSettings, step: Int, totalSteps: Int, rate: Float? = nil,
        gradientScale: Float
    ) {
        self.settings = settings
        learningRate =
            rate
            ?? settings.learningRate * settings.schedule.factor(step: step, total: totalSteps)
        self.gradientScale = gradientScale
        averageDecay = Self.averageDecay(settings, step: step)
        corrections =
            if case .adamW(let beta1, let beta2, _) = settings.rule {
                (AdamWStep.correction(beta1, step + 1), AdamWStep.correction(beta2, step + 1))
            } else { (1, 1) }
    }

    static func averageDecay(_ settings: OptimizerSettings, step: Int) -> Float {
        min(settings.averageDecay ?? 0, Float(step + 1) / Float(step + 10))
    }

    func update(
        parameters: Buffer, first: Buffer, second: Buffer, average: Buffer?, gradient: Buffer,
        gradientOffset: Int, _ range: Range<Int>, decays: Bool, rateShare: Float
    ) {
        let rate = learningRate * rateShare
        let decay = decays ? rate * settings.weightDecay : 0
        switch settings.rule {
        case .adamW(let beta1, let beta2, let epsilon):
            updateAdamW(
                parameters: parameters, first: first, second: second, average: average,
                gradient: gradient, gradientOffset: gradientOffset, range,
                AdamWStep(
                    learningRate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon,
                    decay: decay, correction1: corrections.0, correction2: corrections.1,
                    gradientScale: gradientScale, averageDecay: averageDecay))
        case .sgd(let momentum, let nesterov):
            updateSGD(
                parameters: parameters, momentum: first, average: average, gradient: gradient,
                gradientOffset: gradientOffset, range,
                SGDStep(
                    learningRate: rate, momentum: momentum, nesterov: nesterov,
                    decay: decay, gradientScale: gradientScale, averageDecay: averageDecay))
        }
    }
}

/// A table with sparse gradients.
final class SparseTable {
    let entry: ParameterLayout.Entry
    let width: Int
    /// Of the learning rate.
    let rateShare: Float
    /// Those that the current batch looked up.
    let rows: TouchedRows
    /// The optimizer's `averageLog` up to which a row's average is current.
    var averageLog: [Double]

    init(_ entry: ParameterLayout.Entry, rateShare: Float) {
        self.entry = entry
        self.rateShare = rateShare
        let values = entry.spec.shape[0].count(rows: 0)
        width = entry.count / values
        rows = TouchedRows(values: values, width: width)
        averageLog = Array(repeating: 0, count: values)
    }
}
