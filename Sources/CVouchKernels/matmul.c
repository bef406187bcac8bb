#include "narrowproduct.h"
#include "onednn.h"
#include "rowproduct.h"
#include <stdlib.h>
#include <string.h>

/// An operand that is copied before the product reads it: rounded to bfloat16, or, where its rows lie a
/// power of two apart, which maps them to few lines of the caches, to rows a little farther apart.
typedef struct {
    int64_t rows, columns;  // as they lie in memory, over all of the batch
    bool rounded;
    void *copy;  // NULL where the product reads the operand itself
} prepared;

enum { SPREAD_PADDING = 16 };

/// Who multiplies.
typedef enum {
    BY_ONEDNN,
    ROW_PRODUCT,     // a single row, no side transposed
    NARROW_PRODUCT,  // n is narrow
    NARROW_SUMS,     // n is narrow, a transposed
    NARROW_TERMS,    // k is narrow, b transposed
} method;

struct vk_matmul {
    method method;
    vk_matmul_shape shape;
    float *narrow;  // b transposed, or for NARROW_SUMS the result
    prepared prepared_a, prepared_b;
    dnnl_primitive_t primitive;
    dnnl_stream_t stream;
    dnnl_memory_t a, b, bias, c, scratchpad;
    void *scratch;
    dnnl_exec_arg_t arguments[5];
    int argument_count;
    int64_t relu_count;  // the result's words, where a ReLU follows
    char implementation[64];
};

/// Products of the result.
static int64_t batch_of(const vk_matmul_shape *shape) {
    return shape->batch_a > shape->batch_b ? shape->batch_a : shape->batch_b;
}

static bool is_spread(const prepared *operand) { return operand->copy && !operand->rounded; }

static dnnl_status_t describe(dnnl_memory_desc_t *md, int64_t batch, int64_t rows, int64_t columns,
                              bool transposed, const prepared *operand) {
    int64_t padding = operand && is_spread(operand) ? SPREAD_PADDING : 0;
    dnnl_data_type_t type = operand && operand->rounded ? dnnl_bf16 : dnnl_f32;
    int64_t lines = transposed ? columns : rows, distance = (transposed ? rows : columns) + padding;
    dnnl_dims_t extents = {batch, rows, columns};
    dnnl_dims_t strides = {lines * distance, transposed ? 1 : distance, transposed ? distance : 1};
    return vk_describe(md, 3, type, extents, strides);
}

static bool pays_to_round(const vk_matmul_shape *shape) {
    if (!shape->bfloat16 || !vk_multiplies_bfloat16()) return false;
    int64_t batch = batch_of(shape);
    return vk_pays_to_round(2.0 * (double)(batch * shape->m) * (double)(shape->n * shape->k),
                            shape->k * (shape->batch_a * shape->m + shape->batch_b * shape->n));
}

/// Whether copying an operand costs less than reading it where it lies costs a product.
///
/// By measurements on a Zen 3 with AVX2, where a product runs at 95 GFLOP/s from spread rows and at half
/// of that from rows 1024 floats apart, and a copy takes 0.4 ns a float. With AVX-512 oneDNN has other
/// kernels, which were not measured; nothing is copied there. A pure function of the shape and the
/// processor, so that bits do not depend on a clock.
static bool pays_to_spread(const vk_matmul_shape *shape, int64_t rows, int64_t columns) {
    if ((dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core) {
        return false;
    }
    double lost = columns % 1024 == 0   ? 1.0
                  : columns % 512 == 0  ? 0.5
                  : columns % 256 == 0  ? (shape->transpose_a ? 0.1 : 0.04)
                                        : 0.0;
    int64_t batch = batch_of(shape);
    double nanoseconds = 2.0 * (double)(batch * shape->m) * (double)(shape->n * shape->k) / 95.0;
    return lost * nanoseconds > 0.4 * (double)(rows * columns);
}

static bool prepare(prepared *operand, const vk_matmul_shape *shape, int64_t rows, int64_t columns,
                    bool may_spread) {
    bool rounded = pays_to_round(shape);
    bool spread = !rounded && may_spread && pays_to_spread(shape, rows, columns);
    if (!rounded && !spread) return true;
    size_t bytes = rounded ? (size_t)(rows * columns) * sizeof(uint16_t)
                           : (size_t)(rows * (columns + SPREAD_PADDING)) * sizeof(float);
    *operand = (prepared){rows, columns, rounded, vk_allocate(bytes)};
    return operand->copy != NULL;
}

static const void *copied(const prepared *operand, const float *x) {
    int64_t rows = operand->rows, columns = operand->columns;
    if (!operand->copy) return x;
    if (operand->rounded) {
        vk_round_to_bfloat16(operand->copy, x, rows * columns);
        return operand->copy;
    }
    for (int64_t row = 0; row < rows; row++) {
        memcpy((float *)operand->copy + row * (columns + SPREAD_PADDING), x + row * columns,
               (size_t)columns * sizeof(float));
    }
    return operand->copy;
}

static dnnl_status_t describe_matmul(dnnl_primitive_desc_t *pd, vk_borrowed_desc a,
                                     vk_borrowed_desc b, vk_borrowed_desc bias, vk_borrowed_desc c,
                                     const_dnnl_primitive_attr_t attributes) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_matmul_primitive_desc_create(pd, vk_engine(), a, b, bias, c, attributes);
#else
    dnnl_matmul_desc_t description;
    dnnl_status_t status = dnnl_matmul_desc_init(&description, a, b, bias, c);
    if (status != dnnl_success) return status;
    return dnnl_primitive_desc_create(pd, &description, attributes, vk_engine(), NULL);
#endif
}

static dnnl_status_t bind(vk_matmul *matmul, dnnl_memory_t *memory, vk_borrowed_desc md, int name) {
    dnnl_status_t status = vk_memory(memory, md);
    if (status == dnnl_success) {
        matmul->arguments[matmul->argument_count++] = (dnnl_exec_arg_t){name, *memory};
    }
    return status;
}

static method method_of(const vk_matmul_shape *shape) {
    bool ta = shape->transpose_a, tb = shape->transpose_b;
    if (shape->batch_a == 1 && shape->batch_b == 1 && shape->m == 1 && !tb) return ROW_PRODUCT;
    if (!ta && !tb && shape->n <= VK_NARROW) return NARROW_PRODUCT;
    if (ta && !tb && shape->n <= VK_NARROW && !shape->bias) return NARROW_SUMS;
    if (!ta && tb && shape->k <= VK_NARROW) return NARROW_TERMS;
    return BY_ONEDNN;
}

static const char *const names[] = {"", "vk_row_product", "vk_narrow_product", "vk_narrow_sums",
                                    "vk_narrow_terms"};

/// One product of the batch, ours.
static void run_own(vk_matmul *matmul, const float *a, const float *b, const float *bias, float *c) {
    int64_t m = matmul->shape.m, n = matmul->shape.n, k = matmul->shape.k;
    switch (matmul->method) {
    case BY_ONEDNN: return;
    case ROW_PRODUCT: vk_row_product(c, a, b, bias, k, n); return;
    case NARROW_PRODUCT:
        vk_transpose(matmul->narrow, b, k, n);
        vk_narrow_product(c, a, matmul->narrow, bias, m, n, k,
                          matmul->shape.interleaved_a ? matmul->shape.batch_a * k : k);
        return;
    case NARROW_SUMS:
        vk_narrow_sums(matmul->narrow, a, b, m, n, k);
        vk_transpose(c, matmul->narrow, n, m);
        return;
    case NARROW_TERMS:
        vk_transpose(matmul->narrow, b, n, k);
        for (int64_t row = 0; row < m; row++) {
            vk_row_product(c + row * n, a + row * k, matmul->narrow, bias, k, n);
        }
        return;
    }
}

vk_matmul *vk_matmul_create(const vk_matmul_shape *shape) {
    vk_matmul *matmul = vk_engine() ? calloc(1, sizeof *matmul) : NULL;
    if (!matmul) return NULL;
    int64_t batch = batch_of(shape);
    matmul->relu_count = shape->relu ? batch * shape->m * shape->n : 0;
    matmul->shape = *shape;
    matmul->method = method_of(shape);
    // Of one product rows lie in either layout alike.
    if (shape->interleaved_a && shape->batch_a > 1 && matmul->method != NARROW_PRODUCT) {
        vk_matmul_destroy(matmul);
        return NULL;
    }
    if (matmul->method != BY_ONEDNN) {
        int64_t count = (matmul->method == NARROW_SUMS ? shape->m : shape->k) * shape->n;
        matmul->narrow = vk_allocate((size_t)count * sizeof(float));
        strncpy(matmul->implementation, names[matmul->method], sizeof matmul->implementation - 1);
        if (matmul->narrow) return matmul;
        vk_matmul_destroy(matmul);
        return NULL;
    }
    dnnl_memory_desc_t a = {0}, b = {0}, bias = {0}, c = {0};
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_primitive_desc_t pd = NULL;
    // Other forms read along their rows and hardly lose to rows a power of two apart.
    bool ta = shape->transpose_a, tb = shape->transpose_b;
    int64_t rows_a = shape->batch_a * (ta ? shape->k : shape->m), columns_a = ta ? shape->m : shape->k;
    int64_t rows_b = shape->batch_b * (tb ? shape->n : shape->k), columns_b = tb ? shape->k : shape->n;
    bool ready = prepare(&matmul->prepared_a, shape, rows_a, columns_a, ta) &&
                 prepare(&matmul->prepared_b, shape, rows_b, columns_b, !tb);
    dnnl_status_t status = ready ? dnnl_success : dnnl_out_of_memory;
    if (status == dnnl_success) {
        status = describe(&a, shape->batch_a, shape->m, shape->k, shape->transpose_a,
                          &matmul->prepared_a);
    }
    if (status == dnnl_success) {
        status = describe(&b, shape->batch_b, shape->k, shape->n, shape->transpose_b,
                          &matmul->prepared_b);
    }
    if (status == dnnl_success) status = describe(&bias, 1, 1, shape->n, false, NULL);
    if (status == dnnl_success) status = describe(&c, batch, shape->m, shape->n, false, NULL);
    if (status == dnnl_success) status = vk_user_scratchpad(&attributes);
    if (status == dnnl_success) {
        status = describe_matmul(&pd, vk_borrow(&a), vk_borrow(&b),
                                 shape->bias ? vk_borrow(&bias) : NULL, vk_borrow(&c), attributes);
    }
    if (status == dnnl_success) status = dnnl_primitive_create(&matmul->primitive, pd);
    if (status == dnnl_success) {
        status = dnnl_stream_create(&matmul->stream, vk_engine(), dnnl_stream_default_flags);
    }
    if (status == dnnl_success) {
        const char *name = "";
        dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name);
        strncpy(matmul->implementation, name, sizeof matmul->implementation - 1);
        vk_borrowed_desc scratch = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
        size_t bytes = vk_byte_count(scratch);
        matmul->scratch = vk_allocate(bytes);
        if (!matmul->scratch) status = dnnl_out_of_memory;
        if (status == dnnl_success) status = bind(matmul, &matmul->a, vk_borrow(&a), DNNL_ARG_SRC);
        if (status == dnnl_success) status = bind(matmul, &matmul->b, vk_borrow(&b), DNNL_ARG_WEIGHTS);
        if (status == dnnl_success) status = bind(matmul, &matmul->c, vk_borrow(&c), DNNL_ARG_DST);
        if (status == dnnl_success && shape->bias) {
            status = bind(matmul, &matmul->bias, vk_borrow(&bias), DNNL_ARG_BIAS);
        }
        if (status == dnnl_success && bytes > 0) {
            status = bind(matmul, &matmul->scratchpad, scratch, DNNL_ARG_SCRATCHPAD);
            if (status == dnnl_success) status = vk_point(matmul->scratchpad, matmul->scratch);
        }
    }
    vk_release(&a);
    vk_release(&b);
    vk_release(&bias);
    vk_release(&c);
    if (pd) dnnl_primitive_desc_destroy(pd);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    if (status == dnnl_success) return matmul;
    vk_matmul_destroy(matmul);
    return NULL;
}

void vk_matmul_destroy(vk_matmul *matmul) {
    if (!matmul) return;
    for (int i = 0; i < matmul->argument_count; i++) dnnl_memory_destroy(matmul->arguments[i].memory);
    if (matmul->stream) dnnl_stream_destroy(matmul->stream);
    if (matmul->primitive) dnnl_primitive_destroy(matmul->primitive);
    vk_deallocate(matmul->scratch);
    vk_deallocate(matmul->narrow);
    vk_deallocate(matmul->prepared_a.copy);
    vk_deallocate(matmul->prepared_b.copy);
    free(matmul);
}

int vk_matmul_run(vk_matmul *matmul, const float *a, const float *b, const float *bias, float *c) {
    if (matmul->method != BY_ONEDNN) {
        const vk_matmul_shape *s = &matmul->shape;
        int64_t batch = batch_of(s);
        for (int64_t i = 0; i < batch; i++) {
            int64_t between = s->interleaved_a ? s->k : s->m * s->k;
            run_own(matmul, a + (s->batch_a > 1 ? i * between : 0),
                    b + (s->batch_b > 1 ? i * s->k * s->n : 0), bias, c + i * s->m * s->n);
        }
        vk_relu(c, matmul->relu_count);
        return 0;
    }
    dnnl_status_t status = vk_point(matmul->a, copied(&matmul->prepared_a, a));
    if (status == dnnl_success) status = vk_point(matmul->b, copied(&matmul->prepared_b, b));
    if (status == dnnl_success) status = vk_point(matmul->c, c);
    if (status == dnnl_success && matmul->bias) status = vk_point(matmul->bias, bias);
    if (status == dnnl_success) {
        status = vk_execute(matmul->primitive, matmul->stream, matmul->argument_count,
                                        matmul->arguments);
    }
    if (status == dnnl_success) vk_relu(c, matmul->relu_count);
    return (int)status;
}

int vk_matmul_spreads(const vk_matmul *matmul) {
    return is_spread(&matmul->prepared_a) + 2 * is_spread(&matmul->prepared_b);
}

const char *vk_matmul_implementation(const vk_matmul *matmul) { return matmul->implementation; }
