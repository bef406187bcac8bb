#include "include/CVouchKernels.h"
#include "clones.h"
#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct vk_matmul {
    dnnl_primitive_t primitive;
    dnnl_stream_t stream;
    dnnl_memory_t a, b, bias, c, scratchpad;
    void *scratch;
    dnnl_exec_arg_t arguments[5];
    int argument_count;
    int64_t relu_count;  // the result's words, where a ReLU follows
    char implementation[64];
};

static dnnl_engine_t engine;
static pthread_once_t engine_once = PTHREAD_ONCE_INIT;

static void create_engine(void) {
    if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) engine = NULL;
}

void *vk_allocate(size_t bytes) {
    void *memory = NULL;
    size_t rounded = (bytes + 63) / 64 * 64;
    if (posix_memalign(&memory, 64, rounded ? rounded : 64)) return NULL;
    memset(memory, 0, rounded);
    return memory;
}

void vk_deallocate(void *memory) { free(memory); }

int vk_onednn_version(void) {
    const dnnl_version_t *v = dnnl_version();
    return v->major * 10000 + v->minor * 100 + v->patch;
}

static dnnl_status_t describe(dnnl_memory_desc_t *md, int64_t batch, int64_t rows, int64_t columns,
                              bool transposed) {
    dnnl_dims_t extents = {batch, rows, columns};
    dnnl_dims_t strides = {rows * columns, transposed ? 1 : columns, transposed ? rows : 1};
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_memory_desc_create_with_strides(md, 3, extents, dnnl_f32, strides);
#else
    return dnnl_memory_desc_init_by_strides(md, 3, extents, dnnl_f32, strides);
#endif
}

// The two versions of oneDNN differ in who owns a memory descriptor and how a primitive is described.
#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t borrowed_desc;
static borrowed_desc borrow(const dnnl_memory_desc_t *md) { return *md; }
static void release(dnnl_memory_desc_t *md) { dnnl_memory_desc_destroy(*md); }
static size_t byte_count(borrowed_desc md) { return dnnl_memory_desc_get_size(md); }
static dnnl_status_t describe_matmul(dnnl_primitive_desc_t *pd, borrowed_desc a, borrowed_desc b,
                                     borrowed_desc bias, borrowed_desc c,
                                     const_dnnl_primitive_attr_t attributes) {
    return dnnl_matmul_primitive_desc_create(pd, engine, a, b, bias, c, attributes);
}
#else
typedef const dnnl_memory_desc_t *borrowed_desc;
static borrowed_desc borrow(const dnnl_memory_desc_t *md) { return md; }
static void release(dnnl_memory_desc_t *md) { (void)md; }
static size_t byte_count(borrowed_desc md) { return dnnl_memory_desc_get_size(md); }
static dnnl_status_t describe_matmul(dnnl_primitive_desc_t *pd, borrowed_desc a, borrowed_desc b,
                                     borrowed_desc bias, borrowed_desc c,
                                     const_dnnl_primitive_attr_t attributes) {
    dnnl_matmul_desc_t description;
    dnnl_status_t status = dnnl_matmul_desc_init(&description, a, b, bias, c);
    if (status != dnnl_success) return status;
    return dnnl_primitive_desc_create(pd, &description, attributes, engine, NULL);
}
#endif

static dnnl_status_t bind(vk_matmul *matmul, dnnl_memory_t *memory, borrowed_desc md, int name,
                          void *handle) {
    dnnl_status_t status = dnnl_memory_create(memory, md, engine, handle);
    if (status == dnnl_success) {
        matmul->arguments[matmul->argument_count++] = (dnnl_exec_arg_t){name, *memory};
    }
    return status;
}

vk_matmul *vk_matmul_create(const vk_matmul_shape *shape) {
    vk_single_threaded_onednn();
    pthread_once(&engine_once, create_engine);
    vk_matmul *matmul = engine ? calloc(1, sizeof *matmul) : NULL;
    if (!matmul) return NULL;
    int64_t batch = shape->batch_a > shape->batch_b ? shape->batch_a : shape->batch_b;
    matmul->relu_count = shape->relu ? batch * shape->m * shape->n : 0;
    dnnl_memory_desc_t a, b, bias, c;
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t status = describe(&a, shape->batch_a, shape->m, shape->k, shape->transpose_a);
    if (status == dnnl_success) status = describe(&b, shape->batch_b, shape->k, shape->n, shape->transpose_b);
    if (status == dnnl_success) status = describe(&bias, 1, 1, shape->n, false);
    if (status == dnnl_success) status = describe(&c, batch, shape->m, shape->n, false);
    if (status == dnnl_success) status = dnnl_primitive_attr_create(&attributes);
    if (status == dnnl_success) {
        status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
    }
    if (status == dnnl_success) {
        status = describe_matmul(&pd, borrow(&a), borrow(&b), shape->bias ? borrow(&bias) : NULL,
                                 borrow(&c), attributes);
    }
    if (status == dnnl_success) status = dnnl_primitive_create(&matmul->primitive, pd);
    if (status == dnnl_success) {
        status = dnnl_stream_create(&matmul->stream, engine, dnnl_stream_default_flags);
    }
    if (status == dnnl_success) {
        const char *name = "";
        dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name);
        strncpy(matmul->implementation, name, sizeof matmul->implementation - 1);
        borrowed_desc scratch = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
        size_t bytes = scratch ? byte_count(scratch) : 0;
        matmul->scratch = vk_allocate(bytes);
        if (!matmul->scratch) status = dnnl_out_of_memory;
        if (status == dnnl_success) status = bind(matmul, &matmul->a, borrow(&a), DNNL_ARG_SRC, NULL);
        if (status == dnnl_success) status = bind(matmul, &matmul->b, borrow(&b), DNNL_ARG_WEIGHTS, NULL);
        if (status == dnnl_success) status = bind(matmul, &matmul->c, borrow(&c), DNNL_ARG_DST, NULL);
        if (status == dnnl_success && shape->bias) {
            status = bind(matmul, &matmul->bias, borrow(&bias), DNNL_ARG_BIAS, NULL);
        }
        if (status == dnnl_success && bytes > 0) {
            status = bind(matmul, &matmul->scratchpad, scratch, DNNL_ARG_SCRATCHPAD, matmul->scratch);
        }
    }
    release(&a);
    release(&b);
    release(&bias);
    release(&c);
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
    free(matmul);
}

static dnnl_status_t point(dnnl_memory_t memory, const float *data) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_memory_set_data_handle(memory, (void *)data);
#else
    return dnnl_memory_set_data_handle_v2(memory, (void *)data, NULL);
#endif
}

// oneDNN's own ReLU turns NaN into 0, and a training that has diverged would go unnoticed.
VK_CLONES
static void relu(float *x, int64_t count) {
    VK_SIMD for (int64_t i = 0; i < count; i++) x[i] = x[i] < 0.0f ? 0.0f : x[i];
}

int vk_matmul_run(vk_matmul *matmul, const float *a, const float *b, const float *bias, float *c) {
    vk_single_threaded_onednn();  // the switch is the calling thread's own
    dnnl_status_t status = point(matmul->a, a);
    if (status == dnnl_success) status = point(matmul->b, b);
    if (status == dnnl_success) status = point(matmul->c, c);
    if (status == dnnl_success && matmul->bias) status = point(matmul->bias, bias);
    if (status == dnnl_success) {
        status = dnnl_primitive_execute(matmul->primitive, matmul->stream, matmul->argument_count,
                                        matmul->arguments);
    }
    if (status == dnnl_success) relu(c, matmul->relu_count);
    return (int)status;
}

const char *vk_matmul_implementation(const vk_matmul *matmul) { return matmul->implementation; }
