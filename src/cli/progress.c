/* One line that is rewritten on a terminal; elsewhere a line every ten seconds at most, so that a
 * CI log stays readable.  Silent in the first second. */
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/screen.h"
#include "session/doctor/hint.h"

enum { QUIET_SECONDS = 1, LOG_SECONDS = 10 };

void progress_init(struct progress *progress)
{
    *progress =
        (struct progress){.columns = screen_rewrites_stderr() ? screen_stderr_columns() : 0};
}

/* On a terminal the line is cut where it would wrap, since only one line can be written over. */
void progress_line(struct progress *progress, const char *line)
{
    const size_t length = strlen(line), room = progress->columns - 1;
    if (progress->columns == 0)
        fprintf(stderr, "%s\n", line);
    else
        fprintf(stderr, "\r\033[K%.*s",
                (int)(length <= room ? length : text_utf8_prefix(line, room)), line);
    progress->shown = progress->columns > 0;
}

void progress_step(void *context, const struct session_step *step)
{
    struct progress *progress = context;
    double elapsed = step->elapsed_seconds;
    double done = (double)step->index, left = (double)(step->count - step->index);
    if (step->result != NULL || elapsed < QUIET_SECONDS ||
        (progress->columns == 0 && elapsed - progress->told_seconds < LOG_SECONDS))
        return;
    progress->told_seconds = elapsed;
    char name[TEXT_SHOWN_MAX];
    BUF_AUTO line;
    buf_init(&line, 1024);
    buf_printf(&line, "[%zu/%zu] %s", step->index + 1, step->count,
               text_shown(step->benchmark->id, name));
    if (step->index > 0)
        buf_printf(&line, ", %.0f s left", elapsed / done * left);
    progress_line(progress, line.text);
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
