/* What the facts of a machine mean for measuring.  Pure: facts in, symptoms out. */
#ifndef SESSION_DOCTOR_RULES_H
#define SESSION_DOCTOR_RULES_H

#include "model/doctor.h"
#include "probe/facts.h"

/* What symptoms and advice are drawn from.  `noise` is NULL when nothing was measured. */
struct doctor_facts {
    struct host_facts host;
    const struct noise *noise;
};

/* Shares and sizes from which a fact is worth a word, and from which it spoils what is measured. */
#define OTHERS_NOTE 0.1 /* of what the other CPUs could do */
#define OTHERS_WARNING 0.5
#define STEAL_NOTE 0.002
#define STEAL_WARNING 0.02
#define WAITING_NOTE 0.1 /* pressure */
#define WAITING_WARNING 0.3
#define LOST_NOTE 0.01 /* gaps between readings of the clock */
#define LOST_WARNING 0.05

/* Appends a symptom for each rule, in the order of the table; the texts go to `arena`.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status rules_apply(const struct doctor_facts *facts, struct arena *arena,
                                          symptom_vec *findings);

/* Share that others use of the CPUs beside ours: 1 when all of them are busy; of one CPU, of that.
 * NAN when not known. */
double rules_others_share(const struct doctor_facts *facts);

/* Whether the governor keeps the clock low although there is work.  The drivers intel_pstate and
 * amd-pstate-epp call a policy `powersave` that does not. */
bool rules_is_slow_governor(const struct host_facts *host);

#endif
