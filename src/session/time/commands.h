/* What is to be timed: command lines times the values of their parameters. */
#ifndef SESSION_TIME_COMMANDS_H
#define SESSION_TIME_COMMANDS_H

#include "measure/command.h"
#include "session/time/parameters.h"
#include "session/time/time.h"

/* One command as it is run; element i belongs to timing->commands.items[i]. */
struct time_command {
    char **argv;
    char **prepare, **setup, **cleanup; /* NULL: none */
    uint32_t prepare_line;              /* its number with the runner */
};
typedef VEC(struct time_command) time_command_vec;

enum { TIME_COMMANDS_MAX = 100 };

/* Appends a command for each line and each combination of the parameters that it, its prepare, the
 * setup or the cleanup mention (the last given varies fastest), in the order of the lines, to both
 * lists.  Sets timing->reference.
 *
 * ASSAY_ERR_ARGUMENT   counts that do not fit (names, prepares, steps), an unknown reference.
 * ASSAY_ERR_PARSE      a line or a parameter; see words.h and parameters.h.
 * ASSAY_ERR_LIMIT      more than TIME_COMMANDS_MAX commands.   ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status commands_build(const struct time_request *request,
                                             struct timing *timing, time_command_vec *commands,
                                             struct buf *error);

/* Appends one more command, as it stands. */
ASSAY_USE_RESULT assay_status commands_add(const char *name, char **argv, struct timing *timing,
                                           time_command_vec *commands);

#endif
