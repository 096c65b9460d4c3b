/* Our end of assay-spawn: an order goes there, and a struct comes back for each of its runs.
 *
 * Why the lines travel as arguments: the kernel encodes them, there is no parser at either end.
 * Why it is closed by its pipe and never killed: it alone knows the group of the run under way, and
 * ends that first.
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

#include "base/arena.h"
#include "base/quantity.h"
#include "base/text.h"

enum { WORDS_BEFORE = 5 }; /* of a line in assay-spawn's arguments */

static size_t count_words(char *const argv[])
{
    size_t count = 0;
    while (argv[count] != NULL)
        count++;
    return count;
}

/* The words of one line from `words` on; the address behind them, or NULL when memory is out. */
static char **add_line(const struct command_line *line, struct arena *arena, char **words)
{
    size_t count = count_words(line->argv);
    words[0] = arena_printf(arena, "%.0f", ceil(line->limit_seconds * 1e9));
    words[1] = arena_copy(arena, line->ignores_exit ? "1" : "0");
    words[2] = arena_copy(arena, line->input ? line->input : "");
    words[3] = arena_copy(arena, line->shows ? "-" : line->output ? line->output : "");
    words[4] = arena_printf(arena, "%zu", count);
    for (int i = 0; i < WORDS_BEFORE; i++)
        if (words[i] == NULL)
            return NULL;
    memcpy(words + WORDS_BEFORE, line->argv, count * sizeof *words);
    return words + WORDS_BEFORE + count;
}

static char **make_words(const char *spawner, const struct command_line *lines, size_t count,
                         struct arena *arena)
{
    size_t words = 2;
    for (size_t i = 0; i < count; i++)
        words += WORDS_BEFORE + count_words(lines[i].argv);
    char **argv = arena_alloc(arena, words * sizeof *argv);
    if (argv == NULL || (argv[0] = arena_copy(arena, spawner)) == NULL)
        return NULL;
    char **at = argv + 1;
    for (size_t i = 0; i < count && at != NULL; i++)
        at = add_line(&lines[i], arena, at);
    if (at == NULL)
        return NULL;
    *at = NULL;
    return argv;
}

assay_status runner_open(const struct command_options *options, const struct command_line *lines,
                         size_t count, struct command_runner *ret_runner, struct buf *error)
{
    struct arena arena = {0};
    struct command_runner runner = {.options = *options};
    char **words = make_words(options->spawner, lines, count, &arena);
    assay_status status = words ? child_start(words, &runner.child, error) : ASSAY_ERR_MEMORY;
    arena_release(&arena);
    if (status == ASSAY_OK)
        *ret_runner = runner;
    return status;
}

static bool is_cancelled(const struct command_options *options)
{
    return options->stop != NULL && *options->stop > options->stop_min;
}

/* Makes assay-spawn end the run under way, answer and end. */
static void hang_up(struct command_runner *runner)
{
    if (runner->child.to >= 0)
        close(runner->child.to);
    runner->child.to = -1;
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

/* Takes what has come of the answers; false when assay-spawn is gone or of another build. */
static bool take_answers(const struct command_runner *runner, const struct spawn_order *order,
                         struct command_run *runs, size_t *bytes)
{
    size_t room = order->count * sizeof *runs - *bytes;
    ssize_t got = read(runner->child.from, (char *)runs + *bytes, room);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    *bytes += (size_t)got;
    return *bytes < sizeof *runs || runs->struct_bytes == sizeof *runs;
}

/* Waits for the answers with `mask` as the signals' mask: false when assay-spawn is gone. */
static bool await_answers(struct command_runner *runner, const sigset_t *mask,
                          const struct spawn_order *order, struct command_run *runs,
                          size_t *ret_done)
{
    for (size_t bytes = 0;;) {
        struct pollfd ready[] = {{runner->child.from, POLLIN, 0},
                                 {runner->child.printed, POLLIN, 0}};
        *ret_done = bytes / sizeof *runs;
        if (*ret_done > 0 && runs[*ret_done - 1].last)
            return true;
        if (is_cancelled(&runner->options))
            hang_up(runner); /* its last answer says that the run under way was cancelled */
        if (ppoll(ready, 2, NULL, mask) < 0) {
            if (errno == EINTR)
                continue;
            return false;
        }
        if (ready[1].revents & POLLIN)
            copy_printed(runner);
        else if (ready[0].revents != 0 && !take_answers(runner, order, runs, &bytes))
            return false;
        else if (ready[0].revents == 0 && ready[1].revents != 0)
            return false;
    }
}

assay_status runner_run(struct command_runner *runner, const struct spawn_order *order,
                        struct command_run *ret_runs, size_t *ret_done, struct buf *error)
{
    sigset_t held, before;
    if (runner->child.to < 0) { /* the stop came with the last answers of an order */
        ret_runs[0] = (struct command_run){.end = COMMAND_CANCELLED, .last = true};
        *ret_done = 1;
        return ASSAY_OK;
    }
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigprocmask(SIG_BLOCK, &held, &before);
    bool good = write(runner->child.to, order, sizeof *order) == sizeof *order &&
                await_answers(runner, &before, order, ret_runs, ret_done);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (!good)
        return buf_error(error, ASSAY_ERR_IO, "'%s' does not answer", runner->options.spawner);
    return ASSAY_OK;
}

void runner_close(struct command_runner *runner)
{
    struct child *child = &runner->child;
    if (child->pid == 0)
        return;
    hang_up(runner);
    close(child->printed); /* it may be writing there */
    child->printed = -1;
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

bool runner_failed(const struct command_run *run, const struct command_line *line,
                   struct buf *reason)
{
    char text[QUANTITY_TEXT_MAX];
    const char *why = strerror(run->error);
    buf_clear(reason);
    switch (run->end) {
    case COMMAND_ENDED:
        if (run->cost.exit_code == 0 || line->ignores_exit)
            return false;
        if (run->cost.signal != 0)
            buf_printf(reason, "signal %d (%s)", run->cost.signal, strsignal(run->cost.signal));
        else
            buf_printf(reason, "exit code %d", run->cost.exit_code);
        add_printed(run->printed, reason);
        return true;
    case COMMAND_TIMED_OUT:
        buf_printf(reason, "ran longer than %s",
                   quantity_format_ns(line->limit_seconds * 1e9, text));
        return true;
    case COMMAND_CANCELLED:
        buf_puts(reason, "interrupted");
        return true;
    case COMMAND_NO_PROGRAM:
        buf_printf(reason, "cannot start '%s': %s", line->argv[0], why);
        return true;
    case COMMAND_NO_INPUT:
        buf_printf(reason, "cannot open the input '%s': %s", line->input, why);
        return true;
    case COMMAND_NO_OUTPUT:
        buf_printf(reason, "cannot open the output '%s': %s", line->output, why);
        return true;
    case COMMAND_NO_RESOURCES:
        buf_printf(reason, "cannot start a process: %s", why);
        return true;
    }
    return true;
}
