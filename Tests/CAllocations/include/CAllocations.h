// Counts heap allocations by who asked for them. Linking this replaces malloc and its kin (Linux,
// with the GNU C library; elsewhere nothing is replaced and `counts_allocations` says so).
#pragma once
#include <stdbool.h>

bool counts_allocations(void);
void start_counting_allocations(void);
void stop_counting_allocations(void);

enum allocation_owner { ALLOCATED_BY_US, ALLOCATED_BY_ONEDNN };

// Between the last start and stop. An allocation is oneDNN's where the first frame outside of the
// runtime libraries (C, C++, Swift, OpenMP) is in its library; all others are ours.
int allocations_of(enum allocation_owner owner);

// To the standard error: how many at which place of the program, for `addr2line`.
void print_allocations_of_ours(void);

// The symbol that asked first for memory of ours, or an empty text.
const char *first_allocation_of_ours(void);
