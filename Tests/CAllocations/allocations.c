#define _GNU_SOURCE
#include "CAllocations.h"
#include <stdlib.h>

// The sanitizers replace malloc themselves, and theirs must win.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif

#if defined(__linux__) && defined(__GLIBC__) && !defined(IS_SANITIZED)
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

enum { MOST = 1 << 16, DEPTH = 16 };

static struct {
    int depth;
    void *frames[DEPTH];
} found[MOST];
static atomic_int found_count;
static atomic_bool counting;
static _Thread_local bool is_inside;  // the unwinder's own allocations are not counted

static void note(void) {
    if (!atomic_load(&counting) || is_inside) return;
    is_inside = true;
    int place = atomic_fetch_add(&found_count, 1);
    if (place < MOST) found[place].depth = backtrace(found[place].frames, DEPTH);
    is_inside = false;
}

void *malloc(size_t bytes) {
    note();
    return __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes) {
    note();
    return __libc_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes) {
    note();
    return __libc_realloc(memory, bytes);
}

void *memalign(size_t alignment, size_t bytes) {
    note();
    return __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
    note();
    return __libc_memalign(alignment, bytes);
}

int posix_memalign(void **memory, size_t alignment, size_t bytes) {
    note();
    *memory = __libc_memalign(alignment, bytes);
    return *memory ? 0 : ENOMEM;
}

bool counts_allocations(void) { return true; }

void start_counting_allocations(void) {
    void *frames[DEPTH];
    backtrace(frames, DEPTH);  // loads the unwinder now
    atomic_store(&found_count, 0);
    atomic_store(&counting, true);
}

void stop_counting_allocations(void) { atomic_store(&counting, false); }

static bool contains(const char *text, const char *part) { return text && strstr(text, part); }

static bool is_runtime(const char *module) {
    static const char *const names[] = {"libc.so",   "libstdc++", "libgcc_s",      "libswift",
                                        "libgomp", "ld-linux",  "libFoundation", "libdispatch"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (contains(module, names[i])) return true;
    }
    return false;
}

// The first frame outside of the runtime libraries; 0 where there is none.
static void *asker_of(int place, Dl_info *info) {
    // Frame 0 is `note`, 1 the function that replaces malloc.
    for (int frame = 2; frame < found[place].depth; frame++) {
        void *address = found[place].frames[frame];
        if (dladdr(address, info) && !is_runtime(info->dli_fname)) return address;
    }
    return NULL;
}

static enum allocation_owner owner_of(int place, const char **symbol) {
    Dl_info info;
    if (!asker_of(place, &info)) return ALLOCATED_BY_US;
    if (contains(info.dli_fname, "libdnnl")) return ALLOCATED_BY_ONEDNN;
    if (symbol) *symbol = info.dli_sname ? info.dli_sname : info.dli_fname;
    return ALLOCATED_BY_US;
}

int allocations_of(enum allocation_owner owner) {
    int all = atomic_load(&found_count), count = 0;
    for (int place = 0; place < all && place < MOST; place++) {
        count += owner_of(place, NULL) == owner;
    }
    // What did not fit is nobody's alibi.
    return owner == ALLOCATED_BY_US && all > MOST ? count + all - MOST : count;
}

const char *first_allocation_of_ours(void) {
    int all = atomic_load(&found_count);
    for (int place = 0; place < all && place < MOST; place++) {
        const char *symbol = "";
        if (owner_of(place, &symbol) == ALLOCATED_BY_US) return symbol;
    }
    return "";
}

void print_allocations_of_ours(void) {
    static struct {
        char *offset;
        const char *symbol;
        int count;
    } sites[64];
    int site_count = 0, all = atomic_load(&found_count);
    for (int place = 0; place < all && place < MOST; place++) {
        Dl_info info;
        char *address = asker_of(place, &info);
        if (!address || contains(info.dli_fname, "libdnnl")) continue;
        char *offset = (char *)(address - (char *)info.dli_fbase);
        int site = 0;
        while (site < site_count && sites[site].offset != offset) site++;
        if (site == 64) continue;
        if (site == site_count) {
            site_count++;
            sites[site].offset = offset;
            sites[site].symbol = info.dli_sname;
        }
        sites[site].count++;
    }
    for (int site = 0; site < site_count; site++) {
        fprintf(stderr, "%d at offset %p %s\n", sites[site].count, (void *)sites[site].offset,
                sites[site].symbol ? sites[site].symbol : "");
    }
}
#else
void print_allocations_of_ours(void) {}
bool counts_allocations(void) { return false; }
void start_counting_allocations(void) {}
void stop_counting_allocations(void) {}
int allocations_of(enum allocation_owner owner) { return owner == ALLOCATED_BY_US ? 0 : 0; }
const char *first_allocation_of_ours(void) { return ""; }
#endif
