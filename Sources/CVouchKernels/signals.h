// Why a signal must wait while oneDNN computes.
//
// The kernels of oneDNN's products keep the stack pointer in a buffer of the heap while the inner sum is
// long. A signal that comes then has its frame written below that pointer, over the heap's own records.
// See Documentation/Decisions/0018-signals.md.
#pragma once

/// From now on this thread takes no signal but those that an instruction of its own raises; one that
/// comes waits or goes to another thread. Calls nest.
void vk_hold_signals(void);

/// Ends the innermost hold; after the outermost, signals that waited are delivered.
void vk_release_signals(void);
