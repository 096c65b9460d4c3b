/* The measuring lock of a command.  Nothing releases it: it ends with the process, and between the
 * last measurement and that end are milliseconds.
 * Invariant: a command that only reads never comes here. */
#include "cli/measuring.h"

#include <stdio.h>

#include "base/text.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "session/lock/lock.h"

enum { COMMAND_MAX = 200 };

/* The command line as one text, for those who wait for us; "assay" where it cannot be read. */
static const char *command_line(char text[COMMAND_MAX])
{
    FILE *file = fopen("/proc/self/cmdline", "re");
    size_t length = file != NULL ? fread(text, 1, COMMAND_MAX - 1, file) : 0;
    if (file != NULL)
        (void)fclose(file);
    while (length > 0 && text[length - 1] == '\0')
        length--;
    text[length] = '\0';
    const char *program = text_file_name(text); /* its first word, which ends with a NUL yet */
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\0')
            text[i] = ' ';
    return length > 0 ? program : "assay";
}

assay_status measuring_begin(struct cli *cli, const struct measuring_options *options)
{
    int lock;
    char command[COMMAND_MAX];
    struct progress progress;
    progress_init(&progress);
    const struct lock_request request = {.command = command_line(command),
                                         .no_wait = options->no_wait,
                                         .stop = &stop_count,
                                         .tell = progress_tell,
                                         .context = &progress};
    return options->no_lock ? ASSAY_OK : lock_take(&request, &lock, &cli->error);
}
