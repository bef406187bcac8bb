#include "onednn.h"
#include "rowproduct.h"
#include <stdlib.h>
#include <string.h>

/// An operand whose rows lie a power of two apart, which maps them to few lines of the caches: it is
/// copied to rows that lie a little farther apart before the product reads it.
typedef struct {
    int64_t rows, columns;  // as they lie in memory, over all of the batch; no rows where none is needed
    float *copy;
} spread;

enum { SPREAD_PADDING = 16 };

struct vk_matmul {
    int64_t row_k, row_n;  // of a single row times a matrix, which is ours; 0 where oneDNN multiplies
    spread spread_a, spread_b;
    dnnl_primitive_t primitive;
    dnnl_stream_t stream;
    dnnl_memory_t a, b, bias, c, scratchpad;
    void *scratch;
    dnnl_exec_arg_t arguments[5];
    int argument_count;
    int64_t relu_count;  // the result's words, where a ReLU follows
    char implementation[64];
};

static dnnl_status_t describe(dnnl_memory_desc_t *md, int64_t batch, int64_t rows, int64_t columns,
                              bool transposed, int64_t padding) {
    int64_t lines = transposed ? columns : rows, distance = (transposed ? rows : columns) + padding;
    dnnl_dims_t extents = {batch, rows, columns};
    dnnl_dims_t strides = {lines * distance, transposed ? 1 : distance, transposed ? distance : 1};
    return vk_describe(md, 3, extents, strides);
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
    int64_t batch = shape->batch_a > shape->batch_b ? shape->batch_a : shape->batch_b;
    double nanoseconds = 2.0 * (double)(batch * shape->m) * (double)(shape->n * shape->k) / 95.0;
    return lost * nanoseconds > 0.4 * (double)(rows * columns);
}

static spread spread_of(const vk_matmul_shape *shape, int64_t rows, int64_t columns, bool may) {
    spread result = {0};
    if (!may || !pays_to_spread(shape, rows, columns)) return result;
    result.copy = vk_allocate((size_t)(rows * (columns + SPREAD_PADDING)) * sizeof(float));
    if (!result.copy) return result;
    result.rows = rows;
    result.columns = columns;
    return result;
}

static const float *spread_out(const spread *spread, const float *x) {
    if (!spread->rows) return x;
    for (int64_t row = 0; row < spread->rows; row++) {
        memcpy(spread->copy + row * (spread->columns + SPREAD_PADDING), x + row * spread->columns,
               (size_t)spread->columns * sizeof(float));
    }
    return spread->copy;
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

vk_matmul *vk_matmul_create(const vk_matmul_shape *shape) {
    vk_matmul *matmul = vk_engine() ? calloc(1, sizeof *matmul) : NULL;
    if (!matmul) return NULL;
    int64_t batch = shape->batch_a > shape->batch_b ? shape->batch_a : shape->batch_b;
    matmul->relu_count = shape->relu ? batch * shape->m * shape->n : 0;
    if (batch == 1 && shape->m == 1 && !shape->transpose_b) {
        matmul->row_k = shape->k;
        matmul->row_n = shape->n;
        strncpy(matmul->implementation, "vk_row_product", sizeof matmul->implementation - 1);
        return matmul;
    }
    dnnl_memory_desc_t a = {0}, b = {0}, bias = {0}, c = {0};
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_primitive_desc_t pd = NULL;
    // Other forms read along their rows and hardly lose.
    matmul->spread_a = spread_of(shape, shape->batch_a * shape->k, shape->m, shape->transpose_a);
    matmul->spread_b = spread_of(shape, shape->batch_b * shape->k, shape->n, !shape->transpose_b);
    dnnl_status_t status = describe(&a, shape->batch_a, shape->m, shape->k, shape->transpose_a,
                                    matmul->spread_a.rows ? SPREAD_PADDING : 0);
    if (status == dnnl_success) {
        status = describe(&b, shape->batch_b, shape->k, shape->n, shape->transpose_b,
                          matmul->spread_b.rows ? SPREAD_PADDING : 0);
    }
    if (status == dnnl_success) status = describe(&bias, 1, 1, shape->n, false, 0);
    if (status == dnnl_success) status = describe(&c, batch, shape->m, shape->n, false, 0);
    if (status == dnnl_success) status = vk_user_scratchpad(&attributes);
    if (status == dnnl_success && shape->bfloat16) status = vk_allow_bfloat16(attributes);
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
    vk_deallocate(matmul->spread_a.copy);
    vk_deallocate(matmul->spread_b.copy);
    free(matmul);
}

int vk_matmul_run(vk_matmul *matmul, const float *a, const float *b, const float *bias, float *c) {
    if (matmul->row_n > 0) {
        vk_row_product(c, a, b, bias, matmul->row_k, matmul->row_n);
        vk_relu(c, matmul->relu_count);
        return 0;
    }
    dnnl_status_t status = vk_point(matmul->a, spread_out(&matmul->spread_a, a));
    if (status == dnnl_success) status = vk_point(matmul->b, spread_out(&matmul->spread_b, b));
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
    return (matmul->spread_a.rows > 0) + 2 * (matmul->spread_b.rows > 0);
}

const char *vk_matmul_implementation(const vk_matmul *matmul) { return matmul->implementation; }
