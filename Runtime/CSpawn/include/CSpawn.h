#ifndef CSPAWN_H
#define CSPAWN_H

#include <sys/types.h>

/// Starts a program that is killed when the calling thread ends, and with it when this process does: posix_spawn has no
/// means for that. 0, or an error number.
///
/// It gets a process group of its own, `/dev/null` as input, `output` as output and errors, and no other descriptor: one
/// that held a copy of a connection would keep it open. Signals are as in a fresh process. Paths are not searched.
int cspawn_start(
    pid_t *_Nonnull process, const char *_Nonnull path, char *_Nullable const *_Nonnull arguments,
    char *_Nullable const *_Nonnull environment, int output);

/// A descriptor that becomes readable when the process has ended; -1 with `errno` set if there is none.
///
/// Linux 5.3 and later; glibc has a function for it only since 2.36.
int cspawn_process_descriptor(pid_t process);

#endif
