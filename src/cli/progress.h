/* Progress of a run on stderr: what runs, how far, time left; calm where nobody watches. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "session/run.h"

struct progress {
    double told_seconds; /* when the last line was written, since the run began */
    unsigned columns;    /* of the terminal; 0: none, lines stay */
    bool shown;          /* a line stands on the terminal and must be wiped */
};

void progress_init(struct progress *progress);
session_progress_fn progress_step;
/* Writes over the last line, or adds one where nothing can be written over. */
void progress_line(struct progress *progress, const char *line);
void progress_end(struct progress *progress);

/* A line on stderr that is no error: what a reader of the numbers should know. */
void progress_note(const char *text);

/* The same, of what makes this a bad moment to measure; nothing when nothing does. */
void progress_hint(void);

/* A sentence on a line of its own: what a word was taken for, what is being built. */
void progress_tell(void *context, const char *sentence);

#endif
