/* Where text goes: how wide that is, which characters it shows, whether colours mean anything. */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include "report/terminal/paper.h"

/* What --color says, in the order of its words. */
enum colour_choice { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };
#define COLOUR_WORDS "auto|always|never"

/* What stdout is.  Columns: COLUMNS where that is a sound number, else the terminal's, else nobody
 * said; below 80 they count as 80, which all tables need.  Characters: block graphics where the
 * locale (LC_ALL, LC_CTYPE, LANG) is UTF-8.  Colours, when they are left to us: on a terminal that
 * is not dumb, unless NO_COLOR is set to something (https://no-color.org). */
struct paper screen_paper(enum colour_choice choice);

/* Whether a line on stderr can be written over: a terminal that is not dumb. */
bool screen_rewrites_stderr(void);

/* Columns of the terminal at stderr; 80 where it does not say. */
unsigned screen_stderr_columns(void);

#endif
