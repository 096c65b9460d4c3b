/* What each part of a command timer costs: one program, alternating ways to run the same command.
 *
 *     ideas ROUNDS NULL_PROGRAM PROGRAM [ARGUMENT ...]    both PROGRAMs are paths
 *
 * Each round makes RUNS runs in each way, the ways in random order.  Prints a line a way: its name,
 * then in per cent more than the bare loop of the same round the median over rounds of the medians
 * and of the least values.  What a way does more than the bare vfork, execv, wait4 is said by its
 * flags. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { RUNS = 60, WARMUP = 3, ROUNDS_MAX = 1000, STACK = 65536, PAUSE_US = 100 };

enum {
    OWN_STACK = 1,    /* clone with a stack of its own instead of vfork */
    OUTPUT = 2,       /* stdin, stdout and stderr set by dup2 */
    GROUP = 4,        /* setpgid in the child; once it has ended, kill of the group */
    POLL = 8,         /* the end is awaited by poll on a pidfd */
    WATCH_PIPE = 16,  /* the same poll looks at the pipe */
    FRESH_PIPE = 32,  /* a pipe for each run, whose only writer is the run */
    EARLY_CLOCK = 64, /* the clock is read before the process is collected */
    PAUSE = 128,      /* 100 us of sleep before each run */
    ROUND_TRIP = 256, /* each run is asked for and answered by another process */
    NULL_FIRST = 512  /* an empty program runs before each run */
};

static const struct way {
    const char *name;
    int flags;
} WAYS[] = {
    {"bare vfork, execv, wait4", 0},
    {"the same again", 0},
    {"clone with a stack of its own", OWN_STACK},
    {"clock read before the process is collected", EARLY_CLOCK},
    {"stdin, stdout, stderr by dup2", OWN_STACK | OUTPUT},
    {"own process group", OWN_STACK | GROUP},
    {"end awaited by poll on a pidfd", OWN_STACK | POLL},
    {"poll on pidfd and kept pipe", OWN_STACK | OUTPUT | GROUP | POLL | WATCH_PIPE},
    {"poll on pidfd and a pipe of each run",
     OWN_STACK | OUTPUT | GROUP | POLL | WATCH_PIPE | FRESH_PIPE},
    {"kept pipe, end awaited by waitid (taken)", OWN_STACK | OUTPUT | GROUP | EARLY_CLOCK},
    {"taken, after 100 us of sleep", OWN_STACK | OUTPUT | GROUP | EARLY_CLOCK | PAUSE},
    {"taken, asked for by another process", OWN_STACK | OUTPUT | GROUP | EARLY_CLOCK | ROUND_TRIP},
    {"taken, after an empty program", OWN_STACK | OUTPUT | GROUP | EARLY_CLOCK | NULL_FIRST},
};
enum { WAY_COUNT = sizeof WAYS / sizeof *WAYS };

static int flags, input, pipe_ends[2], to_other, from_other;
static char *stack_top;

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int become(void *context)
{
    char **argv = context;
    if (flags & GROUP)
        setpgid(0, 0);
    if (flags & OUTPUT) {
        dup2(input, STDIN_FILENO);
        dup2(pipe_ends[1], STDOUT_FILENO);
        dup2(pipe_ends[1], STDERR_FILENO);
    }
    execve(argv[0], argv, environ);
    _exit(127);
}

static pid_t spawn(char **argv, int *ret_pidfd)
{
    if (flags & OWN_STACK)
        return clone(become, stack_top,
                     CLONE_VM | CLONE_VFORK | SIGCHLD | (flags & POLL ? CLONE_PIDFD : 0), argv,
                     ret_pidfd);
    pid_t pid = vfork();
    if (pid == 0)
        become(argv);
    return pid;
}

/* Polls until the process has ended; output is read and dropped. */
static void await_end(int pidfd)
{
    struct pollfd ready[] = {{pidfd, POLLIN, 0},
                             {flags & WATCH_PIPE ? pipe_ends[0] : -1, POLLIN, 0}};
    char dropped[4096];
    while (ready[0].revents == 0) {
        poll(ready, 2, -1);
        if (ready[1].revents != 0 && read(pipe_ends[0], dropped, sizeof dropped) <= 0)
            ready[1].fd = -1;
    }
}

static void open_pipe(void)
{
    if (pipe2(pipe_ends, O_CLOEXEC) != 0)
        exit(3);
    fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK);
}

static int64_t run(char **argv)
{
    struct rusage usage;
    siginfo_t ended;
    int status = 0, pidfd = -1, kept[2] = {pipe_ends[0], pipe_ends[1]};
    int64_t end_ns = 0;
    if (flags & FRESH_PIPE)
        open_pipe();
    int64_t began_ns = now_ns();
    pid_t pid = spawn(argv, &pidfd);
    if (flags & FRESH_PIPE)
        close(pipe_ends[1]);
    if (flags & POLL)
        await_end(pidfd);
    if (flags & EARLY_CLOCK) {
        waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT);
        end_ns = now_ns();
    }
    if (flags & GROUP && flags & (POLL | EARLY_CLOCK))
        kill(-pid, SIGKILL);
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || status != 0)
        exit(3);
    if (end_ns == 0)
        end_ns = now_ns();
    if (flags & POLL)
        close(pidfd);
    if (flags & FRESH_PIPE) {
        close(pipe_ends[0]);
        pipe_ends[0] = kept[0];
        pipe_ends[1] = kept[1];
    }
    return end_ns - began_ns;
}

static void prepare(char **null_argv)
{
    char byte = 0;
    if (flags & PAUSE)
        usleep(PAUSE_US);
    if (flags & NULL_FIRST)
        run(null_argv);
    if (flags & ROUND_TRIP && (write(to_other, &byte, 1) != 1 || read(from_other, &byte, 1) != 1))
        exit(3);
}

/* The other process: answers each byte with itself. */
static void start_other(void)
{
    int there[2], back[2];
    char byte;
    if (pipe2(there, O_CLOEXEC) != 0 || pipe2(back, O_CLOEXEC) != 0)
        exit(3);
    to_other = there[1];
    from_other = back[0];
    if (fork() != 0) {
        close(there[0]);
        close(back[1]);
        return;
    }
    close(there[1]);
    close(back[0]);
    while (read(there[0], &byte, 1) == 1)
        if (write(back[1], &byte, 1) != 1)
            break;
    _exit(0);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const struct way *way, char **null_argv, char **argv, double *ret_values)
{
    double times_ns[RUNS];
    flags = way->flags;
    for (int i = -WARMUP; i < RUNS; i++) {
        prepare(null_argv);
        double time_ns = (double)run(argv);
        if (i >= 0)
            times_ns[i] = time_ns;
    }
    qsort(times_ns, RUNS, sizeof *times_ns, by_value);
    ret_values[0] = times_ns[RUNS / 2];
    ret_values[1] = times_ns[0];
}

int main(int argc, char **argv)
{
    static double values[WAY_COUNT][ROUNDS_MAX][2], more[ROUNDS_MAX];
    int rounds = argc > 3 ? (int)strtol(argv[1], NULL, 10) : 0, order[WAY_COUNT];
    char *null_argv[] = {argc > 2 ? argv[2] : NULL, NULL};
    char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (rounds < 1 || rounds > ROUNDS_MAX || stack == MAP_FAILED)
        return 2;
    stack_top = stack + STACK;
    input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    open_pipe();
    start_other();
    for (int i = 0; i < WAY_COUNT; i++)
        order[i] = i;
    for (int round = 0; round < rounds; round++)
        for (int i = WAY_COUNT - 1; i >= 0; i--) {
            int other = rand() % (i + 1), way = order[other];
            order[other] = order[i];
            order[i] = way;
            measure(&WAYS[way], null_argv, argv + 3, values[way][round]);
        }
    for (int way = 0; way < WAY_COUNT; way++) {
        printf("%s", WAYS[way].name);
        for (int which = 0; which < 2; which++) {
            for (int round = 0; round < rounds; round++)
                more[round] = 100 * (values[way][round][which] / values[0][round][which] - 1);
            qsort(more, (size_t)rounds, sizeof *more, by_value);
            printf("\t%+.1f", more[rounds / 2]);
        }
        putchar('\n');
    }
    return 0;
}
