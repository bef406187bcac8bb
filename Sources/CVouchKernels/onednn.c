#include "onednn.h"
#include "clones.h"
#include "signals.h"
#include <pthread.h>
#include <stdatomic.h>
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

bool vk_multiplies_bfloat16(void) {
    return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core_bf16) ==
           dnnl_cpu_isa_avx512_core_bf16;
}

int vk_onednn_version(void) {
    const dnnl_version_t *v = dnnl_version();
    return v->major * 10000 + v->minor * 100 + v->patch;
}

// Where arrays that are walked together begin at the same place of a page, Zen's caches can take them for
// one another (its way predictor hashes the rest of the address), and an optimizer's step is five times as
// slow: so each large array begins elsewhere in its page.
enum { LINE = 64, LARGE = 16384, PAGE_LINES = 64, SKEW_LINES = 9 };
static atomic_uint skews;

void *vk_allocate(size_t bytes) {
    size_t rounded = bytes ? vk_rounded(bytes) : LINE, skew = 0;
    if (rounded >= LARGE) skew = atomic_fetch_add(&skews, 1) * SKEW_LINES % PAGE_LINES * LINE;
    void *memory = NULL;
    if (posix_memalign(&memory, LINE, LINE + skew + rounded)) return NULL;
    char *start = (char *)memory + LINE + skew;
    memcpy(start - LINE, &memory, sizeof memory);  // for whoever frees it
    memset(start, 0, rounded);
    return start;
}

void vk_deallocate(void *start) {
    if (!start) return;
    void *memory;
    memcpy(&memory, (char *)start - LINE, sizeof memory);
    free(memory);
}

VK_CLONES
void vk_relu(float *x, int64_t count) {
    VK_SIMD for (int64_t i = 0; i < count; i++) x[i] = x[i] < 0.0f ? 0.0f : x[i];
}

VK_CLONES
void vk_round_to_bfloat16(uint16_t *y, const float *x, int64_t count) {
    VK_SIMD for (int64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
        bool is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
        y[i] = (uint16_t)(is_nan ? (bits >> 16 | 0x40u) : rounded);
    }
}
