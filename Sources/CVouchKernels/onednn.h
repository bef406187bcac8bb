// What our uses of oneDNN share: the engine, and where its versions 2 and 3 differ.
//
// A function here is internal to this target. Descriptors start as `{0}` and are released once.
#pragma once
#include "include/CVouchKernels.h"
#include <oneapi/dnnl/dnnl.h>

/// The CPU's engine; NULL where oneDNN has none. Also keeps oneDNN to one thread, as every maker of
/// a primitive must.
dnnl_engine_t vk_engine(void);

/// Runs a primitive on the calling thread alone, which takes no signal meanwhile.
dnnl_status_t vk_execute(const_dnnl_primitive_t primitive, dnnl_stream_t stream, int count,
                         const dnnl_exec_arg_t *arguments);

// The two versions differ in who owns a memory descriptor.
#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t vk_borrowed_desc;
static inline vk_borrowed_desc vk_borrow(const dnnl_memory_desc_t *md) { return *md; }
static inline void vk_release(dnnl_memory_desc_t *md) {
    if (*md) dnnl_memory_desc_destroy(*md);
}
#else
typedef const dnnl_memory_desc_t *vk_borrowed_desc;
static inline vk_borrowed_desc vk_borrow(const dnnl_memory_desc_t *md) { return md; }
static inline void vk_release(dnnl_memory_desc_t *md) { (void)md; }
#endif

static inline size_t vk_byte_count(vk_borrowed_desc md) {
    return md ? dnnl_memory_desc_get_size(md) : 0;
}

/// Numbers of a type at given strides.
static inline dnnl_status_t vk_describe(dnnl_memory_desc_t *md, int rank, dnnl_data_type_t type,
                                        const dnnl_dims_t extents, const dnnl_dims_t strides) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_memory_desc_create_with_strides(md, rank, extents, type, strides);
#else
    return dnnl_memory_desc_init_by_strides(md, rank, extents, type, strides);
#endif
}

/// Images, channels-last outside; oneDNN's logical order is n, channels, height, width.
static inline dnnl_status_t vk_describe_images(dnnl_memory_desc_t *md, dnnl_data_type_t type, int64_t n,
                                               int64_t height, int64_t width, int64_t channels) {
    dnnl_dims_t extents = {n, channels, height, width};
    dnnl_dims_t strides = {height * width * channels, 1, width * channels, channels};
    return vk_describe(md, 4, type, extents, strides);
}

/// Numbers of a type in the layout that a primitive prefers.
static inline dnnl_status_t vk_describe_any(dnnl_memory_desc_t *md, int rank, dnnl_data_type_t type,
                                            const dnnl_dims_t extents) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_memory_desc_create_with_tag(md, rank, extents, type, dnnl_format_tag_any);
#else
    return dnnl_memory_desc_init_by_tag(md, rank, extents, type, dnnl_format_tag_any);
#endif
}

static inline dnnl_status_t vk_point(dnnl_memory_t memory, const void *data) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_memory_set_data_handle(memory, (void *)data);
#else
    return dnnl_memory_set_data_handle_v2(memory, (void *)data, NULL);
#endif
}

/// Attributes of a primitive whose scratchpad the caller brings.
static inline dnnl_status_t vk_user_scratchpad(dnnl_primitive_attr_t *attributes) {
    dnnl_status_t status = dnnl_primitive_attr_create(attributes);
    if (status != dnnl_success) return status;
    return dnnl_primitive_attr_set_scratchpad_mode(*attributes, dnnl_scratchpad_mode_user);
}

/// A memory object without an address, for an argument that each run points anew.
static inline dnnl_status_t vk_memory(dnnl_memory_t *memory, vk_borrowed_desc md) {
    return dnnl_memory_create(memory, md, vk_engine(), NULL);
}

static inline size_t vk_rounded(size_t bytes) { return (bytes + 63) / 64 * 64; }
/// Rounds to the nearest, ties to even; NaN stays NaN. `y` holds bfloat16.
void vk_round_to_bfloat16(uint16_t *y, const float *x, int64_t count);
/// Whether rounding a product's factors to bfloat16 takes less time than it saves: by measurements on a
/// Zen 4, where oneDNN multiplies float factors at 110 GFLOP/s a core and bfloat16 at 210, and a number is
/// rounded in 0.1 ns. A pure function of its arguments, so that bits do not depend on a clock.
static inline bool vk_pays_to_round(double operations, int64_t numbers) {
    return operations * (1.0 / 110.0 - 1.0 / 210.0) > 0.1 * (double)numbers;
}
/// oneDNN's own ReLU turns NaN into 0, and a training that has diverged would go unnoticed.
void vk_relu(float *x, int64_t count);
