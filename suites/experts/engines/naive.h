/* The oracle of the suite `experts`: the definition of consensus read aloud, in doubles. */
#ifndef SUITES_EXPERTS_NAIVE_H
#define SUITES_EXPERTS_NAIVE_H

#include "experts.h"

/* EXPERTS_OK or EXPERTS_ERR_MEMORY; for at least two responses that have words. */
enum experts_status naive_judge(const struct text_span *responses, size_t count,
                                struct experts_verdict *ret_verdict);

#endif
