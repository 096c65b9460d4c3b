/* The doctor's rules over made-up machines, its arithmetic over made-up comparisons, its pages over
 * made-up diagnoses.  Nothing is measured here. */
#include "harness.h"
#include "report/doctor.h"
#include "session/doctor/doctor.h"
#include "session/doctor/hint.h"
#include "session/doctor/remedies.h"
#include "session/doctor/rules.h"

/* A machine of four cores on which all is well and known. */
static struct host_facts good_host(void)
{
    return (struct host_facts){.load_1min = 0.1,
                               .running = 1,
                               .cores = 4,
                               .cores_allowed = 4,
                               .quota_cores = HUGE_VAL,
                               .governor = "performance",
                               .frequency_driver = "acpi-cpufreq",
                               .memory_bytes = 8e9,
                               .memory_available_bytes = 4e9,
                               .numa_nodes = 1,
                               .aslr = 2,
                               .huge_pages = "madvise",
                               .clock_source = "tsc",
                               .idle_driver = "x",
                               .tick_hz = 250,
                               .counters = 1};
}

static struct noise good_noise(void)
{
    return (struct noise){.clock = {.seconds = 1, .cost_ns = 16}};
}

static struct arena texts;

static const struct symptom *finding_of(const struct doctor_facts *facts, const char *name)
{
    static symptom_vec findings;
    findings.count = 0;
    CHECK_EQ(rules_apply(facts, &texts, &findings), ASSAY_OK);
    for (size_t i = 0; i < findings.count; i++)
        if (strcmp(findings.items[i].name, name) == 0)
            return &findings.items[i];
    test_fail(__FILE__, __LINE__, "no finding '%s'", name);
}

/* ---- rules ---- */

TEST(a_good_machine_has_only_good_findings)
{
    struct noise noise = good_noise();
    const struct doctor_facts facts = {good_host(), &noise};
    symptom_vec findings = {0};
    CHECK_EQ(rules_apply(&facts, &texts, &findings), ASSAY_OK);
    for (size_t i = 0; i < findings.count; i++)
        if (findings.items[i].mark != MARK_OK)
            test_fail(__FILE__, __LINE__, "%s: %s", findings.items[i].name, findings.items[i].text);
    vec_release(&findings);
}

TEST(a_machine_that_says_nothing_is_neither_good_nor_bad)
{
    struct doctor_facts facts = {.noise = NULL};
    symptom_vec findings = {0};
    remedy_vec advice = {0};
    BUF_AUTO hint;
    buf_init(&hint, 1000);
    facts_read(test_folder(), &facts.host);
    CHECK_EQ(rules_apply(&facts, &texts, &findings), ASSAY_OK);
    for (size_t i = 0; i < findings.count; i++)
        CHECK_STR(mark_name(findings.items[i].mark), "unknown");
    CHECK_EQ(remedies_find(&facts, &advice), ASSAY_OK);
    CHECK_EQ(advice.count, 0);
    doctor_hint_of(&facts.host, &hint);
    CHECK_STR(hint.text, "");
    vec_release(&findings);
}

/* One fact is changed; the finding gets the mark and its text the part. */
#define EXPECT(change, rule, want, part)                                                           \
    do {                                                                                           \
        struct noise noise = good_noise();                                                         \
        struct doctor_facts facts = {good_host(), &noise};                                         \
        struct host_facts *host = &facts.host;                                                     \
        (void)host;                                                                                \
        change;                                                                                    \
        const struct symptom *finding = finding_of(&facts, rule);                                  \
        CHECK_STR(mark_name(finding->mark), want);                                                 \
        CHECK_CONTAINS(finding->text, part);                                                       \
    } while (0)

TEST(neighbours_count_against_the_cores_that_are_left)
{
    EXPECT(noise.others_cores = 0.2, "neighbours", "ok", "0.20 of 4");
    EXPECT(noise.others_cores = 1.0, "neighbours", "note", "1.00 of 4");
    EXPECT(noise.others_cores = 1.6, "neighbours", "warning", "1.60 of 4");
    EXPECT((noise.others_cores = 0.6, host->cores = 1), "neighbours", "warning", "0.60 of 1");
    EXPECT(noise.others_cores = NOT_KNOWN, "neighbours", "unknown", "");
}

TEST(waiting_is_judged_by_pressure_and_without_it_by_load)
{
    EXPECT(host->pressure_cpu = 0.2, "load", "note", "20 % for CPU");
    EXPECT(host->pressure_cpu = 0.5, "load", "warning", "50 % for CPU");
    EXPECT(host->pressure_memory = 0.02, "load", "warning", "2 % for memory");
    EXPECT((host->pressure_cpu = NOT_KNOWN, host->load_1min = 3), "load", "note", "3.00");
    EXPECT((host->pressure_cpu = NOT_KNOWN, host->load_1min = 5), "load", "warning", "5.00");
}

TEST(steal_is_taken_at_its_worst)
{
    EXPECT(noise.steal_share = 0.01, "steal", "note", "1.0 % meanwhile");
    EXPECT(noise.steal_share = 0.03, "steal", "warning", "3.0 % meanwhile");
    EXPECT(host->steal_share = 0.05, "steal", "warning", "5.0 % since boot");
    EXPECT((facts.noise = NULL, host->steal_share = 0.001), "steal", "ok", "0.1 % since boot");
}

TEST(a_slow_or_interrupted_clock_is_named)
{
    EXPECT(noise.clock.cost_ns = 100, "clock", "note", "tsc, 100 ns");
    EXPECT((noise.clock.cost_ns = 900, strcpy(host->clock_source, "hpet")), "clock", "warning",
           "hpet, 900 ns");
    EXPECT(noise.clock.lost_share = 0.02, "interruptions", "note", "2.0 % lost");
    EXPECT(noise.clock.lost_share = 0.1, "interruptions", "warning", "10.0 % lost");
    EXPECT(noise.clock.seconds = 0, "interruptions", "unknown", "");
}

TEST(autogroup_is_a_matter_of_note_until_it_is_raised)
{
    EXPECT(host->autogroup = 1, "autogroup", "note", "whatever their `nice`");
    EXPECT((host->autogroup = 1, host->autogroup_nice = -5), "autogroup", "ok", "-5");
    EXPECT(host->autogroup = 0, "autogroup", "ok", "off");
}

TEST(powersave_is_slow_but_for_two_drivers)
{
    EXPECT(strcpy(host->governor, "powersave"), "frequency", "warning", "powersave (acpi-cpufreq)");
    EXPECT((strcpy(host->governor, "powersave"), strcpy(host->frequency_driver, "intel_pstate")),
           "frequency", "note", "powersave (intel_pstate)");
    EXPECT((strcpy(host->governor, "schedutil"), host->boost = 1), "frequency", "note", "boost on");
    EXPECT(host->on_battery = 1, "power", "warning", "on battery");
}

TEST(cpus_that_may_not_be_used_are_missed)
{
    EXPECT(host->cores_allowed = 2, "cores", "note", "2 of 4");
    EXPECT(host->cores_allowed = 1, "cores", "warning", "share one");
    EXPECT(host->quota_cores = 2, "quota", "note", "2.00 cores");
    EXPECT(host->quota_cores = 0.5, "quota", "warning", "0.50 cores");
    EXPECT(host->smt_active = 1, "SMT", "note", "sibling");
    EXPECT(host->numa_nodes = 2, "NUMA", "note", "2 nodes");
    EXPECT(host->virtual_machine = 1, "virtual machine", "note", "its host");
    EXPECT(host->idle_latency_us = 500, "idle states", "note", "500 us to wake");
}

TEST(memory_that_runs_out_is_named)
{
    EXPECT(host->memory_available_bytes = 8e8, "memory", "note", "free");
    EXPECT(host->memory_available_bytes = 2e8, "memory", "warning", "free");
    EXPECT(host->swap_used_bytes = 1 << 30, "memory", "note", "1.00 GiB swapped out");
    EXPECT(host->aslr = 0, "ASLR", "note", "every launch");
}

TEST(counters_are_closed_or_absent)
{
    EXPECT((host->counters = 0, host->perf_paranoid = 3), "counters", "note", "paranoid is 3");
    EXPECT((host->counters = 0, host->perf_paranoid = 2), "counters", "note", "no cycle counter");
}

/* ---- the hint ---- */

static const char *hint_of(const struct host_facts *host)
{
    static struct buf hint;
    buf_release(&hint);
    buf_init(&hint, 1000);
    doctor_hint_of(host, &hint);
    return hint.text;
}

TEST(a_good_moment_needs_no_words)
{
    struct host_facts host = good_host();
    CHECK_STR(hint_of(&host), "");
    host.running = 3;
    CHECK_STR(hint_of(&host), "");
    host.pressure_cpu = 0.9; /* a build that just ended: nobody runs now */
    host.running = 1;
    CHECK_STR(hint_of(&host), "");
}

TEST(a_bad_moment_is_one_line_with_all_its_reasons)
{
    struct host_facts host = good_host();
    host.running = 3;
    host.pressure_cpu = 0.9;
    host.steal_share = 0.05;
    CHECK_STR(hint_of(&host),
              "not a quiet machine: tasks waited for a CPU in 90 % of the last 10 s, "
              "the hypervisor took 5.0 % of the CPU time ('assay doctor' tells more)");
    host = good_host();
    host.pressure_cpu = NOT_KNOWN;
    host.load_1min = 7;
    host.running = 2;
    CHECK_CONTAINS(hint_of(&host), "load 7.0");
    host = good_host();
    host.quota_cores = 0.5;
    host.on_battery = 1;
    CHECK_CONTAINS(hint_of(&host), "a quota of 0.50 cores, on battery");
    host = good_host();
    strcpy(host.governor, "powersave");
    CHECK_CONTAINS(hint_of(&host), "keeps the clock low");
}

/* ---- the noise ---- */

static struct noise_trial trial(double low, double high, double seconds)
{
    return (struct noise_trial){{low, high, 0.99}, 10, seconds};
}

/* Half widths in logs: 0.01, 0.02 and 0.04, so nine of ten keep 0.02 + 0.8 * 0.02; a quarter of a
 * second each. */
TEST(what_could_be_seen_follows_from_the_wider_half_widths)
{
    const struct noise_trial trials[] = {trial(exp(-0.01), exp(0.01), 0.25),
                                         trial(exp(-0.04), exp(0.04), 0.25),
                                         trial(exp(-0.02), exp(0.02), 0.25)};
    struct noise_row row = {.reason = ""};
    CHECK_EQ(noise_fold(trials, 3, &row), ASSAY_OK);
    CHECK_EQ(row.comparisons, 3);
    CHECK_NEAR(row.half_width, 0.02, 1e-9);
    CHECK_EQ(row.typical_ns, 10);
    CHECK_EQ(row.seconds, 0.25);
    CHECK_NEAR(row.visible[0], 0.027 * sqrt(10), 1e-9);
    CHECK_NEAR(row.visible[1], 0.027, 1e-9);
    CHECK_NEAR(row.visible[2], 0.027 / sqrt(10), 1e-9);
    CHECK_EQ(row.alarms[0] + row.alarms[1] + row.alarms[2], 0);
}

TEST(an_alarm_is_an_interval_beyond_the_level_on_either_side)
{
    const struct noise_trial trials[] = {trial(1.001, 1.02, 1), trial(0.9, 0.999, 1),
                                         trial(1.02, 1.2, 1),   trial(0.8, 0.9, 1),
                                         trial(1, 1.3, 1),      trial(0.99, 1.01, 1)};
    struct noise_row row = {.reason = ""};
    CHECK_EQ(noise_fold(trials, 6, &row), ASSAY_OK);
    CHECK_EQ(row.alarms[0], 4);
    CHECK_EQ(row.alarms[1], 2);
    CHECK_EQ(row.alarms[2], 1);
}

TEST(a_comparison_without_an_interval_is_none)
{
    const struct noise_trial trials[] = {trial(0, HUGE_VAL, 1)};
    struct noise_row row = {.reason = ""};
    CHECK_EQ(noise_fold(trials, 1, &row), ASSAY_OK);
    CHECK_EQ(row.comparisons, 0);
    CHECK_EQ(noise_fold(trials, 0, &row), ASSAY_OK);
    CHECK_EQ(row.comparisons, 0);
}

TEST(alarms_of_all_rows_are_bounded_together)
{
    struct noise_row rows[] = {{.comparisons = 10, .alarms = {1, 0, 0}}, {.comparisons = 10}};
    struct noise noise = {.rows = {rows, 2, 2}};
    noise_add_up(&noise);
    CHECK_EQ(noise.comparisons, 20);
    CHECK_EQ(noise.alarms[0], 1);
    CHECK_NEAR(noise.alarm_bounds[0], 0.2161, 2e-4);
    CHECK_NEAR(noise.alarm_bounds[1], 1 - pow(0.05, 1.0 / 20), 1e-9);
}

/* ---- advice ---- */

/* The names of the advice for these facts, each followed by a blank. */
static const char *advice_of(const struct doctor_facts *facts)
{
    static struct buf names;
    remedy_vec advice = {0};
    buf_release(&names);
    buf_init(&names, 1000);
    CHECK_EQ(remedies_find(facts, &advice), ASSAY_OK);
    for (size_t i = 0; i < advice.count; i++) {
        CHECK(strlen(advice.items[i].text) > 10 && strlen(advice.items[i].evidence) > 10);
        CHECK(strlen(advice.items[i].how) < 74);
        buf_printf(&names, "%s ", advice.items[i].name);
    }
    vec_release(&advice);
    return names.text;
}

TEST(a_good_machine_needs_no_advice)
{
    struct noise noise = good_noise();
    const struct doctor_facts facts = {good_host(), &noise};
    CHECK_STR(advice_of(&facts), "");
}

TEST(a_crowd_calls_for_quiet_and_for_a_larger_share_where_sessions_share)
{
    struct noise noise = good_noise();
    struct doctor_facts facts = {good_host(), &noise};
    noise.others_cores = 2;
    CHECK_STR(advice_of(&facts), "quiet futile ");
    facts.host.autogroup = 1;
    CHECK_STR(advice_of(&facts), "quiet autogroup futile ");
    facts.host.autogroup_nice = -20;
    CHECK_STR(advice_of(&facts), "quiet futile ");
}

TEST(wide_intervals_call_for_more_launches)
{
    struct noise_row rows[] = {{.visible = {0.1, 0.009, 0.001}}, {.visible = {0.1, 0.02, 0.01}}};
    struct noise noise = good_noise();
    const struct doctor_facts facts = {good_host(), &noise};
    noise.rows.items = rows;
    noise.rows.count = 1;
    CHECK_STR(advice_of(&facts), "");
    noise.rows.count = 2;
    CHECK_STR(advice_of(&facts), "launches ");
}

TEST(a_slow_governor_calls_for_another)
{
    struct doctor_facts facts = {good_host(), NULL};
    strcpy(facts.host.governor, "powersave");
    CHECK_STR(advice_of(&facts), "governor ");
}

/* ---- the report ---- */

static void fill(struct diagnosis *diagnosis)
{
    static struct noise_row rows[] = {
        {.benchmark = "doctor/cpu",
         .reason = "",
         .comparisons = 9,
         .typical_ns = 19030,
         .half_width = 0.0024,
         .seconds = 0.2,
         .visible = {0.005, 0.0016, 0.00051}},
        {.benchmark = "a/name_that_is_longer_than_its_column:n=1",
         .reason = "",
         .comparisons = 1,
         .half_width = 3,
         .visible = {4, 2, 1.1}},
        {.benchmark = "a/dies", .outcome = OUTCOME_FAILED, .reason = "killed\033 by SIGSEGV"},
        {.benchmark = "a/late", .reason = ""},
    };
    static struct symptom assay[] = {{"host", MARK_OK, "", 0, ""}};
    static struct symptom machine[] = {
        {"load", MARK_WARNING,
         "a long text about who waits for whom and why that needs more than a line of eighty", 1,
         ""},
        {"clock", MARK_OK, "tsc", 1, "ns"},
        {"quota", MARK_UNKNOWN, "", 0, ""}};
    *diagnosis =
        (struct diagnosis){.environment = {.hostname = "h", .cpu = "c", .kernel = "k", .cores = 2},
                           .noise_reason = "",
                           .installation = {assay, 1, 1},
                           .machine = {machine, 3, 3},
                           .noise = {.rows = {rows, 4, 4}, .launches = 8, .level = 0.99}};
    noise_add_up(&diagnosis->noise);
}

TEST(the_report_fits_eighty_columns_and_is_harmless)
{
    struct diagnosis diagnosis;
    BUF_AUTO out;
    buf_init(&out, 1 << 20);
    fill(&diagnosis);
    report_text_doctor(&diagnosis, &out);
    CHECK_EQ(out.status, ASSAY_OK);
    CHECK_CONTAINS(out.text, "  warning  load: a long text");
    CHECK_CONTAINS(out.text, "  ok       clock (tsc)\n");
    CHECK_CONTAINS(out.text, "  unknown  quota\n");
    CHECK_CONTAINS(out.text, "0.24 %    0.50 %   0.16 %  0.051 %       9\n");
    CHECK_CONTAINS(out.text, "   >100 %    >100 %   >100 %   >100 %       1\n");
    CHECK_CONTAINS(out.text, "  a/dies\n    failed: killed? by SIGSEGV\n");
    CHECK_CONTAINS(out.text, "  a/late\n    not measured\n");
    CHECK_CONTAINS(out.text, "0 of 10 comparisons");
    for (const char *line = out.text, *end; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        CHECK(end != NULL && end - line <= 80);
    }
}

TEST(a_broken_installation_says_so_and_exits_with_3)
{
    struct diagnosis diagnosis;
    struct symptom broken = {"host", MARK_BROKEN, "/x: not found", NOT_KNOWN, ""};
    BUF_AUTO out;
    buf_init(&out, 1 << 20);
    fill(&diagnosis);
    diagnosis.noise.rows.count = 2;
    CHECK_EQ(doctor_exit_code(&diagnosis), 0);
    diagnosis.noise.rows.count = 3;
    CHECK_EQ(doctor_exit_code(&diagnosis), 3);
    diagnosis.noise.rows.count = 0;
    diagnosis.installation.items = &broken;
    diagnosis.noise_reason = "nothing was measured";
    CHECK_EQ(doctor_exit_code(&diagnosis), 3);
    report_text_doctor(&diagnosis, &out);
    CHECK_CONTAINS(out.text, "  broken   host: /x: not found\n");
    CHECK_CONTAINS(out.text, "\nnothing was measured\n");
}

TEST_MAIN
