/* Talking to a host process over pipes.  The host sets itself an alarm when it is greeted, so that
 * a hang ends as a crash does and no read here waits for ever. Invariants: 1. a request fits into
 * its pipe's empty buffer, so that no write blocks; 2. pipe ends have rising numbers, so that the
 * child's 3 is set before its 4 can overwrite it. */
#include "measure/host.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HOST_READS = 3, HOST_WRITES = 4 };

#define explain(host, ...) snprintf((host)->reason, sizeof(host)->reason, __VA_ARGS__)

static bool spawn(struct host *host, const char *program)
{
    int to[2], from[2];
    char *const nothing[] = {NULL};
    posix_spawn_file_actions_t files;
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0)
        return false;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, to[0], HOST_READS);
    posix_spawn_file_actions_adddup2(&files, from[1], HOST_WRITES);
    bool good = posix_spawn(&host->pid, program, &files, NULL, nothing, environ) == 0;
    posix_spawn_file_actions_destroy(&files);
    close(to[0]);
    close(from[1]);
    host->to = fdopen(to[1], "w");
    host->from = fdopen(from[0], "r");
    return good && host->to && host->from;
}

int host_stop(struct host *host)
{
    int ended = 0;
    if (host->pid == 0)
        return ended;
    kill(host->pid, SIGKILL); /* does not change the status of a process that is ending */
    waitpid(host->pid, &ended, 0);
    fclose(host->to);
    fclose(host->from);
    host->pid = 0;
    return ended;
}

static void died(struct host *host)
{
    int ended = host_stop(host), signal = WIFSIGNALED(ended) ? WTERMSIG(ended) : 0;
    if (signal == SIGALRM)
        explain(host, "still running after its time limit");
    else if (signal != 0)
        explain(host, "ended by signal %d (%s)", signal, strsignal(signal));
    else
        explain(host, "ended with exit code %d before it answered", WEXITSTATUS(ended));
}

enum outcome host_ask(struct host *host, const char *verb, const char *value, host_line_fn *on_line,
                      void *context)
{
    static const char *const CLOSING[] = {"ok", "error", "skip"};
    char line[PROTOCOL_LINE_MAX], text[PROTOCOL_VALUE_MAX];
    fprintf(host->to, "%s", verb);
    message_add(host->to, "", value);
    fprintf(host->to, "\n");
    fflush(host->to);
    while (fgets(line, sizeof line, host->from) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        bool expected = on_line != NULL && on_line(line, context);
        for (int i = OUTCOME_OK; i <= OUTCOME_SKIPPED; i++)
            if (message_is(line, CLOSING[i])) {
                explain(host, "%s", i == OUTCOME_OK ? "" : message_field(line, "", text));
                return (enum outcome)i;
            }
        if (!expected) {
            explain(host, "broke the protocol with the line '%.60s'", line);
            return OUTCOME_FAILED;
        }
    }
    died(host);
    return OUTCOME_FAILED;
}

enum outcome host_start(struct host *host, const char *program, const char *module,
                        double limit_seconds)
{
    char hello[80];
    *host = (struct host){0};
    if (!spawn(host, program)) {
        explain(host, "cannot start '%s'", program);
        return OUTCOME_FAILED;
    }
    snprintf(hello, sizeof hello, "hello limit=%.0f", limit_seconds);
    enum outcome outcome = host_ask(host, hello, PROTOCOL_VERSION, NULL, NULL);
    return outcome == OUTCOME_OK ? host_ask(host, "load", module, NULL, NULL) : outcome;
}
