#define _GNU_SOURCE
#include "CSpawn.h"

#include <sys/syscall.h>
#include <unistd.h>

int cspawn_close_from(posix_spawn_file_actions_t *actions, int lowest) {
    return posix_spawn_file_actions_addclosefrom_np(actions, lowest);
}

int cspawn_process_descriptor(pid_t process) {
    return (int)syscall(SYS_pidfd_open, process, 0);
}
