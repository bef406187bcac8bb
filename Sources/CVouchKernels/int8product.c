#include "clones.h"
#include "onednn.h"
#include <stdlib.h>
#include <string.h>

// Sums are whole numbers and exact on every processor: without VNNI oneDNN adds two products of a byte
// and a weight in 16 bits, which saturate beyond ±32767, and 2 · 255 · 63 = 32130 does not. What follows
// them is one multiplication and one addition each, never contracted, in one order: the bits are the same
// on every processor.
#pragma clang fp contract(off)

enum {
    BLOCK_WORDS = 32768,  // sums that are made before they are scaled, so that they stay in a cache
    ROW_STEP = 16,
};

typedef struct {
    int64_t rows;  // 0 for none
    dnnl_primitive_t primitive;
    dnnl_memory_t a, c, scratchpad;
    dnnl_exec_arg_t arguments[4];
    int argument_count;
    void *scratch;
} block;

struct vk_int8_product {
    vk_int8_shape shape;
    block full, rest;
    dnnl_stream_t stream;
    dnnl_memory_desc_t weights;  // in the layout that the full block prefers
    dnnl_memory_t b;
    int32_t *sums;         // of a block
    int32_t *corrections;  // of each column
    uint8_t *bytes;        // a block of `a` that comes in floats; NULL where it comes in bytes
    char implementation[64];
};

static int64_t block_rows(const vk_int8_shape *shape) {
    int64_t rows = BLOCK_WORDS / shape->n / ROW_STEP * ROW_STEP;
    if (rows < ROW_STEP) rows = ROW_STEP;
    return rows < shape->m ? rows : shape->m;
}

static dnnl_status_t describe_product(dnnl_primitive_desc_t *pd, vk_borrowed_desc a, vk_borrowed_desc b,
                                      vk_borrowed_desc c, const_dnnl_primitive_attr_t attributes) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_matmul_primitive_desc_create(pd, vk_engine(), a, b, NULL, c, attributes);
#else
    dnnl_matmul_desc_t description;
    dnnl_status_t status = dnnl_matmul_desc_init(&description, a, b, NULL, c);
    if (status != dnnl_success) return status;
    return dnnl_primitive_desc_create(pd, &description, attributes, vk_engine(), NULL);
#endif
}

static dnnl_status_t copy_desc(dnnl_memory_desc_t *to, vk_borrowed_desc from) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_memory_desc_clone(to, from);
#else
    *to = *from;
    return dnnl_success;
#endif
}

static dnnl_status_t bind(block *own, dnnl_memory_t *memory, vk_borrowed_desc md, int name) {
    dnnl_status_t status = vk_memory(memory, md);
    if (status == dnnl_success) {
        own->arguments[own->argument_count++] = (dnnl_exec_arg_t){name, *memory};
    }
    return status;
}

/// The first block decides how the weights lie.
static dnnl_status_t make_block(vk_int8_product *product, block *own, int64_t rows) {
    if (rows == 0) return dnnl_success;
    int64_t n = product->shape.n, k = product->shape.k;
    bool is_first = !product->b;
    dnnl_memory_desc_t a = {0}, b = {0}, c = {0};
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_dims_t extents_a = {rows, k}, extents_b = {k, n}, extents_c = {rows, n};
    dnnl_dims_t strides_a = {k, 1}, strides_c = {n, 1};
    dnnl_status_t status = vk_describe(&a, 2, dnnl_u8, extents_a, strides_a);
    if (status == dnnl_success && is_first) status = vk_describe_any(&b, 2, dnnl_s8, extents_b);
    if (status == dnnl_success) status = vk_describe(&c, 2, dnnl_s32, extents_c, strides_c);
    if (status == dnnl_success) status = vk_user_scratchpad(&attributes);
    if (status == dnnl_success) {
        status = describe_product(&pd, vk_borrow(&a), vk_borrow(is_first ? &b : &product->weights),
                                  vk_borrow(&c), attributes);
    }
    if (status == dnnl_success) status = dnnl_primitive_create(&own->primitive, pd);
    if (status == dnnl_success && is_first) {
        const char *name = "";
        dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name);
        strncpy(product->implementation, name, sizeof product->implementation - 1);
        status = copy_desc(&product->weights, dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0));
        if (status == dnnl_success) status = vk_memory(&product->b, vk_borrow(&product->weights));
    }
    if (status == dnnl_success) {
        own->rows = rows;
        own->arguments[own->argument_count++] = (dnnl_exec_arg_t){DNNL_ARG_WEIGHTS, product->b};
        vk_borrowed_desc scratch = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
        size_t bytes = vk_byte_count(scratch);
        own->scratch = vk_allocate(bytes);
        if (!own->scratch) status = dnnl_out_of_memory;
        if (status == dnnl_success) status = bind(own, &own->a, vk_borrow(&a), DNNL_ARG_SRC);
        if (status == dnnl_success) status = bind(own, &own->c, vk_borrow(&c), DNNL_ARG_DST);
        if (status == dnnl_success && bytes > 0) {
            status = bind(own, &own->scratchpad, scratch, DNNL_ARG_SCRATCHPAD);
            if (status == dnnl_success) status = vk_point(own->scratchpad, own->scratch);
        }
    }
    vk_release(&a);
    vk_release(&b);
    vk_release(&c);
    if (pd) dnnl_primitive_desc_destroy(pd);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    return status;
}

static void destroy_block(block *own) {
    if (own->a) dnnl_memory_destroy(own->a);
    if (own->c) dnnl_memory_destroy(own->c);
    if (own->scratchpad) dnnl_memory_destroy(own->scratchpad);
    if (own->primitive) dnnl_primitive_destroy(own->primitive);
    vk_deallocate(own->scratch);
}

vk_int8_product *vk_int8_product_create(const vk_int8_shape *shape) {
    vk_int8_product *product = vk_engine() ? calloc(1, sizeof *product) : NULL;
    if (!product) return NULL;
    product->shape = *shape;
    int64_t rows = block_rows(shape);
    product->sums = vk_allocate((size_t)(rows * shape->n) * sizeof(int32_t));
    product->corrections = vk_allocate((size_t)shape->n * sizeof(int32_t));
    if (!shape->bytes_in) product->bytes = vk_allocate((size_t)(rows * shape->k));
    bool ready = product->sums && product->corrections && (shape->bytes_in || product->bytes);
    dnnl_status_t status = ready ? dnnl_success : dnnl_out_of_memory;
    if (status == dnnl_success) {
        status = dnnl_stream_create(&product->stream, vk_engine(), dnnl_stream_default_flags);
    }
    if (status == dnnl_success) status = make_block(product, &product->full, rows);
    if (status == dnnl_success) status = make_block(product, &product->rest, shape->m % rows);
    if (status == dnnl_success) return product;
    vk_int8_product_destroy(product);
    return NULL;
}

void vk_int8_product_destroy(vk_int8_product *product) {
    if (!product) return;
    destroy_block(&product->full);
    destroy_block(&product->rest);
    if (product->b) {
        dnnl_memory_destroy(product->b);
        vk_release(&product->weights);
    }
    if (product->stream) dnnl_stream_destroy(product->stream);
    vk_deallocate(product->sums);
    vk_deallocate(product->corrections);
    vk_deallocate(product->bytes);
    free(product);
}

size_t vk_int8_product_packed_bytes(const vk_int8_product *product) {
    return vk_rounded(vk_byte_count(vk_borrow(&product->weights))) +
           (size_t)product->shape.n * sizeof(int32_t);
}

static int32_t *column_sums(const vk_int8_product *product, void *packed) {
    return (int32_t *)((char *)packed + vk_rounded(vk_byte_count(vk_borrow(&product->weights))));
}

int vk_int8_product_pack(const vk_int8_product *product, const int8_t *w, void *packed) {
    int64_t n = product->shape.n, k = product->shape.k;
    int32_t *sums = column_sums(product, packed);
    memset(sums, 0, (size_t)n * sizeof *sums);
    for (int64_t i = 0; i < k; i++) {
        for (int64_t j = 0; j < n; j++) sums[j] += w[i * n + j];
    }
    dnnl_memory_desc_t plain = {0};
    dnnl_dims_t extents = {k, n}, strides = {n, 1};
    dnnl_memory_t from = NULL, to = NULL;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_primitive_t reorder = NULL;
    dnnl_status_t status = vk_describe(&plain, 2, dnnl_s8, extents, strides);
    if (status == dnnl_success) status = vk_memory(&from, vk_borrow(&plain));
    if (status == dnnl_success) status = vk_memory(&to, vk_borrow(&product->weights));
    if (status == dnnl_success) status = vk_point(from, w);
    if (status == dnnl_success) status = vk_point(to, packed);
    if (status == dnnl_success) {
        status = dnnl_reorder_primitive_desc_create(&pd, vk_borrow(&plain), vk_engine(),
                                                    vk_borrow(&product->weights), vk_engine(), NULL);
    }
    if (status == dnnl_success) status = dnnl_primitive_create(&reorder, pd);
    if (status == dnnl_success) {
        dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
        status = vk_execute(reorder, product->stream, 2, arguments);
    }
    vk_release(&plain);
    if (reorder) dnnl_primitive_destroy(reorder);
    if (pd) dnnl_primitive_desc_destroy(pd);
    if (from) dnnl_memory_destroy(from);
    if (to) dnnl_memory_destroy(to);
    return (int)status;
}

// Adding it to a number of ±2^22 leaves the nearest whole number in the last bits, ties to even.
static const float ROUNDER = 12582912.0f;
static const int32_t ROUNDER_BITS = 0x4b400000;

/// The byte of a number: `zero + clamp(round(x · inverse), −zero, 255 − zero)`; of NaN 0.
VK_INLINE uint8_t byte_of(float x, float inverse, float least, float most, int32_t zero) {
    float v = x * inverse;
    v = v > least ? v : least;
    v = v < most ? v : most;
    v += ROUNDER;
    int32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return (uint8_t)(bits - ROUNDER_BITS + zero);
}

VK_CLONES
static void to_bytes(uint8_t *restrict y, const float *x, int64_t count, vk_int8_range range) {
    float least = -range.zero, most = 255.0f - range.zero;
    int32_t zero = (int32_t)range.zero;
    VK_SIMD for (int64_t i = 0; i < count; i++) y[i] = byte_of(x[i], range.inverse, least, most, zero);
}

VK_CLONES
static void to_floats(float *restrict y, const int32_t *sums, const int32_t *corrections,
                      const float *scale, const float *bias, int64_t rows, int64_t n, bool relu) {
    for (int64_t row = 0; row < rows; row++, sums += n, y += n) {
        VK_SIMD for (int64_t j = 0; j < n; j++) {
            float scaled = (float)(sums[j] - corrections[j]) * scale[j];
            float v = scaled + bias[j];
            y[j] = relu && v < 0.0f ? 0.0f : v;
        }
    }
}

VK_CLONES
static void to_next_bytes(uint8_t *restrict y, const int32_t *sums, const int32_t *corrections,
                          const float *scale, const float *bias, int64_t rows, int64_t n, bool relu,
                          vk_int8_range next) {
    float least = -next.zero, most = 255.0f - next.zero;
    int32_t zero = (int32_t)next.zero;
    for (int64_t row = 0; row < rows; row++, sums += n, y += n) {
        VK_SIMD for (int64_t j = 0; j < n; j++) {
            float scaled = (float)(sums[j] - corrections[j]) * scale[j];
            float v = scaled + bias[j];
            v = relu && v < 0.0f ? 0.0f : v;
            y[j] = byte_of(v, next.inverse, least, most, zero);
        }
    }
}

int vk_int8_product_run(vk_int8_product *product, const void *a, const void *packed,
                        const vk_int8_epilogue *epilogue, void *c) {
    const vk_int8_shape *s = &product->shape;
    const int32_t *column = column_sums(product, (void *)packed);
    int32_t zero = (int32_t)epilogue->range.zero;
    for (int64_t j = 0; j < s->n; j++) product->corrections[j] = zero * column[j];
    dnnl_status_t status = vk_point(product->b, packed);
    for (int64_t row = 0; row < s->m && status == dnnl_success; row += product->full.rows) {
        block *own = s->m - row < product->full.rows ? &product->rest : &product->full;
        const uint8_t *bytes = (const uint8_t *)a + row * s->k;
        if (!s->bytes_in) {
            to_bytes(product->bytes, (const float *)a + row * s->k, own->rows * s->k, epilogue->range);
            bytes = product->bytes;
        }
        status = vk_point(own->a, bytes);
        if (status == dnnl_success) status = vk_point(own->c, product->sums);
        if (status == dnnl_success) {
            status = vk_execute(own->primitive, product->stream, own->argument_count, own->arguments);
        }
        if (status != dnnl_success) break;
        if (s->bytes_out) {
            to_next_bytes((uint8_t *)c + row * s->n, product->sums, product->corrections,
                          epilogue->scale, epilogue->bias, own->rows, s->n, s->relu, epilogue->next);
        } else {
            to_floats((float *)c + row * s->n, product->sums, product->corrections, epilogue->scale,
                      epilogue->bias, own->rows, s->n, s->relu);
        }
    }
    return (int)status;
}

const char *vk_int8_product_implementation(const vk_int8_product *product) {
    return product->implementation;
}

const char *vk_processor_isa(void) {
    int isa = dnnl_get_effective_cpu_isa();
    // From the richest on; a name is that of ONEDNN_MAX_CPU_ISA.
    static const struct { int isa; const char *name; } known[] = {
        {dnnl_cpu_isa_avx512_core_amx, "AVX512_CORE_AMX"},
        {dnnl_cpu_isa_avx512_core_bf16, "AVX512_CORE_BF16"},
        {dnnl_cpu_isa_avx512_core_vnni, "AVX512_CORE_VNNI"},
        {dnnl_cpu_isa_avx512_core, "AVX512_CORE"},
        {dnnl_cpu_isa_avx2_vnni, "AVX2_VNNI"},
        {dnnl_cpu_isa_avx2, "AVX2"},
        {dnnl_cpu_isa_avx, "AVX"},
        {dnnl_cpu_isa_sse41, "SSE41"},
    };
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
        if ((isa & known[i].isa) == known[i].isa) return known[i].name;
    }
    return "none that oneDNN names";
}
