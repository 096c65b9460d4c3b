/* Command lines to copy, for --help and the man pages. */
#ifndef CLI_EXAMPLES_H
#define CLI_EXAMPLES_H

#include "base/buf.h"

struct example {
    const char *command; /* "run" */
    const char *line;    /* what stands behind "assay run", with a blank before it; may be "" */
    const char *meaning;
};

extern const struct example EXAMPLES[]; /* ends with a NULL command; those of a command together */

/* Those of one command as lines of help, two columns; none without any. */
void examples_help(const char *command, struct buf *out);

#endif
