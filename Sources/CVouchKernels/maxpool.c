#include "include/CVouchKernels.h"
#include "vectormath.h"

enum { CHANNELS = 64 };  // at a time, in registers and the first-level cache

// The reads of a window at a place that fall on the image: first <= i < last.
typedef struct {
    int64_t start, first, last;
} reads;

VK_INLINE reads reads_of(const vk_axis *axis, int64_t place) {
    reads r = {place * axis->stride - axis->before, 0, axis->window};
    if (r.start < 0) r.first = (axis->dilation - 1 - r.start) / axis->dilation;
    int64_t fitting = (axis->input - r.start + axis->dilation - 1) / axis->dilation;
    if (fitting < r.last) r.last = fitting;
    return r;
}

// For up to CHANNELS channels of one image at one place: the greatest, and where it stands.
VK_INLINE void find(float *best, int32_t *where, const float *image, const vk_pool_shape *s,
                    int64_t p, int64_t q, int64_t channels) {
    reads v = reads_of(&s->vertical, p), h = reads_of(&s->horizontal, q);
    bool none = true;
    for (int64_t i = v.first; i < v.last; i++) {
        int64_t row = v.start + i * s->vertical.dilation;
        for (int64_t j = h.first; j < h.last; j++) {
            int64_t column = h.start + j * s->horizontal.dilation;
            int32_t offset = (int32_t)((row * s->horizontal.input + column) * s->channels);
            const float *x = image + offset;
            if (none) {
                for (int64_t c = 0; c < channels; c++) {
                    best[c] = x[c];
                    where[c] = offset;
                }
                none = false;
                continue;
            }
            VK_SIMD for (int64_t c = 0; c < channels; c++) {
                bool better = (x[c] > best[c] || x[c] != x[c]) && best[c] == best[c];
                best[c] = better ? x[c] : best[c];
                where[c] = better ? offset : where[c];
            }
        }
    }
}

enum use { GREATEST, PICK, SPREAD };

// What the three operations share: `y` and `u` lie at images where PICK reads and SPREAD writes.
VK_INLINE void walk(enum use use, float *y, const float *x, const float *u, const vk_pool_shape *s) {
    int64_t image = s->vertical.input * s->horizontal.input * s->channels;
    for (int64_t n = 0; n < s->n; n++) {
        for (int64_t p = 0; p < s->vertical.output; p++) {
            for (int64_t q = 0; q < s->horizontal.output; q++) {
                int64_t place = ((n * s->vertical.output + p) * s->horizontal.output + q) * s->channels;
                for (int64_t start = 0; start < s->channels; start += CHANNELS) {
                    int64_t left = s->channels - start;
                    int64_t channels = left < CHANNELS ? left : CHANNELS;
                    int64_t base = n * image + start;
                    float best[CHANNELS];
                    int32_t where[CHANNELS];
                    find(best, where, x + base, s, p, q, channels);
                    int64_t at = place + start;
                    for (int64_t c = 0; c < channels; c++) {
                        if (use == GREATEST) y[at + c] = best[c];
                        if (use == PICK) y[at + c] = u[base + where[c] + c];
                        if (use == SPREAD) y[base + where[c] + c] += u[at + c];
                    }
                }
            }
        }
    }
}

VK_CLONES
void vk_max_pool(float *y, const float *x, const vk_pool_shape *shape) {
    walk(GREATEST, y, x, NULL, shape);
}

VK_CLONES
void vk_max_pool_pick(float *y, const float *x, const float *u, const vk_pool_shape *shape) {
    walk(PICK, y, x, u, shape);
}

VK_CLONES
void vk_max_pool_spread(float *y, const float *x, const float *g, const vk_pool_shape *shape) {
    size_t count = (size_t)(shape->n * shape->vertical.input * shape->horizontal.input);
    memset(y, 0, count * (size_t)shape->channels * sizeof(float));
    walk(SPREAD, y, x, g, shape);
}
