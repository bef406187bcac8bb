// Function multiversioning: one source, compiled for AVX-512, AVX2 and the baseline, chosen at load.
#pragma once
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define VK_SANITIZED 1  // the resolvers run before the sanitizers' start-up
#endif
#endif
#if defined(__x86_64__) && defined(__linux__) && !defined(VK_SANITIZED)
#define VK_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VK_CLONES
#endif
#define VK_INLINE static inline __attribute__((always_inline))
// Iterations of the loop below do not depend on one another.
#define VK_SIMD _Pragma("clang loop vectorize(assume_safety)")
