#ifndef CSPAWN_H
#define CSPAWN_H

#include <spawn.h>

/// Has the child close every descriptor from `lowest` on. 0, or an error number.
///
/// glibc's function of this name (since 2.34) is not among what Swift's Glibc module shows.
int cspawn_close_from(posix_spawn_file_actions_t *actions, int lowest);

#endif
