/* The quick look.  It must cost nothing and cry seldom, so it has no two readings of busy time to
 * compare: pressure says whether tasks had to wait in the last ten seconds, and the count of
 * running tasks whether somebody else still runs.  Both must hold, or a build that just ended would
 * warn. */
#include "session/doctor/hint.h"

#include <stdlib.h>
#include <string.h>

#include "session/doctor/rules.h"

/* Opens the line, or goes on in it. */
static struct buf *next(struct buf *out)
{
    buf_puts(out, out->length == 0 ? "not a quiet machine: " : ", ");
    return out;
}

/* Somebody beside us runs now, and CPUs were short before. */
static bool is_busy(const struct host_facts *facts)
{
    bool was_busy = facts->pressure_cpu > WAITING_WARNING ||
                    (!(facts->pressure_cpu >= 0) && facts->load_1min > facts->cores);
    return was_busy && facts->running > 1;
}

void doctor_hint_of(const struct host_facts *facts, struct buf *out)
{
    if (is_busy(facts) && facts->pressure_cpu >= 0)
        buf_printf(next(out), "tasks waited for a CPU in %.0f %% of the last 10 s",
                   facts->pressure_cpu * 100);
    else if (is_busy(facts))
        buf_printf(next(out), "load %.1f", facts->load_1min);
    if (facts->steal_share > STEAL_WARNING)
        buf_printf(next(out), "the hypervisor took %.1f %% of the CPU time",
                   facts->steal_share * 100);
    if (facts->quota_cores < 1)
        buf_printf(next(out), "a quota of %.2f cores", facts->quota_cores);
    if (rules_is_slow_governor(facts))
        buf_puts(next(out), "the governor keeps the clock low");
    if (facts->on_battery == 1)
        buf_puts(next(out), "on battery");
    if (out->length > 0)
        buf_puts(out, " ('assay doctor' tells more)");
}

void doctor_hint(struct buf *out)
{
    struct host_facts facts;
    const char *wish = getenv("ASSAY_HINTS");
    if (wish != NULL && strcmp(wish, "off") == 0)
        return;
    facts_read_moment("", &facts);
    doctor_hint_of(&facts, out);
}
