/* The table of what is looked at.  A rule writes one symptom: a mark, the number that it was given
 * for, and a text short enough for a line.
 * Invariant: what is not known is MARK_UNKNOWN; comparisons with it are false, so no rule can take
 * it for good or bad by accident when it asks isnan first. */
#include "session/doctor/rules.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/quantity.h"

struct rule {
    const char *name;
    assay_status (*judge)(const struct doctor_facts *facts, struct arena *arena,
                          struct symptom *finding);
};

static assay_status say(struct arena *arena, struct symptom *finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static assay_status say(struct arena *arena, struct symptom *finding, const char *format, ...)
{
    BUF_AUTO text;
    va_list args;
    buf_init(&text, 1024);
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    TRY(text.status);
    finding->text = arena_copy(arena, text.text);
    return finding->text ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status unknown(struct symptom *finding)
{
    finding->mark = MARK_UNKNOWN;
    finding->text = "";
    return ASSAY_OK;
}

static enum mark mark_above(double value, double note, double warning)
{
    return value > warning ? MARK_WARNING : value > note ? MARK_NOTE : MARK_OK;
}

static void set(struct symptom *finding, enum mark mark, double value, const char *unit)
{
    finding->mark = mark;
    finding->value = value;
    finding->unit = unit;
}

double rules_others_share(const struct doctor_facts *facts)
{
    if (facts->noise == NULL || isnan(facts->host.cores))
        return NOT_KNOWN;
    return facts->noise->others_cores / fmax(facts->host.cores - 1, 1);
}

bool rules_is_slow_governor(const struct host_facts *host)
{
    return strcmp(host->governor, "powersave") == 0 &&
           strcmp(host->frequency_driver, "intel_pstate") != 0 &&
           strcmp(host->frequency_driver, "amd-pstate-epp") != 0;
}

static assay_status judge_others(const struct doctor_facts *facts, struct arena *arena,
                                 struct symptom *finding)
{
    double share = rules_others_share(facts);
    if (isnan(share))
        return unknown(finding);
    set(finding, mark_above(share, OTHERS_NOTE, OTHERS_WARNING), share, "share");
    return say(arena, finding, "other processes used %.2f of %.0f cores meanwhile",
               facts->noise->others_cores, facts->host.cores);
}

static assay_status judge_load(const struct doctor_facts *facts, struct arena *arena,
                               struct symptom *finding)
{
    const struct host_facts *host = &facts->host;
    if (isnan(host->pressure_cpu) && isnan(host->load_1min))
        return unknown(finding);
    if (isnan(host->pressure_cpu)) {
        double busy = host->load_1min / fmax(host->cores, 1);
        set(finding, mark_above(busy, 0.5, 1), host->load_1min, "");
        return say(arena, finding, "%.2f", host->load_1min);
    }
    set(finding, mark_above(host->pressure_cpu, WAITING_NOTE, WAITING_WARNING), host->pressure_cpu,
        "share");
    if (host->pressure_memory > LOST_NOTE)
        finding->mark = MARK_WARNING;
    return say(
        arena, finding,
        "%.2f; of the last 10 s tasks waited %.0f %% for CPU, %.0f %% for memory, %.0f %% for "
        "I/O",
        host->load_1min, host->pressure_cpu * 100, fmax(host->pressure_memory, 0) * 100,
        fmax(host->pressure_io, 0) * 100);
}

static assay_status judge_steal(const struct doctor_facts *facts, struct arena *arena,
                                struct symptom *finding)
{
    double now = facts->noise ? facts->noise->steal_share : NOT_KNOWN,
           boot = facts->host.steal_share;
    if (isnan(now) && isnan(boot))
        return unknown(finding);
    double worst = fmax(now, boot);
    set(finding, mark_above(worst, STEAL_NOTE, STEAL_WARNING), worst, "share");
    if (isnan(now))
        return say(arena, finding, "%.1f %% since boot", boot * 100);
    return say(arena, finding, "%.1f %% meanwhile, %.1f %% since boot", now * 100, boot * 100);
}

static assay_status judge_interruptions(const struct doctor_facts *facts, struct arena *arena,
                                        struct symptom *finding)
{
    char longest[QUANTITY_TEXT_MAX];
    const struct clock_gaps *clock = facts->noise ? &facts->noise->clock : NULL;
    if (clock == NULL || !(clock->seconds > 0))
        return unknown(finding);
    set(finding, mark_above(clock->lost_share, LOST_NOTE, LOST_WARNING), clock->lost_share,
        "share");
    return say(arena, finding, "%.0f a second, longest %s, %.1f %% lost", clock->per_second,
               quantity_format_ns(clock->longest_ns, longest), clock->lost_share * 100);
}

static assay_status judge_clock(const struct doctor_facts *facts, struct arena *arena,
                                struct symptom *finding)
{
    enum { COST_NOTE_NS = 60, COST_WARNING_NS = 200 };
    const struct clock_gaps *clock = facts->noise ? &facts->noise->clock : NULL;
    const char *source = facts->host.clock_source;
    if (source[0] == '\0')
        source = "unnamed";
    if (clock == NULL || !(clock->seconds > 0))
        return unknown(finding);
    set(finding, mark_above(clock->cost_ns, COST_NOTE_NS, COST_WARNING_NS), clock->cost_ns, "ns");
    return say(arena, finding, "%s, %.0f ns a reading", source, clock->cost_ns);
}

static assay_status judge_autogroup(const struct doctor_facts *facts, struct arena *arena,
                                    struct symptom *finding)
{
    const struct host_facts *host = &facts->host;
    if (isnan(host->autogroup))
        return unknown(finding);
    set(finding, host->autogroup == 1 && !(host->autogroup_nice < 0) ? MARK_NOTE : MARK_OK,
        host->autogroup_nice, "");
    if (host->autogroup != 1)
        return say(arena, finding, "off");
    if (host->autogroup_nice < 0)
        return say(arena, finding, "this session's is %.0f", host->autogroup_nice);
    return say(arena, finding, "sessions share the CPU evenly, whatever their `nice`");
}

static assay_status judge_frequency(const struct doctor_facts *facts, struct arena *arena,
                                    struct symptom *finding)
{
    const struct host_facts *host = &facts->host;
    if (host->governor[0] == '\0')
        return unknown(finding);
    bool steady = strcmp(host->governor, "performance") == 0;
    set(finding,
        rules_is_slow_governor(host) ? MARK_WARNING
        : steady                     ? MARK_OK
                                     : MARK_NOTE,
        NOT_KNOWN, "");
    return say(arena, finding, "governor %s (%s)%s", host->governor,
               host->frequency_driver[0] ? host->frequency_driver : "driver not named",
               host->boost == 1   ? ", boost on"
               : host->boost == 0 ? ", boost off"
                                  : "");
}

static assay_status judge_battery(const struct doctor_facts *facts, struct arena *arena,
                                  struct symptom *finding)
{
    if (isnan(facts->host.on_battery))
        return unknown(finding);
    bool battery = facts->host.on_battery == 1;
    set(finding, battery ? MARK_WARNING : MARK_OK, facts->host.on_battery, "");
    return say(arena, finding, battery ? "on battery, the clock is kept low" : "mains");
}

static assay_status judge_cores(const struct doctor_facts *facts, struct arena *arena,
                                struct symptom *finding)
{
    const struct host_facts *host = &facts->host;
    if (isnan(host->cores))
        return unknown(finding);
    double allowed = isnan(host->cores_allowed) ? host->cores : host->cores_allowed;
    set(finding, allowed < host->cores ? MARK_NOTE : MARK_OK, allowed, "");
    if (allowed < 2)
        finding->mark = MARK_WARNING;
    return say(arena, finding, "%.0f of %.0f may be used%s", allowed, host->cores,
               allowed < 2 ? ", assay and the benchmark share one" : "");
}

static assay_status judge_quota(const struct doctor_facts *facts, struct arena *arena,
                                struct symptom *finding)
{
    double quota = facts->host.quota_cores;
    if (isnan(quota))
        return unknown(finding);
    set(finding, quota < 1 ? MARK_WARNING : isfinite(quota) ? MARK_NOTE : MARK_OK, quota, "");
    if (!isfinite(quota))
        return say(arena, finding, "none");
    return say(arena, finding, "this control group may use %.2f cores%s", quota,
               quota < 1 ? ", benchmarks are stopped in the middle" : "");
}

static assay_status judge_smt(const struct doctor_facts *facts, struct arena *arena,
                              struct symptom *finding)
{
    if (isnan(facts->host.smt_active))
        return unknown(finding);
    bool active = facts->host.smt_active == 1;
    set(finding, active ? MARK_NOTE : MARK_OK, facts->host.smt_active, "");
    return say(arena, finding, active ? "on; a busy sibling takes a share of the core" : "off");
}

static assay_status judge_virtual(const struct doctor_facts *facts, struct arena *arena,
                                  struct symptom *finding)
{
    if (isnan(facts->host.virtual_machine))
        return unknown(finding);
    bool guest = facts->host.virtual_machine == 1;
    set(finding, guest ? MARK_NOTE : MARK_OK, facts->host.virtual_machine, "");
    return say(arena, finding, guest ? "yes; what else its host does shows only as noise" : "no");
}

static assay_status judge_idle(const struct doctor_facts *facts, struct arena *arena,
                               struct symptom *finding)
{
    enum { DEEP_US = 100 };
    const struct host_facts *host = &facts->host;
    if (isnan(host->idle_latency_us))
        return unknown(finding);
    set(finding, host->idle_latency_us > DEEP_US ? MARK_NOTE : MARK_OK, host->idle_latency_us,
        "us");
    return say(arena, finding, "%s, %.0f us to wake",
               host->idle_driver[0] ? host->idle_driver : "?", host->idle_latency_us);
}

static assay_status judge_memory(const struct doctor_facts *facts, struct arena *arena,
                                 struct symptom *finding)
{
    char available[QUANTITY_TEXT_MAX], all[QUANTITY_TEXT_MAX], swap[QUANTITY_TEXT_MAX];
    const struct host_facts *host = &facts->host;
    double share = host->memory_available_bytes / host->memory_bytes;
    if (isnan(share))
        return unknown(finding);
    set(finding,
        share < 0.05   ? MARK_WARNING
        : share < 0.15 ? MARK_NOTE
                       : MARK_OK,
        host->memory_available_bytes, "B");
    quantity_format(host->memory_available_bytes, "B", available);
    quantity_format(host->memory_bytes, "B", all);
    if (!(host->swap_used_bytes > 0))
        return say(arena, finding, "%s of %s free", available, all);
    finding->mark = finding->mark == MARK_OK ? MARK_NOTE : finding->mark;
    return say(arena, finding, "%s of %s free, %s swapped out", available, all,
               quantity_format(host->swap_used_bytes, "B", swap));
}

static assay_status judge_numa(const struct doctor_facts *facts, struct arena *arena,
                               struct symptom *finding)
{
    double nodes = facts->host.numa_nodes;
    if (isnan(nodes))
        return unknown(finding);
    set(finding, nodes > 1 ? MARK_NOTE : MARK_OK, nodes, "");
    return say(arena, finding,
               nodes > 1 ? "%.0f nodes, memory may be far from its core" : "%.0f node", nodes);
}

static assay_status judge_aslr(const struct doctor_facts *facts, struct arena *arena,
                               struct symptom *finding)
{
    double aslr = facts->host.aslr;
    if (isnan(aslr))
        return unknown(finding);
    set(finding, aslr == 0 ? MARK_NOTE : MARK_OK, aslr, "");
    return say(arena, finding,
               aslr == 0 ? "off; a lucky or unlucky layout is in every launch" : "on");
}

static assay_status judge_huge_pages(const struct doctor_facts *facts, struct arena *arena,
                                     struct symptom *finding)
{
    if (facts->host.huge_pages[0] == '\0')
        return unknown(finding);
    set(finding, MARK_OK, NOT_KNOWN, "");
    return say(arena, finding, "%s", facts->host.huge_pages);
}

static assay_status judge_counters(const struct doctor_facts *facts, struct arena *arena,
                                   struct symptom *finding)
{
    const struct host_facts *host = &facts->host;
    if (isnan(host->counters))
        return unknown(finding);
    set(finding, host->counters == 1 ? MARK_OK : MARK_NOTE, host->counters, "");
    const char *there = host->counters_there[0] ? host->counters_there : "none";
    if (host->counters == 1)
        return say(arena, finding, "%s", there);
    /* Up to 2 a process may count itself: then it is not a matter of permission. */
    if (host->perf_paranoid > 2)
        return say(arena, finding, "%s; perf_event_paranoid is %.0f", there, host->perf_paranoid);
    return say(arena, finding, "%s; no cycle counter", there);
}

static assay_status judge_tick(const struct doctor_facts *facts, struct arena *arena,
                               struct symptom *finding)
{
    if (isnan(facts->host.tick_hz))
        return unknown(finding);
    set(finding, MARK_OK, facts->host.tick_hz, "Hz");
    return say(arena, finding, "%.0f Hz", facts->host.tick_hz);
}

static const struct rule RULES[] = {
    {"neighbours", judge_others},
    {"load", judge_load},
    {"steal", judge_steal},
    {"interruptions", judge_interruptions},
    {"autogroup", judge_autogroup},
    {"frequency", judge_frequency},
    {"power", judge_battery},
    {"cores", judge_cores},
    {"quota", judge_quota},
    {"SMT", judge_smt},
    {"virtual machine", judge_virtual},
    {"clock", judge_clock},
    {"tick", judge_tick},
    {"idle states", judge_idle},
    {"memory", judge_memory},
    {"NUMA", judge_numa},
    {"ASLR", judge_aslr},
    {"huge pages", judge_huge_pages},
    {"counters", judge_counters},
};

assay_status rules_apply(const struct doctor_facts *facts, struct arena *arena,
                         symptom_vec *findings)
{
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++) {
        struct symptom *finding = vec_add(findings);
        if (finding == NULL)
            return ASSAY_ERR_MEMORY;
        *finding =
            (struct symptom){.name = RULES[i].name, .value = NOT_KNOWN, .text = "", .unit = ""};
        TRY(RULES[i].judge(facts, arena, finding));
    }
    return ASSAY_OK;
}
