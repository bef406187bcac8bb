// Elementary functions as straight-line code that the compiler vectorises. Accurate to a few units
// in the last place of float (EngineTests/KernelAccuracyTests says how many); NaN in, NaN out.
#pragma once
#include "clones.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

VK_INLINE float vk_bits_float(int32_t bits) {
    float x;
    memcpy(&x, &bits, 4);
    return x;
}

VK_INLINE int32_t vk_float_bits(float x) {
    int32_t bits;
    memcpy(&bits, &x, 4);
    return bits;
}

/// The larger of two; the first of equals, and of NaNs.
VK_INLINE float vk_larger(float a, float b) { return a != a ? a : (b > a || b != b ? b : a); }

/// Source: Cephes `expf`: 2^n times a polynomial on ±ln 2 / 2.
VK_INLINE float vk_exp(float x) {
    const float magic = 12582912.0f;  // 1.5·2^23: adding it rounds to the nearest integer
    float clamped = x > 88.72f ? 88.72f : x;
    clamped = clamped < -87.33f ? -87.33f : clamped;
    float shifted = clamped * 1.44269504f + magic;
    float n = shifted - magic;
    float r = clamped - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    // The integer n stands in the low bits of `shifted`; 2^n in two factors, since n may be 128.
    int32_t k = vk_float_bits(shifted) - vk_float_bits(magic);
    int32_t half = k >> 1;
    float y = p * vk_bits_float((half + 127) << 23) * vk_bits_float((k - half + 127) << 23);
    y = x > 88.722839f ? INFINITY : y;
    y = x < -87.33654f ? 0.0f : y;
    return x != x ? x : y;
}

/// Source: Cephes `logf`.
VK_INLINE float vk_log(float x) {
    float scaled = x < 1.17549435e-38f ? x * 8388608.0f : x;
    int32_t bits = vk_float_bits(scaled);
    float e = (float)((bits >> 23) - 126) - (x < 1.17549435e-38f ? 23.0f : 0.0f);
    float m = vk_bits_float((bits & 0x007fffff) | 0x3f000000);
    float below = m < 0.707106781f ? 1.0f : 0.0f;
    e = e - below;
    m = m + below * m - 1.0f;
    float z = m * m;
    float p = 7.0376836292e-2f;
    p = p * m - 1.1514610310e-1f;
    p = p * m + 1.1676998740e-1f;
    p = p * m - 1.2420140846e-1f;
    p = p * m + 1.4249322787e-1f;
    p = p * m - 1.6668057665e-1f;
    p = p * m + 2.0000714765e-1f;
    p = p * m - 2.4999993993e-1f;
    p = p * m + 3.3333331174e-1f;
    float y = m * z * p - 2.12194440e-4f * e - 0.5f * z;
    y = m + y + 0.693359375f * e;
    y = x == INFINITY ? INFINITY : y;
    y = x == 0.0f ? -INFINITY : y;
    return x < 0.0f || x != x ? NAN : y;
}

/// `log(1 + x)` for x ≥ 0 without the loss at small x.
VK_INLINE float vk_log1p(float x) {
    float u = 1.0f + x;
    float d = u - 1.0f;
    return d == 0.0f ? x : vk_log(u) * (x / d);
}

/// Source: the rational approximation of Eigen's `ptanh`, clamped where float tanh is ±1.
VK_INLINE float vk_tanh(float x) {
    float c = x > 7.9053111f ? 7.9053111f : x;
    c = c < -7.9053111f ? -7.9053111f : c;
    float z = c * c;
    float p = -2.76076847742355e-16f;
    p = p * z + 2.00018790482477e-13f;
    p = p * z - 8.60467152213735e-11f;
    p = p * z + 5.12229709037114e-08f;
    p = p * z + 1.48572235717979e-05f;
    p = p * z + 6.37261928875436e-04f;
    p = p * z + 4.89352455891786e-03f;
    float q = 1.19825839466702e-06f;
    q = q * z + 1.18534705686654e-04f;
    q = q * z + 2.26843463243900e-03f;
    q = q * z + 4.89352518554385e-03f;
    return c * p / q;
}

/// Source: the rational approximation of Eigen's `erf` for float, clamped at ±4.
VK_INLINE float vk_erf(float x) {
    float c = x > 4.0f ? 4.0f : x;
    c = c < -4.0f ? -4.0f : c;
    float z = c * c;
    float p = -2.72614225801306e-10f;
    p = p * z + 2.77068142495902e-08f;
    p = p * z - 2.10102402082508e-06f;
    p = p * z - 5.69250639462346e-05f;
    p = p * z - 7.34990630326855e-04f;
    p = p * z - 2.95459980854025e-03f;
    p = p * z - 1.60960333262415e-02f;
    float q = -1.45660718464996e-05f;
    q = q * z - 2.13374055278905e-04f;
    q = q * z - 1.68282697438203e-03f;
    q = q * z - 7.37332916720468e-03f;
    q = q * z - 1.42647390514189e-02f;
    float y = c * p / q;  // rounding may step over ±1
    y = y > 1.0f ? 1.0f : y;
    return y < -1.0f ? -1.0f : y;
}

VK_INLINE float vk_sigmoid(float x) { return 1.0f / (1.0f + vk_exp(-x)); }

VK_INLINE float vk_softplus(float x) {
    float magnitude = x < 0.0f ? -x : x;
    return (x > 0.0f ? x : 0.0f) + vk_log1p(vk_exp(-magnitude)) + (x != x ? x : 0.0f);
}

/// Source: Cephes `sinf`/`cosf`: reduction by π/2 in three parts, good for |x| up to about 10⁴.
VK_INLINE float vk_sincos(float x, int32_t quadrant) {
    const float magic = 12582912.0f;
    float shifted = x * 0.636619772f + magic;
    float n = shifted - magic;
    int32_t q = (vk_float_bits(shifted) - vk_float_bits(magic)) + quadrant;
    float r = x - n * 1.5703125f;
    r = r - n * 4.837512969970703125e-4f;
    r = r - n * 7.549789948768648e-8f;
    float z = r * r;
    float s = -1.9515295891e-4f;
    s = s * z + 8.3321608736e-3f;
    s = s * z - 1.6666654611e-1f;
    s = s * z * r + r;
    float c = 2.443315711809948e-5f;
    c = c * z - 1.388731625493765e-3f;
    c = c * z + 4.166664568298827e-2f;
    c = c * z * z - 0.5f * z + 1.0f;
    float y = (q & 1) ? c : s;
    return (q & 2) ? -y : y;
}
