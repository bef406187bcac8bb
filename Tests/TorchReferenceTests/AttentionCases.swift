import GraphIR
import NN
import TensorCore

/// How our engine builds the cases of `attention.json`.
let attention: [String: Construct] = {
    var table: [String: Construct] = [
        "layer/attention/self": { b, v in b.multiHeadAttention("layer", v.x, heads: 2) },
        "layer/attention/padding": { b, v in
            b.multiHeadAttention("layer", v.x, heads: 2, mask: AttentionMask(keys: v.keys))
        },
        "layer/attention/causal": { b, v in
            b.multiHeadAttention("layer", v.x, heads: 2, mask: AttentionMask(isCausal: true))
        },
        "layer/attention/both": { b, v in
            b.multiHeadAttention(
                "layer", v.x, heads: 2, mask: AttentionMask(keys: v.keys, isCausal: true))
        },
        "layer/attention/memory": { b, v in
            b.multiHeadAttention("layer", v.x, memory: v.memory, heads: 2)
        },
        "layer/linear/parts": { b, v in b.linear("layer", v.x, output: 4) },
    ]
    for norm in TransformerEncoderLayer.NormPlacement.allCases {
        for activation in [Activation.gelu, .relu] {
            let layer = TransformerEncoderLayer(
                heads: 2, hidden: 5, activation: activation, norm: norm)
            table["layer/transformer/\(norm)/\(activation)"] = { b, v in
                b.transformerEncoderLayer(
                    "layer", v.x, layer, mask: AttentionMask(keys: v.keys), training: false)
            }
        }
    }
    return table
}()
