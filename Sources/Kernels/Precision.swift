import CVouchKernels

/// The numbers that matrix products and convolutions multiply. Sums, results and weights are float32
/// whatever it is.
package enum Precision: String, Codable, Sendable, Hashable, CaseIterable {
    case float32 = "f32"
    /// Each factor is rounded to bfloat16, 8 bits of significand, where the processor multiplies these
    /// faster (AVX-512 with BF16, or AMX) and the product is large enough to pay for the rounding.
    /// Elsewhere it is the same as float32, bit for bit.
    case bfloat16 = "bf16"

    /// Whether it makes a difference on this processor.
    package var isNative: Bool { self == .float32 || vk_multiplies_bfloat16() }
}
