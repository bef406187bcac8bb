#include "keptweights.h"
#include <stdlib.h>
#include <string.h>

// Images stay channels-last. Weights are ours, [height, width, channels/groups, outputs], outside,
// and in the layout that the primitive prefers inside: with our layout oneDNN falls back to unfolding the
// image, up to a hundred times slower for depthwise convolutions on AVX2.
struct vk_convolution {
    vk_convolution_kind kind;
    dnnl_primitive_t primitive;
    dnnl_primitive_t reorder;  // of the weights, to the preferred layout or from it; NULL for none
    dnnl_stream_t stream;
    dnnl_memory_t a, b, bias, c;  // as in `vk_convolution_run`
    dnnl_memory_t inner;          // the weights inside, where they are reordered
    dnnl_memory_t scratchpad, reorder_scratchpad;
    size_t inner_bytes, scratchpad_bytes;
    vk_kept_weights *kept;   // where the weights inside are kept; NULL where they are not
    const float *kept_from;  // the weights outside that `inner` has; NULL before the first run
    int64_t rounded_a, rounded_b;  // numbers that are rounded to bfloat16 before the run; 0 for none
    int64_t relu_count;  // the result's words, where a ReLU follows
    char implementation[64];
};

// oneDNN's logical order is [groups,] outputs, channels, height, width.
static dnnl_status_t describe_weights(const vk_convolution_shape *s, dnnl_memory_desc_t *ours,
                                      dnnl_memory_desc_t *any, dnnl_data_type_t type) {
    int64_t inputs = s->channels / s->groups, outputs = s->outputs / s->groups;
    int64_t height = s->vertical.window, width = s->horizontal.window;
    dnnl_dims_t extents = {s->groups, outputs, inputs, height, width};
    dnnl_dims_t strides = {outputs, 1, s->outputs, width * inputs * s->outputs, inputs * s->outputs};
    int skip = s->groups == 1 ? 1 : 0;
    dnnl_status_t status = vk_describe(ours, 5 - skip, dnnl_f32, extents + skip, strides + skip);
    if (status == dnnl_success) status = vk_describe_any(any, 5 - skip, type, extents + skip);
    return status;
}

typedef struct {
    dnnl_dims_t strides, dilations, before, after;
    bool skip_1x1;  // see `may_overrun`
} steps;

static steps steps_of(const vk_axis *axes[2]) {
    steps result = {0};
    for (int i = 0; i < 2; i++) {
        const vk_axis *axis = axes[i];
        result.strides[i] = axis->stride;
        result.dilations[i] = axis->dilation - 1;  // oneDNN counts the cells left out
        result.before[i] = axis->before;
        result.after[i] = vk_axis_after(axis);
    }
    return result;
}

// oneDNN 2.6's implementation for 1 × 1 windows gathers strided places into its scratchpad in whole
// vectors, and with fewer channels than a vector has it writes past the end.
static bool may_overrun(const_dnnl_primitive_desc_t pd) {
    const char *name = "";
    dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name);
    return strstr(name, "1x1") != NULL;
}

#if DNNL_VERSION_MAJOR >= 3
static dnnl_status_t skip_overrunning(dnnl_primitive_desc_t pd) {
    dnnl_status_t status = dnnl_success;
    while (status == dnnl_success && may_overrun(pd)) status = dnnl_primitive_desc_next_impl(pd);
    return status;
}
#else
static dnnl_status_t create(dnnl_primitive_desc_t *pd, const_dnnl_op_desc_t description,
                            const_dnnl_primitive_attr_t attributes,
                            const_dnnl_primitive_desc_t hint, bool skip) {
    dnnl_primitive_desc_iterator_t iterator = NULL;
    dnnl_status_t status = dnnl_primitive_desc_iterator_create(&iterator, description, attributes,
                                                               vk_engine(), hint);
    while (status == dnnl_success) {
        *pd = dnnl_primitive_desc_iterator_fetch(iterator);
        if (!skip || !may_overrun(*pd)) break;
        dnnl_primitive_desc_destroy(*pd);
        *pd = NULL;
        status = dnnl_primitive_desc_iterator_next(iterator);
    }
    if (iterator) dnnl_primitive_desc_iterator_destroy(iterator);
    return status;
}
#endif

static dnnl_status_t describe_primitive(dnnl_primitive_desc_t *pd, vk_convolution_kind kind,
                                        vk_borrowed_desc x, vk_borrowed_desc w,
                                        vk_borrowed_desc bias, vk_borrowed_desc y, const steps *s,
                                        const_dnnl_primitive_desc_t hint,
                                        const_dnnl_primitive_attr_t attributes) {
    const dnnl_alg_kind_t direct = dnnl_convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
    dnnl_status_t status = dnnl_invalid_arguments;
    switch (kind) {
    case VK_CONVOLUTION:
        status = dnnl_convolution_forward_primitive_desc_create(
            pd, vk_engine(), dnnl_forward_training, direct, x, w, bias, y, s->strides, s->dilations,
            s->before, s->after, attributes);
        break;
    case VK_CONVOLUTION_INPUT_GRADIENT:
        status = dnnl_convolution_backward_data_primitive_desc_create(
            pd, vk_engine(), direct, x, w, y, s->strides, s->dilations, s->before, s->after, hint,
            attributes);
        break;
    case VK_CONVOLUTION_WEIGHT_GRADIENT:
        status = dnnl_convolution_backward_weights_primitive_desc_create(
            pd, vk_engine(), direct, x, w, NULL, y, s->strides, s->dilations, s->before, s->after,
            hint, attributes);
        break;
    }
    return status == dnnl_success && s->skip_1x1 ? skip_overrunning(*pd) : status;
#else
    dnnl_convolution_desc_t description;
    dnnl_status_t status = dnnl_invalid_arguments;
    switch (kind) {
    case VK_CONVOLUTION:
        status = dnnl_dilated_convolution_forward_desc_init(
            &description, dnnl_forward_training, direct, x, w, bias, y, s->strides, s->dilations,
            s->before, s->after);
        break;
    case VK_CONVOLUTION_INPUT_GRADIENT:
        status = dnnl_dilated_convolution_backward_data_desc_init(
            &description, direct, x, w, y, s->strides, s->dilations, s->before, s->after);
        break;
    case VK_CONVOLUTION_WEIGHT_GRADIENT:
        status = dnnl_dilated_convolution_backward_weights_desc_init(
            &description, direct, x, w, NULL, y, s->strides, s->dilations, s->before, s->after);
        break;
    }
    if (status != dnnl_success) return status;
    return create(pd, &description, attributes, hint, s->skip_1x1);
#endif
}

// Makes the weights' reorder, where the primitive prefers another layout than ours.
static dnnl_status_t make_reorder(vk_convolution *self, vk_borrowed_desc ours,
                                  vk_borrowed_desc preferred,
                                  const_dnnl_primitive_attr_t attributes) {
    if (dnnl_memory_desc_equal(ours, preferred)) return dnnl_success;
    bool out = self->kind == VK_CONVOLUTION_WEIGHT_GRADIENT;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_status_t status = dnnl_reorder_primitive_desc_create(
        &pd, out ? preferred : ours, vk_engine(), out ? ours : preferred, vk_engine(), attributes);
    if (status == dnnl_success) status = dnnl_primitive_create(&self->reorder, pd);
    if (status == dnnl_success) status = vk_memory(&self->inner, preferred);
    if (status == dnnl_success) {
        self->inner_bytes = vk_rounded(vk_byte_count(preferred));
        vk_borrowed_desc scratch = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
        size_t bytes = vk_byte_count(scratch);
        if (bytes > self->scratchpad_bytes) self->scratchpad_bytes = bytes;
        if (bytes > 0) status = vk_memory(&self->reorder_scratchpad, scratch);
    }
    if (pd) dnnl_primitive_desc_destroy(pd);
    return status;
}

static dnnl_status_t make_memories(vk_convolution *self, const_dnnl_primitive_desc_t pd,
                                   vk_borrowed_desc x, vk_borrowed_desc w, vk_borrowed_desc bias,
                                   vk_borrowed_desc y) {
    const char *name = "";
    dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name);
    strncpy(self->implementation, name, sizeof self->implementation - 1);
    vk_borrowed_desc scratch = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
    size_t bytes = vk_byte_count(scratch);
    if (bytes > self->scratchpad_bytes) self->scratchpad_bytes = bytes;
    vk_borrowed_desc operands[3][3] = {{x, w, y}, {y, w, x}, {x, y, w}};
    dnnl_status_t status = vk_memory(&self->a, operands[self->kind][0]);
    if (status == dnnl_success) status = vk_memory(&self->b, operands[self->kind][1]);
    if (status == dnnl_success) status = vk_memory(&self->c, operands[self->kind][2]);
    if (status == dnnl_success && bias) status = vk_memory(&self->bias, bias);
    if (status == dnnl_success && bytes > 0) status = vk_memory(&self->scratchpad, scratch);
    return status;
}

/// As in `matmul.c`. The weights are few beside the places that they are multiplied at.
static bool pays_to_round(const vk_convolution_shape *s, int64_t images, int64_t results) {
    if (!s->bfloat16 || !vk_multiplies_bfloat16()) return false;
    int64_t window = s->vertical.window * s->horizontal.window * s->channels / s->groups;
    int64_t rounded = s->kind == VK_CONVOLUTION                   ? images
                      : s->kind == VK_CONVOLUTION_INPUT_GRADIENT ? results
                                                                 : images + results;
    return vk_pays_to_round(2.0 * (double)results * (double)window, rounded);
}

/// The operands of one kind of convolution, factors of the given type, the result float32.
typedef struct {
    dnnl_memory_desc_t x, y, ours, any;
} operands;

static dnnl_status_t describe_operands(operands *o, const vk_convolution_shape *s,
                                       vk_convolution_kind kind, dnnl_data_type_t factor) {
    dnnl_data_type_t x = kind == VK_CONVOLUTION_INPUT_GRADIENT ? dnnl_f32 : factor;
    dnnl_data_type_t w = kind == VK_CONVOLUTION_WEIGHT_GRADIENT ? dnnl_f32 : factor;
    dnnl_data_type_t y = kind == VK_CONVOLUTION ? dnnl_f32 : factor;
    const vk_axis *v = &s->vertical, *h = &s->horizontal;
    dnnl_status_t status = vk_describe_images(&o->x, x, s->n, v->input, h->input, s->channels);
    if (status == dnnl_success) {
        status = vk_describe_images(&o->y, y, s->n, v->output, h->output, s->outputs);
    }
    if (status == dnnl_success) status = describe_weights(s, &o->ours, &o->any, w);
    return status;
}

static void release_operands(operands *o) {
    vk_release(&o->x);
    vk_release(&o->y);
    vk_release(&o->ours);
    vk_release(&o->any);
}

vk_convolution *vk_convolution_create(const vk_convolution_shape *shape, vk_kept_weights *kept) {
    vk_convolution *self = vk_engine() ? calloc(1, sizeof *self) : NULL;
    if (!self) return NULL;
    self->kind = shape->kind;
    const vk_axis *axes[2] = {&shape->vertical, &shape->horizontal};
    int64_t images = shape->n * axes[0]->input * axes[1]->input * shape->channels;
    int64_t results = shape->n * axes[0]->output * axes[1]->output * shape->outputs;
    self->relu_count = shape->relu ? results : 0;
    steps s = steps_of(axes);
    bool strided = axes[0]->stride > 1 || axes[1]->stride > 1;
    s.skip_1x1 = strided && shape->channels / shape->groups % 16 != 0;
    bool rounds = pays_to_round(shape, images, results);
    bool gathers = self->kind == VK_CONVOLUTION_WEIGHT_GRADIENT;
    if (rounds) {
        self->rounded_a = self->kind == VK_CONVOLUTION_INPUT_GRADIENT ? results : images;
        self->rounded_b = gathers ? results : 0;  // weights are rounded as they are reordered
    }
    dnnl_data_type_t factor = rounds ? dnnl_bf16 : dnnl_f32;
    operands hint = {0}, own = {0};
    dnnl_memory_desc_t bias = {0};
    dnnl_dims_t bias_extents = {shape->outputs}, one = {1};
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_primitive_desc_t forward = NULL, backward = NULL;
    dnnl_status_t status = describe_operands(&hint, shape, VK_CONVOLUTION, factor);
    if (status == dnnl_success) status = describe_operands(&own, shape, self->kind, factor);
    if (status == dnnl_success) status = vk_describe(&bias, 1, dnnl_f32, bias_extents, one);
    if (status == dnnl_success) status = vk_user_scratchpad(&attributes);
    vk_borrowed_desc addend = shape->bias ? vk_borrow(&bias) : NULL;
    if (status == dnnl_success) {
        status = describe_primitive(&forward, VK_CONVOLUTION, vk_borrow(&hint.x),
                                    vk_borrow(&hint.any), addend, vk_borrow(&hint.y), &s, NULL,
                                    attributes);
    }
    if (status == dnnl_success && self->kind != VK_CONVOLUTION) {
        status = describe_primitive(&backward, self->kind, vk_borrow(&own.x), vk_borrow(&own.any),
                                    NULL, vk_borrow(&own.y), &s, forward, attributes);
    }
    dnnl_primitive_desc_t pd = backward ? backward : forward;
    if (status == dnnl_success) status = dnnl_primitive_create(&self->primitive, pd);
    if (status == dnnl_success) {
        status = dnnl_stream_create(&self->stream, vk_engine(), dnnl_stream_default_flags);
    }
    if (status == dnnl_success) {
        status = make_memories(self, pd, vk_borrow(&own.x), vk_borrow(&own.ours), addend,
                               vk_borrow(&own.y));
    }
    if (status == dnnl_success) {
        vk_borrowed_desc preferred = dnnl_primitive_desc_query_md(
            pd, gathers ? dnnl_query_diff_weights_md : dnnl_query_weights_md, 0);
        status = make_reorder(self, vk_borrow(&own.ours), preferred, attributes);
    }
    release_operands(&hint);
    release_operands(&own);
    vk_release(&bias);
    if (backward) dnnl_primitive_desc_destroy(backward);
    if (forward) dnnl_primitive_desc_destroy(forward);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    if (self->reorder && self->kind == VK_CONVOLUTION) self->kept = kept;
    if (status == dnnl_success) return self;
    vk_convolution_destroy(self);
    return NULL;
}

void vk_convolution_destroy(vk_convolution *self) {
    if (!self) return;
    dnnl_memory_t memories[] = {self->a, self->b, self->bias, self->c, self->inner,
                                self->scratchpad, self->reorder_scratchpad};
    for (size_t i = 0; i < sizeof memories / sizeof *memories; i++) {
        if (memories[i]) dnnl_memory_destroy(memories[i]);
    }
    if (self->stream) dnnl_stream_destroy(self->stream);
    if (self->reorder) dnnl_primitive_destroy(self->reorder);
    if (self->primitive) dnnl_primitive_destroy(self->primitive);
    free(self);
}

static size_t rounded_bytes(int64_t numbers) {
    return vk_rounded((size_t)numbers * sizeof(uint16_t));
}

size_t vk_convolution_scratch_bytes(const vk_convolution *self) {
    return self->inner_bytes + vk_rounded(self->scratchpad_bytes) + rounded_bytes(self->rounded_a) +
           rounded_bytes(self->rounded_b);
}

static const void *rounded_operand(void *copy, const float *x, int64_t numbers) {
    if (numbers == 0) return x;
    vk_round_to_bfloat16(copy, x, numbers);
    return copy;
}

static dnnl_status_t reorder(vk_convolution *self, dnnl_memory_t from, dnnl_memory_t to) {
    dnnl_exec_arg_t arguments[3] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    int count = 2;
    if (self->reorder_scratchpad) {
        arguments[count++] = (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, self->reorder_scratchpad};
    }
    return vk_execute(self->reorder, self->stream, count, arguments);
}

static dnnl_status_t reorder_weights(void *context) {
    vk_convolution *self = context;
    return reorder(self, self->b, self->inner);
}

/// Lets `inner` hold the weights in the preferred layout.
static dnnl_status_t prepare_weights(vk_convolution *self, const float *weights, void *scratch) {
    if (!self->kept) {
        dnnl_status_t status = vk_point(self->inner, scratch);
        return status == dnnl_success ? reorder_weights(self) : status;
    }
    if (self->kept_from == weights) return dnnl_success;
    dnnl_status_t status =
        vk_keep(self->kept, weights, self->inner, self->inner_bytes, reorder_weights, self);
    self->kept_from = status == dnnl_success ? weights : NULL;
    return status;
}

int vk_convolution_run(vk_convolution *self, const float *a, const float *b, const float *bias,
                       float *c, void *scratch) {
    static const int names[3][3] = {
        {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
        {DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC},
        {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS},
    };
    char *rest = (char *)scratch + self->inner_bytes;
    char *rounded = rest + vk_rounded(self->scratchpad_bytes);
    dnnl_status_t status = vk_point(self->a, rounded_operand(rounded, a, self->rounded_a));
    rounded += rounded_bytes(self->rounded_a);
    if (status == dnnl_success) {
        status = vk_point(self->b, rounded_operand(rounded, b, self->rounded_b));
    }
    if (status == dnnl_success) status = vk_point(self->c, c);
    if (status == dnnl_success && self->bias) status = vk_point(self->bias, bias);
    if (status == dnnl_success && self->scratchpad) status = vk_point(self->scratchpad, rest);
    if (status == dnnl_success && self->reorder_scratchpad) {
        status = vk_point(self->reorder_scratchpad, rest);
    }
    bool out = self->kind == VK_CONVOLUTION_WEIGHT_GRADIENT;
    if (status == dnnl_success && self->reorder) {
        status = out ? vk_point(self->inner, scratch) : prepare_weights(self, b, scratch);
    }
    dnnl_memory_t second = self->reorder && !out ? self->inner : self->b;
    dnnl_memory_t result = self->reorder && out ? self->inner : self->c;
    const int *name = names[self->kind];
    dnnl_exec_arg_t arguments[5] = {{name[0], self->a}, {name[1], second}, {name[2], result}};
    int count = 3;
    if (self->bias) arguments[count++] = (dnnl_exec_arg_t){DNNL_ARG_BIAS, self->bias};
    if (self->scratchpad) {
        arguments[count++] = (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, self->scratchpad};
    }
    if (status == dnnl_success) {
        status = vk_execute(self->primitive, self->stream, count, arguments);
    }
    if (status == dnnl_success && self->reorder && out) {
        status = reorder(self, self->inner, self->c);
    }
    if (status == dnnl_success) vk_relu(c, self->relu_count);
    return (int)status;
}

const char *vk_convolution_implementation(const vk_convolution *self) {
    return self->implementation;
}
