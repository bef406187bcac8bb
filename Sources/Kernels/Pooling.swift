import CVouchKernels

/// What a pooling works on: images `[images, height, width, channels]` and a window of which every
/// place holds at least one of their cells.
package struct PoolShape: Hashable, Sendable {
    package var images: Int
    package var channels: Int
    package var vertical: SlidingAxis
    package var horizontal: SlidingAxis

    package init(
        images: Int, channels: Int, vertical: SlidingAxis, horizontal: SlidingAxis
    ) {
        self.images = images
        self.channels = channels
        self.vertical = vertical
        self.horizontal = horizontal
    }

    var imageWords: Int { images * vertical.input * horizontal.input * channels }
    var placeWords: Int { images * vertical.output * horizontal.output * channels }

    var raw: vk_pool_shape {
        vk_pool_shape(
            n: Int64(images), channels: Int64(channels), vertical: vertical.raw,
            horizontal: horizontal.raw)
    }
}

/// See the operations of these names in `GraphIR.Op`.
package enum MaxPoolUse: Sendable { case greatest, pick, spread }

extension Workspace {
    /// - Parameter u: The numbers to pick from, or to spread; `nil` for the greatest themselves.
    package func maxPool(
        _ use: MaxPoolUse, _ x: Region, _ u: Region?, into y: Region, _ shape: PoolShape
    ) {
        let other = use == .spread ? shape.placeWords : shape.imageWords
        precondition(
            x.count == shape.imageWords && (use == .greatest) == (u == nil)
                && (u.map { $0.count == other } ?? true)
                && y.count == (use == .spread ? shape.imageWords : shape.placeWords),
            "the regions do not fit the pooling \(shape)")
        var raw = shape.raw
        switch (use, u) {
        case (.pick, let u?):
            unsafe vk_max_pool_pick(pointer(y), pointer(x), pointer(u), &raw)
        case (.spread, let u?):
            unsafe vk_max_pool_spread(pointer(y), pointer(x), pointer(u), &raw)
        default:
            unsafe vk_max_pool(pointer(y), pointer(x), &raw)
        }
    }
}

/// One oneDNN average pooling or its gradient; each worker owns its own, as with `Matmul`.
// Sendable is unchecked because it is used by one worker at a time, which its executor keeps.
@safe package final class AveragePool: @unchecked Sendable {
    package struct Kind: Hashable, Sendable {
        package var shape: PoolShape
        /// Whether padding counts as zeros, or not at all.
        package var countsPadding: Bool
        /// From the places' gradient to the images'.
        package var isGradient: Bool

        package init(shape: PoolShape, countsPadding: Bool, isGradient: Bool) {
            self.shape = shape
            self.countsPadding = countsPadding
            self.isGradient = isGradient
        }
    }

    package let kind: Kind
    /// Memory that a run needs besides its operands, in words.
    package let scratchWords: Int
    private let handle: OpaquePointer

    /// - Precondition: oneDNN knows the pooling, which it does where the axes fit one another.
    package init(_ kind: Kind) {
        self.kind = kind
        var raw = kind.shape.raw
        guard
            let handle = unsafe vk_average_pool_create(
                &raw, kind.countsPadding, kind.isGradient)
        else { preconditionFailure("oneDNN has no pooling \(kind)") }
        unsafe self.handle = handle
        scratchWords = unsafe (vk_average_pool_scratch_bytes(handle) + 3) / 4
    }

    deinit { unsafe vk_average_pool_destroy(handle) }

    /// - Parameter scratch: At least `scratchWords` words that nobody else uses during the run.
    package func run(_ x: Region, into y: Region, scratch: Buffer, in workspace: Workspace) {
        let (images, places) = (kind.shape.imageWords, kind.shape.placeWords)
        precondition(
            (x.count, y.count) == (kind.isGradient ? (places, images) : (images, places))
                && scratch.count >= scratchWords,
            "the regions do not fit the pooling \(kind)")
        let status = unsafe vk_average_pool_run(
            handle, workspace.pointer(x), workspace.pointer(y), scratch.base)
        precondition(status == 0, "oneDNN failed with status \(status) at \(kind)")
    }
}
