#include "keptweights.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct entry {
    struct entry *next;
    const float *weights;  // as they are outside
    dnnl_memory_t inside;  // tells the layout, and holds `data`
    void *data;
} entry;

struct vk_kept_weights {
    pthread_mutex_t mutex;
    entry *first;
};

vk_kept_weights *vk_kept_weights_create(void) {
    vk_kept_weights *kept = calloc(1, sizeof *kept);
    if (kept && pthread_mutex_init(&kept->mutex, NULL) != 0) {
        free(kept);
        return NULL;
    }
    return kept;
}

static void release(entry *one) {
    if (one->inside) dnnl_memory_destroy(one->inside);
    vk_deallocate(one->data);
    free(one);
}

void vk_kept_weights_destroy(vk_kept_weights *kept) {
    if (!kept) return;
    while (kept->first) {
        entry *one = kept->first;
        kept->first = one->next;
        release(one);
    }
    pthread_mutex_destroy(&kept->mutex);
    free(kept);
}

static vk_borrowed_desc layout(const_dnnl_memory_t memory) {
    vk_borrowed_desc md = NULL;
    return dnnl_memory_get_memory_desc(memory, &md) == dnnl_success ? md : NULL;
}

static entry *find(vk_kept_weights *kept, const float *weights, vk_borrowed_desc md) {
    for (entry *one = kept->first; one; one = one->next) {
        if (one->weights == weights && dnnl_memory_desc_equal(layout(one->inside), md)) return one;
    }
    return NULL;
}

static dnnl_status_t add(vk_kept_weights *kept, const float *weights, dnnl_memory_t inside,
                         size_t bytes, vk_fill fill, void *context) {
    entry *one = calloc(1, sizeof *one);
    if (!one) return dnnl_out_of_memory;
    one->weights = weights;
    one->data = vk_allocate(bytes);
    dnnl_status_t status = one->data ? dnnl_success : dnnl_out_of_memory;
    if (status == dnnl_success) status = vk_memory(&one->inside, layout(inside));
    if (status == dnnl_success) status = vk_point(inside, one->data);
    if (status == dnnl_success) status = fill(context);
    if (status != dnnl_success) {
        release(one);
        return status;
    }
    one->next = kept->first;
    kept->first = one;
    return dnnl_success;
}

dnnl_status_t vk_keep(vk_kept_weights *kept, const float *weights, dnnl_memory_t inside, size_t bytes,
                      vk_fill fill, void *context) {
    vk_borrowed_desc md = layout(inside);
    if (!md) return dnnl_invalid_arguments;
    pthread_mutex_lock(&kept->mutex);
    entry *known = find(kept, weights, md);
    dnnl_status_t status = known ? vk_point(inside, known->data)
                                 : add(kept, weights, inside, bytes, fill, context);
    pthread_mutex_unlock(&kept->mutex);
    return status;
}
