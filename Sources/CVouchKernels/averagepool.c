#include "onednn.h"
#include <stdlib.h>

struct vk_average_pool {
    dnnl_primitive_t primitive;
    dnnl_stream_t stream;
    dnnl_memory_t from, to, scratchpad;
    size_t scratchpad_bytes;
    bool backward;
};

typedef struct {
    dnnl_dims_t strides, window, dilations, before, after;
} steps;

static dnnl_status_t describe_primitive(dnnl_primitive_desc_t *pd, dnnl_alg_kind_t algorithm,
                                        bool backward, vk_borrowed_desc x, vk_borrowed_desc y,
                                        const steps *s, const_dnnl_primitive_desc_t hint,
                                        const_dnnl_primitive_attr_t attributes) {
#if DNNL_VERSION_MAJOR >= 3
    if (backward) {
        return dnnl_pooling_backward_primitive_desc_create(
            pd, vk_engine(), algorithm, x, y, s->strides, s->window, s->dilations, s->before,
            s->after, hint, attributes);
    }
    return dnnl_pooling_forward_primitive_desc_create(
        pd, vk_engine(), dnnl_forward_training, algorithm, x, y, s->strides, s->window,
        s->dilations, s->before, s->after, attributes);
#else
    dnnl_pooling_v2_desc_t description;
    dnnl_status_t status =
        backward ? dnnl_pooling_v2_backward_desc_init(&description, algorithm, x, y, s->strides,
                                                      s->window, s->dilations, s->before, s->after)
                 : dnnl_pooling_v2_forward_desc_init(&description, dnnl_forward_training, algorithm,
                                                     x, y, s->strides, s->window, s->dilations,
                                                     s->before, s->after);
    if (status != dnnl_success) return status;
    return dnnl_primitive_desc_create(pd, &description, attributes, vk_engine(), hint);
#endif
}

vk_average_pool *vk_average_pool_create(const vk_pool_shape *shape, bool counts_padding,
                                        bool backward) {
    vk_average_pool *self = vk_engine() ? calloc(1, sizeof *self) : NULL;
    if (!self) return NULL;
    self->backward = backward;
    const vk_axis *axes[2] = {&shape->vertical, &shape->horizontal};
    steps s = {0};
    for (int i = 0; i < 2; i++) {
        s.strides[i] = axes[i]->stride;
        s.window[i] = axes[i]->window;
        // oneDNN counts the cells left out, and asks for fewer than the image has.
        s.dilations[i] = axes[i]->window > 1 ? axes[i]->dilation - 1 : 0;
        s.before[i] = axes[i]->before;
        s.after[i] = vk_axis_after(axes[i]);
    }
    dnnl_alg_kind_t algorithm =
        counts_padding ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding;
    dnnl_memory_desc_t x = {0}, y = {0};
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_primitive_desc_t forward = NULL, gradient = NULL;
    dnnl_status_t status =
        vk_describe_images(&x, dnnl_f32, shape->n, axes[0]->input, axes[1]->input, shape->channels);
    if (status == dnnl_success) {
        status = vk_describe_images(&y, dnnl_f32, shape->n, axes[0]->output, axes[1]->output,
                                    shape->channels);
    }
    if (status == dnnl_success) status = vk_user_scratchpad(&attributes);
    if (status == dnnl_success) {
        status = describe_primitive(&forward, algorithm, false, vk_borrow(&x), vk_borrow(&y), &s,
                                    NULL, attributes);
    }
    if (status == dnnl_success && backward) {
        status = describe_primitive(&gradient, algorithm, true, vk_borrow(&x), vk_borrow(&y), &s,
                                    forward, attributes);
    }
    dnnl_primitive_desc_t pd = gradient ? gradient : forward;
    if (status == dnnl_success) status = dnnl_primitive_create(&self->primitive, pd);
    if (status == dnnl_success) {
        status = dnnl_stream_create(&self->stream, vk_engine(), dnnl_stream_default_flags);
    }
    if (status == dnnl_success) status = vk_memory(&self->from, vk_borrow(backward ? &y : &x));
    if (status == dnnl_success) status = vk_memory(&self->to, vk_borrow(backward ? &x : &y));
    if (status == dnnl_success) {
        vk_borrowed_desc scratch = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
        self->scratchpad_bytes = vk_byte_count(scratch);
        if (self->scratchpad_bytes > 0) status = vk_memory(&self->scratchpad, scratch);
    }
    vk_release(&x);
    vk_release(&y);
    if (gradient) dnnl_primitive_desc_destroy(gradient);
    if (forward) dnnl_primitive_desc_destroy(forward);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    if (status == dnnl_success) return self;
    vk_average_pool_destroy(self);
    return NULL;
}

void vk_average_pool_destroy(vk_average_pool *self) {
    if (!self) return;
    if (self->from) dnnl_memory_destroy(self->from);
    if (self->to) dnnl_memory_destroy(self->to);
    if (self->scratchpad) dnnl_memory_destroy(self->scratchpad);
    if (self->stream) dnnl_stream_destroy(self->stream);
    if (self->primitive) dnnl_primitive_destroy(self->primitive);
    free(self);
}

size_t vk_average_pool_scratch_bytes(const vk_average_pool *self) { return self->scratchpad_bytes; }

int vk_average_pool_run(vk_average_pool *self, const float *from, float *to, void *scratch) {
    dnnl_status_t status = vk_point(self->from, from);
    if (status == dnnl_success) status = vk_point(self->to, to);
    if (status == dnnl_success && self->scratchpad) status = vk_point(self->scratchpad, scratch);
    dnnl_exec_arg_t arguments[3] = {
        {self->backward ? DNNL_ARG_DIFF_DST : DNNL_ARG_SRC, self->from},
        {self->backward ? DNNL_ARG_DIFF_SRC : DNNL_ARG_DST, self->to},
        {DNNL_ARG_SCRATCHPAD, self->scratchpad},
    };
    if (status != dnnl_success) return (int)status;
    return (int)vk_execute(self->primitive, self->stream, self->scratchpad ? 3 : 2,
                                       arguments);
}
