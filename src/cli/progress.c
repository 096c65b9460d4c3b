/* One line that is rewritten on a terminal; elsewhere a line every ten seconds at most, so that a
 * CI log stays readable.  Silent in the first second. */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "session/doctor/hint.h"

enum { QUIET_SECONDS = 1, LOG_SECONDS = 10 };

void progress_init(struct progress *progress)
{
    *progress = (struct progress){.terminal = isatty(STDERR_FILENO) == 1};
}

void progress_step(void *context, const struct session_step *step)
{
    struct progress *progress = context;
    double elapsed = step->elapsed_seconds;
    double done = (double)step->index, left = (double)(step->count - step->index);
    if (step->result != NULL || elapsed < QUIET_SECONDS ||
        (!progress->terminal && elapsed - progress->told_seconds < LOG_SECONDS))
        return;
    progress->told_seconds = elapsed;
    fprintf(stderr, "%s[%zu/%zu] %.50s, %.0f s left%s", progress->terminal ? "\r\033[K" : "",
            step->index + 1, step->count, step->benchmark->id,
            step->index > 0 ? elapsed / done * left : 0, progress->terminal ? "" : "\n");
    progress->shown = progress->terminal;
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}

void progress_hint(void)
{
    BUF_AUTO hint;
    buf_init(&hint, 1024);
    doctor_hint(&hint);
    progress_note(hint.text);
}

void progress_note(const char *text)
{
    if (text[0] != '\0')
        fprintf(stderr, "assay: note: %s\n", text);
}

void progress_tell(void *context, const char *sentence)
{
    progress_end(context);
    fprintf(stderr, "%s\n", sentence);
}
