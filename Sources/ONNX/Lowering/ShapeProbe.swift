import TensorCore

/// Tells the types and shapes of what the interpreter makes, by running single nodes on zeros of two numbers of rows.
///
/// An extent that does not change is fixed, one that grows with the rows is so many parts of each. What a run then gives is compared
/// with it, so that a node whose result depends on the numbers leads to no wrong answer.
struct ShapeProbe {
    struct Sample {
        /// `nil` where it is no tensor.
        var type: ElementType?
        var shape: Shape
        /// For each number of rows.
        var values: [ONNXValue]
    }

    static let rows = [2, 3]

    private let model: ONNXModel
    private let registry: OperatorRegistry
    private var limits: ONNXLimits
    private let ports: [String: ONNXPort]
    private let lowering: ONNXLowering
    private var samples: [String: Sample] = [:]
    private let meter: WorkMeter

    init(_ lowering: ONNXLowering) {
        self.lowering = lowering
        model = lowering.model
        registry = lowering.registry
        limits = lowering.limits
        limits.tensorElements = min(limits.tensorElements, 1 << 24)
        limits.heldElements = min(limits.heldElements, 1 << 28)
        limits.work = min(limits.work, 1 << 30)
        // All that is sampled is held together, and what the model holds allows no more of it.
        limits.workOfElement = 0
        meter = WorkMeter(limits)
        // Of one node, which runs for the extents of its results alone.
        limits.work = min(limits.work, 1 << 27)
        ports = Dictionary(lowering.required.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Samples of what a node makes, `nil` where it cannot be told.
    mutating func outputs(
        of node: ONNXNode, _ values: [String: Tracked], _ tracer: Tracer
    ) -> [(name: String, sample: Sample?)] {
        let names = node.outputs.filter { !$0.isEmpty }
        let unknown = names.map { (name: $0, sample: Sample?.none) }
        guard !Self.dependsOnNumbers.contains(node.operation.name) else { return unknown }
        let reads = Set(node.reads)
        var runs: [[String: ONNXValue]] = []
        for (index, rows) in Self.rows.enumerated() {
            var inputs: [String: ONNXValue] = [:]
            for name in reads {
                guard let value = value(of: name, values, tracer, index, rows) else { return unknown }
                inputs[name] = value
            }
            let graph = ONNXGraph(
                name: node.place, nodes: [node], inputs: reads.sorted().map { ONNXPort(name: $0, kind: .unknown) },
                outputs: names.map { ONNXPort(name: $0, kind: .unknown) }, initializers: [:])
            var single = model
            single.graph = graph
            do throws(ONNXError) {
                runs.append(try ONNXInterpreter(single, registry: registry, limits: limits).run(inputs, meter))
            } catch {
                return unknown
            }
        }
        return names.map { name in
            let sample = Self.sample(runs.compactMap { $0[name] })
            samples[name] = sample
            return (name, sample)
        }
    }

    /// Operators whose results' extents depend on numbers, or are random.
    private static let dependsOnNumbers: Set<String> = [
        "NonZero", "Unique", "Compress", "NonMaxSuppression", "StringSplit", "Loop", "Scan", "If",
    ]

    private static func sample(_ values: [ONNXValue]) -> Sample? {
        guard values.count == rows.count else { return nil }
        let tensors = values.compactMap(\.tensor)
        guard tensors.count == values.count else { return Sample(type: nil, shape: .scalar, values: values) }
        guard tensors[0].type == tensors[1].type, tensors[0].rank == tensors[1].rank else { return nil }
        var extents: [Extent] = []
        for (few, more) in zip(tensors[0].shape, tensors[1].shape) {
            if few == more {
                extents.append(.fixed(few))
            } else if few > 0, few % rows[0] == 0, few / rows[0] * rows[1] == more {
                extents.append(.rowParts(few / rows[0]))
            } else {
                return nil
            }
        }
        guard extents.filter(\.dependsOnRows).count <= 1 else { return nil }
        return Sample(type: tensors[0].type, shape: Shape(extents), values: values)
    }

    /// A value that a node reads, at a number of rows.
    private mutating func value(
        of name: String, _ values: [String: Tracked], _ tracer: Tracer, _ index: Int, _ rows: Int
    ) -> ONNXValue? {
        if let sample = samples[name] { return sample.values[index] }
        switch values[name] {
        case .known(let known):
            guard let stretched = known.stretched else { return .tensor(known.tensor) }
            let shape = stretched.bound(rows: rows)
            guard let count = try? limits.count(of: shape, at: name), count > 0 else { return nil }
            return .tensor(known.tensor.stretched(as: known.tensor.shape, to: shape))
        case .extents(let extents):
            let numbers = extents.elements.map { Int64($0.count(rows: rows)) }
            return .tensor(ONNXTensor(extents.isScalar ? [] : [numbers.count], numbers))
        case .traced(let traced): return zeros(traced.type, tracer.shape(traced).bound(rows: rows))
        case nil:
            guard let port = ports[name], let (type, shape) = lowering.declaration(of: port) else { return nil }
            return zeros(type, shape.bound(rows: rows))
        }
    }

    private func zeros(_ type: ElementType, _ shape: [Int]) -> ONNXValue? {
        guard let count = try? limits.count(of: shape, at: "a sample"),
            (try? meter.spend(count, at: "a sample")) != nil
        else { return nil }
        return .tensor(ONNXTensor(shape, Elements.zeros(type, count)))
    }
}

extension Elements {
    static func zeros(_ type: ElementType, _ count: Int) -> Elements {
        func array<Element: ONNXElement>(_: Element.Type) -> Elements {
            Element.elements([Element](repeating: .zero, count: count))
        }
        return switch type {
        case .float32: array(Float.self)
        case .float64: array(Double.self)
        case .float16: array(Half.self)
        case .bfloat16: array(BrainFloat.self)
        case .int8: array(Int8.self)
        case .int16: array(Int16.self)
        case .int32: array(Int32.self)
        case .int64: array(Int64.self)
        case .uint8: array(UInt8.self)
        case .uint16: array(UInt16.self)
        case .uint32: array(UInt32.self)
        case .uint64: array(UInt64.self)
        case .bool: array(Bool.self)
        case .string: array(String.self)
        }
    }
}
