import GraphIR
import Optim
import TensorCore
import Testing

/// An operation as far as it needs a reference of its own.
///
/// The switch has no default: a new operation does not compile until it has a kind, and its kind
/// fails `everyOperationHasAReference` until `generate.py` has a case with it.
enum OperationKind: Hashable {
    case plain(Plain)
    case unary(Op.Unary)
    case binary(Op.Binary)
    case reduce(Op.Reduction)
    case matmul(transposeA: Bool, transposeB: Bool)
    /// PyTorch's own has other ranges and no promise of its bits; Swift's integers are the reference, in
    /// `Int8ProductTests`.
    case int8Matmul

    enum Plain: CaseIterable {
        case input, parameter, constant, select, broadcast, softmax, logSoftmax, reshape
        case transpose, slice, pad, concatenate, gather, scatterAdd, oneHot, dropoutMask
        case convolution, convolutionInputGradient, convolutionWeightGradient
        case shardStatistic, sumOverShards, scaleGradient, maxPool, maxPoolPick, maxPoolSpread,
            averagePool,
            averagePoolGradient
    }

    init(_ op: Op) {
        self =
            switch op {
            case .input: .plain(.input)
            case .parameter: .plain(.parameter)
            case .constant: .plain(.constant)
            case .unary(let function): .unary(function)
            case .binary(let function): .binary(function)
            case .select: .plain(.select)
            case .broadcast: .plain(.broadcast)
            case .reduce(let kind, _): .reduce(kind)
            case .matmul(let a, let b): .matmul(transposeA: a, transposeB: b)
            case .int8Matmul: .int8Matmul
            case .convolution: .plain(.convolution)
            case .convolutionInputGradient: .plain(.convolutionInputGradient)
            case .convolutionWeightGradient: .plain(.convolutionWeightGradient)
            case .shardStatistic: .plain(.shardStatistic)
            case .sumOverShards: .plain(.sumOverShards)
            case .scaleGradient: .plain(.scaleGradient)
            case .maxPool: .plain(.maxPool)
            case .maxPoolPick: .plain(.maxPoolPick)
            case .maxPoolSpread: .plain(.maxPoolSpread)
            case .averagePool: .plain(.averagePool)
            case .averagePoolGradient: .plain(.averagePoolGradient)
            case .softmax: .plain(.softmax)
            case .logSoftmax: .plain(.logSoftmax)
            case .reshape: .plain(.reshape)
            case .transpose: .plain(.transpose)
            case .slice: .plain(.slice)
            case .pad: .plain(.pad)
            case .concatenate: .plain(.concatenate)
            case .gather: .plain(.gather)
            case .scatterAdd: .plain(.scatterAdd)
            case .oneHot: .plain(.oneHot)
            case .dropoutMask: .plain(.dropoutMask)
            }
    }

    static let all: Set<OperationKind> = {
        var kinds = Set(Plain.allCases.map { OperationKind.plain($0) })
        kinds.formUnion(Op.Unary.allCases.map { .unary($0) })
        kinds.formUnion(Op.Binary.allCases.map { .binary($0) })
        kinds.formUnion(Op.Reduction.allCases.map { .reduce($0) })
        for a in [false, true] {
            for b in [false, true] { kinds.insert(.matmul(transposeA: a, transposeB: b)) }
        }
        return kinds
    }()
}

@Suite struct CoverageTests {
    @Test func filesAreRead() throws {
        #expect(try !ReferenceFile.operations.get().isEmpty)
        #expect(try !ReferenceFile.optimizers.get().cases.isEmpty)
        #expect(try !ReferenceFile.optimizers.get().schedules.isEmpty)
    }

    @Test func everyOperationHasAReference() throws {
        var covered: Set<OperationKind> = []
        for reference in try ReferenceFile.operations.get() {
            for asParameters in [false, true] {
                let built = try OperationTests.graph(reference, asParameters: asParameters)
                covered.formUnion(built.ownNodes.map { OperationKind($0.op) })
            }
        }
        #expect(OperationKind.all.subtracting(covered).isEmpty)
    }

    @Test func everyConstructionHasAReferenceAndTheOtherWayRound() throws {
        let names = try ReferenceFile.operations.get().map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.filter { Construction.key(of: $0) == nil }.isEmpty)
        let used = Set(names.compactMap(Construction.key(of:)))
        #expect(Set(Construction.all.keys).subtracting(used).isEmpty)
    }

    @Test func everyScheduleHasAReference() throws {
        let shapes = try ReferenceFile.optimizers.get().schedules.map(\.shape)
        #expect(Set(shapes) == Set(Schedule.Shape.allCases.map(\.rawValue)))
    }

    /// Every operand of every case is declared, and nothing else is.
    @Test func operandsAreThoseOfTheGraphs() throws {
        for reference in try ReferenceFile.operations.get() {
            let graph = try OperationTests.graph(reference).graph
            let declared = Set(graph.inputs.keys.map(\.rawValue)).union(graph.parameters.map(\.name))
            #expect(declared.subtracting(["cotangent"]) == Set(reference.operands.keys))
        }
    }
}
