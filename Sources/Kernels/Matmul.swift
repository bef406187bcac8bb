import CVouchKernels

/// What a matrix product multiplies: `[batchA, m, k] · [batchB, k, n]`, a batch of 1 stretching.
package struct MatmulShape: Hashable, Sendable {
    package var batchA: Int
    package var batchB: Int
    package var m: Int
    package var n: Int
    package var k: Int
    package var transposeA: Bool
    package var transposeB: Bool
    /// Adds `[n]` to every row.
    package var hasBias: Bool
    package var appliesReLU: Bool
    package var precision: Precision
    /// Whether `a` is `[m, batchA, k]`: only of products that are `narrow`.
    package var interleavesA: Bool

    package init(
        batchA: Int, batchB: Int, m: Int, n: Int, k: Int, transposeA: Bool, transposeB: Bool,
        hasBias: Bool, appliesReLU: Bool, precision: Precision = .float32,
        interleavesA: Bool = false
    ) {
        self.batchA = batchA
        self.batchB = batchB
        self.m = m
        self.n = n
        self.k = k
        self.transposeA = transposeA
        self.transposeB = transposeB
        self.hasBias = hasBias
        self.appliesReLU = appliesReLU
        self.precision = precision
        self.interleavesA = interleavesA
    }

    /// Columns up to which a product is our own loop.
    package static var narrow: Int { Int(VK_NARROW) }

    package var batch: Int { max(batchA, batchB) }
    /// Multiplications and additions.
    package var operations: Double { 2 * Double(batch * m) * Double(n * k) }
}

/// One oneDNN matrix product, its scratchpad and its memory objects.
///
/// oneDNN primitives created or shared by several OpenMP threads gave wrong results (see
/// Documentation/Decisions): each worker owns its own, made with one OpenMP thread.
// Sendable is unchecked because a product is used by one worker at a time, which its executor keeps.
@safe package final class Matmul: @unchecked Sendable {
    package let shape: MatmulShape
    private let handle: OpaquePointer

    /// - Precondition: oneDNN knows the product, which it does for all positive extents.
    package init(_ shape: MatmulShape) {
        self.shape = shape
        var description = vk_matmul_shape(
            batch_a: Int64(shape.batchA), batch_b: Int64(shape.batchB), m: Int64(shape.m),
            n: Int64(shape.n), k: Int64(shape.k), transpose_a: shape.transposeA,
            transpose_b: shape.transposeB, bias: shape.hasBias, relu: shape.appliesReLU,
            bfloat16: shape.precision == .bfloat16, interleaved_a: shape.interleavesA)
        guard let handle = unsafe vk_matmul_create(&description) else {
            preconditionFailure("oneDNN has no matrix product \(shape)")
        }
        unsafe self.handle = handle
    }

    deinit { unsafe vk_matmul_destroy(handle) }

    /// Whether `a` and `b` are copied to rows farther apart before each run, as rows a power of two apart
    /// share few lines of the caches.
    package var spreads: (a: Bool, b: Bool) {
        let which = unsafe vk_matmul_spreads(handle)
        return (which & 1 != 0, which & 2 != 0)
    }

    package var implementation: String {
        unsafe String(cString: vk_matmul_implementation(handle))
    }

    /// `c = a·b (+ bias) (then ReLU)`.
    package func run(a: Region, b: Region, bias: Region?, c: Region, in workspace: Workspace) {
        precondition(
            a.count == shape.batchA * shape.m * shape.k
                && b.count == shape.batchB * shape.k * shape.n
                && c.count == shape.batch * shape.m * shape.n
                && (bias?.count ?? 0) == (shape.hasBias ? shape.n : 0),
            "the regions do not fit the product \(shape)")
        let biasPointer: UnsafeMutablePointer<Float>? = unsafe bias.map {
            unsafe workspace.pointer($0)
        }
        let status = unsafe vk_matmul_run(
            handle, workspace.pointer(a), workspace.pointer(b), biasPointer, workspace.pointer(c))
        precondition(status == 0, "oneDNN failed with status \(status) at \(shape)")
    }
}

/// oneDNN's version, such as `2.6.0`.
package func oneDNNVersion() -> String {
    let version = Int(vk_onednn_version())
    return "\(version / 10000).\(version / 100 % 100).\(version % 100)"
}
