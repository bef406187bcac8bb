#include "signals.h"
#include "include/CVouchKernels.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

// GNU OpenMP's switch, declared here since its header is not on every toolchain's path.
extern void omp_set_num_threads(int threads);

void vk_single_threaded_onednn(void) { omp_set_num_threads(1); }

// Workers spin for a while before they sleep: a training step has two meetings, each microseconds
// apart, and waking a sleeper costs more than the wait.
enum { SPINS = 4000 };

// Items are handed out one by one, so that nobody waits for a worker that another process keeps off
// its processor: whoever is awake does the work, and the caller waits only for items that were begun.
// A worker that wakes late finds none left, or begins with the next run.
struct vk_pool {
    int threads;
    pthread_t *ids;
    pthread_mutex_t mutex;
    pthread_cond_t wake, done;
    // The run, its number of items, and the next item; see `run_of` and its kin. One word, so that a
    // worker that wakes late never takes an old item for a new one. What a run is given below is
    // written before the run appears here, and not touched until all its items have ended.
    atomic_uint_fast64_t ticket;
    atomic_int ended;  // items of the current run
    atomic_int sleepers;
    atomic_bool stopping;
    void (*task)(void *, int, int);
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

// 16 bits of the run's number, 24 of its items and 24 of the next one. Each worker asks at most once more
// than there are items, so that the last never runs over.
enum { ITEM_BITS = 24, MOST_ITEMS = 1 << (ITEM_BITS - 1) };
static uint64_t run_of(uint64_t ticket) { return ticket >> (2 * ITEM_BITS); }
static int items_of(uint64_t ticket) { return (int)(ticket >> ITEM_BITS & ((1 << ITEM_BITS) - 1)); }
static int next_of(uint64_t ticket) { return (int)(ticket & ((1 << ITEM_BITS) - 1)); }

static void do_item(vk_pool *pool, int worker, int item) {
    vk_hold_signals();
    pool->task(pool->context, worker, item);
    vk_release_signals();
}

// Does items until none is left; returns the number of the run that it saw last.
static uint64_t take_items(vk_pool *pool, int worker) {
    for (;;) {
        uint64_t ticket = atomic_fetch_add(&pool->ticket, 1);
        if (next_of(ticket) >= items_of(ticket)) return run_of(ticket);
        do_item(pool, worker, next_of(ticket));
        if (atomic_fetch_add(&pool->ended, 1) + 1 == items_of(ticket) && worker != 0) {
            pthread_mutex_lock(&pool->mutex);
            pthread_cond_signal(&pool->done);
            pthread_mutex_unlock(&pool->mutex);
        }
    }
}

// Nothing has begun since the run that a worker saw last. A pool that stops begins a run too, which a
// worker may see as its last, so that the wish to stop is asked for itself.
static bool is_idle(vk_pool *pool, uint64_t seen) {
    return run_of(atomic_load(&pool->ticket)) == seen && !atomic_load(&pool->stopping);
}

static void *work(void *raw) {
    start_argument argument = *(start_argument *)raw;
    free(raw);
    vk_pool *pool = argument.pool;
    vk_single_threaded_onednn();
    vk_hold_signals();  // for good: signals are for the threads that are not ours
    uint64_t seen = 0;
    for (;;) {
        for (int i = 0; i < SPINS && is_idle(pool, seen); i++) pause_a_little();
        if (is_idle(pool, seen)) {
            pthread_mutex_lock(&pool->mutex);
            atomic_fetch_add(&pool->sleepers, 1);
            while (is_idle(pool, seen)) pthread_cond_wait(&pool->wake, &pool->mutex);
            atomic_fetch_sub(&pool->sleepers, 1);
            pthread_mutex_unlock(&pool->mutex);
        }
        if (atomic_load(&pool->stopping)) return NULL;
        seen = take_items(pool, argument.worker);
    }
}

static void start_run(vk_pool *pool, int items) {
    atomic_store(&pool->ended, 0);
    uint64_t run = run_of(atomic_load(&pool->ticket)) + 1;
    atomic_store(&pool->ticket, run << (2 * ITEM_BITS) | (uint64_t)items << ITEM_BITS);
    if (atomic_load(&pool->sleepers) == 0) return;
    pthread_mutex_lock(&pool->mutex);
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
    start_run(pool, 0);
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
    for (int i = 1; i < pool->threads; i++) pthread_join(pool->ids[i], NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->ids);
    free(pool);
}

void vk_pool_run(vk_pool *pool, void (*task)(void *, int, int), void *context, int items) {
    vk_single_threaded_onednn();
    pool->task = task;
    pool->context = context;
    if (pool->threads == 1 || items < 2) {
        for (int item = 0; item < items; item++) do_item(pool, 0, item);
        return;
    }
    if (items > MOST_ITEMS) abort();
    start_run(pool, items);
    take_items(pool, 0);
    for (int i = 0; i < SPINS && atomic_load(&pool->ended) < items; i++) pause_a_little();
    if (atomic_load(&pool->ended) == items) return;
    pthread_mutex_lock(&pool->mutex);
    while (atomic_load(&pool->ended) < items) pthread_cond_wait(&pool->done, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
}
