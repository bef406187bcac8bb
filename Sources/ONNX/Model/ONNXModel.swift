/// What an ONNX file says, as values: nothing of it has run.
package struct ONNXModel: Sendable, Hashable {
    /// Of the file's format.
    package var irVersion: Int
    /// Version of each domain's operators; the standard domain is the empty text.
    package var opsets: [String: Int]
    package var producer: String
    package var graph: ONNXGraph
    /// Operators that the file itself defines, by domain and name.
    package var functions: [OperatorName: ONNXFunction]
    /// In the file's order.
    package var metadata: [Metadata]

    package struct Metadata: Sendable, Hashable {
        package var key: String
        package var value: String
    }
}

/// An operator's domain and name.
package struct OperatorName: Sendable, Hashable, CustomStringConvertible {
    /// Empty for the standard domain, which files also call `ai.onnx`.
    package let domain: String
    package let name: String

    package init(_ name: String, domain: String = "") {
        self.name = name
        self.domain = domain == "ai.onnx" ? "" : domain
    }

    package var description: String { domain.isEmpty ? name : "\(domain).\(name)" }

    package static let mlDomain = "ai.onnx.ml"
    /// Of the domain of machine learning.
    package static func ml(_ name: String) -> OperatorName { OperatorName(name, domain: mlDomain) }
}

/// Nodes in an order in which what they read comes first.
package struct ONNXGraph: Sendable, Hashable {
    package var name: String
    package var nodes: [ONNXNode]
    /// Inputs that are to be given; one that has an initializer too may be left out.
    package var inputs: [ONNXPort]
    package var outputs: [ONNXPort]
    package var initializers: [String: ONNXTensor]

    /// Inputs that have to be given.
    package var requiredInputs: [ONNXPort] { inputs.filter { initializers[$0.name] == nil } }
}

package struct ONNXNode: Sendable, Hashable {
    package var name: String
    package var operation: OperatorName
    /// Empty texts stand for optional inputs that are not given.
    package var inputs: [String]
    /// Empty texts stand for outputs that nobody wants.
    package var outputs: [String]
    package var attributes: [String: ONNXAttribute]

    package init(
        name: String, operation: OperatorName, inputs: [String], outputs: [String],
        attributes: [String: ONNXAttribute]
    ) {
        self.name = name
        self.operation = operation
        self.inputs = inputs
        self.outputs = outputs
        self.attributes = attributes
    }

    /// For errors.
    package var place: String {
        name.isEmpty
            ? "node that makes '\(outputs.first { !$0.isEmpty } ?? "")' (\(operation))"
            : "node '\(name)' (\(operation))"
    }
}

package indirect enum ONNXAttribute: Sendable, Hashable {
    case int(Int64)
    case float(Float)
    /// Bytes, mostly of UTF-8.
    case string([UInt8])
    case tensor(ONNXTensor)
    case graph(ONNXGraph)
    case ints([Int64])
    case floats([Float])
    case strings([[UInt8]])
    case tensors([ONNXTensor])
    case graphs([ONNXGraph])
    /// A type, which optional and sequence operators name and nothing here needs.
    case type
    /// Within a function's body: the attribute of that name of the node that calls it.
    case reference(String)

    package var graphs: [ONNXGraph] {
        switch self {
        case .graph(let graph): [graph]
        case .graphs(let graphs): graphs
        default: []
        }
    }
}

/// A name that a graph takes or gives, with its type as far as it is told.
package struct ONNXPort: Sendable, Hashable {
    package enum Extent: Sendable, Hashable {
        case fixed(Int)
        /// A name, such as `batch`; the empty text where it has none.
        case free(String)
    }

    package enum Kind: Sendable, Hashable {
        /// - Parameter shape: `nil` where the file does not tell it.
        case tensor(ElementType, shape: [Extent]?)
        case sequence
        case map
        case optional
        /// The file does not tell.
        case unknown
    }

    package var name: String
    package var kind: Kind
}

/// An operator by nodes of others.
package struct ONNXFunction: Sendable, Hashable {
    package var name: OperatorName
    package var inputs: [String]
    package var outputs: [String]
    /// Attributes that have no value unless one is given.
    package var attributes: [String]
    package var defaults: [String: ONNXAttribute]
    package var nodes: [ONNXNode]
    package var opsets: [String: Int]
}
