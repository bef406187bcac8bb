#include "include/CVouchKernels.h"
#include "vectormath.h"

// Fills `n` elements of a register from an operand that stretches along some axes, beginning at the
// linear position `start` of the result.
VK_INLINE void stretch(float *y, const float *x, const vk_access *access, int64_t start,
                       int64_t n) {
    int rank = access->rank;
    int64_t coordinate[VK_RANK], position = 0, rest = start;
    for (int axis = rank - 1; axis >= 0; axis--) {
        coordinate[axis] = rest % access->extents[axis];
        rest /= access->extents[axis];
        position += coordinate[axis] * access->strides[axis];
    }
    int64_t inner = access->extents[rank - 1], inner_stride = access->strides[rank - 1];
    while (n > 0) {
        int64_t run = inner - coordinate[rank - 1];
        if (run > n) run = n;
        if (inner_stride == 0) {
            float value = x[position];
            VK_SIMD for (int64_t i = 0; i < run; i++) y[i] = value;
        } else {
            const float *from = x + position;
            VK_SIMD for (int64_t i = 0; i < run; i++) y[i] = from[i];
        }
        y += run;
        n -= run;
        position += run * inner_stride;
        coordinate[rank - 1] += run;
        for (int axis = rank - 1; axis > 0 && coordinate[axis] == access->extents[axis]; axis--) {
            position += access->strides[axis - 1] - access->strides[axis] * access->extents[axis];
            coordinate[axis] = 0;
            coordinate[axis - 1]++;
        }
    }
}

// A dropout mask by Philox4x32-10, four elements a counter; the same function as CounterRandom.
VK_INLINE void dropout_mask(float *y, int64_t start, int64_t n, uint32_t stream, float rate,
                            const vk_random *random) {
    double scaled = (double)rate * 4294967296.0;
    uint32_t threshold = (uint32_t)scaled;
    float kept = 1.0f / (1.0f - rate);
    int64_t quads = (n + 3) / 4;
    uint64_t first = random->base + (uint64_t)(start / 4);
    float block[VK_BLOCK + 4];
    VK_SIMD for (int64_t i = 0; i < quads; i++) {
        uint64_t counter = first + (uint64_t)i;
        uint32_t c0 = (uint32_t)counter, c1 = (uint32_t)(counter >> 32);
        uint32_t c2 = random->step, c3 = stream;
        uint32_t k0 = (uint32_t)random->seed, k1 = (uint32_t)(random->seed >> 32);
        for (int round = 0; round < 10; round++) {
            uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
            uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
            c1 = (uint32_t)p1;
            c3 = (uint32_t)p0;
            c0 = n0;
            c2 = n2;
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        block[4 * i + 0] = c0 >= threshold ? kept : 0.0f;
        block[4 * i + 1] = c1 >= threshold ? kept : 0.0f;
        block[4 * i + 2] = c2 >= threshold ? kept : 0.0f;
        block[4 * i + 3] = c3 >= threshold ? kept : 0.0f;
    }
    memcpy(y, block, (size_t)n * sizeof(float));
}

#define UNARY(NAME, EXPRESSION)                                  \
    case NAME:                                                   \
        VK_SIMD for (int64_t i = 0; i < n; i++) {                \
            float x = a[i];                                      \
            y[i] = (EXPRESSION);                                 \
        }                                                        \
        break;
#define BINARY(NAME, EXPRESSION)                                 \
    case NAME:                                                   \
        VK_SIMD for (int64_t i = 0; i < n; i++) {                \
            float x = a[i], z = b[i];                            \
            y[i] = (EXPRESSION);                                 \
        }                                                        \
        break;

VK_INLINE void run_instruction(const vk_instruction *instruction, float *const *registers,
                               int64_t start, int64_t n, const vk_random *random) {
    float *y = registers[instruction->destination];
    const float *a = registers[instruction->a];
    const float *b = registers[instruction->b];
    const float *c = registers[instruction->c];
    switch ((enum vk_opcode)instruction->opcode) {
        UNARY(VK_IDENTITY, x)
        UNARY(VK_NEGATE, -x)
        UNARY(VK_EXP, vk_exp(x))
        UNARY(VK_LOG, vk_log(x))
        UNARY(VK_SQRT, __builtin_elementwise_sqrt(x))
        UNARY(VK_RECIPROCAL, 1.0f / x)
        UNARY(VK_SQUARE, x * x)
        UNARY(VK_ABS, fabsf(x))
        UNARY(VK_SIGN, x > 0.0f ? 1.0f : (x < 0.0f ? -1.0f : x))
        UNARY(VK_RELU, x < 0.0f ? 0.0f : x)
        UNARY(VK_STEP, x > 0.0f ? 1.0f : (x != x ? x : 0.0f))
        UNARY(VK_GELU, 0.5f * x * (1.0f + vk_erf(x * 0.707106781f)))
        UNARY(VK_SILU, x * vk_sigmoid(x))
        UNARY(VK_TANH, vk_tanh(x))
        UNARY(VK_SIGMOID, vk_sigmoid(x))
        UNARY(VK_SOFTPLUS, vk_softplus(x))
        UNARY(VK_ERF, vk_erf(x))
        UNARY(VK_SIN, vk_sincos(x, 0))
        UNARY(VK_COS, vk_sincos(x, 1))
        BINARY(VK_ADD, x + z)
        BINARY(VK_SUBTRACT, x - z)
        BINARY(VK_MULTIPLY, x * z)
        BINARY(VK_DIVIDE, x / z)
        BINARY(VK_MINIMUM, x != x ? x : (z < x || z != z ? z : x))
        BINARY(VK_MAXIMUM, x != x ? x : (z > x || z != z ? z : x))
        BINARY(VK_GREATER, x > z ? 1.0f : 0.0f)
        BINARY(VK_EQUAL, x == z ? 1.0f : 0.0f)
        case VK_SELECT:
            VK_SIMD for (int64_t i = 0; i < n; i++) y[i] = a[i] != 0.0f ? b[i] : c[i];
            break;
        case VK_DROPOUT:
            dropout_mask(y, start, n, instruction->stream, instruction->immediate, random);
            break;
    }
}

// Whether an operand repeats along the result as it is, such as a bias.
static bool repeats(const vk_access *access) {
    return access->kind == VK_STRETCHED && access->rank == 2 && access->strides[0] == 0 &&
           access->strides[1] == 1;
}

// The extent that all repeating operands share, if a block can hold it: blocks of whole repetitions
// need such a register filled once. 0 where there is none.
static int64_t shared_period(const vk_program *program) {
    int64_t period = 0;
    for (size_t i = 0; i < program->access_count; i++) {
        const vk_access *access = &program->accesses[i];
        if (!repeats(access)) continue;
        if (period && period != access->extents[1]) return 0;
        period = access->extents[1];
    }
    if (!period || period > VK_BLOCK) return 0;
    // Masks are drawn four at a time.
    bool is_whole = VK_BLOCK / period * period % 4 == 0;
    for (size_t i = 0; i < program->instruction_count; i++) {
        if (program->instructions[i].opcode == VK_DROPOUT && !is_whole) return 0;
    }
    return period;
}

VK_CLONES
void vk_run_program(const vk_program *program, const float *const *operands, float *const *outputs,
                    int64_t count, const vk_random *random) {
    _Alignas(64) float scratch[VK_REGISTERS][VK_BLOCK];
    float *registers[VK_REGISTERS];
    for (int r = 0; r < VK_REGISTERS; r++) registers[r] = scratch[r];
    int64_t period = shared_period(program);
    int64_t block = period ? VK_BLOCK / period * period : VK_BLOCK;
    int64_t width = count < block ? count : block;
    for (size_t i = 0; i < program->constant_count; i++) {
        float *y = registers[program->constant_registers[i]], value = program->constants[i];
        for (int64_t j = 0; j < width; j++) y[j] = value;
    }
    for (size_t i = 0; i < program->access_count; i++) {
        const vk_access *access = &program->accesses[i];
        if (access->kind == VK_SCALAR) {
            float *y = registers[access->reg], value = operands[i][0];
            for (int64_t j = 0; j < width; j++) y[j] = value;
        } else if (period && repeats(access)) {
            stretch(registers[access->reg], operands[i], access, 0, width);
        }
    }
    for (int64_t start = 0; start < count; start += block) {
        int64_t n = count - start < block ? count - start : block;
        for (size_t i = 0; i < program->access_count; i++) {
            const vk_access *access = &program->accesses[i];
            if (access->kind == VK_FULL) {
                registers[access->reg] = (float *)operands[i] + start;  // only read
            } else if (access->kind == VK_STRETCHED && !(period && repeats(access))) {
                stretch(registers[access->reg], operands[i], access, start, n);
            }
        }
        for (size_t i = 0; i < program->output_count; i++) {
            registers[program->output_registers[i]] = outputs[i] + start;
        }
        for (size_t i = 0; i < program->instruction_count; i++) {
            run_instruction(&program->instructions[i], registers, start, n, random);
        }
    }
}
