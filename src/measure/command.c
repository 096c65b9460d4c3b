/* Our end of assay-spawn: one byte there is one run, one struct comes back.
 *
 * Why a process for each command line and not one for all: the argument vector travels by exec,
 * there is nothing to encode, and an idle one costs 30 KiB.  Why it is closed by its pipe and never
 * killed: it alone knows the group of the run under way, and ends that first.
 *
 * Invariant: SIGINT and SIGTERM are only let in while ppoll waits, so that one that comes just
 * before is not slept over. */
#include "measure/command.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/quantity.h"
#include "base/text.h"

enum { SPAWN_ARGUMENTS = 4 };

assay_status runner_open(const struct command_options *options, char *const argv[],
                         struct command_runner *ret_runner, struct buf *error)
{
    char limit[32], program[4096], input[4096], output[4096];
    size_t count = 0;
    while (argv[count] != NULL)
        count++;
    snprintf(limit, sizeof limit, "%.0f", ceil(options->limit_seconds * 1e9));
    int lengths[] = {
        snprintf(program, sizeof program, "%s", options->spawner),
        snprintf(input, sizeof input, "%s", options->input ? options->input : ""),
        snprintf(output, sizeof output, "%s",
                 options->show >= 0 ? "-"
                 : options->output  ? options->output
                                    : ""),
    };
    for (int i = 0; i < 3; i++)
        if (lengths[i] >= 4096)
            return buf_error(error, ASSAY_ERR_LIMIT, "a file name is too long");
    char **words = calloc(count + SPAWN_ARGUMENTS + 1, sizeof *words);
    if (words == NULL)
        return ASSAY_ERR_MEMORY;
    memcpy(words, (char *[]){program, limit, input, output}, SPAWN_ARGUMENTS * sizeof *words);
    memcpy(words + SPAWN_ARGUMENTS, argv, count * sizeof *words);
    struct command_runner runner = {.options = *options};
    assay_status status = child_start(words, &runner.child, error);
    free(words);
    if (status == ASSAY_OK)
        *ret_runner = runner;
    return status;
}

static bool is_cancelled(const struct command_options *options)
{
    return options->stop != NULL && *options->stop > options->stop_min;
}

/* Hands on what the runs print. */
static void copy_printed(const struct command_runner *runner)
{
    char chunk[65536];
    ssize_t got = read(runner->child.printed, chunk, sizeof chunk);
    for (ssize_t done = 0; done < got && runner->options.show >= 0;) {
        ssize_t written = write(runner->options.show, chunk + done, (size_t)(got - done));
        if (written <= 0 && errno != EINTR)
            return;
        done += written > 0 ? written : 0;
    }
}

/* Waits for the answer with `mask` as the signals' mask: false when assay-spawn is gone. */
static bool await_answer(struct command_runner *runner, const sigset_t *mask,
                         struct command_run *run)
{
    for (;;) {
        struct pollfd ready[] = {{runner->child.from, POLLIN, 0},
                                 {runner->child.printed, POLLIN, 0}};
        if (is_cancelled(&runner->options)) {
            run->end = COMMAND_CANCELLED;
            return true;
        }
        if (ppoll(ready, 2, NULL, mask) < 0) {
            if (errno == EINTR)
                continue;
            return false;
        }
        if (ready[1].revents & POLLIN)
            copy_printed(runner);
        else if (ready[0].revents != 0)
            return read(runner->child.from, run, sizeof *run) == sizeof *run &&
                   run->struct_bytes == sizeof *run;
        else if (ready[1].revents != 0)
            return false;
    }
}

assay_status runner_run(struct command_runner *runner, struct command_run *ret_run,
                        struct buf *error)
{
    sigset_t held, before;
    struct command_run run = {.struct_bytes = sizeof run};
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigprocmask(SIG_BLOCK, &held, &before);
    bool good = write(runner->child.to, "", 1) == 1 && await_answer(runner, &before, &run);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (!good)
        return buf_error(error, ASSAY_ERR_IO, "'%s' does not answer", runner->options.spawner);
    *ret_run = run;
    return ASSAY_OK;
}

void runner_close(struct command_runner *runner)
{
    struct child *child = &runner->child;
    if (child->pid == 0)
        return;
    close(child->to);
    close(child->printed); /* it may be writing there */
    child->to = child->printed = -1;
    child_wait(child, false);
    child_stop(child);
}

/* The first line of what it printed, as the reason behind an exit code. */
static void add_printed(const char *printed, struct buf *reason)
{
    char line[COMMAND_PRINTED_MAX], shown[TEXT_SHOWN_MAX];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(printed, "\n"), printed);
    if (line[0] != '\0')
        buf_printf(reason, ": %s", text_shown(line, shown));
}

bool runner_failed(const struct command_run *run, const struct command_options *options,
                   bool ignore_exit, const char *program, struct buf *reason)
{
    char text[QUANTITY_TEXT_MAX];
    const char *why = strerror(run->error);
    buf_clear(reason);
    switch (run->end) {
    case COMMAND_ENDED:
        if (run->cost.exit_code == 0 || ignore_exit)
            return false;
        if (run->cost.signal != 0)
            buf_printf(reason, "signal %d (%s)", run->cost.signal, strsignal(run->cost.signal));
        else
            buf_printf(reason, "exit code %d", run->cost.exit_code);
        add_printed(run->printed, reason);
        return true;
    case COMMAND_TIMED_OUT:
        buf_printf(reason, "ran longer than %s",
                   quantity_format_ns(options->limit_seconds * 1e9, text));
        return true;
    case COMMAND_CANCELLED:
        buf_puts(reason, "interrupted");
        return true;
    case COMMAND_NO_PROGRAM:
        buf_printf(reason, "cannot start '%s': %s", program, why);
        return true;
    case COMMAND_NO_INPUT:
        buf_printf(reason, "cannot open the input '%s': %s", options->input, why);
        return true;
    case COMMAND_NO_OUTPUT:
        buf_printf(reason, "cannot open the output '%s': %s", options->output, why);
        return true;
    case COMMAND_NO_RESOURCES:
        buf_printf(reason, "cannot start a process: %s", why);
        return true;
    }
    return true;
}
