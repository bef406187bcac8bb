// In C because Swift's Glibc module does not show what glibc hides behind _GNU_SOURCE.
#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <stdio.h>

#if defined(__APPLE__)

int vouch_rename_exchange(const char *a, const char *b) { return renamex_np(a, b, RENAME_SWAP); }

int vouch_rename_new(const char *from, const char *to) { return renamex_np(from, to, RENAME_EXCL); }

#elif defined(__linux__)

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

// The numbers of RENAME_NOREPLACE and RENAME_EXCHANGE in the kernel's interface.
int vouch_rename_exchange(const char *a, const char *b) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 2u);
}

int vouch_rename_new(const char *from, const char *to) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 1u);
}

#else

int vouch_rename_exchange(const char *a, const char *b) {
    (void)a, (void)b;
    errno = ENOSYS;
    return -1;
}

int vouch_rename_new(const char *from, const char *to) {
    (void)from, (void)to;
    errno = ENOSYS;
    return -1;
}

#endif
