import GraphIR
import NN
import Tables
import TensorCore

/// One layer, twice as wide as the array.
struct ArrayStem: BlockStem {
    static let kind = ColumnKind.array.rawValue

    let width: Int

    init(for block: FeatureBlock) { width = 2 * block.width }

    func features(
        of block: Value, rows: Extent, training: Bool, in builder: inout GraphBuilder
    ) -> Value {
        builder.activation(.relu, builder.linear("linear", block, output: width))
    }
}
