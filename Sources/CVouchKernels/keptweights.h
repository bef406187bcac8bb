// Weights in the layouts that primitives prefer, kept between runs.
#pragma once
#include "onednn.h"

/// Puts weights into the layout of a memory object.
typedef dnnl_status_t (*vk_fill)(void *context);

/// Points `inside` to weights in its layout: those that are kept, or else `bytes` that `fill` writes and that
/// are kept from now on. Other threads wait meanwhile.
dnnl_status_t vk_keep(vk_kept_weights *kept, const float *weights, dnnl_memory_t inside, size_t bytes,
                      vk_fill fill, void *context);
