#include "onednn.h"
#include "clones.h"
#include "signals.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static dnnl_engine_t engine;
static pthread_once_t engine_once = PTHREAD_ONCE_INIT;

static void create_engine(void) {
    if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) engine = NULL;
}

dnnl_engine_t vk_engine(void) {
    vk_single_threaded_onednn();
    pthread_once(&engine_once, create_engine);
    return engine;
}

dnnl_status_t vk_execute(const_dnnl_primitive_t primitive, dnnl_stream_t stream, int count,
                         const dnnl_exec_arg_t *arguments) {
    vk_single_threaded_onednn();  // the switch is the calling thread's own
    vk_hold_signals();
    dnnl_status_t status = dnnl_primitive_execute(primitive, stream, count, arguments);
    vk_release_signals();
    return status;
}

// Without AMX oneDNN has no products that round float factors on their way.
bool vk_multiplies_bfloat16(void) {
    return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core_amx) ==
           dnnl_cpu_isa_avx512_core_amx;
}

int vk_onednn_version(void) {
    const dnnl_version_t *v = dnnl_version();
    return v->major * 10000 + v->minor * 100 + v->patch;
}

void *vk_allocate(size_t bytes) {
    void *memory = NULL;
    size_t rounded = vk_rounded(bytes);
    if (posix_memalign(&memory, 64, rounded ? rounded : 64)) return NULL;
    memset(memory, 0, rounded);
    return memory;
}

void vk_deallocate(void *memory) { free(memory); }

VK_CLONES
void vk_relu(float *x, int64_t count) {
    VK_SIMD for (int64_t i = 0; i < count; i++) x[i] = x[i] < 0.0f ? 0.0f : x[i];
}
