#ifndef VOUCH_CPLATFORM_H
#define VOUCH_CPLATFORM_H

/// Exchanges what two paths of one disk name, in one step. 0, or -1 with errno: EINVAL, ENOSYS or
/// ENOTSUP where the disk or the system cannot.
int vouch_rename_exchange(const char *a, const char *b);

/// Renames unless something stands under the new name (EEXIST); else as above.
int vouch_rename_new(const char *from, const char *to);

#endif
