// A single row times a matrix, which oneDNN treats as a large product.
#pragma once
#include <stdint.h>

/// `y = x·w + bias` for `x` [k], `w` [k, n], row-major; `bias` [n] or NULL. `y` overlaps nothing.
void vk_row_product(float *restrict y, const float *x, const float *w, const float *bias, int64_t k,
                    int64_t n);
