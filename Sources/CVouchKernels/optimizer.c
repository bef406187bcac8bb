#include "include/CVouchKernels.h"
#include "vectormath.h"

VK_CLONES
double vk_sum_shards(float *const *shards, int64_t shard_count, int64_t start, int64_t count) {
    float *y = shards[0] + start;
    for (int64_t s = 1; s < shard_count; s++) {
        const float *x = shards[s] + start;
        VK_SIMD for (int64_t i = 0; i < count; i++) y[i] += x[i];
    }
    double lanes[8] = {0};
    int64_t i = 0;
    for (; i + 8 <= count; i += 8) {
        for (int lane = 0; lane < 8; lane++) lanes[lane] += (double)y[i + lane] * y[i + lane];
    }
    for (int lane = 0; i < count; i++, lane++) lanes[lane] += (double)y[i] * y[i];
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
           ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

VK_CLONES
void vk_adamw_update(float *p, float *m, float *v, float *average, const float *g, int64_t count,
                     const vk_adamw *settings) {
    const vk_adamw s = *settings;
    float step = s.learning_rate / s.correction1, root = 1.0f / __builtin_elementwise_sqrt(s.correction2);
    float keep = 1.0f - s.decay, toward = 1.0f - s.average_decay;
    VK_SIMD for (int64_t i = 0; i < count; i++) {
        float gradient = g[i] * s.gradient_scale;
        float first = s.beta1 * m[i] + (1.0f - s.beta1) * gradient;
        float second = s.beta2 * v[i] + (1.0f - s.beta2) * gradient * gradient;
        m[i] = first;
        v[i] = second;
        p[i] = p[i] * keep - step * first / (__builtin_elementwise_sqrt(second) * root + s.epsilon);
    }
    if (average) {
        VK_SIMD for (int64_t i = 0; i < count; i++) average[i] += toward * (p[i] - average[i]);
    }
}

VK_CLONES
void vk_sgd_update(float *p, float *momentum, float *average, const float *g, int64_t count,
                   const vk_sgd *settings) {
    const vk_sgd s = *settings;
    float toward = 1.0f - s.average_decay;
    VK_SIMD for (int64_t i = 0; i < count; i++) {
        float gradient = g[i] * s.gradient_scale;
        float velocity = s.momentum * momentum[i] + gradient;
        momentum[i] = velocity;
        float direction = s.nesterov ? gradient + s.momentum * velocity : velocity;
        p[i] = p[i] * (1.0f - s.decay) - s.learning_rate * direction;
    }
    if (average) {
        VK_SIMD for (int64_t i = 0; i < count; i++) average[i] += toward * (p[i] - average[i]);
    }
}

VK_CLONES
void vk_average_toward(float *average, const float *p, int64_t count, float factor) {
    VK_SIMD for (int64_t i = 0; i < count; i++) {
        average[i] = p[i] + factor * (average[i] - p[i]);
    }
}

int64_t vk_first_non_finite(const float *x, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        if ((vk_float_bits(x[i]) & 0x7f800000) == 0x7f800000) return i;
    }
    return -1;
}
