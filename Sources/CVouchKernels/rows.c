#include "include/CVouchKernels.h"
#include "vectormath.h"

enum { LANES = 16 };

// Sums in a fixed tree of 16 lanes, so that the bits do not depend on the instruction set's width.
VK_INLINE float sum_lanes(const float *lanes) {
    float s[LANES];
    for (int i = 0; i < LANES; i++) s[i] = lanes[i];
    for (int width = LANES / 2; width > 0; width /= 2) {
        for (int i = 0; i < width; i++) s[i] += s[i + width];
    }
    return s[0];
}

VK_INLINE float sum_row(const float *x, int64_t n) {
    float lanes[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        for (int lane = 0; lane < LANES; lane++) lanes[lane] += x[i + lane];
    }
    for (int lane = 0; i < n; i++, lane++) lanes[lane] += x[i];
    return sum_lanes(lanes);
}

enum { COLUMNS = 256, TERMS = 512 };

// Sums up to COLUMNS columns over an axis with this stride. A long sum, as over all cells of a batch of
// images, is a sum of sums of TERMS, so that its rounding does not grow with its length.
VK_INLINE void sum_columns(float *y, const float *x, int64_t axis, int64_t stride, int64_t columns) {
    for (int64_t first = 0; first < axis; first += TERMS) {
        int64_t last = axis - first < TERMS ? axis : first + TERMS;
        float sums[COLUMNS];
        for (int64_t i = 0; i < columns; i++) sums[i] = x[first * stride + i];
        for (int64_t k = first + 1; k < last; k++) {
            const float *row = x + k * stride;
            VK_SIMD for (int64_t i = 0; i < columns; i++) sums[i] += row[i];
        }
        if (first == 0) {
            for (int64_t i = 0; i < columns; i++) y[i] = sums[i];
        } else {
            VK_SIMD for (int64_t i = 0; i < columns; i++) y[i] += sums[i];
        }
    }
}

VK_INLINE float max_row(const float *x, int64_t n) {
    float most = x[0];
    for (int64_t i = 1; i < n; i++) most = vk_larger(most, x[i]);
    return most;
}

VK_CLONES
void vk_reduce(enum vk_reduction kind, float *y, const float *x, int64_t outer, int64_t axis,
               int64_t inner) {
    float scale = kind == VK_MEAN ? 1.0f / (float)axis : 1.0f;
    for (int64_t o = 0; o < outer; o++, x += axis * inner, y += inner) {
        if (inner == 1) {
            y[0] = kind == VK_MAX ? max_row(x, axis) : sum_row(x, axis) * scale;
            continue;
        }
        if (kind != VK_MAX) {
            for (int64_t start = 0; start < inner; start += COLUMNS) {
                int64_t left = inner - start;
                sum_columns(y + start, x + start, axis, inner, left < COLUMNS ? left : COLUMNS);
            }
        } else {
            for (int64_t i = 0; i < inner; i++) y[i] = x[i];
            for (int64_t k = 1; k < axis; k++) {
                const float *row = x + k * inner;
                VK_SIMD for (int64_t i = 0; i < inner; i++) y[i] = vk_larger(y[i], row[i]);
            }
        }
        if (kind == VK_MEAN) {
            VK_SIMD for (int64_t i = 0; i < inner; i++) y[i] *= scale;
        }
    }
}

VK_CLONES
void vk_softmax(float *y, const float *x, int64_t rows, int64_t n) {
    for (int64_t r = 0; r < rows; r++, x += n, y += n) {
        float most = max_row(x, n);
        VK_SIMD for (int64_t i = 0; i < n; i++) y[i] = vk_exp(x[i] - most);
        float scale = 1.0f / sum_row(y, n);
        VK_SIMD for (int64_t i = 0; i < n; i++) y[i] *= scale;
    }
}

VK_CLONES
void vk_log_softmax(float *y, const float *x, int64_t rows, int64_t n) {
    for (int64_t r = 0; r < rows; r++, x += n, y += n) {
        float most = max_row(x, n);
        VK_SIMD for (int64_t i = 0; i < n; i++) y[i] = vk_exp(x[i] - most);
        float rest = vk_log(sum_row(y, n));
        // In this order: `most + rest` would round at the size of the logits.
        VK_SIMD for (int64_t i = 0; i < n; i++) y[i] = (x[i] - most) - rest;
    }
}

void vk_copy(void *y, const void *x, int rank, const int64_t *extents, const int64_t *y_strides,
             const int64_t *x_strides) {
    if (rank == 0) {
        memcpy(y, x, 4);
        return;
    }
    int64_t count = extents[0], ys = y_strides[0], xs = x_strides[0];
    if (rank > 1) {
        for (int64_t i = 0; i < count; i++) {
            vk_copy((char *)y + 4 * i * ys, (const char *)x + 4 * i * xs, rank - 1, extents + 1,
                    y_strides + 1, x_strides + 1);
        }
    } else if (ys == 1 && xs == 1) {
        memcpy(y, x, (size_t)count * 4);
    } else {
        uint32_t *to = y;
        const uint32_t *from = x;
        for (int64_t i = 0; i < count; i++) to[i * ys] = from[i * xs];
    }
}

VK_CLONES
int64_t vk_gather(float *y, const float *table, const int32_t *indices, int64_t count,
                  int64_t values, int64_t width) {
    for (int64_t r = 0; r < count; r++, y += width) {
        if (indices[r] < 0 || indices[r] >= values) return r;
        const float *row = table + indices[r] * width;
        VK_SIMD for (int64_t i = 0; i < width; i++) y[i] = row[i];
    }
    return -1;
}

VK_CLONES
int64_t vk_scatter_add(float *table, const int32_t *indices, const float *rows, int64_t count,
                       int64_t values, int64_t width) {
    memset(table, 0, (size_t)(values * width) * sizeof(float));
    for (int64_t r = 0; r < count; r++, rows += width) {
        if (indices[r] < 0 || indices[r] >= values) return r;
        float *row = table + indices[r] * width;
        VK_SIMD for (int64_t i = 0; i < width; i++) row[i] += rows[i];
    }
    return -1;
}

int64_t vk_one_hot(float *y, const int32_t *indices, int64_t count, int64_t classes) {
    memset(y, 0, (size_t)(count * classes) * sizeof(float));
    for (int64_t r = 0; r < count; r++, y += classes) {
        if (indices[r] < 0 || indices[r] >= classes) return r;
        y[indices[r]] = 1.0f;
    }
    return -1;
}
