/* Talking to a host process over pipes, with poll() so that no foreign code can block us.
 *
 * Invariants: 1. no read or write here blocks longer than POLL_MS without the limits being looked
 * at;
 * 2. what the host sends is bounded: a line by PROTOCOL_LINE_MAX, what it prints by PRINTED_MAX
 * (more is read and dropped); 3. after a status other than ASSAY_OK the host's process is gone. */
#include "measure/host.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "probe/clock.h"
#include "probe/tree.h"

enum { POLL_MS = 50, PRINTED_MAX = 64 * 1024, LAST_WORDS_MAX = 300, REASON_MAX = 4000 };
enum { CHUNKS_AT_ONCE = 32 }; /* of printed text between two looks at the limits */
#define END_SECONDS_MAX 1.0   /* between a host's last word and its end */

static void drain_printed(struct host *host)
{
    char chunk[4096];
    ssize_t got = -1;
    for (int i = 0; i < CHUNKS_AT_ONCE; i++) {
        if ((got = read(host->child.printed, chunk, sizeof chunk)) <= 0)
            break;
        size_t room = PRINTED_MAX - host->printed.length;
        buf_add(&host->printed, chunk, (size_t)got < room ? (size_t)got : room);
    }
    if (got == 0 && host->child.printed >= 0) {
        close(host->child.printed); /* else poll() would call it ready for ever */
        host->child.printed = -1;
    }
}

/* The last line that the benchmark printed, for messages; control bytes become spaces. */
static void add_last_words(struct host *host, struct buf *reason)
{
    char *text = host->printed.text;
    size_t end = host->printed.length;
    while (end > 0 && (unsigned char)text[end - 1] <= ' ')
        end--;
    size_t start = end;
    while (start > 0 && text[start - 1] != '\n' && end - start < LAST_WORDS_MAX)
        start--;
    if (end == start)
        return;
    buf_puts(reason, "; it printed: ");
    for (size_t i = start; i < end; i++)
        buf_putc(reason, (unsigned char)text[i] < ' ' ? ' ' : text[i]);
}

/* Lets a host that closed its pipe end by itself, so that its signal or exit code can be told. */
static bool await_end(struct host *host)
{
    double end = clock_now_seconds() + END_SECONDS_MAX;
    close(host->child.to); /* a host that still reads sees the end of its input */
    host->child.to = -1;
    while (!child_has_ended(&host->child) && clock_now_seconds() < end) {
        drain_printed(host);
        poll(NULL, 0, 1);
    }
    return child_has_ended(&host->child);
}

static assay_status give_up(struct host *host, assay_status status, bool kill_first)
{
    bool explained = host->reason.length > 0;
    if (!kill_first && !await_end(host)) {
        explained = true;
        buf_puts(&host->reason, "closed its answer pipe and ran on");
    }
    child_wait(&host->child, true);
    drain_printed(host);
    if (!explained && host->child.signal != 0)
        buf_printf(&host->reason, "ended by signal %d (%s)", host->child.signal,
                   strsignal(host->child.signal));
    else if (!explained)
        buf_printf(&host->reason, "ended with exit code %d before it answered",
                   host->child.exit_code);
    add_last_words(host, &host->reason);
    return status;
}

static assay_status check_limits(struct host *host)
{
    const struct host_limits *limits = &host->limits;
    if (limits->stop != NULL && *limits->stop != 0) {
        buf_error(&host->reason, ASSAY_OK, "interrupted");
        return give_up(host, ASSAY_ERR_STOPPED, true);
    }
    double seconds = clock_now_seconds() - host->started_seconds;
    if (seconds < host->checked_seconds + POLL_MS * 1e-3)
        return ASSAY_OK;
    host->checked_seconds = seconds;
    if (limits->seconds > 0 && seconds > limits->seconds) {
        buf_error(&host->reason, ASSAY_OK, "still running after its time limit of %g s",
                  limits->seconds);
        return give_up(host, ASSAY_ERR_TIMEOUT, true);
    }
    if (limits->rss_bytes > 0 && tree_is_larger(host->child.pid, limits->rss_bytes)) {
        buf_error(&host->reason, ASSAY_OK, "grew over its memory limit of %.0f MiB",
                  limits->rss_bytes / 1048576);
        return give_up(host, ASSAY_ERR_LIMIT, true);
    }
    return ASSAY_OK;
}

static assay_status garbage(struct host *host, const char *line)
{
    BUF_AUTO shown;
    buf_init(&shown, 1024);
    for (size_t i = 0; line[i] != '\0' && i < 60; i++)
        buf_putc(&shown, line[i] >= ' ' && line[i] < 127 ? line[i] : '?');
    buf_error(&host->reason, ASSAY_OK, "broke the protocol with the line '%s'", shown.text);
    return give_up(host, ASSAY_ERR_HOST, true);
}

/* Waits for bytes and appends them to host->input. */
static assay_status receive(struct host *host)
{
    char chunk[16384];
    for (;;) {
        struct pollfd fds[] = {{host->child.from, POLLIN, 0}, {host->child.printed, POLLIN, 0}};
        if (poll(fds, 2, POLL_MS) == 0 && host->watch.look != NULL)
            host->watch.look(host->watch.context);
        /* Asked before the pipe is read: what it wrote before its end is in the pipe by then. */
        bool ended = fds[0].revents == 0 && child_has_ended(&host->child);
        drain_printed(host);
        TRY(check_limits(host));
        ssize_t got = read(host->child.from, chunk, sizeof chunk);
        if (got > 0) {
            host->received_bytes += (double)got;
            buf_add(&host->input, chunk, (size_t)got);
            return host->input.status == ASSAY_OK ? ASSAY_OK : garbage(host, host->input.text);
        }
        if (got == 0 || ended || (errno != EAGAIN && errno != EINTR))
            return give_up(host, ASSAY_ERR_HOST, false);
    }
}

/* Takes the next whole line out of host->input into `line`. */
static assay_status next_line(struct host *host, char line[PROTOCOL_LINE_MAX])
{
    char *newline;
    while ((newline = memchr(host->input.text, '\n', host->input.length)) == NULL) {
        if (host->input.length >= PROTOCOL_LINE_MAX)
            return garbage(host, host->input.text);
        TRY(receive(host));
    }
    size_t length = (size_t)(newline - host->input.text);
    if (length >= PROTOCOL_LINE_MAX || memchr(host->input.text, '\0', length) != NULL)
        return garbage(host, host->input.text);
    memcpy(line, host->input.text, length);
    line[length] = '\0';
    host->input.length -= length + 1;
    memmove(host->input.text, newline + 1, host->input.length + 1);
    return ASSAY_OK;
}

static assay_status send_line(struct host *host, const char *line)
{
    BUF_AUTO text;
    buf_init(&text, PROTOCOL_LINE_MAX - 1); /* with LF and NUL it fits the host's line buffer */
    buf_printf(&text, "%s\n", line);
    if (text.status != ASSAY_OK)
        return buf_error(&host->reason, ASSAY_ERR_LIMIT, "its parameters are too long to be sent");
    for (size_t sent = 0; sent < text.length;) {
        ssize_t count = write(host->child.to, text.text + sent, text.length - sent);
        if (count > 0) {
            sent += (size_t)count;
            host->sent_bytes += (double)count;
            continue;
        }
        if (errno != EAGAIN && errno != EINTR)
            return give_up(host, ASSAY_ERR_HOST, false);
        struct pollfd fd = {host->child.to, POLLOUT, 0};
        poll(&fd, 1, POLL_MS);
        TRY(check_limits(host));
    }
    return ASSAY_OK;
}

static bool is_closing(struct host *host, const struct message *message, enum outcome *ret_outcome)
{
    static const char *const VERBS[] = {"ok", "error", "skip"};
    for (int i = 0; i < 3; i++)
        if (strcmp(message->verb, VERBS[i]) == 0) {
            const char *text = message_value(message, 0);
            buf_clear(&host->reason);
            if (i != OUTCOME_OK)
                buf_printf(&host->reason, "%.*s", REASON_MAX, text ? text : "no reason was given");
            *ret_outcome = (enum outcome)i;
            return true;
        }
    return false;
}

assay_status host_ask(struct host *host, const char *line, host_line_fn *on_line, void *context,
                      enum outcome *ret_outcome)
{
    static _Thread_local char answer[PROTOCOL_LINE_MAX];
    struct message message;
    buf_clear(&host->reason);
    TRY(send_line(host, line));
    for (;;) {
        TRY(next_line(host, answer));
        BUF_AUTO copy;
        buf_init(&copy, PROTOCOL_LINE_MAX);
        buf_puts(&copy, answer);
        if (message_parse(answer, &message) != ASSAY_OK)
            return garbage(host, copy.text);
        enum outcome outcome;
        bool closing = is_closing(host, &message, &outcome);
        if (on_line == NULL ? !closing : !on_line(&message, context))
            return garbage(host, copy.text);
        if (closing) {
            *ret_outcome = outcome;
            return ASSAY_OK;
        }
    }
}

/* Of hello and load: only a closing line, which may name the compiler. */
static bool read_greeting(const struct message *message, void *context)
{
    struct host *host = context;
    const char *compiler = message_field(message, "compiler");
    if (compiler != NULL)
        snprintf(host->compiler, sizeof host->compiler, "%s", compiler);
    return strcmp(message->verb, "ok") == 0 || strcmp(message->verb, "error") == 0;
}

void host_init(struct host *host)
{
    *host = (struct host){.child = {.to = -1, .from = -1, .printed = -1}};
    buf_init(&host->input, 2 * PROTOCOL_LINE_MAX);
    buf_init(&host->printed, PRINTED_MAX);
    buf_init(&host->reason, 16 * 1024);
}

/* "assay-host --keep [PROGRAM]": what the benchmark leaves running ends with it. */
static assay_status start_child(const struct host_command *command, struct host *host)
{
    enum { WORDS_MAX = 16 };
    const char *keeper = command->keeper;
    char *words[WORDS_MAX] = {(char *)(uintptr_t)keeper, (char[]){"--keep"}};
    if (keeper == NULL)
        return child_start_in(command->argv, command->environment, &host->child, &host->reason);
    bool is_itself = strcmp(keeper, command->argv[0]) == 0;
    for (size_t i = 0; !is_itself && command->argv[i] != NULL && i + 3 < WORDS_MAX; i++)
        words[i + 2] = command->argv[i];
    TRY(child_start_in(words, command->environment, &host->child, &host->reason));
    child_is_keeper(&host->child);
    return ASSAY_OK;
}

static assay_status start_once(const struct host_command *command, struct host_limits limits,
                               struct host *host)
{
    enum outcome outcome = OUTCOME_FAILED;
    host_init(host);
    host->limits = limits;
    host->started_seconds = clock_now_seconds();
    TRY(start_child(command, host));
    fcntl(host->child.from, F_SETFL, O_NONBLOCK);
    fcntl(host->child.printed, F_SETFL, O_NONBLOCK);
    fcntl(host->child.to, F_SETFL, O_NONBLOCK);
    TRY(host_ask(host, "hello " PROTOCOL_VERSION, read_greeting, host, &outcome));
    return outcome == OUTCOME_OK ? ASSAY_OK : ASSAY_ERR_HOST;
}

/* Ctrl-C goes to the whole group of the terminal, and meets a child that does not lead a group of
 * its own yet.  No benchmark has run then, so it is started again and not reported as failed. */
static bool was_hit_at_start(const struct host *host)
{
    int number = host->child.signal;
    return number == SIGINT || number == SIGTERM || number == SIGQUIT || number == SIGHUP;
}

assay_status host_start_command(const struct host_command *command, struct host_limits limits,
                                struct host *ret_host)
{
    enum { STARTS_MAX = 3 };
    assay_status status = start_once(command, limits, ret_host);
    for (int starts = 1; status != ASSAY_OK && was_hit_at_start(ret_host) && starts < STARTS_MAX;
         starts++) {
        host_stop(ret_host);
        status = start_once(command, limits, ret_host);
    }
    return status;
}

static assay_status start_kept(const char *keeper, const char *program, struct host_limits limits,
                               struct host *ret_host)
{
    char *argv[] = {(char *)(uintptr_t)program, NULL};
    const struct host_command command = {argv, environ, keeper};
    return host_start_command(&command, limits, ret_host);
}

assay_status host_start_empty(const char *program, struct host_limits limits, struct host *ret_host)
{
    return start_kept(program, program, limits, ret_host);
}

assay_status host_start(const char *program, const char *module, struct host_limits limits,
                        struct host *ret_host)
{
    enum outcome outcome = OUTCOME_FAILED;
    if (!text_ends_with(module, ".so"))
        return start_kept(program, module, limits, ret_host);
    TRY(host_start_empty(program, limits, ret_host));
    BUF_AUTO line;
    buf_init(&line, PROTOCOL_LINE_MAX);
    buf_puts(&line, "load");
    message_add(&line, "", module);
    TRY(host_ask(ret_host, line.text, read_greeting, ret_host, &outcome));
    return outcome == OUTCOME_OK ? ASSAY_OK : ASSAY_ERR_HOST;
}

assay_status host_open(struct host *host, const struct open_request *request, host_line_fn *on_line,
                       void *context, enum outcome *ret_outcome)
{
    char seed[32];
    BUF_AUTO line;
    buf_init(&line, PROTOCOL_LINE_MAX);
    snprintf(seed, sizeof seed, "%" PRIu64, request->seed);
    buf_puts(&line, "open");
    message_add(&line, "", request->benchmark->name);
    message_add(&line, "side", request->side);
    message_add(&line, "params", request->benchmark->params);
    message_add(&line, "seed", seed);
    message_add(&line, "fixtures", request->fixtures);
    if (request->counting)
        message_add(&line, "counting", "1");
    if (request->passed)
        message_add(&line, "passed", "1");
    return host_ask(host, line.text, on_line, context, ret_outcome);
}

enum outcome host_conclude(const struct host *host, assay_status status, enum outcome outcome,
                           struct buf *reason)
{
    if (status != ASSAY_OK)
        outcome = OUTCOME_FAILED;
    if (outcome != OUTCOME_OK)
        buf_error(reason, ASSAY_OK, "%s", host->reason.text);
    return outcome;
}

assay_status host_finish(struct host *host)
{
    buf_clear(&host->reason);
    close(host->child.to);
    host->child.to = -1;
    while (!child_has_ended(&host->child)) {
        drain_printed(host);
        TRY(check_limits(host));
        poll(NULL, 0, 1);
    }
    child_wait(&host->child, false);
    return ASSAY_OK;
}

pid_t host_pid(const struct host *host)
{
    return host->child.is_keeper && host->child.pid != 0 ? tree_child(host->child.pid)
                                                         : host->child.pid;
}

void host_stop(struct host *host)
{
    child_stop(&host->child);
    buf_release(&host->input);
    buf_release(&host->printed);
    buf_release(&host->reason);
}
