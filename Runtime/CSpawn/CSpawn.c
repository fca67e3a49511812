#define _GNU_SOURCE
#include "CSpawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/// Closes every descriptor from 3 on.
static void close_others(void) {
#ifdef SYS_close_range
    if (syscall(SYS_close_range, 3U, ~0U, 0U) == 0) return;
#endif
    // Linux before 5.9.
    struct rlimit limit;
    int end = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? (int)limit.rlim_cur : 1024;
    for (int descriptor = 3; descriptor < end; descriptor++) close(descriptor);
}

/// What the child does until it is another program. It shares the parent's memory: it calls the system and no more.
/// Returns the error number only if it fails.
static int become(const char *path, char *const arguments[], char *const environment[], int output, pid_t parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
    // The parent may have died before that, and there will be no signal then.
    if (getppid() != parent) return ESRCH;
    if (setpgid(0, 0) != 0) return errno;
    int null = open("/dev/null", O_RDONLY);
    if (null < 0) return errno;
    if (dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) return errno;
    close_others();
    struct sigaction action = {.sa_handler = SIG_DFL};
    const int signals[] = {SIGTERM, SIGINT, SIGPIPE, SIGXFSZ};
    for (int index = 0; index < 4; index++) sigaction(signals[index], &action, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(path, arguments, environment);
    return errno;
}

int cspawn_start(pid_t *process, const char *path, char *const arguments[], char *const environment[], int output) {
    pid_t parent = getpid();
    // Written by the child, which has this memory until it is another program.
    volatile int failure = 0;
    sigset_t all, before;
    sigfillset(&all);
    // A handler of ours must not run in the child.
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = vfork();
    if (child == 0) {
        failure = become(path, arguments, environment, output, parent);
        _exit(127);
    }
    int status = child < 0 ? errno : failure;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (child > 0 && status != 0) {
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    }
    *process = child;
    return status;
}

int cspawn_process_descriptor(pid_t process) {
    return (int)syscall(SYS_pidfd_open, process, 0);
}
