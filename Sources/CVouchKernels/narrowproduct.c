#include "narrowproduct.h"
#include "clones.h"

enum { LANES = 16 };

/// Up to four columns at once, so that what is read of `x` is used for each. The lanes are the same on
/// every processor.
VK_INLINE void dots(float *y, const float *x, const float *w, const float *bias, int64_t k,
                    const int columns) {
    float sums[4][LANES] = {{0}};
    int64_t i = 0;
    for (; i + LANES <= k; i += LANES) {
        for (int j = 0; j < columns; j++) {
            for (int lane = 0; lane < LANES; lane++) {
                sums[j][lane] += x[i + lane] * w[j * k + i + lane];
            }
        }
    }
    for (int j = 0; j < columns; j++) {
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int lane = 0; lane < half; lane++) sums[j][lane] += sums[j][lane + half];
        }
        float rest = bias ? bias[j] : 0.0f;
        for (int64_t last = i; last < k; last++) rest += x[last] * w[j * k + last];
        y[j] = sums[j][0] + rest;
    }
}

VK_CLONES
void vk_narrow_product(float *restrict y, const float *x, const float *w, const float *bias, int64_t m,
                       int64_t n, int64_t k, int64_t distance) {
    for (int64_t row = 0; row < m; row++, x += distance, y += n) {
        int64_t j = 0;
        for (; j + 4 <= n; j += 4) dots(y + j, x, w + j * k, bias ? bias + j : bias, k, 4);
        if (j + 2 <= n) {
            dots(y + j, x, w + j * k, bias ? bias + j : bias, k, 2);
            j += 2;
        }
        if (j < n) dots(y + j, x, w + j * k, bias ? bias + j : bias, k, 1);
    }
}

VK_CLONES
void vk_narrow_sums(float *restrict y, const float *x, const float *w, int64_t m, int64_t n, int64_t k) {
    for (int64_t i = 0; i < m * n; i++) y[i] = 0.0f;
    int64_t row = 0;
    for (; row + 4 <= k; row += 4, x += 4 * m, w += 4 * n) {
        const float *x0 = x, *x1 = x + m, *x2 = x + 2 * m, *x3 = x + 3 * m;
        for (int64_t j = 0; j < n; j++) {
            float w0 = w[j], w1 = w[n + j], w2 = w[2 * n + j], w3 = w[3 * n + j];
            float *sum = y + j * m;
            VK_SIMD for (int64_t i = 0; i < m; i++) {
                sum[i] += (w0 * x0[i] + w1 * x1[i]) + (w2 * x2[i] + w3 * x3[i]);
            }
        }
    }
    for (; row < k; row++, x += m, w += n) {
        for (int64_t j = 0; j < n; j++) {
            float w0 = w[j], *sum = y + j * m;
            VK_SIMD for (int64_t i = 0; i < m; i++) sum[i] += w0 * x[i];
        }
    }
}

VK_CLONES
void vk_transpose(float *restrict y, const float *x, int64_t rows, int64_t columns) {
    if (rows > columns) {
        for (int64_t j = 0; j < columns; j++) {
            for (int64_t i = 0; i < rows; i++) y[j * rows + i] = x[i * columns + j];
        }
    } else {
        for (int64_t i = 0; i < rows; i++) {
            for (int64_t j = 0; j < columns; j++) y[j * rows + i] = x[i * columns + j];
        }
    }
}
