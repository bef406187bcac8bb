#include "clones.h"
#include "rowproduct.h"
#include <string.h>

// Four rows of the weights at a time, in the order in which they lie in memory: a single row's product
// reads every weight once, so it is as fast as the weights arrive.
VK_CLONES
void vk_row_product(float *restrict y, const float *x, const float *w, const float *bias, int64_t k,
                    int64_t n) {
    // Not one loop: masked loads from no address at all take a microsecond.
    if (bias) memcpy(y, bias, (size_t)n * sizeof(float));
    else memset(y, 0, (size_t)n * sizeof(float));
    int64_t i = 0;
    for (; i + 4 <= k; i += 4, w += 4 * n) {
        float x0 = x[i], x1 = x[i + 1], x2 = x[i + 2], x3 = x[i + 3];
        const float *w0 = w, *w1 = w + n, *w2 = w + 2 * n, *w3 = w + 3 * n;
        VK_SIMD for (int64_t j = 0; j < n; j++) {
            y[j] += (x0 * w0[j] + x1 * w1[j]) + (x2 * w2[j] + x3 * w3[j]);
        }
    }
    for (; i < k; i++, w += n) {
        float x0 = x[i];
        VK_SIMD for (int64_t j = 0; j < n; j++) y[j] += x0 * w[j];
    }
}
