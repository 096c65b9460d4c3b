/* Verdicts on claims.
 *
 * Every bound is a range of the ratio after / before, so that there is one rule for all of them:
 * inside, outside, or neither.  The range's ends belong to it: a claim of "at least" is true at its
 * own figure.
 * Invariants: 1. `confirmed` and `refuted` are both proved by the interval; 2. the point estimate
 * decides nothing. */
#include "compare/bounds/audit.h"

#include <math.h>

#include "compare/verdict.h"

double audit_level(size_t claims)
{
    return 1 - AUDIT_FAMILY_ERROR / (double)(claims > 0 ? claims : 1);
}

struct interval audit_range(const struct audit_claim *claim)
{
    bool lower = claim->metric->direction == LOWER_IS_BETTER;
    double value = claim->value;
    switch (claim->bound) {
    case AUDIT_AT_LEAST:
        return lower ? (struct interval){.high = 1 - value}
                     : (struct interval){.low = 1 + value, .high = HUGE_VAL};
    case AUDIT_FACTOR:
        return lower ? (struct interval){.high = 1 / value}
                     : (struct interval){.low = value, .high = HUGE_VAL};
    case AUDIT_AT_MOST:
        return lower ? (struct interval){.high = 1 + value}
                     : (struct interval){.low = 1 - value, .high = HUGE_VAL};
    case AUDIT_SAME:
        break;
    }
    return (struct interval){.low = 1 / (1 + value), .high = 1 + value};
}

enum audit_verdict audit_verdict_of(const struct interval *ratio, const struct audit_claim *claim)
{
    struct interval range = audit_range(claim);
    if (ratio->level <= 0 || !isfinite(ratio->low) || !isfinite(ratio->high))
        return AUDIT_UNDECIDED;
    if (ratio->low >= range.low && ratio->high <= range.high)
        return AUDIT_CONFIRMED;
    return ratio->high < range.low || ratio->low > range.high ? AUDIT_REFUTED : AUDIT_UNDECIDED;
}

/* Four digits or so, and no more decimals than mean something. */
static int decimals_of(double value)
{
    return value < 1 ? 3 : value < 10 ? 2 : value < 1000 ? 1 : 0;
}

static void add_percent(double share, struct buf *out)
{
    double percent = fabs(share) < 5e-6 ? 0 : share * 100; /* never "-0.000" */
    buf_printf(out, "%.*f", decimals_of(fabs(percent)), percent);
}

void audit_describe_claim(const struct audit_claim *claim, struct buf *out)
{
    const char *noun = claim->metric->noun;
    bool lower = claim->metric->direction == LOWER_IS_BETTER;
    switch (claim->bound) {
    case AUDIT_AT_LEAST:
        buf_printf(out, "claimed: at least %g %% %s %s", claim->value * 100,
                   lower ? "less" : "more", noun);
        return;
    case AUDIT_FACTOR:
        buf_printf(out, "claimed: by at least %g", claim->value);
        return;
    case AUDIT_AT_MOST:
        buf_printf(out, "claimed: at most %g %% %s %s", claim->value * 100, lower ? "more" : "less",
                   noun);
        return;
    case AUDIT_SAME:
        buf_printf(out, "claimed: the same %s within %g %%", noun, claim->value * 100);
    }
}

/* "time divided by 14.2 (14.0 .. 14.4)". */
static void add_factor(const struct audit_finding *finding, struct buf *out)
{
    bool lower = finding->claim.metric->direction == LOWER_IS_BETTER;
    double low = finding->interval.low, high = finding->interval.high;
    double said = lower ? 1 / finding->ratio : finding->ratio;
    buf_printf(out, "%s %s by %.*f", finding->claim.metric->noun, lower ? "divided" : "multiplied",
               decimals_of(said), said);
    if (isfinite(low) && isfinite(high))
        buf_printf(out, " (%.*f .. %.*f)", decimals_of(said), lower ? 1 / high : low,
                   decimals_of(said), lower ? 1 / low : high);
}

/* "91.2 % less time (90.9 .. 91.5)": the ends are said in the sense of the figure. */
static void add_change(const struct audit_finding *finding, struct buf *out)
{
    bool less = finding->ratio < 1;
    double low = finding->interval.low, high = finding->interval.high;
    add_percent(less ? 1 - finding->ratio : finding->ratio - 1, out);
    buf_printf(out, " %% %s %s", less ? "less" : "more", finding->claim.metric->noun);
    if (!isfinite(low) || !isfinite(high))
        return;
    buf_puts(out, " (");
    add_percent(less ? 1 - high : low - 1, out);
    buf_puts(out, " .. ");
    add_percent(less ? 1 - low : high - 1, out);
    buf_puts(out, ")");
}

static assay_status say(struct arena *arena, struct audit_finding *finding)
{
    BUF_AUTO text;
    buf_init(&text, 1024);
    if (finding->claim.bound == AUDIT_FACTOR)
        add_factor(finding, &text);
    else
        add_change(finding, &text);
    buf_puts(&text, "; ");
    audit_describe_claim(&finding->claim, &text);
    TRY(text.status);
    finding->sentence = arena_copy(arena, text.text);
    return finding->sentence ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

assay_status audit_judge(double level, struct arena *arena, struct audit_finding *finding)
{
    struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    struct comparison comparison = {0};
    rules.level = level;
    TRY(verdict_from_pairs(&finding->pairs, &rules, &comparison));
    finding->ratio = comparison.ratio;
    finding->interval = comparison.interval;
    finding->launches = comparison.launches;
    finding->before = comparison.old_ns;
    finding->after = comparison.new_ns;
    finding->verdict = comparison.launches < AUDIT_LAUNCHES_MIN
                           ? AUDIT_UNDECIDED
                           : audit_verdict_of(&finding->interval, &finding->claim);
    return say(arena, finding);
}

unsigned audit_launches_needed(const struct audit_finding *finding)
{
    struct interval range = audit_range(&finding->claim);
    double half = (log(finding->interval.high) - log(finding->interval.low)) / 2;
    double low = fabs(log(finding->ratio) - log(range.low));
    double high = fabs(log(finding->ratio) - log(range.high));
    if (finding->launches < 2 || !isfinite(half))
        return 0;
    /* The half-width falls roughly with the square root of the count. */
    double total = finding->launches * pow(half / fmin(low, high), 2);
    return total < AUDIT_LAUNCHES_VAIN ? (unsigned)ceil(fmax(total, finding->launches + 1.0))
                                       : AUDIT_LAUNCHES_VAIN;
}
