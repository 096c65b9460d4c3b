/* Calling the hook.
 * Why a file as its input and not a pipe: a hook that reads nothing must not make us wait. */
#include "session/watch/hook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VARIABLES = 5 };

extern char **environ;

/* Our environment and the event's variables, texts in `arena`; free the array. */
static char **environment_of(const struct watch_event *event, struct arena *arena)
{
    size_t count = 0;
    while (environ[count] != NULL)
        count++;
    char **all = calloc(count + VARIABLES + 1, sizeof *all);
    if (all == NULL)
        return NULL;
    char *const own[VARIABLES] = {
        arena_printf(arena, "ASSAY_VERDICT=%s", watch_verdict_name(event->verdict)),
        arena_printf(arena, "ASSAY_RUN=%s", event->run_id),
        arena_printf(arena, "ASSAY_CYCLE=%u", event->cycle),
        arena_printf(arena, "ASSAY_REASON=%s", watch_reason_name(event->reason)),
        arena_printf(arena, "ASSAY_STEPS=%zu", event->steps.count),
    };
    for (size_t i = 0; i < VARIABLES; i++) {
        all[i] = own[i]; /* first, so that they win */
        if (own[i] == NULL) {
            free(all);
            return NULL;
        }
    }
    memcpy(all + VARIABLES, environ, count * sizeof *all);
    return all;
}

static bool write_document(int file, const struct buf *document)
{
    return write(file, document->text, document->length) == (ssize_t)document->length;
}

static void tell(const struct hook *hook, const struct process_end *end, const struct buf *printed,
                 struct buf *told)
{
    if (end->timed_out)
        buf_printf(told, "the hook '%s' took longer than %g s and was ended\n", hook->command,
                   hook->limit_seconds);
    else if (end->exit_code != 0 && !end->was_stopped)
        buf_printf(told, "the hook '%s' failed with exit code %d\n", hook->command, end->exit_code);
    else
        return;
    buf_puts(told, printed->text);
}

static assay_status run_hook(const struct hook *hook, char **environment, const char *path,
                             struct buf *told)
{
    enum { PRINTED_MAX = 1 << 16 };
    const char *const argv[] = {"sh", "-c", PROCESS_WITH_INPUT, "sh", hook->command, path, NULL};
    const struct process_request request = {.argv = (char *const *)(uintptr_t)argv,
                                            .environment = environment,
                                            .limit_seconds = hook->limit_seconds,
                                            .stop = hook->stop};
    BUF_AUTO printed;
    buf_init(&printed, PRINTED_MAX);
    struct process_end end;
    assay_status status = process_run(&request, &printed, &end, told);
    if (status == ASSAY_OK)
        tell(hook, &end, &printed, told);
    return status;
}

assay_status hook_call(const struct hook *hook, const struct watch_event *event,
                       const struct buf *document, struct buf *told)
{
    struct arena arena = {0};
    char path[] = "/tmp/assay-hook-XXXXXX";
    const bool is_stopped = hook->stop != NULL && *hook->stop != 0;
    if (hook->command == NULL || is_stopped || (event->verdict == WATCH_GOOD && !hook->always))
        return ASSAY_OK;
    char **environment = environment_of(event, &arena);
    const int file = mkstemp(path);
    assay_status status = ASSAY_ERR_MEMORY;
    if (environment != NULL && (file < 0 || !write_document(file, document))) {
        buf_puts(told, "the hook was not called: no file can be written in /tmp\n");
        status = ASSAY_OK;
    } else if (environment != NULL) {
        status = run_hook(hook, environment, path, told);
    }
    if (file >= 0) {
        close(file);
        unlink(path);
    }
    free(environment);
    arena_release(&arena);
    return status == ASSAY_ERR_MEMORY ? status : ASSAY_OK;
}
