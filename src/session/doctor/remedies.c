/* The table of advice: a condition over the facts, the words, the evidence.
 * Evidence comes from bench/doctor/advice on the machine that docs/doctor.md names; what could not
 * be tried there says so. */
#include "session/doctor/remedies.h"

struct remedy_rule {
    bool (*applies)(const struct doctor_facts *facts);
    struct remedy advice;
};

static bool is_crowded(const struct doctor_facts *facts)
{
    return rules_others_share(facts) > OTHERS_NOTE || facts->host.pressure_cpu > WAITING_NOTE;
}

static bool shares_by_session(const struct doctor_facts *facts)
{
    return is_crowded(facts) && facts->host.autogroup == 1 && !(facts->host.autogroup_nice < 0);
}

static bool is_slow(const struct doctor_facts *facts)
{
    return rules_is_slow_governor(&facts->host);
}

/* The widest row would not see 1 % in a second. */
static bool is_blind(const struct doctor_facts *facts)
{
    for (size_t i = 0; facts->noise != NULL && i < facts->noise->rows.count; i++)
        if (facts->noise->rows.items[i].visible[1] > 0.01)
            return true;
    return false;
}

static const struct remedy_rule RULES[] = {
    {is_crowded,
     {"quiet", "End what else runs, or measure later.", "top -o %CPU",
      "Seen: a comparison takes 0.15 s and `memory` is +-5 % when nobody gets in between; 0.65 s "
      "and "
      "+-102 % beside one busy process a core."}},
    {shares_by_session,
     {"autogroup", "Or give the session that measures a larger share, as root.",
      "echo -20 >/proc/self/autogroup",
      "Tried beside one busy process a core: 0.15 s instead of 0.65 s, `memory` +-5 % instead of "
      "+-102 %."}},
    {is_slow,
     {"governor", "Let the clock run at full speed while you measure, as root.",
      "cpupower frequency-set -g performance",
      "Not tried: the machine that the other figures come from has no governor."}},
    {is_blind,
     {"launches", "Take more launches rather than longer ones.",
      "assay compare --launches 32 --time 20ms OLD.so NEW.so",
      "Tried against 8 of 80 ms: `cpu` +-0.16 % instead of +-0.35 %, `branchy` +-1.7 % instead of "
      "+-6.0 %."}},
    {is_crowded,
     {"futile", "Not worth it: `nice`, pinning, no ASLR, huge pages.", "",
      "Tried beside one busy process a core: `nice -n -20` 0.58 s instead of 0.65 s, taskset 0.58 "
      "s, setarch -R 0.64 s, huge pages 0.64 s; the intervals stay as wide as they scatter."}},
};

assay_status remedies_find(const struct doctor_facts *facts, remedy_vec *advice)
{
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++) {
        if (!RULES[i].applies(facts))
            continue;
        struct remedy *item = vec_add(advice);
        if (item == NULL)
            return ASSAY_ERR_MEMORY;
        *item = RULES[i].advice;
    }
    return ASSAY_OK;
}
