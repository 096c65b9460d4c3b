/* assay-spawn: runs command lines, timed, for `assay time`.
 *
 *     assay-spawn {LIMIT_NS IGNORE INPUT OUTPUT COUNT WORD ...} ...
 *
 * Each line has COUNT words.  LIMIT_NS 0 is no limit.  IGNORE 1: exit codes are no failures.  INPUT
 * "" is /dev/null.  OUTPUT "" is nothing, "-" our own stdout, else a file that every run appends
 * to. A struct spawn_order on descriptor 3 names the lines to run, one after the other up to the
 * first that fails; a struct command_run for each is written to descriptor 4.  When descriptor 3
 * closes, the run under way is killed, and we end: so nothing outlives assay, however it ended.
 *
 * Why a program of its own: Linux starts a process's peak memory at the peak of who spawned it, so
 * a command started by a large program would seem large.  This one is small and linked statically.
 * Why one for all lines, with orders of many runs: when a run is asked for one by one, the machine
 * falls idle between two runs, and each then takes 1 to 3 % longer (docs/time.md).
 *
 * Why clone(CLONE_VM | CLONE_VFORK) and not posix_spawn: the same mechanism, whose cost does not
 * depend on our memory, without the 64 system calls that reset signal handlers we do not have.  The
 * child gets a stack of its own, so it cannot spoil ours.
 *
 * Why two threads: ours sleeps in waitid and sees the end of a run as early as any program can; the
 * watcher sleeps in poll and wakes only for output, the limit, or when assay is gone.  Polling for
 * the end costs 1.4 % of `true`, and another 2 to 3 % where the pipe is closed by the run, since it
 * wakes us before the run has ended: so one pipe is kept, with a write end of our own, for all
 * runs.
 *
 * Invariants: 1. nothing but the spawn and the wait lies between the two clock readings; 2. when a
 * run is answered its process group is gone; who left the group, as a daemon does, keeps a pipe
 * that no later run gets; 3. a group is only killed before its leader is collected, while the
 * number cannot be anyone else's. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "model/timing.h"
#include "probe/clock.h"

extern char **environ;

enum {
    CONTROL = 3,
    ANSWERS = 4,
    CHILD_STACK = 64 * 1024,
    CHUNK = 64 * 1024,
    LEFT_MAX = 1 << 20,
    FLUSH_NS = 20 * 1000 * 1000,
    WORDS_BEFORE = 5 /* of a line, before its own */
};

/* One command line. */
struct line {
    int64_t limit_ns;
    bool ignore_exit;
    const char *input, *output;
    char **argv;
    char path[1024]; /* "" until it was looked up */
    int sink;        /* where the output goes, or -1 */
};

/* What both threads work on.  `lock` guards what is below it. */
struct spawner {
    struct line *lines;
    size_t count;
    int64_t shortest_limit_ns; /* of any line; 0: none has one */
    char *stack_top;
    int wake;                 /* an eventfd that wakes the watcher */
    _Atomic pid_t pid;        /* leader of the run under way, or 0 */
    _Atomic int64_t began_ns; /* of the run under way, or 0 */
    _Atomic int doomed;       /* enum command_end that the run was killed for, or COMMAND_ENDED */
    atomic_bool cancelled;    /* assay is gone */
    pthread_mutex_t lock;
    int pipe[2];
    struct line *line; /* of the run under way */
    struct command_run *run;
};

/* What the child needs, and what it says when it could not become the program. */
struct start {
    const struct line *line;
    int input, output;
    int error;
};

static void ignore(int signal_number)
{
    (void)signal_number;
}

/* ---- the run itself ------------------------------------------------------------------------- */

/* Runs in our memory while we stand still: only system calls, and no return.  Not through the C
 * library's functions, in whose place a sanitizer would keep its books, as if we had done it. */
__attribute__((no_sanitize("thread"))) static int become_program(void *context)
{
    struct start *start = context;
    syscall(SYS_setpgid, 0, 0);
    syscall(SYS_dup3, start->input, STDIN_FILENO, 0);
    syscall(SYS_dup3, start->output, STDOUT_FILENO, 0);
    syscall(SYS_dup3, start->output, STDERR_FILENO, 0);
    syscall(SYS_execve, start->line->path, start->line->argv, environ);
    start->error = errno;
    syscall(SYS_exit_group, 127);
    __builtin_unreachable();
}

/* From the spawn to the end, timed: COMMAND_ENDED also where it could not become the program. */
static enum command_end fly(struct spawner *spawner, struct start *start, struct command_run *run)
{
    siginfo_t ended;
    int64_t began_ns = clock_now_ns();
    atomic_store(&spawner->began_ns, began_ns);
    pid_t pid = clone(become_program, spawner->stack_top, CLONE_VM | CLONE_VFORK | SIGCHLD, start);
    if (pid < 0)
        return COMMAND_NO_RESOURCES;
    atomic_store(&spawner->pid, pid);
    if (atomic_load(&spawner->doomed) != COMMAND_ENDED)
        kill(-pid, SIGKILL);
    while (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        continue;
    run->cost.wall_ns = (double)(clock_now_ns() - began_ns);
    return COMMAND_ENDED;
}

/* ---- output --------------------------------------------------------------------------------- */

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

/* Takes one chunk from the pipe; false when there is none.  Under the lock. */
static bool drain(struct spawner *spawner)
{
    static char chunk[CHUNK];
    ssize_t got = read(spawner->pipe[0], chunk, sizeof chunk);
    struct command_run *run = spawner->run;
    if (got <= 0 || run == NULL)
        return false;
    size_t kept = strlen(run->printed), room = sizeof run->printed - 1 - kept;
    memcpy(run->printed + kept, chunk, (size_t)got < room ? (size_t)got : room);
    write_all(&spawner->line->sink, chunk, (size_t)got);
    run->cost.output_bytes += (double)got;
    return true;
}

static bool open_pipe(struct spawner *spawner)
{
    return pipe2(spawner->pipe, O_CLOEXEC) == 0 &&
           fcntl(spawner->pipe[0], F_SETFL, O_NONBLOCK) == 0;
}

/* Leaves the pipe to what left its group and lives on: it must not print into later runs. */
static bool renew_pipe(struct spawner *spawner)
{
    const uint64_t one = 1;
    const int left[2] = {spawner->pipe[0], spawner->pipe[1]};
    const bool opened = open_pipe(spawner);
    close(left[0]);
    close(left[1]);
    return opened && write(spawner->wake, &one, sizeof one) == sizeof one;
}

/* ---- the watcher ---------------------------------------------------------------------------- */

/* Ends the run under way, or the one that is just starting. */
static void doom(struct spawner *spawner, enum command_end why)
{
    atomic_store(&spawner->doomed, why);
    pid_t pid = atomic_load(&spawner->pid);
    if (pid > 0)
        kill(-pid, SIGKILL);
}

/* Nanoseconds until the limit of the run under way; without one until the earliest that a run which
 * starts now could reach.  -1: never. */
static int64_t time_left_ns(const struct spawner *spawner)
{
    int64_t began_ns = atomic_load(&spawner->began_ns);
    if (began_ns == 0 || spawner->line == NULL || spawner->line->limit_ns == 0)
        return spawner->shortest_limit_ns > 0 ? spawner->shortest_limit_ns : -1;
    int64_t left_ns = spawner->line->limit_ns - (clock_now_ns() - began_ns);
    return left_ns > 0 ? left_ns : 0;
}

/* Rounded up; an hour at most. */
static int milliseconds(int64_t ns)
{
    return ns < 0 ? -1 : ns < INT64_C(3600000000000) ? (int)((ns + 999999) / 1000000) : 3600000;
}

static void *watch(void *context)
{
    struct spawner *spawner = context;
    while (!atomic_load(&spawner->cancelled)) {
        uint64_t count;
        pthread_mutex_lock(&spawner->lock);
        struct pollfd ready[] = {
            {spawner->pipe[0], POLLIN, 0}, {CONTROL, 0, 0}, {spawner->wake, POLLIN, 0}};
        int left_ms = milliseconds(time_left_ns(spawner));
        pthread_mutex_unlock(&spawner->lock);
        if (poll(ready, 3, left_ms) < 0 && errno != EINTR)
            ready[1].revents = POLLERR;
        if (ready[2].revents != 0 && read(spawner->wake, &count, sizeof count) < 0)
            continue;
        pthread_mutex_lock(&spawner->lock);
        if (ready[1].revents != 0) {
            atomic_store(&spawner->cancelled, true);
            doom(spawner, COMMAND_CANCELLED);
        } else if (time_left_ns(spawner) == 0) {
            doom(spawner, COMMAND_TIMED_OUT);
        }
        if (ready[0].revents != 0)
            drain(spawner);
        pthread_mutex_unlock(&spawner->lock);
    }
    return NULL;
}

static void end_watch(struct spawner *spawner, pthread_t watcher)
{
    const uint64_t one = 1;
    atomic_store(&spawner->cancelled, true);
    if (write(spawner->wake, &one, sizeof one) == sizeof one)
        pthread_join(watcher, NULL);
}

/* ---- before and after ----------------------------------------------------------------------- */

/* The program's path, looked up once and outside the clock: 0, or an errno. */
static int find_program(struct line *line)
{
    const char *name = line->argv[0], *folders = getenv("PATH");
    int error = ENOENT;
    if (strlen(name) >= sizeof line->path)
        return ENAMETOOLONG;
    if (strchr(name, '/') != NULL || *name == '\0') {
        snprintf(line->path, sizeof line->path, "%s", name);
        return access(name, X_OK) == 0 ? 0 : errno;
    }
    for (folders = folders ? folders : "/bin:/usr/bin"; *folders != '\0';) {
        int length = (int)strcspn(folders, ":");
        int written = snprintf(line->path, sizeof line->path, "%.*s%s%s", length, folders,
                               length > 0 ? "/" : "./", name);
        if (written < (int)sizeof line->path && access(line->path, X_OK) == 0)
            return 0;
        if (errno == EACCES)
            error = EACCES;
        folders += length + (folders[length] == ':');
    }
    return error;
}

static bool open_sink(struct line *line)
{
    if (line->output[0] == '\0' || line->sink >= 0)
        return true;
    line->sink = strcmp(line->output, "-") == 0
                     ? STDOUT_FILENO
                     : open(line->output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    return line->sink >= 0;
}

static double nanoseconds(struct timeval time)
{
    return (double)time.tv_sec * 1e9 + (double)time.tv_usec * 1e3;
}

/* Ends the group while its number is still its leader's, and collects all of it. */
static void collect(struct spawner *spawner, struct command_run *run)
{
    int status = 0;
    struct rusage usage = {0};
    pthread_mutex_lock(&spawner->lock);
    pid_t pid = atomic_exchange(&spawner->pid, 0);
    atomic_store(&spawner->began_ns, 0);
    pthread_mutex_unlock(&spawner->lock);
    kill(-pid, SIGKILL);
    while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR)
        continue;
    run->cost.user_ns = nanoseconds(usage.ru_utime);
    run->cost.system_ns = nanoseconds(usage.ru_stime);
    run->cost.rss_bytes = (double)usage.ru_maxrss * 1024;
    run->cost.sleeps = (double)usage.ru_nvcsw;
    run->cost.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    run->cost.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    while (waitpid(-pid, NULL, 0) > 0 || errno == EINTR)
        continue;
}

/* Empties the pipe and readies it for the next run. */
static bool tidy_pipe(struct spawner *spawner, struct command_run *run)
{
    pid_t escaped;
    while ((escaped = waitpid(-1, NULL, WNOHANG)) > 0)
        continue;
    pthread_mutex_lock(&spawner->lock);
    /* What left the group may go on writing: no more than a full pipe is waited for. */
    double most = run->cost.output_bytes + LEFT_MAX;
    while (run->cost.output_bytes < most && drain(spawner))
        continue;
    spawner->run = NULL;
    bool good = escaped < 0 ? fcntl(spawner->pipe[1], F_SETFL, 0) == 0 : renew_pipe(spawner);
    pthread_mutex_unlock(&spawner->lock);
    return good;
}

static void take_seat(struct spawner *spawner, struct line *line, struct command_run *run)
{
    pthread_mutex_lock(&spawner->lock);
    spawner->line = line;
    spawner->run = run;
    atomic_store(&spawner->doomed,
                 atomic_load(&spawner->cancelled) ? COMMAND_CANCELLED : COMMAND_ENDED);
    pthread_mutex_unlock(&spawner->lock);
}

static void run_once(struct spawner *spawner, struct line *line, struct command_run *run)
{
    struct start start = {.line = line, .output = spawner->pipe[1]};
    if (atomic_load(&spawner->cancelled)) {
        run->end = COMMAND_CANCELLED;
        return;
    }
    if (line->path[0] == '\0')
        run->error = find_program(line);
    if (run->error != 0) {
        line->path[0] = '\0';
        run->end = COMMAND_NO_PROGRAM;
        return;
    }
    start.input = open(line->input[0] ? line->input : "/dev/null", O_RDONLY | O_CLOEXEC);
    if (start.input < 0 || !open_sink(line)) {
        run->end = start.input < 0 ? COMMAND_NO_INPUT : COMMAND_NO_OUTPUT;
        run->error = errno;
        if (start.input >= 0)
            close(start.input);
        return;
    }
    take_seat(spawner, line, run);
    run->end = fly(spawner, &start, run);
    run->error = run->end == COMMAND_ENDED ? start.error : errno;
    close(start.input);
    if (run->end == COMMAND_ENDED) {
        collect(spawner, run);
        run->end =
            start.error != 0 ? COMMAND_NO_PROGRAM : (enum command_end)atomic_load(&spawner->doomed);
    }
    if (!tidy_pipe(spawner, run))
        run->end = COMMAND_NO_RESOURCES;
}

/* ---- orders and answers --------------------------------------------------------------------- */

struct answers {
    struct command_run runs[SPAWN_ORDER_MAX];
    size_t count, sent;
    int64_t sent_ns;
};

/* Sends what is not sent yet; not after each run, since it wakes assay beside the next one. */
static bool send_answers(struct answers *answers)
{
    const char *at = (const char *)(answers->runs + answers->sent);
    size_t left = (answers->count - answers->sent) * sizeof *answers->runs;
    while (left > 0) {
        ssize_t written = write(ANSWERS, at, left);
        if (written < 0 && errno != EINTR)
            return false;
        at += written > 0 ? written : 0;
        left -= written > 0 ? (size_t)written : 0;
    }
    answers->sent = answers->count;
    answers->sent_ns = clock_now_ns();
    return true;
}

/* Does what was ordered, up to the first run that fails. */
static bool obey(struct spawner *spawner, const struct spawn_order *order)
{
    static struct answers answers;
    answers = (struct answers){.sent_ns = clock_now_ns()};
    if (order->count == 0 || order->count > SPAWN_ORDER_MAX)
        return false;
    for (size_t i = 0; i < order->count; i++) {
        struct command_run *run = &answers.runs[i];
        if (order->lines[i] >= spawner->count)
            return false;
        struct line *line = &spawner->lines[order->lines[i]];
        *run = (struct command_run){.struct_bytes = sizeof *run};
        run_once(spawner, line, run);
        run->last = i + 1 == order->count || run->end != COMMAND_ENDED ||
                    (run->cost.exit_code != 0 && !line->ignore_exit);
        answers.count++;
        if ((run->last || clock_now_ns() - answers.sent_ns > FLUSH_NS) && !send_answers(&answers))
            return false;
        if (run->last)
            return true;
    }
    return true;
}

/* Reads the lines from our arguments, in place. */
static bool read_lines(struct spawner *spawner, int argc, char **argv)
{
    spawner->lines = calloc((size_t)argc, sizeof *spawner->lines);
    for (int at = 1; spawner->lines != NULL && at < argc;) {
        if (argc - at < WORDS_BEFORE)
            return false;
        long count = strtol(argv[at + 4], NULL, 10);
        struct line *line = &spawner->lines[spawner->count++];
        *line = (struct line){.limit_ns = strtoll(argv[at], NULL, 10),
                              .ignore_exit = argv[at + 1][0] == '1',
                              .input = argv[at + 2],
                              .output = argv[at + 3],
                              .sink = -1};
        at += WORDS_BEFORE;
        if (count < 1 || count > argc - at)
            return false;
        /* Moved down by one, over the count, to make room for the NULL at its end. */
        line->argv = argv + at - 1;
        memmove(line->argv, argv + at, (size_t)count * sizeof *argv);
        line->argv[count] = NULL;
        at += (int)count;
        if (line->limit_ns > 0 &&
            (spawner->shortest_limit_ns == 0 || line->limit_ns < spawner->shortest_limit_ns))
            spawner->shortest_limit_ns = line->limit_ns;
    }
    return spawner->count > 0;
}

int main(int argc, char **argv)
{
    struct spawner spawner = {.wake = eventfd(0, EFD_CLOEXEC)};
    struct spawn_order order;
    pthread_t watcher;
    if (!read_lines(&spawner, argc, argv))
        return 2; /* NOLINT(clang-analyzer-unix.Malloc): the process ends, and its memory with it */
    char *stack = mmap(NULL, CHILD_STACK, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED || spawner.wake < 0 || !open_pipe(&spawner))
        return 3;
    spawner.stack_top = stack + CHILD_STACK;
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* what a run leaves behind becomes our child */
    signal(SIGPIPE, ignore); /* caught and not ignored: a program starts with the default */
    fcntl(CONTROL, F_SETFD, FD_CLOEXEC);
    fcntl(ANSWERS, F_SETFD, FD_CLOEXEC);
    if (pthread_mutex_init(&spawner.lock, NULL) != 0 ||
        pthread_create(&watcher, NULL, watch, &spawner) != 0)
        return 3;
    bool good = true;
    while (good && read(CONTROL, &order, sizeof order) == sizeof order)
        good = obey(&spawner, &order);
    end_watch(&spawner, watcher);
    return good ? 0 : 3;
}
