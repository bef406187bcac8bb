// Products with one narrow side, as the heads of most networks have: a column for each class, and few
// classes. oneDNN pads them to whole registers.
#pragma once
#include <stdint.h>

/// `y = x·wᵀ + bias` for `x` [m, k], whose rows lie `distance` apart, `w` [n, k], row-major, n ≤ VK_NARROW; `bias` [n] or
/// NULL. `y` overlaps nothing.
void vk_narrow_product(float *restrict y, const float *x, const float *w, const float *bias, int64_t m,
                       int64_t n, int64_t k, int64_t distance);
/// `y = wᵀ·x` for `x` [k, m], `w` [k, n], row-major, n ≤ VK_NARROW; `y` [n, m] overlaps nothing.
void vk_narrow_sums(float *restrict y, const float *x, const float *w, int64_t m, int64_t n, int64_t k);
/// `y` [columns, rows] becomes the transpose of `x` [rows, columns].
void vk_transpose(float *restrict y, const float *x, int64_t rows, int64_t columns);
