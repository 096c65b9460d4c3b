/* Stands in for the generated texts when WordNet is not there: the benchmarks then skip. */
#ifndef PATTERN_TEXTS_H
#define PATTERN_TEXTS_H

#define PATTERN_TEXT_COUNT 0u

static const struct pattern_text PATTERN_TEXTS[] = {{0, 0, ""}};

#endif
