/* assay-spawn: runs one command line again and again, timed, for `assay time`.
 *
 *     assay-spawn LIMIT_NS INPUT OUTPUT PROGRAM [ARGUMENT ...]
 *
 * Each byte read on descriptor 3 is one run; its struct command_run is written to descriptor 4.
 * LIMIT_NS 0 is no limit.  INPUT "" is /dev/null.  OUTPUT "" is nothing, "-" our own stdout, else a
 * file that every run appends to.  When descriptor 3 closes, the run under way is killed, and we
 * end: so nothing outlives assay, however it ended.
 *
 * Why a program of its own: Linux starts a process's peak memory at the peak of who spawned it, so
 * a command started by a large program would seem large.  This one is small and linked statically.
 *
 * Why clone(CLONE_VM | CLONE_VFORK) and not posix_spawn: the same mechanism, whose cost does not
 * depend on our memory, without the 64 system calls that reset signal handlers we do not have.  The
 * child gets a stack of its own, so it cannot spoil ours.
 *
 * Why poll on a pidfd and the pipe: the drain must not delay the wait.  The pidfd is looked at
 * before the pipe; between two looks at most one chunk is drained, and what is left in the pipe
 * when the process has ended is drained after the clock was read.
 *
 * Invariants: 1. nothing but the spawn, the poll, the drain, the kill and the wait lies between the
 * two clock readings; 2. when a run is answered its process group is gone (who left the group, as
 * a daemon does, gets a closed pipe); 3. a group is killed before its leader is collected, while
 * the number cannot be anyone else's. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "model/timing.h"
#include "probe/clock.h"

extern char **environ;

enum { CONTROL = 3, ANSWERS = 4, CHILD_STACK = 64 * 1024, CHUNK = 64 * 1024, LEFT_MAX = 1 << 20 };

struct spawner {
    int64_t limit_ns;
    const char *input, *output;
    char **argv;
    char path[4096];
    char *stack_top;
    int sink; /* where the output goes, or -1 */
};

/* What the child needs, and what it says when it could not become the program. */
struct start {
    const struct spawner *spawner;
    int input, output;
    int error;
};

/* One run under way. */
struct flight {
    pid_t pid;
    int pidfd;
    int pipe; /* read end; -1 after its end was met */
    int64_t began_ns;
};

static void ignore(int signal_number)
{
    (void)signal_number;
}

/* Runs in our memory while we stand still: only system calls, and no return. */
static int become_program(void *context)
{
    struct start *start = context;
    setpgid(0, 0);
    dup2(start->input, STDIN_FILENO);
    dup2(start->output, STDOUT_FILENO);
    dup2(start->output, STDERR_FILENO);
    execve(start->spawner->path, start->spawner->argv, environ);
    start->error = errno;
    _exit(127);
}

/* The program's path, looked up once and outside the clock: 0, or an errno. */
static int find_program(struct spawner *spawner)
{
    const char *name = spawner->argv[0], *folders = getenv("PATH");
    int error = ENOENT;
    if (strchr(name, '/') != NULL || *name == '\0') {
        snprintf(spawner->path, sizeof spawner->path, "%s", name);
        return access(name, X_OK) == 0 ? 0 : errno;
    }
    for (folders = folders ? folders : "/bin:/usr/bin"; *folders != '\0';) {
        int length = (int)strcspn(folders, ":");
        snprintf(spawner->path, sizeof spawner->path, "%.*s%s%s", length, folders,
                 length > 0 ? "/" : "./", name);
        if (access(spawner->path, X_OK) == 0)
            return 0;
        if (errno == EACCES)
            error = EACCES;
        folders += length + (folders[length] == ':');
    }
    return error;
}

/* Starts the clock and the process.  COMMAND_ENDED: it runs, or could not become the program. */
static enum command_end take_off(const struct spawner *spawner, struct start *start,
                                 struct flight *ret_flight)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return COMMAND_NO_RESOURCES;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    start->output = ends[1];
    ret_flight->pipe = ends[0];
    ret_flight->began_ns = clock_now_ns();
    ret_flight->pid =
        clone(become_program, spawner->stack_top, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD,
              start, &ret_flight->pidfd);
    int error = errno;
    close(ends[1]);
    if (ret_flight->pid >= 0)
        return COMMAND_ENDED;
    close(ends[0]);
    errno = error;
    return COMMAND_NO_RESOURCES;
}

static void write_all(int *sink, const char *data, size_t length)
{
    while (*sink >= 0 && length > 0) {
        ssize_t written = write(*sink, data, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            *sink = -1; /* nobody reads, or the disk is full: the run goes on without */
        data += written;
        length -= (size_t)written;
    }
}

/* Takes one chunk from the pipe; false when there is none. */
static bool drain(struct spawner *spawner, struct flight *flight, struct command_run *run)
{
    static char chunk[CHUNK];
    if (flight->pipe < 0)
        return false;
    ssize_t got = read(flight->pipe, chunk, sizeof chunk);
    if (got <= 0) {
        if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            close(flight->pipe);
            flight->pipe = -1;
        }
        return false;
    }
    size_t kept = strlen(run->printed), room = sizeof run->printed - 1 - kept;
    memcpy(run->printed + kept, chunk, (size_t)got < room ? (size_t)got : room);
    write_all(&spawner->sink, chunk, (size_t)got);
    run->cost.output_bytes += (double)got;
    return true;
}

/* Milliseconds until the limit, rounded up; -1 without one. */
static int time_left_ms(const struct spawner *spawner, const struct flight *flight)
{
    if (spawner->limit_ns == 0)
        return -1;
    int64_t left_ns = spawner->limit_ns - (clock_now_ns() - flight->began_ns);
    return left_ns <= 0 ? 0 : (int)(left_ns / 1000000 < 3600000 ? left_ns / 1000000 + 1 : 3600000);
}

/* Drains until the process has ended, the limit is reached or assay is gone. */
static enum command_end watch(struct spawner *spawner, struct flight *flight,
                              struct command_run *run)
{
    for (;;) {
        struct pollfd ready[] = {
            {flight->pidfd, POLLIN, 0}, {flight->pipe, POLLIN, 0}, {CONTROL, 0, 0}};
        int left_ms = time_left_ms(spawner, flight);
        int count = poll(ready, 3, left_ms);
        if (count < 0 && errno != EINTR)
            return COMMAND_CANCELLED;
        if (count > 0 && ready[0].revents != 0)
            return COMMAND_ENDED;
        if (count > 0 && ready[2].revents != 0)
            return COMMAND_CANCELLED;
        if (left_ms == 0)
            return COMMAND_TIMED_OUT;
        if (count > 0 && ready[1].revents != 0)
            drain(spawner, flight, run);
    }
}

static double nanoseconds(struct timeval time)
{
    return (double)time.tv_sec * 1e9 + (double)time.tv_usec * 1e3;
}

/* Ends the group, collects the process, stops the clock; then waits for the rest of the group,
 * whose reaper we are, and empties the pipe. */
static void land(struct spawner *spawner, struct flight *flight, struct command_run *run)
{
    int status = 0;
    struct rusage usage = {0};
    kill(-flight->pid, SIGKILL);
    while (wait4(flight->pid, &status, 0, &usage) < 0 && errno == EINTR)
        continue;
    run->cost.wall_ns = (double)(clock_now_ns() - flight->began_ns);
    run->cost.user_ns = nanoseconds(usage.ru_utime);
    run->cost.system_ns = nanoseconds(usage.ru_stime);
    run->cost.rss_bytes = (double)usage.ru_maxrss * 1024;
    run->cost.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    run->cost.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    while (waitpid(-flight->pid, NULL, 0) > 0 || errno == EINTR)
        continue;
    /* What left the group may go on writing: no more than a full pipe is waited for. */
    double most = run->cost.output_bytes + LEFT_MAX;
    while (run->cost.output_bytes < most && drain(spawner, flight, run))
        continue;
    if (flight->pipe >= 0)
        close(flight->pipe);
    close(flight->pidfd);
}

static bool open_sink(struct spawner *spawner)
{
    if (spawner->output[0] == '\0' || spawner->sink >= 0)
        return true;
    spawner->sink = strcmp(spawner->output, "-") == 0
                        ? STDOUT_FILENO
                        : open(spawner->output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    return spawner->sink >= 0;
}

static void run_once(struct spawner *spawner, struct command_run *run)
{
    struct start start = {.spawner = spawner};
    struct flight flight = {0};
    if (spawner->path[0] == '\0')
        run->error = find_program(spawner);
    if (run->error != 0) {
        spawner->path[0] = '\0';
        run->end = COMMAND_NO_PROGRAM;
        return;
    }
    start.input = open(spawner->input[0] ? spawner->input : "/dev/null", O_RDONLY | O_CLOEXEC);
    if (start.input < 0 || !open_sink(spawner)) {
        run->end = start.input < 0 ? COMMAND_NO_INPUT : COMMAND_NO_OUTPUT;
        run->error = errno;
    } else if ((run->end = take_off(spawner, &start, &flight)) == COMMAND_ENDED) {
        run->end = watch(spawner, &flight, run);
        land(spawner, &flight, run);
        run->error = start.error;
        run->end = start.error != 0 ? COMMAND_NO_PROGRAM : run->end;
    } else {
        run->error = errno;
    }
    if (start.input >= 0)
        close(start.input);
}

int main(int argc, char **argv)
{
    char order;
    if (argc < 5)
        return 2;
    struct spawner spawner = {.limit_ns = strtoll(argv[1], NULL, 10),
                              .input = argv[2],
                              .output = argv[3],
                              .argv = argv + 4,
                              .sink = -1};
    char *stack = mmap(NULL, CHILD_STACK, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED)
        return 3;
    spawner.stack_top = stack + CHILD_STACK;
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* what a run leaves behind becomes our child */
    signal(SIGPIPE, ignore); /* caught and not ignored: a program starts with the default */
    fcntl(CONTROL, F_SETFD, FD_CLOEXEC);
    fcntl(ANSWERS, F_SETFD, FD_CLOEXEC);
    while (read(CONTROL, &order, 1) == 1) {
        struct command_run run = {.struct_bytes = sizeof run};
        run_once(&spawner, &run);
        if (write(ANSWERS, &run, sizeof run) != sizeof run)
            return 3;
    }
    return 0;
}
