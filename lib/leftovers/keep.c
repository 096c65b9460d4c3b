/* Keeping a host.
 *
 * Why a process of its own: what a benchmark forks and detaches (two forks, setsid) belongs to no
 * group that could be killed; the kernel hands it to the nearest subreaper above, which must
 * outlive the host.  Why not the driver: it has several hosts at once, and it may be killed.
 * Order: all signals are blocked, fork, wait for signals, end the host, end the rest.
 * Invariants: 1. the keeper holds none of the host's pipes, so that their ends are seen; 2. nothing
 * here waits for foreign code longer than END_SECONDS. */
#include "keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { END_SECONDS = 3, LOOK_NS = 5000000, LEFT_MAX = 100, DESCRIPTOR_PROTOCOL_MAX = 4 };

struct keeper {
    pid_t host;
    bool host_has_ended, was_asked, ends_rest;
    int status; /* of the host */
    int left;   /* processes that were ended by us after the host */
};

/* Whether /proc/PID/stat names us as the parent.  The name in brackets may hold anything. */
static bool is_child(const char *pid)
{
    char path[300], text[512], *bracket = NULL;
    int parent = 0;
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    for (char *at = text; *at != '\0'; at++)
        if (*at == ')')
            bracket = at;
    return bracket != NULL && sscanf(bracket, ") %*c %d", &parent) == 1 && parent == getpid();
}

static void kill_children(void)
{
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    while (processes != NULL && (entry = readdir(processes)) != NULL)
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9' && is_child(entry->d_name))
            kill((pid_t)strtol(entry->d_name, NULL, 10), SIGKILL);
    if (processes != NULL)
        closedir(processes);
}

/* Collects what has ended; false when there is no child any more. */
static bool reap(struct keeper *keeper)
{
    for (;;) {
        int status = 0;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid <= 0)
            return pid == 0 || errno != ECHILD;
        if (WIFSTOPPED(status) || WIFCONTINUED(status))
            continue; /* it asked to be traced, and we do not */
        if (pid == keeper->host) {
            keeper->host_has_ended = true;
            keeper->status = status;
        } else if (keeper->ends_rest && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
            keeper->left++;
        }
    }
}

/* What loses its parent becomes our child, so that the next round reaches it. */
static void end_rest(struct keeper *keeper, const sigset_t *signals)
{
    const struct timespec look = {0, LOOK_NS};
    struct timespec began, now;
    clock_gettime(CLOCK_MONOTONIC, &began);
    keeper->ends_rest = true; /* what is collected before had ended by itself */
    do {
        kill_children();
        sigtimedwait(signals, NULL, &look);
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (reap(keeper) && now.tv_sec - began.tv_sec < END_SECONDS);
}

static _Noreturn void end_alike(const struct keeper *keeper)
{
    const struct rlimit no_core = {0, 0};
    sigset_t all;
    if (keeper->was_asked)
        _exit(keeper->left < LEFT_MAX ? keeper->left : LEFT_MAX);
    if (WIFSIGNALED(keeper->status)) {
        setrlimit(RLIMIT_CORE, &no_core); /* the host had its chance */
        signal(WTERMSIG(keeper->status), SIG_DFL);
        raise(WTERMSIG(keeper->status));
        sigfillset(&all);
        sigprocmask(SIG_UNBLOCK, &all, NULL);
    }
    _exit(WIFEXITED(keeper->status) ? WEXITSTATUS(keeper->status) : 3);
}

static _Noreturn void keep(pid_t host, const sigset_t *signals)
{
    struct keeper keeper = {.host = host};
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        dup2(STDIN_FILENO, fd); /* /dev/null */
    for (int fd = STDERR_FILENO + 1; fd <= DESCRIPTOR_PROTOCOL_MAX; fd++)
        close(fd);
    bool has_children = true;
    while (!keeper.host_has_ended) {
        int number = sigwaitinfo(signals, NULL);
        if (number > 0 && number != SIGCHLD) {
            keeper.was_asked = true;
            kill(host, SIGKILL);
        }
        has_children = reap(&keeper);
    }
    if (has_children)
        end_rest(&keeper, signals);
    end_alike(&keeper);
}

void keep_host(void)
{
    sigset_t signals, before, all;
    sigfillset(&all);
    sigemptyset(&signals);
    static const int WANTED[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < sizeof WANTED / sizeof *WANTED; i++)
        sigaddset(&signals, WANTED[i]);
    sigprocmask(SIG_SETMASK, &all, &before);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    pid_t host = fork();
    if (host > 0)
        keep(host, &signals);
    if (host == 0)
        setpgid(0, 0); /* a benchmark that signals its group must not meet us */
    sigprocmask(SIG_SETMASK, &before, NULL);
}
