#include "clones.h"
#include "include/CVouchKernels.h"
#include <stddef.h>

enum { CHUNK = 64 };

typedef struct {
    int64_t column;
    float value;
} cell;

/// The cells of a row that are not 0; -1 for a mark outside its columns.
VK_INLINE int64_t cells_of(cell *cells, int64_t row, const vk_columns *parts, int64_t count,
                           int64_t column) {
    int64_t found = 0;
    for (int64_t i = 0; i < count; column += parts[i].width, i++) {
        if (parts[i].indices) {
            int32_t mark = parts[i].indices[row];
            if (mark < 0 || mark >= parts[i].width) return -1;
            cells[found++] = (cell){column + mark, 1.0f};
        } else {
            const float *values = parts[i].values + row * parts[i].width;
            for (int64_t j = 0; j < parts[i].width; j++) cells[found++] = (cell){column + j, values[j]};
        }
    }
    return found;
}

/// So many neighbouring results of a row, in registers while the cells are added.
VK_INLINE void add_cells(float *c, const cell *cells, int64_t found, const float *w,
                         const float *scale, const float *bias, int64_t n, bool relu,
                         const int64_t width) {
    float sums[CHUNK];
    for (int64_t i = 0; i < width; i++) sums[i] = c[i];
    for (int64_t j = 0; j < found; j++) {
        float x = cells[j].value * (scale ? scale[cells[j].column] : 1.0f);
        const float *row = w + cells[j].column * n;
        for (int64_t i = 0; i < width; i++) sums[i] += x * row[i];
    }
    if (bias) {
        for (int64_t i = 0; i < width; i++) sums[i] += bias[i];
    }
    for (int64_t i = 0; i < width; i++) c[i] = relu && sums[i] < 0.0f ? 0.0f : sums[i];
}

VK_CLONES
int64_t vk_add_marked(float *c, const vk_marked_shape *shape, const vk_columns *parts, int64_t count,
                      const float *w, const float *scales, const float *bias) {
    int64_t n = shape->n;
    cell cells[VK_MOST_MARKED];
    for (int64_t row = 0; row < shape->rows; row++) {
        int64_t found = cells_of(cells, row, parts, count, shape->first);
        if (found < 0) return row;
        for (int64_t member = 0; member < shape->members; member++, c += n) {
            const float *scale = scales ? scales + member * shape->k : NULL;
            int64_t i = 0;
            for (; i + CHUNK <= n; i += CHUNK) {
                add_cells(c + i, cells, found, w + i, scale, bias ? bias + i : NULL, n, shape->relu,
                          CHUNK);
            }
            if (i < n) {
                add_cells(c + i, cells, found, w + i, scale, bias ? bias + i : NULL, n, shape->relu,
                          n - i);
            }
        }
    }
    return -1;
}
