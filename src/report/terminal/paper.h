/* What a text is written for: how wide it may be, which characters it may use, whether colours mean
 * anything there.  Who prints decides (cli/screen.h); reports only ask. */
#ifndef REPORT_TERMINAL_PAPER_H
#define REPORT_TERMINAL_PAPER_H

#include <stdbool.h>

#include "base/buf.h"

struct paper {
    unsigned columns; /* 80 or more: no line may be wider; 0: nobody said, so names stay whole for
                         grep */
    bool unicode;     /* else ASCII alone, but for what users called their things */
    bool colour;
};

/* A file or a pipe: tables for 80 columns, names whole, ASCII. */
extern const struct paper PAPER_PLAIN;

/* The width that tables are laid out for: `columns`, or 80. */
unsigned paper_columns(const struct paper *paper);

/* Colours say one thing each and are never the only one to say it. */
enum ink { INK_PLAIN, INK_GOOD, INK_BAD, INK_DOUBT };

/* Adds `word`, padded with blanks to `width` characters (negative: the blanks come first). */
void paper_word(const struct paper *paper, enum ink ink, const char *word, int width,
                struct buf *out);

/* How many characters a text of UTF-8 has; what is wide or combining counts as one. */
unsigned paper_width(const char *text);

/* Adds `name` in lines of at most `columns` characters, `indent` blanks before each but the first;
 * lines are broken behind a ',', ':' or '/' where there is one.  columns > indent. */
void paper_name(const char *name, unsigned indent, unsigned columns, struct buf *out);

#endif
