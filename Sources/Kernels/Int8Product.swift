import CVouchKernels

/// What a product of whole numbers multiplies: `[m, k] · [k, n]`.
package struct Int8Shape: Hashable, Sendable {
    package var m: Int
    package var n: Int
    package var k: Int
    package var appliesReLU: Bool
    /// Whether the first factor is bytes already, as another product left them.
    package var takesBytes: Bool
    /// Whether it leaves bytes for another product.
    package var givesBytes: Bool

    package init(m: Int, n: Int, k: Int, appliesReLU: Bool, takesBytes: Bool, givesBytes: Bool) {
        self.m = m
        self.n = n
        self.k = k
        self.appliesReLU = appliesReLU
        self.takesBytes = takesBytes
        self.givesBytes = givesBytes
    }

    /// Multiplications and additions.
    package var operations: Double { 2 * Double(m) * Double(n * k) }
}

/// Where the operands of a product of whole numbers lie.
package struct Int8Operands: Sendable {
    package var a: Region
    /// `[k, n]` int8, among the parameters.
    package var weight: Region
    package var scale: Region
    package var bias: Region
    /// Two numbers: see `GraphIR.Op.int8Matmul`.
    package var range: Region
    /// The range of the product that takes the result in bytes.
    package var next: Region?
    package var c: Region

    package init(
        a: Region, weight: Region, scale: Region, bias: Region, range: Region, next: Region?,
        c: Region
    ) {
        self.a = a
        self.weight = weight
        self.scale = scale
        self.bias = bias
        self.range = range
        self.next = next
        self.c = c
    }

    package var reads: [Region] { [a, weight, scale, bias, range] + (next.map { [$0] } ?? []) }
}

/// A product of bytes and whole weights (oneDNN), whose sums are exact, and what scales them (ours).
///
/// The weights of a set of parameters are packed when they are first used, into a layout of oneDNN's, and
/// kept: whoever runs it never writes to parameters that it has run with.
// Sendable is unchecked because a product is used by one worker at a time, which its executor keeps.
@safe package final class Int8Product: @unchecked Sendable {
    package let shape: Int8Shape
    private let handle: OpaquePointer
    /// Each with the parameters that it is of, which so stay alive and keep their identity.
    private var packed: [(parameters: Buffer, weights: Buffer)] = []

    /// The models that are averaged are few; more take turns.
    private static let mostPacked = 16

    /// - Precondition: oneDNN knows the product, which it does for all positive extents.
    package init(_ shape: Int8Shape) {
        self.shape = shape
        var description = vk_int8_shape(
            m: Int64(shape.m), n: Int64(shape.n), k: Int64(shape.k), relu: shape.appliesReLU,
            bytes_in: shape.takesBytes, bytes_out: shape.givesBytes)
        guard let handle = unsafe vk_int8_product_create(&description) else {
            preconditionFailure("oneDNN has no product of whole numbers \(shape)")
        }
        unsafe self.handle = handle
    }

    deinit { unsafe vk_int8_product_destroy(handle) }

    package var implementation: String {
        unsafe String(cString: vk_int8_product_implementation(handle))
    }

    /// `c = x·w · scale + bias (then ReLU)`, of which `GraphIR.Op.int8Matmul` says more.
    package func run(_ operands: Int8Operands, in workspace: Workspace) {
        precondition(
            operands.a.count == words(shape.m * shape.k, inBytes: shape.takesBytes)
                && operands.c.count == words(shape.m * shape.n, inBytes: shape.givesBytes)
                && operands.scale.count == shape.n && operands.bias.count == shape.n
                && operands.range.count == 2
                && operands.next.map { $0.count == 2 } ?? !shape.givesBytes,
            "the regions do not fit the product \(shape)")
        let weights = packedWeights(operands.weight, workspace.parameters)
        let range = workspace.int8Range(operands.range)
        let next = operands.next.map { workspace.int8Range($0) }
        var epilogue = unsafe vk_int8_epilogue(
            range: range, scale: workspace.pointer(operands.scale),
            bias: workspace.pointer(operands.bias), next: next ?? range)
        let status = unsafe vk_int8_product_run(
            handle, workspace.pointer(operands.a), weights.base, &epilogue,
            workspace.pointer(operands.c))
        precondition(status == 0, "oneDNN failed with status \(status) at \(shape)")
    }

    private func words(_ count: Int, inBytes: Bool) -> Int { inBytes ? (count + 3) / 4 : count }

    private func packedWeights(_ region: Region, _ parameters: Buffer) -> Buffer {
        if let known = packed.first(where: { $0.parameters === parameters }) {
            return known.weights
        }
        precondition(
            region.space == .parameters && region.count == words(shape.n * shape.k, inBytes: true),
            "the weights do not fit the product \(shape)")
        let bytes = unsafe vk_int8_product_packed_bytes(handle)
        let weights = Buffer(count: words(bytes, inBytes: true))
        let status = unsafe parameters.withBytes(region.range) {
            unsafe vk_int8_product_pack(handle, $0, weights.base)
        }
        precondition(status == 0, "oneDNN failed with status \(status) at \(shape)")
        if packed.count == Self.mostPacked { packed.removeFirst() }
        packed.append((parameters, weights))
        return weights
    }
}

extension Workspace {
    fileprivate func int8Range(_ region: Region) -> vk_int8_range {
        let words = self[region.space]
        return vk_int8_range(inverse: words[region.offset], zero: words[region.offset + 1])
    }
}

/// The instructions that oneDNN uses here, such as `AVX2`.
package func processorInstructions() -> String { unsafe String(cString: vk_processor_isa()) }
