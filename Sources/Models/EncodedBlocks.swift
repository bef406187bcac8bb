package import GraphIR
import Kernels
package import Tables
import TensorCore
package import Training

extension BlockPlace {
    /// As a network reads it.
    package var block: FeatureBlock {
        FeatureBlock(port: InputPort(name), element: output.element, shape: output.shape)
    }
}

extension Encoder {
    /// What the inputs of a network get of an encoded row: numbers, indices, then the blocks that columns
    /// have for themselves.
    package var featureBlocks: [FeatureBlock] {
        let shared = [
            FeatureBlock(
                port: .numeric, element: .float32, shape: [numericWidth + bins.count]),
            FeatureBlock(
                port: .categories, element: .int32, shape: [indexParents.count + bins.count]),
        ]
        return shared.filter { $0.width > 0 } + blocks.map(\.block)
    }

    /// The raw column that each element of an input is of.
    package var inputColumns: [InputPort: [String]] {
        var result: [InputPort: [String]] = [
            .numeric: numericParents.map(\.column) + bins.map(\.column),
            .categories: indexParents.map(\.column) + bins.map(\.column),
        ]
        for place in blocks {
            result[place.block.port] = Array(
                repeating: place.column, count: place.output.width)
        }
        return result
    }
}

extension EncodedData {
    package init(_ features: EncodedFeatures, labels: Labels, weights: [Float]? = nil) {
        self.init(
            rows: features.rows, numeric: features.numeric, numericWidth: features.numericWidth,
            categories: features.categories, categoryWidth: features.categoryWidth,
            further: features.blocks.map { ($0.featureBlock, $0.rows) }, labels: labels,
            weights: weights)
    }
}

extension EncodedBlock {
    fileprivate var featureBlock: FeatureBlock {
        let port = InputPort(name)
        return switch values {
        case .numbers, .bytes: FeatureBlock(port: port, element: .float32, shape: shape)
        case .indices: FeatureBlock(port: port, element: .int32, shape: shape)
        }
    }

    fileprivate var rows: BlockRows {
        switch values {
        case .numbers(let numbers): .words(Buffer(numbers))
        case .indices(let indices): .words(Buffer(indices))
        case .bytes(let bytes): .bytes(bytes)
        }
    }
}
