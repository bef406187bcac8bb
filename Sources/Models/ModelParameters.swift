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

        /// Whether it comes of rows, by steps or otherwise.
        package var isLearned: Bool { role != .state }
        /// Elements.
        package var count: Int { shape.reduce(1, *) }
        package var bytes: Int { count * dtype.bytes }
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
    ///   - values: The numbers of a tensor in one of them, row-major; of an int8 one whole numbers.
    /// - Precondition: they are as many as the tensor has elements, and of its type.
    package init(
        _ graph: Graph, count: Int, values: (Tensor, _ model: Int) throws -> [Float]
    ) rethrows {
        let layout = ParameterLayout(graph)
        let blank = ModelParameters(
            graph, sets: (0..<count).map { _ in Buffer(count: layout.count) })
        for (model, set) in blank.sets.enumerated() {
            for tensor in blank.tensors {
                let numbers = try values(tensor, model)
                tensor.write(numbers, to: set)
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
        tensor.values(in: sets[model])
    }

    /// Elements that were learned, over all models.
    package var learnedCount: Int {
        sets.count * tensors.filter(\.isLearned).reduce(0) { $0 + $1.count }
    }
}

extension ModelParameters.Tensor {
    /// Its numbers in a set, row-major.
    func values(in set: Buffer) -> [Float] {
        dtype == .int8 ? set.int8s(range, count: count).map(Float.init) : set.floats(range)
    }

    /// - Precondition: they are as many as it has elements, and of its type.
    func write(_ numbers: [Float], to set: Buffer) {
        precondition(numbers.count == count, "\(name) of another size")
        if dtype == .int8 {
            set.copy(int8s: numbers.map { Int8($0) }, to: range.lowerBound)
        } else {
            set.copy(from: numbers.span, to: range.lowerBound)
        }
    }
}
