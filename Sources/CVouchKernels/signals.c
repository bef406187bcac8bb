#include "signals.h"
#include <pthread.h>
#include <signal.h>

static _Thread_local int holds;
static _Thread_local sigset_t before;

void vk_hold_signals(void) {
    if (holds++ > 0) return;
    // Those of a faulty instruction cannot wait.
    static const int immediate[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    sigset_t waiting;
    sigfillset(&waiting);
    for (unsigned i = 0; i < sizeof immediate / sizeof *immediate; i++) {
        sigdelset(&waiting, immediate[i]);
    }
    pthread_sigmask(SIG_BLOCK, &waiting, &before);
}

void vk_release_signals(void) {
    if (--holds == 0) pthread_sigmask(SIG_SETMASK, &before, NULL);
}
