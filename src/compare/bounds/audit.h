/* From what was measured of a claim to a verdict on it.  Pure. */
#ifndef COMPARE_AUDIT_H
#define COMPARE_AUDIT_H

#include "model/audit.h"

/* Chance that any verdict of a whole audit is wrong. */
#define AUDIT_FAMILY_ERROR 0.01

/* Fewer launches decide nothing: they miss too often where launches fall into two modes. */
enum { AUDIT_LAUNCHES_MIN = 8 };

/* Level of the interval of one claim out of `claims`, by Bonferroni. */
double audit_level(size_t claims);

/* The ratios after / before for which the claim is true, both ends included; an end that bounds
 * nothing is 0 or infinite. */
struct interval audit_range(const struct audit_claim *claim);

/* confirmed: all of the interval lies in the claim's range; refuted: none of it; else undecided, as
 * is an interval without a level or with an end that is not finite. */
enum audit_verdict audit_verdict_of(const struct interval *ratio, const struct audit_claim *claim);

/* Fills ratio, interval, launches, before, after, verdict and sentence of `finding` from its pairs;
 * what has too few launches is undecided.  The sentence goes to `arena`.
 * Fails as verdict_from_pairs (compare/verdict.h) does. */
ASSAY_USE_RESULT assay_status audit_judge(double level, struct arena *arena,
                                          struct audit_finding *finding);

/* Launches in all that an undecided finding will probably want at its present scatter; 0 when that
 * cannot be said, AUDIT_LAUNCHES_VAIN when it lies at the end of its claim's range. */
#define AUDIT_LAUNCHES_VAIN 1000000u
unsigned audit_launches_needed(const struct audit_finding *finding);

/* Appends what is claimed: "claimed: at least 80 % less time". */
void audit_describe_claim(const struct audit_claim *claim, struct buf *out);

#endif
