/* Child processes by posix_spawn: glibc implements it with CLONE_VFORK, so its cost does not grow
 * with our memory (fork from a 256 MiB parent was measured at 7 times the price of vfork).
 *
 * Order: child_start; reads and writes on its descriptors; child_wait; child_stop.
 * Invariants: 1. every descriptor here is close-on-exec but for the three that the child gets;
 * 2. after child_stop the struct holds no descriptor and no process. */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { CHILD_READS = 3, CHILD_WRITES = 4, FD_SAFE_MIN = 10, CAPTURE_POLL_MS = 20 };
enum { KEEPER_END_SECONDS = 5, LIVE_MAX = 64 };

/* The processes that run now, for child_end_all: a keeper's number is negative.  Written by one
 * thread and read by its signal handlers; those that find no place here are ended by their pipes.
 */
static volatile sig_atomic_t live[LIVE_MAX];

static void replace_live(pid_t from, pid_t to)
{
    for (int i = 0; i < LIVE_MAX; i++)
        if (live[i] == from) {
            live[i] = to;
            return;
        }
}

void child_end_all(void)
{
    for (int i = 0; i < LIVE_MAX; i++)
        if (live[i] != 0)
            kill((pid_t)-live[i], live[i] > 0 ? SIGKILL : SIGTERM); /* a group, or a keeper */
}

void child_is_keeper(struct child *child)
{
    child->is_keeper = true;
    replace_live(child->pid, -child->pid);
}

/* A pipe whose ends lie above the numbers that the child will use, so that dup2 cannot collide. */
static bool pipe_open(int ends[2])
{
    int raw[2];
    if (pipe2(raw, O_CLOEXEC) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(raw[i], F_DUPFD_CLOEXEC, FD_SAFE_MIN);
        close(raw[i]);
    }
    return ends[0] >= 0 && ends[1] >= 0;
}

static void close_all(int fds[6])
{
    for (int i = 0; i < 6; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static int spawn(char *const argv[], char *const environment[], const int fds[6], pid_t *ret_pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    sigemptyset(&none);
    sigfillset(&defaults);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, fds[5], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, fds[5], STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&files, fds[0], CHILD_READS);
    posix_spawn_file_actions_adddup2(&files, fds[3], CHILD_WRITES);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    int code = posix_spawnp(ret_pid, argv[0], &files, &attributes, argv, environment);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return code;
}

assay_status child_start(char *const argv[], struct child *ret_child, struct buf *error)
{
    return child_start_in(argv, environ, ret_child, error);
}

assay_status child_start_in(char *const argv[], char *const environment[], struct child *ret_child,
                            struct buf *error)
{
    int fds[6] = {-1, -1, -1, -1, -1, -1}; /* to, from, printed: read and write end of each */
    pid_t pid = 0;
    int code = 0;
    if (!pipe_open(fds) || !pipe_open(fds + 2) || !pipe_open(fds + 4))
        code = errno;
    else
        code = spawn(argv, environment, fds, &pid);
    if (code != 0) {
        close_all(fds);
        return buf_error(error, ASSAY_ERR_IO, "cannot start '%s': %s", argv[0], strerror(code));
    }
    close(fds[0]);
    close(fds[3]);
    close(fds[5]);
    replace_live(0, pid);
    *ret_child = (struct child){.pid = pid, .to = fds[1], .from = fds[2], .printed = fds[4]};
    return ASSAY_OK;
}

bool child_has_ended(const struct child *child)
{
    siginfo_t ended;
    memset(&ended, 0, sizeof ended); /* of the union that holds si_pid, too */
    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): a started child has one */
    return child->pid == 0 ||
           waitid(P_PID, (id_t)child->pid, &ended, WEXITED | WNOWAIT | WNOHANG) < 0 ||
           ended.si_pid != 0;
}

/* Waits for the end of the child for that long at most. */
static void await_end(const struct child *child, int seconds)
{
    struct pollfd end = {(int)syscall(SYS_pidfd_open, child->pid, 0), POLLIN, 0};
    struct timespec began, now;
    clock_gettime(CLOCK_MONOTONIC, &began);
    do {
        poll(&end, 1, end.fd >= 0 ? 1000 : 1); /* without pidfd_open: a look each millisecond */
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (!child_has_ended(child) && now.tv_sec - began.tv_sec < seconds);
    if (end.fd >= 0)
        close(end.fd);
}

/* A benchmark may have stopped its keeper, or may trace it, and then it does not do as it is told.
 */
static void end_child(const struct child *child)
{
    if (child->is_keeper && !child_has_ended(child)) {
        kill(child->pid, SIGTERM);
        kill(child->pid, SIGCONT);
        await_end(child, KEEPER_END_SECONDS);
    }
    kill(-child->pid, SIGKILL);
}

void child_wait(struct child *child, bool kill_first)
{
    int status = 0;
    if (child->pid == 0)
        return;
    bool asked = child->is_keeper && kill_first && !child_has_ended(child);
    if (kill_first)
        end_child(child);
    siginfo_t ended;
    while (waitid(P_PID, (id_t)child->pid, &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        continue;
    kill(-child->pid,
         SIGKILL); /* what it left behind; not yet reaped, so the number is still its */
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    replace_live(child->is_keeper ? -child->pid : child->pid, 0);
    child->pid = 0;
    child->left_behind = asked && WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    child->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    child->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

void child_stop(struct child *child)
{
    child_wait(child, true);
    int *const ends[] = {&child->to, &child->from, &child->printed};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (*ends[i] > 0)
            close(*ends[i]);
        *ends[i] = -1;
    }
}

/* Appends what can be read within `wait_ms`: 1 when there was some, 0 at the pipe's end, else -1.
 */
static int read_printed(const struct child *child, int wait_ms, struct buf *printed)
{
    char chunk[4096];
    struct pollfd ready = {child->printed, POLLIN, 0};
    if (poll(&ready, 1, wait_ms) <= 0)
        return -1;
    ssize_t got = read(child->printed, chunk, sizeof chunk);
    if (got > 0)
        buf_add(printed, chunk, (size_t)got);
    return got > 0 ? 1 : got < 0 && errno == EINTR ? -1 : 0;
}

assay_status child_capture(char *const argv[], struct buf *printed, int *ret_exit_code)
{
    struct child child;
    TRY(child_start(argv, &child, NULL));
    /* Not until the pipe's end: what the command left running may hold the pipe for ever. */
    while (!child_has_ended(&child) && read_printed(&child, CAPTURE_POLL_MS, printed) != 0)
        continue;
    child_wait(&child, false);
    while (printed->status == ASSAY_OK && read_printed(&child, 0, printed) > 0)
        continue;
    *ret_exit_code = child.exit_code;
    child_stop(&child);
    return printed->status;
}
