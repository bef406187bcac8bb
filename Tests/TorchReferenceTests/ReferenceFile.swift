import Foundation
import TensorCore

/// A tensor of a reference file: float32 where it is an operand, float64 where it is a result.
struct ReferenceTensor: Decodable, Sendable {
    var shape: [Int]
    var values: [Double]
    /// Whether the values are indices.
    var integer: Bool?
    /// The axis that runs over the rows of a batch.
    var rowAxis: Int?

    var isInteger: Bool { integer ?? false }
    var floats: [Float] { values.map { Float($0) } }
    var integers: [Int32] { values.map { Int32($0) } }

    /// The shape that a graph declares for it.
    var declared: Shape {
        Shape(shape.enumerated().map { $0.offset == rowAxis ? .rows : .fixed($0.element) })
    }
}

/// One operation, layer or loss, as `Reference/generate.py` ran it in PyTorch.
struct OperationReference: Decodable, Sendable {
    var name: String
    /// By name; a name with a slash is a parameter that a layer makes itself.
    var operands: [String: ReferenceTensor]
    var cotangent: ReferenceTensor
    var result: ReferenceTensor
    /// Of `Σ cotangent · result`, by operand.
    var gradients: [String: ReferenceTensor]
    var second: [String: SecondOrder]?
    /// New values of state parameters.
    var updates: [String: ReferenceTensor]?
    var mask: MaskPlace?
    /// The size of the terms in gradients whose sums nearly cancel.
    var terms: Double?

    /// The gradient of `Σ direction · gradient`, the sum running over all operands.
    struct SecondOrder: Decodable, Sendable {
        var direction: ReferenceTensor
        var gradient: ReferenceTensor
    }

    /// Where the random masks of the run stand.
    struct MaskPlace: Decodable, Sendable {
        var seed: UInt64
        var step: UInt32
        var shard: UInt32
    }

    /// The rows of the batch; 1 where no operand has a row axis.
    var rows: Int {
        for operand in operands.values {
            if let axis = operand.rowAxis { return operand.shape[axis] }
        }
        return 1
    }
}

/// A learning-rate schedule: the share of the peak at every step.
struct ScheduleReference: Decodable, Sendable {
    var shape: String
    var totalSteps: Int
    var warmupSteps: Int
    var floor: Float
    var factors: [Double]
}

/// A run of an optimizer over given gradients.
struct OptimizerReference: Decodable, Sendable {
    var name: String
    var rule: String
    var learningRate: Float
    var weightDecay: Float
    var decaysEverything: Bool
    var clipNorm: Float?
    var averageDecay: Float?
    var momentum: Float
    var nesterov: Bool
    var epsilon: Float
    var schedule: Schedule
    /// By role: `weight`, `bias`, `norm`, `embedding`; `table` has sparse gradients.
    var parameters: [String: ReferenceTensor]
    var steps: [Step]

    struct Schedule: Decodable, Sendable {
        var shape: String
        var warmup: Int
        var floor: Float
    }

    /// What goes into a step, and what stands after it where the file says so.
    struct Step: Decodable, Sendable {
        var gradients: [String: [Float]]
        var rows: Rows?
        /// Of the whole gradient before clipping.
        var norm: Double
        var parameters: [String: [Double]]?
        var averages: [String: [Double]]?
        /// First moments or velocities, of the parameters that have moved.
        var first: [String: [Double]]?
        var second: [String: [Double]]?
    }

    /// Gradients of looked-up rows of `table`.
    struct Rows: Decodable, Sendable {
        var indices: [Int32]
        var values: [Float]
    }
}

/// The files beside `generate.py` and the scripts that use its helpers.
enum ReferenceFile {
    struct Operations: Decodable, Sendable { var cases: [OperationReference] }

    struct Optimizers: Decodable, Sendable {
        var schedules: [ScheduleReference]
        var cases: [OptimizerReference]
    }

    static let operations = Result {
        try ["operations", "images", "attention", "gradients"].flatMap {
            try load(Operations.self, $0).cases
        }
    }
    static let optimizers = Result { try load(Optimizers.self, "optimizers") }

    struct Missing: Error { var file: String }

    private static func load<File: Decodable>(_ type: File.Type, _ name: String) throws -> File {
        guard
            let url = Bundle.module.url(
                forResource: name, withExtension: "json", subdirectory: "Reference")
        else { throw Missing(file: "Reference/\(name).json") }
        return try JSONDecoder().decode(type, from: Data(contentsOf: url))
    }
}
