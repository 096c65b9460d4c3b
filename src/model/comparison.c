/* The words of comparisons, one table each.  They stand in JSON documents and in other people's
 * scripts: add some, never rename one.  Invariant: a table has a word for every value of its enum.
 */
#include "model/comparison.h"

static const char *const KINDS[] = {"one_process", "lockstep", "remeasured",
                                    "counted",     "stored",   "target"};
static const char *const VERDICTS[] = {"none", "slower",    "faster",
                                       "same", "undecided", "placement"};
static const char *const GATES[] = {"pass", "warn", "fail", "undecided"};

const char *estimator_name(enum estimator estimator)
{
    return estimator == ESTIMATOR_LOWEST ? "lowest_tenth" : "trimmed_mean";
}

const char *pair_kind_name(enum pair_kind kind)
{
    return KINDS[kind];
}

const char *verdict_name(enum verdict verdict)
{
    return VERDICTS[verdict];
}

const char *quality_name(enum quality quality)
{
    static const char *const QUALITIES[] = {"none", "kept", "worse", "undecided"};
    return QUALITIES[quality];
}

const char *gate_name(enum gate gate)
{
    return GATES[gate];
}
