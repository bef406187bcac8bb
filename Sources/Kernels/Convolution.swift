import CVouchKernels

/// What a convolution, or one of its gradients, works on.
///
/// Images are `[images, height, width, channels]`, weights `[window height, window width,
/// channels/groups, outputs]`.
package struct ConvolutionShape: Hashable, Sendable {
    /// What is computed, and the operands `a` and `b` that it is computed from.
    package enum Kind: Sendable {
        /// The result, from the images and the weights.
        case forward
        /// The images' gradient, from the result's and the weights.
        case inputGradient
        /// The weights' gradient, from the images and the result's gradient.
        case weightGradient
    }

    package var kind: Kind
    package var images: Int
    package var channels: Int
    package var outputs: Int
    package var groups: Int
    package var vertical: SlidingAxis
    package var horizontal: SlidingAxis
    /// Adds `[outputs]` at every place; forward only.
    package var hasBias: Bool
    /// Forward only.
    package var appliesReLU: Bool
    package var precision: Precision

    package init(
        kind: Kind, images: Int, channels: Int, outputs: Int, groups: Int, vertical: SlidingAxis,
        horizontal: SlidingAxis, hasBias: Bool = false, appliesReLU: Bool = false,
        precision: Precision = .float32
    ) {
        self.kind = kind
        self.images = images
        self.channels = channels
        self.outputs = outputs
        self.groups = groups
        self.vertical = vertical
        self.horizontal = horizontal
        self.hasBias = hasBias
        self.appliesReLU = appliesReLU
        self.precision = precision
    }

    var imageWords: Int { images * vertical.input * horizontal.input * channels }
    var resultWords: Int { images * vertical.output * horizontal.output * outputs }
    var weightWords: Int { vertical.window * horizontal.window * channels / groups * outputs }

    /// Multiplications and additions, padding among them.
    package var operations: Double {
        2 * Double(resultWords) * Double(vertical.window * horizontal.window * channels / groups)
    }

    /// The words of `a`, `b` and the result.
    package var words: (a: Int, b: Int, c: Int) {
        switch kind {
        case .forward: (imageWords, weightWords, resultWords)
        case .inputGradient: (resultWords, weightWords, imageWords)
        case .weightGradient: (imageWords, resultWords, weightWords)
        }
    }
}

/// One oneDNN convolution and its memory objects; each worker owns its own, as with `Matmul`.
// Sendable is unchecked because it is used by one worker at a time, which its executor keeps.
@safe package final class Convolution: @unchecked Sendable {
    package let shape: ConvolutionShape
    /// Memory that a run needs besides its operands, in words.
    package let scratchWords: Int
    private let handle: OpaquePointer
    private let kept: KeptWeights?

    /// - Parameter kept: Takes the weights of a forward convolution at their first run; nobody writes to them after it.
    /// - Precondition: oneDNN knows the convolution, which it does where the axes fit one another.
    package init(_ shape: ConvolutionShape, keeping kept: KeptWeights? = nil) {
        self.shape = shape
        self.kept = kept
        let kind =
            switch shape.kind {
            case .forward: VK_CONVOLUTION
            case .inputGradient: VK_CONVOLUTION_INPUT_GRADIENT
            case .weightGradient: VK_CONVOLUTION_WEIGHT_GRADIENT
            }
        var description = vk_convolution_shape(
            kind: kind, n: Int64(shape.images), channels: Int64(shape.channels),
            outputs: Int64(shape.outputs), groups: Int64(shape.groups),
            vertical: shape.vertical.raw, horizontal: shape.horizontal.raw, bias: shape.hasBias,
            relu: shape.appliesReLU, bfloat16: shape.precision == .bfloat16)
        guard let handle = unsafe vk_convolution_create(&description, kept?.handle) else {
            preconditionFailure("oneDNN has no convolution \(shape)")
        }
        unsafe self.handle = handle
        scratchWords = unsafe (vk_convolution_scratch_bytes(handle) + 3) / 4
    }

    deinit { unsafe vk_convolution_destroy(handle) }

    package var implementation: String {
        unsafe String(cString: vk_convolution_implementation(handle))
    }

    /// - Parameter scratch: At least `scratchWords` words that nobody else uses during the run.
    package func run(
        a: Region, b: Region, bias: Region?, c: Region, scratch: Buffer, in workspace: Workspace
    ) {
        precondition(
            (a.count, b.count, c.count) == shape.words
                && (bias?.count ?? 0) == (shape.hasBias ? shape.outputs : 0)
                && scratch.count >= scratchWords,
            "the regions do not fit the convolution \(shape)")
        let biasPointer: UnsafeMutablePointer<Float>? = unsafe bias.map {
            unsafe workspace.pointer($0)
        }
        let status = unsafe vk_convolution_run(
            handle, workspace.pointer(a), workspace.pointer(b), biasPointer, workspace.pointer(c),
            scratch.base)
        precondition(status == 0, "oneDNN failed with status \(status) at \(shape)")
    }
}
