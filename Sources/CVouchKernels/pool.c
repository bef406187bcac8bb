#include "include/CVouchKernels.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

// GNU OpenMP's switch, declared here since its header is not on every toolchain's path.
extern void omp_set_num_threads(int threads);

void vk_single_threaded_onednn(void) { omp_set_num_threads(1); }

// Workers spin for a while before they sleep: a training step has two meetings, each microseconds
// apart, and waking a sleeper costs more than the wait.
enum { SPINS = 4000 };

struct vk_pool {
    int threads;
    pthread_t *ids;
    pthread_mutex_t mutex;
    pthread_cond_t wake, done;
    atomic_uint_fast64_t generation;  // raised once a run
    atomic_int running;               // workers that have not ended the current run
    atomic_bool stopping;
    void (*task)(void *, int);
    void *context;
};

typedef struct {
    vk_pool *pool;
    int worker;
} start_argument;

static void pause_a_little(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void *work(void *raw) {
    start_argument argument = *(start_argument *)raw;
    free(raw);
    vk_pool *pool = argument.pool;
    vk_single_threaded_onednn();
    uint_fast64_t seen = 0;
    for (;;) {
        for (int i = 0; i < SPINS && atomic_load(&pool->generation) == seen; i++) pause_a_little();
        if (atomic_load(&pool->generation) == seen) {
            pthread_mutex_lock(&pool->mutex);
            while (atomic_load(&pool->generation) == seen) {
                pthread_cond_wait(&pool->wake, &pool->mutex);
            }
            pthread_mutex_unlock(&pool->mutex);
        }
        seen++;
        if (atomic_load(&pool->stopping)) return NULL;
        pool->task(pool->context, argument.worker);
        if (atomic_fetch_sub(&pool->running, 1) == 1) {
            pthread_mutex_lock(&pool->mutex);
            pthread_cond_signal(&pool->done);
            pthread_mutex_unlock(&pool->mutex);
        }
    }
}

static void start_generation(vk_pool *pool) {
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->generation, 1);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
}

vk_pool *vk_pool_create(int threads) {
    vk_pool *pool = calloc(1, sizeof *pool);
    if (!pool) return NULL;
    pool->threads = 1;
    pool->ids = calloc((size_t)threads, sizeof *pool->ids);
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->done, NULL);
    for (int i = 1; pool->ids && i < threads; i++) {
        start_argument *argument = malloc(sizeof *argument);
        if (!argument) break;
        *argument = (start_argument){pool, i};
        if (pthread_create(&pool->ids[i], NULL, work, argument)) {
            free(argument);
            break;
        }
        pool->threads = i + 1;
    }
    if (!pool->ids || pool->threads < threads) {
        vk_pool_destroy(pool);
        return NULL;
    }
    return pool;
}

void vk_pool_destroy(vk_pool *pool) {
    if (!pool) return;
    atomic_store(&pool->stopping, true);
    start_generation(pool);
    for (int i = 1; i < pool->threads; i++) pthread_join(pool->ids[i], NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->ids);
    free(pool);
}

void vk_pool_run(vk_pool *pool, void (*task)(void *, int), void *context) {
    vk_single_threaded_onednn();
    if (pool->threads > 1) {
        pool->task = task;
        pool->context = context;
        atomic_store(&pool->running, pool->threads - 1);
        start_generation(pool);
    }
    task(context, 0);
    if (pool->threads == 1) return;
    for (int i = 0; i < SPINS && atomic_load(&pool->running) > 0; i++) pause_a_little();
    if (atomic_load(&pool->running) == 0) return;
    pthread_mutex_lock(&pool->mutex);
    while (atomic_load(&pool->running) > 0) pthread_cond_wait(&pool->done, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
}
