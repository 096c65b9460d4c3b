/* Stands in for the generated responses where Debian's licence texts are not: all rows then skip.
 */
#ifndef RESPONSES_H
#define RESPONSES_H

#define RESPONSES_PROSE_COUNT 0u
#define RESPONSES_LIST_COUNT 0u

static const char *const RESPONSES_PROSE[] = {""};
static const char *const RESPONSES_LISTS[] = {""};

static const struct {
    unsigned count, winner;
    double score;
} RESPONSES_WINNERS[] = {{0}};

static const struct {
    unsigned words;
    const char *text;
} RESPONSES_MERGED[] = {{0, ""}};

#endif
