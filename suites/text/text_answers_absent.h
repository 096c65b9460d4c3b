/* Stands in for the generated answers when WordNet is not there: the benchmarks then skip. */
#ifndef TEXT_ANSWERS_H
#define TEXT_ANSWERS_H

#define TEXT_ANSWER_COUNT 0u

static const char *const TEXT_ANSWERS[] = {""};

#endif
