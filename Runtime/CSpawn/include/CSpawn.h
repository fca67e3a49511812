#ifndef CSPAWN_H
#define CSPAWN_H

#include <spawn.h>

/// Has the child close every descriptor from `lowest` on. 0, or an error number.
///
/// glibc's function of this name (since 2.34) is not among what Swift's Glibc module shows.
int cspawn_close_from(posix_spawn_file_actions_t *actions, int lowest);

/// A descriptor that becomes readable when the process has ended; -1 with `errno` set if there is none.
///
/// Linux 5.3 and later; glibc has a function for it only since 2.36.
int cspawn_process_descriptor(pid_t process);

#endif
