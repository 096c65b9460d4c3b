/* The stop rule.  The interval holds at every look, so a claim is looked at after each launch and
 * measuring ends as soon as it is decided, one way or the other.
 * Invariant: a finding without a verdict has an outcome or a reason, and no pairs. */
#include "session/audit/measure.h"

#include "compare/bounds/audit.h"

enum { LAUNCHES_WORTHWHILE = 500 };

static bool is_stopped(const struct audit_limits *limits)
{
    return limits->stop != NULL && *limits->stop != 0;
}

static bool is_open(const struct audit_finding *finding)
{
    return finding->verdict == AUDIT_NONE || finding->verdict == AUDIT_UNDECIDED;
}

static assay_status explain_undecided(const struct audit_limits *limits, struct arena *arena,
                                      struct audit_finding *finding)
{
    unsigned launches = audit_launches_needed(finding);
    if (is_stopped(limits))
        finding->reason = "interrupted";
    else if (finding->launches < limits->launches && finding->launches < AUDIT_LAUNCHES_MIN)
        finding->reason =
            arena_printf(arena, "its time was up after %u launches of at least %d: try --full",
                         finding->launches, AUDIT_LAUNCHES_MIN);
    else if (launches > LAUNCHES_WORTHWHILE)
        finding->reason = "lies too near the bound: no number of launches is worth the time";
    else
        finding->reason =
            arena_printf(arena, "needs about --launches %u",
                         launches > AUDIT_LAUNCHES_MIN ? launches : 2 * AUDIT_LAUNCHES_MIN);
    return finding->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status give_up(enum outcome outcome, const char *reason, struct arena *arena,
                            struct audit_finding *finding)
{
    vec_release(&finding->pairs);
    finding->verdict = AUDIT_NONE;
    finding->outcome = outcome;
    finding->sentence = "";
    finding->launches = 0;
    finding->reason = arena_copy(arena, reason);
    return finding->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* A launch that was broken off leaves no pairs: it could have lost the slow ones only. */
static enum outcome take_launch(const struct audit_source *source, struct audit_finding *finding,
                                struct buf *reason)
{
    size_t before = finding->pairs.count;
    enum outcome outcome =
        source->ops->launch(source->self, finding->launches, &finding->pairs, reason);
    if (outcome == OUTCOME_OK && finding->pairs.count > before)
        return OUTCOME_OK;
    finding->pairs.count = before;
    if (outcome == OUTCOME_OK)
        buf_error(reason, ASSAY_OK, "a launch of it measured nothing");
    return outcome == OUTCOME_OK ? OUTCOME_FAILED : outcome;
}

assay_status audit_measure(const struct audit_source *source, const struct audit_limits *limits,
                           struct arena *arena, struct audit_finding *finding)
{
    enum outcome outcome = OUTCOME_OK;
    double began_seconds = source->ops->now_seconds(source->self), elapsed_seconds = 0;
    BUF_AUTO reason;
    buf_init(&reason, 8192);
    while (is_open(finding) && finding->launches < limits->launches && !is_stopped(limits) &&
           (limits->budget_seconds <= 0 || elapsed_seconds < limits->budget_seconds)) {
        outcome = take_launch(source, finding, &reason);
        if (outcome != OUTCOME_OK)
            break;
        assay_status status = audit_judge(limits->level, arena, finding);
        if (status == ASSAY_ERR_MEMORY)
            return status;
        if (status != ASSAY_OK)
            return give_up(OUTCOME_FAILED, "a side of it measured 0: no ratio", arena, finding);
        elapsed_seconds = source->ops->now_seconds(source->self) - began_seconds;
    }
    if (outcome != OUTCOME_OK && !is_stopped(limits))
        return give_up(outcome, reason.text, arena, finding);
    if (finding->launches == 0)
        return give_up(OUTCOME_SKIPPED, "interrupted", arena, finding);
    return is_open(finding) ? explain_undecided(limits, arena, finding) : ASSAY_OK;
}
