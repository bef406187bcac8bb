// The C face of Vouch's numerics: oneDNN's matrix products and the fused loops oneDNN has not.
//
// Every function is synchronous, allocates nothing after creation, and is a pure function of its
// arguments: the same bits whatever thread calls it. Pointers are to 4-byte words.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- matrix products (oneDNN) ----

typedef struct vk_matmul vk_matmul;

typedef struct {
    // Batches of a, b and the result: 1 stretches. m × k times k × n.
    int64_t batch_a, batch_b, m, n, k;
    bool transpose_a, transpose_b;
    bool bias;  // adds [n] to every row; with one batch only
    bool relu;  // applies max(·, 0) last; NaN stays
    bool bfloat16;  // may round factors to bfloat16, where that is faster
    bool interleaved_a;  // a is [m, batch_a, k]; only where no side is transposed and n ≤ VK_NARROW
} vk_matmul_shape;

/// Products with a side of at most so many columns are loops of our own.
enum { VK_NARROW = 8 };

/// NULL where oneDNN refuses or memory is short. Not to be shared between threads that run at once.
vk_matmul *vk_matmul_create(const vk_matmul_shape *shape);
void vk_matmul_destroy(vk_matmul *matmul);
/// 0, or oneDNN's status.
int vk_matmul_run(vk_matmul *matmul, const float *a, const float *b, const float *bias, float *c);
/// 1 where `a` is copied to rows farther apart before each run, 2 where `b` is, 3 both.
int vk_matmul_spreads(const vk_matmul *matmul);
/// oneDNN's name of the implementation chosen, for profiles.
const char *vk_matmul_implementation(const vk_matmul *matmul);
/// Whether this processor multiplies bfloat16 faster than float32.
bool vk_multiplies_bfloat16(void);
/// oneDNN's version as major·10000 + minor·100 + patch.
int vk_onednn_version(void);

// ---- the columns of a product's left factor that are mostly 0 ----

/// Columns side by side: numbers, or the mark of a class, which is 1 in one column and 0 in the others.
typedef struct {
    const float *values;     // [rows, width]; NULL for marks
    const int32_t *indices;  // [rows], the columns that are 1; NULL for values
    int64_t width;
} vk_columns;

typedef struct {
    int64_t rows, members;  // each row stands `members` times in the product, its columns scaled anew
    int64_t n, k;           // of the weights [k, n]
    int64_t first;          // the column at which the parts begin
    bool relu;              // applies max(·, 0) last; NaN stays
} vk_marked_shape;

/// Of parts at most so many columns that are not 0 in one row.
enum { VK_MOST_MARKED = 128 };

/// Goes on with a product's sums: `c[row, member] += Σ x·scale·w (+ bias) (then ReLU)` over the columns that are not 0,
/// one after another, each by a fused multiplication and addition where the processor has them. `scales` is
/// [members, k] or NULL, `bias` [n] or NULL. -1, or the first row with a mark outside its columns.
int64_t vk_add_marked(float *c, const vk_marked_shape *shape, const vk_columns *parts, int64_t count,
                      const float *w, const float *scales, const float *bias);

// ---- products of whole numbers (oneDNN) ----

typedef struct vk_int8_product vk_int8_product;

/// How floats become bytes and back: `x ≈ (byte − zero) / inverse`.
typedef struct {
    float inverse;
    float zero;  // a whole number, 0...255
} vk_int8_range;

typedef struct {
    int64_t m, n, k;
    bool relu;       // applies max(·, 0) last
    bool bytes_in;   // `a` comes in bytes, as another product left them, else in floats
    bool bytes_out;  // the result goes out in bytes, for another product, else in floats
} vk_int8_shape;

typedef struct {
    vk_int8_range range;  // of `a`
    const float *scale, *bias;  // [n]
    vk_int8_range next;  // of the result, with `bytes_out`
} vk_int8_epilogue;

/// NULL where oneDNN refuses or memory is short. Not to be shared between threads that run at once.
vk_int8_product *vk_int8_product_create(const vk_int8_shape *shape);
void vk_int8_product_destroy(vk_int8_product *product);
/// What `vk_int8_product_pack` fills, 64-byte aligned.
size_t vk_int8_product_packed_bytes(const vk_int8_product *product);
/// Weights [k, n] in -63...63, once, in the layout that the product reads. 0, or oneDNN's status.
int vk_int8_product_pack(const vk_int8_product *product, const int8_t *w, void *packed);
/// `c = (Σ byte(a)·w − zero·Σ w) · scale + bias (then ReLU) (then bytes)`: the same bits on every
/// processor. 0, or oneDNN's status.
int vk_int8_product_run(vk_int8_product *product, const void *a, const void *packed,
                        const vk_int8_epilogue *epilogue, void *c);
const char *vk_int8_product_implementation(const vk_int8_product *product);
/// The instructions that oneDNN uses, as ONEDNN_MAX_CPU_ISA calls them.
const char *vk_processor_isa(void);

// ---- convolutions (oneDNN) ----

/// One axis of images over which a window slides, in cells.
typedef struct {
    int64_t input, output;  // cells of the image; places of the window
    int64_t window, stride, dilation;
    int64_t before;  // cells of padding before the first
} vk_axis;

/// The cells after the image's last that the last place reaches, 0 where it ends earlier.
static inline int64_t vk_axis_after(const vk_axis *axis) {
    int64_t span = axis->dilation * (axis->window - 1) + 1;
    int64_t reach = (axis->output - 1) * axis->stride + span - axis->before - axis->input;
    return reach > 0 ? reach : 0;
}

typedef struct vk_convolution vk_convolution;

typedef enum {
    VK_CONVOLUTION,                  // a: images, b: weights, c: result
    VK_CONVOLUTION_INPUT_GRADIENT,   // a: gradient of the result, b: weights, c: of the images
    VK_CONVOLUTION_WEIGHT_GRADIENT,  // a: images, b: gradient of the result, c: of the weights
} vk_convolution_kind;

/// Images [n, height, width, channels], weights [height, width, channels/groups, outputs].
typedef struct {
    vk_convolution_kind kind;
    int64_t n, channels, outputs, groups;
    vk_axis vertical, horizontal;
    bool bias;  // adds [outputs] at every place; VK_CONVOLUTION only
    bool relu;  // applies max(·, 0) last; NaN stays; VK_CONVOLUTION only
    bool bfloat16;  // as in `vk_matmul_shape`
} vk_convolution_shape;

/// Weights in the layouts that convolutions prefer, by their address outside; convolutions of several threads share it.
typedef struct vk_kept_weights vk_kept_weights;
vk_kept_weights *vk_kept_weights_create(void);  // NULL where memory is short
void vk_kept_weights_destroy(vk_kept_weights *kept);

/// NULL where oneDNN refuses or memory is short. Not to be shared between threads that run at once.
///
/// `kept` takes the weights at their first run, so that nobody writes to them after it, and outlives the
/// convolution; where it is NULL, they are put into the preferred layout at every run. For VK_CONVOLUTION only.
vk_convolution *vk_convolution_create(const vk_convolution_shape *shape, vk_kept_weights *kept);
void vk_convolution_destroy(vk_convolution *convolution);
/// What a run needs of 64-byte aligned memory, for the weights in another layout and oneDNN's own.
size_t vk_convolution_scratch_bytes(const vk_convolution *convolution);
/// 0, or oneDNN's status.
int vk_convolution_run(vk_convolution *convolution, const float *a, const float *b,
                       const float *bias, float *c, void *scratch);
const char *vk_convolution_implementation(const vk_convolution *convolution);

// ---- pooling ----

/// Images [n, height, width, channels]; every place holds at least one of their cells.
typedef struct {
    int64_t n, channels;
    vk_axis vertical, horizontal;
} vk_pool_shape;

/// The greatest of each window; NaN where there is one. oneDNN's passes over NaN and −∞.
void vk_max_pool(float *y, const float *x, const vk_pool_shape *shape);
/// `u` at the cells where `x` is greatest in each window, the first of equals.
void vk_max_pool_pick(float *y, const float *x, const float *u, const vk_pool_shape *shape);
/// Sets `y`, of the images' shape, to zero and adds `g` at the cells where `x` is greatest.
void vk_max_pool_spread(float *y, const float *x, const float *g, const vk_pool_shape *shape);

typedef struct vk_average_pool vk_average_pool;

/// The mean of each window (oneDNN), or with `backward` its gradient for the images. Padding counts
/// as zeros, or not at all. NULL where oneDNN refuses or memory is short. Not to be shared between
/// threads that run at once.
vk_average_pool *vk_average_pool_create(const vk_pool_shape *shape, bool counts_padding,
                                        bool backward);
void vk_average_pool_destroy(vk_average_pool *pool);
size_t vk_average_pool_scratch_bytes(const vk_average_pool *pool);
/// `x` to `y`, or their gradients `y` to `x`. 0, or oneDNN's status.
int vk_average_pool_run(vk_average_pool *pool, const float *from, float *to, void *scratch);

// ---- fused elementwise programs ----

enum vk_opcode {
    VK_IDENTITY, VK_NEGATE, VK_EXP, VK_LOG, VK_SQRT, VK_RECIPROCAL, VK_SQUARE, VK_ABS, VK_SIGN,
    VK_RELU, VK_STEP, VK_GELU, VK_SILU, VK_TANH, VK_SIGMOID, VK_SOFTPLUS, VK_ERF, VK_SIN, VK_COS,
    VK_ADD, VK_SUBTRACT, VK_MULTIPLY, VK_DIVIDE, VK_MINIMUM, VK_MAXIMUM, VK_GREATER, VK_EQUAL,
    VK_SELECT, VK_DROPOUT,
};

enum { VK_REGISTERS = 64, VK_BLOCK = 512, VK_RANK = 6 };

typedef struct {
    uint8_t opcode, destination, a, b, c;
    uint32_t stream;   // VK_DROPOUT
    float immediate;   // VK_DROPOUT: the rate
} vk_instruction;

typedef enum { VK_FULL, VK_SCALAR, VK_STRETCHED } vk_access_kind;

/// How a program reads an operand into a register.
typedef struct {
    uint8_t reg, kind, rank;
    int64_t extents[VK_RANK];  // of the result, with mergeable axes merged
    int64_t strides[VK_RANK];  // of the operand, 0 where it stretches
} vk_access;

typedef struct {
    const vk_instruction *instructions;
    size_t instruction_count;
    const vk_access *accesses;
    size_t access_count;
    const uint8_t *output_registers;
    size_t output_count;
    const uint8_t *constant_registers;
    const float *constants;
    size_t constant_count;
} vk_program;

/// Where random masks of this call stand in their streams.
typedef struct {
    uint64_t seed;
    uint32_t step;
    uint64_t base;  // the counter of the shard's first element divided by 4
} vk_random;

/// Runs a program over `count` elements, in blocks that stay in the first-level cache.
void vk_run_program(const vk_program *program, const float *const *operands, float *const *outputs,
                    int64_t count, const vk_random *random);

// ---- reductions and rows ----

enum vk_reduction { VK_SUM, VK_MEAN, VK_MAX };

/// `[outer, axis, inner]` to `[outer, 1, inner]`.
void vk_reduce(enum vk_reduction kind, float *y, const float *x, int64_t outer, int64_t axis,
               int64_t inner);
void vk_softmax(float *y, const float *x, int64_t rows, int64_t n);
void vk_log_softmax(float *y, const float *x, int64_t rows, int64_t n);

/// Copies a box of 4-byte words between two strided layouts.
void vk_copy(void *y, const void *x, int rank, const int64_t *extents, const int64_t *y_strides,
             const int64_t *x_strides);

/// -1, or the position of the first index outside 0..<values (then nothing is promised of `y`).
int64_t vk_gather(float *y, const float *table, const int32_t *indices, int64_t count,
                  int64_t values, int64_t width);
int64_t vk_scatter_add(float *table, const int32_t *indices, const float *rows, int64_t count,
                       int64_t values, int64_t width);
int64_t vk_one_hot(float *y, const int32_t *indices, int64_t count, int64_t classes);

// ---- optimizer ----

typedef struct {
    float learning_rate, beta1, beta2, epsilon;
    float decay;             // learning rate · weight decay
    float correction1, correction2;  // 1 − beta^t
    float gradient_scale;    // for clipping
    float average_decay;     // of the averaged weights
} vk_adamw;

typedef struct {
    float learning_rate, momentum, decay, gradient_scale, average_decay;
    bool nesterov;
} vk_sgd;

/// Adds the shards in order into the first; returns the sum of squares of the result.
double vk_sum_shards(float *const *shards, int64_t shard_count, int64_t start, int64_t count);
/// `average` may be NULL.
void vk_adamw_update(float *p, float *m, float *v, float *average, const float *g, int64_t count,
                     const vk_adamw *settings);
void vk_sgd_update(float *p, float *momentum, float *average, const float *g, int64_t count,
                   const vk_sgd *settings);
/// `average ← average·factor + p·(1 − factor)`.
void vk_average_toward(float *average, const float *p, int64_t count, float factor);

/// -1, or the position of the first value that is not finite.
int64_t vk_first_non_finite(const float *x, int64_t count);

// ---- threads ----

typedef struct vk_pool vk_pool;

/// `threads` workers, the caller of `vk_pool_run` being the first; NULL where they cannot start.
vk_pool *vk_pool_create(int threads);
void vk_pool_destroy(vk_pool *pool);
/// Runs `task(context, worker, item)` once for each item below `items`, on whichever worker is free, and
/// returns when all have ended. A worker does one item at a time.
void vk_pool_run(vk_pool *pool, void (*task)(void *context, int worker, int item), void *context,
                 int items);
/// Keeps oneDNN to one thread inside a call made from this thread.
void vk_single_threaded_onednn(void);

// ---- memory ----

void *vk_allocate(size_t bytes);  // 64-byte aligned, zeroed; NULL where memory is short
void vk_deallocate(void *memory);
