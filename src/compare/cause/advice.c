/* The rule base: each rule looks at one kind of fact, says what it saw with both numbers, and names
 * what to try.
 *
 * Why counts and not times: a time says that something changed, a count says what; and counts come
 * from processes of their own, so that they cost the timing nothing. Invariants: 1. what was not
 * counted fires no rule; 2. a rule that fires shows the numbers that made it fire. */
#include "compare/cause/advice.h"

#include <math.h>
#include <string.h>

#define EQUAL_INSTRUCTIONS 1e-3 /* closer than this is the same work */
#define OWN_SHARE 0.25          /* of a change that a count must explain to be named */

struct sight {
    const struct advice_facts *facts;
    const struct comparison *row;
    double change;       /* log of the time ratio */
    double instructions; /* log of their ratio; NAN: not counted */
};

static bool is_slower(const struct sight *sight)
{
    return sight->row->verdict == VERDICT_SLOWER || sight->row->verdict == VERDICT_PLACEMENT;
}

static bool is_changed(const struct sight *sight)
{
    return is_slower(sight) || sight->row->verdict == VERDICT_FASTER;
}

static double percent(double log_ratio)
{
    return expm1(log_ratio) * 100;
}

static bool placement(const struct sight *sight, struct buf *text)
{
    if (sight->row->verdict != VERDICT_PLACEMENT)
        return false;
    buf_puts(text, "the same code at another address: the change comes and goes with placement");
    return true;
}

static bool work(const struct sight *sight, struct buf *text)
{
    double moved = sight->instructions;
    if (!is_changed(sight) || !(fabs(moved) > EQUAL_INSTRUCTIONS) || moved * sight->change <= 0 ||
        fabs(moved) < OWN_SHARE * fabs(sight->change))
        return false;
    buf_printf(text, "%+.2f %% instructions (%.6g -> %.6g an iteration): %s work is done",
               percent(moved), sight->facts->old_counts->instructions,
               sight->facts->new_counts->instructions, moved > 0 ? "more" : "less");
    return true;
}

static bool stalls(const struct sight *sight, struct buf *text)
{
    if (sight->row->verdict != VERDICT_SLOWER || !(fabs(sight->instructions) <= EQUAL_INSTRUCTIONS))
        return false;
    buf_printf(text, "the same %.6g instructions an iteration take longer",
               sight->facts->new_counts->instructions);
    return true;
}

static bool dearer(const struct sight *sight, struct buf *text)
{
    if (sight->row->verdict != VERDICT_SLOWER || !(sight->instructions < -EQUAL_INSTRUCTIONS))
        return false;
    buf_printf(text, "%+.2f %% instructions, and yet slower: fewer, but dearer ones",
               percent(sight->instructions));
    return true;
}

/* More of something that is counted per iteration: by a tenth and by `least` at least. */
static bool has_grown(double before, double after, double least)
{
    return after - before >= least && after > before * 1.1;
}

static bool allocations(const struct sight *sight, struct buf *text)
{
    const struct counts *before = sight->facts->old_counts, *after = sight->facts->new_counts;
    if (!is_slower(sight) || !(has_grown(before->allocations, after->allocations, 0.01) ||
                               has_grown(before->allocated_bytes, after->allocated_bytes, 16)))
        return false;
    buf_printf(text, "allocates more: %.4g -> %.4g times, %.4g -> %.4g bytes an iteration",
               before->allocations, after->allocations, before->allocated_bytes,
               after->allocated_bytes);
    return true;
}

static bool page_faults(const struct sight *sight, struct buf *text)
{
    const struct counts *before = sight->facts->old_counts, *after = sight->facts->new_counts;
    if (!is_slower(sight) || !has_grown(before->page_faults, after->page_faults, 0.01))
        return false;
    buf_printf(text, "more page faults: %.4g -> %.4g an iteration", before->page_faults,
               after->page_faults);
    return true;
}

static bool switches(const struct sight *sight, struct buf *text)
{
    const struct counts *before = sight->facts->old_counts, *after = sight->facts->new_counts;
    if (!is_slower(sight) || !has_grown(before->context_switches, after->context_switches, 0.1))
        return false;
    buf_printf(text, "more context switches: %.4g -> %.4g an iteration", before->context_switches,
               after->context_switches);
    return true;
}

/* The time is not spent on a processor: most of its growth is missing from the CPU time. */
static bool waiting(const struct sight *sight, struct buf *text)
{
    double before = sight->facts->old_counts->cpu_ns, after = sight->facts->new_counts->cpu_ns;
    double grown = sight->row->new_ns - sight->row->old_ns;
    if (sight->row->verdict != VERDICT_SLOWER || !(after < 0.8 * sight->row->new_ns) ||
        !(after - before < grown / 2))
        return false;
    buf_printf(text, "waits: of %.4g ns more, %.4g ns are CPU time", grown,
               fmax(after - before, 0));
    return true;
}

static bool compiler(const struct sight *sight, struct buf *text)
{
    const char *before = sight->facts->old_compiler, *after = sight->facts->new_compiler;
    if (!is_changed(sight) || before[0] == '\0' || after[0] == '\0' || strcmp(before, after) == 0)
        return false;
    buf_printf(text, "built by another compiler: %s -> %s", before, after);
    return true;
}

static bool tail(const struct sight *sight, struct buf *text)
{
    double fastest = log(sight->row->ratio_q10);
    if (!is_changed(sight) || !(sight->row->ratio_q10 > 0) ||
        fabs(fastest - sight->change) < fmax(sight->facts->margin, 0.5 * fabs(sight->change)))
        return false;
    buf_printf(text, "the fastest tenth of the slots changed by %+.2f %%, the middle by %+.2f %%",
               percent(fastest), percent(sight->change));
    return true;
}

static bool noise(const struct sight *sight, struct buf *text)
{
    const struct interval *ratio = &sight->row->interval;
    if (sight->row->verdict != VERDICT_UNDECIDED || !(ratio->low > 0) || !isfinite(ratio->high))
        return false;
    double half = log(ratio->high / ratio->low) / 2;
    if (half < sight->facts->margin)
        return false;
    buf_printf(text, "noise: the interval is +-%.2g %% wide, the margin %.2g %%", percent(half),
               sight->facts->margin * 100);
    return true;
}

static const struct {
    const char *name;
    bool (*fires)(const struct sight *sight, struct buf *text);
    const char *next; /* what to try */
} RULES[] = {
    {"placement", placement, "nothing to mend here; align the hot loop if it must not move"},
    {"work", work, "read the diff for what runs in the loop; `--instructions` finds the size"},
    {"stalls", stalls, "look at data layout, cache and TLB misses, divisions, denormals, aliasing"},
    {"dearer", dearer, "look for gathers, divisions, calls, branches that cannot be predicted"},
    {"allocations", allocations, "reuse buffers, allocate outside of the loop, use an arena"},
    {"page_faults", page_faults, "keep memory instead of giving it back (M_TRIM_THRESHOLD, pools)"},
    {"context_switches", switches, "look for locks, blocking calls and threads that hand over"},
    {"waiting", waiting, "look for sleeps, input and output, locks: the processor is idle"},
    {"compiler", compiler, "build both sides with one compiler to tell its part from the code's"},
    {"tail", tail, "look for work that happens now and then: growth, collection, rehashing"},
    {"noise", noise, "close other programs, take more launches; `assay doctor` shows the noise"},
};

assay_status advice_find(const struct advice_facts *facts, struct arena *arena,
                         struct comparison *row)
{
    const struct sight sight = {
        facts, row, log(row->ratio),
        log(facts->new_counts->instructions / facts->old_counts->instructions)};
    row->finding_count = 0;
    if (row->verdict == VERDICT_NONE || row->verdict == VERDICT_SAME)
        return ASSAY_OK;
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++) {
        BUF_AUTO text;
        buf_init(&text, 512);
        if (row->finding_count == FINDINGS_MAX || !RULES[i].fires(&sight, &text))
            continue;
        struct finding *finding = &row->findings[row->finding_count++];
        *finding = (struct finding){RULES[i].name, arena_copy(arena, text.text), RULES[i].next};
        if (finding->text == NULL)
            return ASSAY_ERR_MEMORY;
    }
    return ASSAY_OK;
}
