import CVouchKernels

/// Weights of convolutions in the layouts that oneDNN prefers, made at their first run and used by all later ones.
///
/// Otherwise a convolution puts its weights into that layout at every run, a fifth of a residual network's time for one
/// image. They are told apart by their address, so that this belongs to one buffer of parameters, which nobody writes
/// to, and goes with it.
// Sendable is unchecked because a lock inside guards what is kept.
@safe package final class KeptWeights: @unchecked Sendable {
    let handle: OpaquePointer

    package init() {
        guard let handle = unsafe vk_kept_weights_create() else {
            preconditionFailure("no memory for a list of weights")
        }
        unsafe self.handle = handle
    }

    deinit { unsafe vk_kept_weights_destroy(handle) }
}
