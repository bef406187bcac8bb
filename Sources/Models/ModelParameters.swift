package import CPURuntime
package import GraphIR
package import Kernels
package import TensorCore

/// What a model's graph has learned, or was given: numbers of named tensors, once for each model that is averaged.
///
/// All numbers of one model lie in one flat buffer, as the runtime reads them. The buffers are shared, and nobody
/// writes to them: a changed model has buffers of its own.
package struct ModelParameters: Sendable {
    /// Where each tensor lies in a set.
    package let layout: ParameterLayout
    package let tensors: [Tensor]
    /// One for each model that is averaged.
    package let sets: [Buffer]

    package struct Tensor: Sendable, Hashable {
        package var name: String
        package var shape: [Int]
        /// How the graph reads its elements; of all that are trained here `float32`.
        package var dtype: DType
        package var role: ParameterRole
        /// Its words in a set.
        package var range: Range<Int>

        /// Whether training moves it.
        package var isLearned: Bool { role != .state }
        /// Of an element.
        package var bytes: Int { range.count * dtype.bytes }
    }

    /// - Parameter sets: Each laid out as `ParameterLayout` of the graph says.
    /// - Precondition: there is a set, and each has the layout's size.
    package init(_ graph: Graph, sets: [Buffer]) {
        let layout = ParameterLayout(graph)
        precondition(!sets.isEmpty, "a model needs parameters")
        precondition(sets.allSatisfy { $0.count == layout.count }, "parameters of another graph")
        self.layout = layout
        self.sets = sets
        tensors = layout.entries.map { entry in
            Tensor(
                name: entry.spec.name, shape: entry.spec.shape.bound(rows: 0),
                dtype: graph[entry.spec.value].dtype, role: entry.spec.role, range: entry.range)
        }
    }

    /// - Parameters:
    ///   - count: Models that are averaged, one or more.
    ///   - values: The numbers of a tensor in one of them, row-major.
    /// - Precondition: they are as many as the tensor has elements.
    package init(
        _ graph: Graph, count: Int, values: (Tensor, _ model: Int) throws -> [Float]
    ) rethrows {
        let layout = ParameterLayout(graph)
        let blank = ModelParameters(
            graph, sets: (0..<count).map { _ in Buffer(count: layout.count) })
        for (model, set) in blank.sets.enumerated() {
            for tensor in blank.tensors {
                let numbers = try values(tensor, model)
                precondition(numbers.count == tensor.range.count, "\(tensor.name) of another size")
                set.copy(from: numbers.span, to: tensor.range.lowerBound)
            }
        }
        self = blank
    }

    func with(sets: [Buffer]) -> ModelParameters {
        precondition(!sets.isEmpty, "a model needs parameters")
        precondition(sets.allSatisfy { $0.count == layout.count }, "parameters of another graph")
        return ModelParameters(layout: layout, tensors: tensors, sets: sets)
    }

    private init(layout: ParameterLayout, tensors: [Tensor], sets: [Buffer]) {
        self.layout = layout
        self.tensors = tensors
        self.sets = sets
    }

    package func tensor(named name: String) -> Tensor? { tensors.first { $0.name == name } }

    /// The numbers of a tensor in one of the models, row-major.
    package func values(of tensor: Tensor, model: Int = 0) -> [Float] {
        sets[model].floats(tensor.range)
    }

    /// Elements that were learned, over all models.
    package var learnedCount: Int {
        sets.count * tensors.filter(\.isLearned).reduce(0) { $0 + $1.range.count }
    }
}

extension DType {
    /// Of an element.
    fileprivate var bytes: Int {
        switch self {
        case .float32, .int32: 4
        }
    }
}
