import GraphIR
import TensorCore
import Testing

/// Every operation, layer and loss against PyTorch: results, gradients, second derivatives.
@Suite struct OperationTests {
    static let references = (try? ReferenceFile.operations.get()) ?? []

    static func graph(
        _ reference: OperationReference, asParameters: Bool = false
    ) throws -> OperationGraph {
        let key = try #require(Construction.key(of: reference.name))
        let construction = try #require(Construction.all[key])
        return try OperationGraph(reference, construction, asParameters: asParameters)
    }

    static func compare(
        _ actual: [String: [Float]], _ expected: [String: ReferenceTensor],
        units: Double = units, terms: Double = 0, _ what: String
    ) {
        for (name, tensor) in expected {
            // An operand without a path to the loss has no gradient at all.
            let zero = [Float](repeating: 0, count: tensor.values.count)
            expectEqual(
                actual[name] ?? zero, tensor.values, units: units, terms: terms,
                "\(what) \(name)")
        }
        #expect(Set(actual.keys).isSubset(of: expected.keys))
    }

    /// The longest chain of roundings here, the second derivative of tanh, needs 8.
    static let units = 12.0

    /// A transformer layer divides by deviations twice on the way back; it needs 17 with AVX2, whose sums
    /// oneDNN orders otherwise than with AVX-512, where it needs 25.
    /// A whole network's gradient passes through all its layers; it needs 13, by the order in which the
    /// head's sums are taken.
    static func units(_ reference: OperationReference) -> Double {
        if reference.name.hasPrefix("layer/transformer/") { return 32 }
        return reference.name.hasPrefix("network/") ? 16 : units
    }

    /// In what is put together of many layers, all gradients are sums of the same terms passed back,
    /// whose roundings stay where a sum is small (of a bias of attention's keys it is 0): the largest
    /// gradient tells their size.
    static func terms(_ reference: OperationReference, _ found: [ReferenceTensor]) -> Double {
        let deep = ["network/", "layer/attention/", "layer/transformer/"]
        guard deep.contains(where: reference.name.hasPrefix) else { return reference.terms ?? 0 }
        return found.flatMap(\.values).reduce(reference.terms ?? 0) { max($0, abs($1)) }
    }

    @Test(arguments: references)
    func resultsAreThoseOfPyTorch(_ reference: OperationReference) throws {
        for asParameters in [false, true] {
            let built = try Self.graph(reference, asParameters: asParameters)
            let y = try #require(built.graph.outputs["y"])
            #expect(built.graph[y].shape.bound(rows: reference.rows) == reference.result.shape)
            let (result, updates) = try built.forward()
            expectEqual(result, reference.result.values, units: Self.units, "the result")
            Self.compare(updates, reference.updates ?? [:], "the update of")
        }
    }

    @Test(arguments: references)
    func gradientsAreThoseOfPyTorch(_ reference: OperationReference) throws {
        for asParameters in [false, true] {
            let built = try Self.graph(reference, asParameters: asParameters)
            try Self.compare(
                built.gradients(), reference.gradients, units: Self.units(reference),
                terms: Self.terms(reference, Array(reference.gradients.values)),
                "the gradient of")
        }
    }

    @Test(arguments: references.filter { $0.second != nil })
    func secondDerivativesAreThoseOfPyTorch(_ reference: OperationReference) throws {
        let second = try #require(reference.second)
        let built = try Self.graph(reference)
        let expected = second.mapValues(\.gradient)
        try Self.compare(
            built.secondGradients(second), expected,
            terms: Self.terms(reference, Array(expected.values)), "the second gradient of")
    }
}

extension OperationReference: CustomTestStringConvertible {
    var testDescription: String { name }
}
