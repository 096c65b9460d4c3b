/* A table of files, each with the parser of its text and the field it fills.
 * Why a root: the tests read a made-up machine out of a folder.
 * Invariant: every file is optional; a container, a virtual machine or an old kernel may lack any.
 */
#include "probe/facts.h"

#include <dirent.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "model/doctor.h"
#include "probe/counters.h"
#include "probe/parse.h"

enum { FILE_BYTES_MAX = 16384, PATH_BYTES_MAX = 512 };

typedef double number_fn(const char *text);
typedef void word_fn(const char *text, char *word, size_t size);

struct number_row {
    const char *path;
    number_fn *parse;
    size_t offset;
};
struct word_row {
    const char *path;
    word_fn *parse;
    size_t offset;
};

#define FIELD(name) offsetof(struct host_facts, name)
#define CPU "/sys/devices/system/cpu/"
static const struct number_row MOMENT_NUMBERS[] = {
    {"/proc/pressure/cpu", parse_pressure, FIELD(pressure_cpu)},
    {"/proc/pressure/memory", parse_pressure, FIELD(pressure_memory)},
    {"/proc/pressure/io", parse_pressure, FIELD(pressure_io)},
    {CPU "online", parse_cpu_list, FIELD(cores)},
    {NULL, NULL, 0},
};
static const struct word_row MOMENT_WORDS[] = {
    {CPU "cpu0/cpufreq/scaling_governor", parse_word, FIELD(governor)},
    {CPU "cpu0/cpufreq/scaling_driver", parse_word, FIELD(frequency_driver)},
    {NULL, NULL, 0},
};
static const struct number_row NUMBERS[] = {
    {"/proc/sys/kernel/sched_autogroup_enabled", parse_number, FIELD(autogroup)},
    {"/proc/self/autogroup", parse_autogroup_nice, FIELD(autogroup_nice)},
    {"/proc/sys/kernel/randomize_va_space", parse_number, FIELD(aslr)},
    {"/proc/sys/kernel/perf_event_paranoid", parse_number, FIELD(perf_paranoid)},
    {CPU "isolated", parse_cpu_list, FIELD(cores_isolated)},
    {CPU "smt/active", parse_number, FIELD(smt_active)},
    {CPU "cpufreq/boost", parse_number, FIELD(boost)},
    {"/sys/devices/system/node/online", parse_cpu_list, FIELD(numa_nodes)},
    {NULL, NULL, 0},
};
static const struct word_row WORDS[] = {
    {CPU "cpuidle/current_driver", parse_word, FIELD(idle_driver)},
    {"/sys/kernel/mm/transparent_hugepage/enabled", parse_chosen, FIELD(huge_pages)},
    {"/sys/devices/system/clocksource/clocksource0/current_clocksource", parse_word,
     FIELD(clock_source)},
    {NULL, NULL, 0},
};

static void read_numbers(const char *root, const struct number_row *rows, struct host_facts *facts)
{
    char text[FILE_BYTES_MAX];
    for (; rows->path != NULL; rows++) {
        probe_read_text(root, rows->path, text, sizeof text);
        /* An empty list is a list of none; a file that is not there says nothing. */
        *(double *)(void *)((char *)facts + rows->offset) = text[0] ? rows->parse(text) : NOT_KNOWN;
    }
}

static void read_words(const char *root, const struct word_row *rows, struct host_facts *facts)
{
    char text[FILE_BYTES_MAX];
    for (; rows->path != NULL; rows++) {
        probe_read_text(root, rows->path, text, sizeof text);
        rows->parse(text, (char *)facts + rows->offset, FACT_TEXT_MAX);
    }
}

static void read_steal(const char *root, struct host_facts *facts)
{
    char text[FILE_BYTES_MAX];
    struct machine_ticks ticks;
    probe_read_text(root, "/proc/stat", text, sizeof text);
    if (parse_ticks(text, &ticks) && ticks.total > 0)
        facts->steal_share = ticks.steal / ticks.total;
}

/* The tightest quota on the way from our control group up to the root. */
static void read_quota(const char *root, struct host_facts *facts)
{
    char text[FILE_BYTES_MAX], group[PATH_BYTES_MAX / 2];
    probe_read_text(root, "/proc/self/cgroup", text, sizeof text);
    parse_cgroup(text, group, sizeof group);
    for (;;) {
        char path[PATH_BYTES_MAX];
        snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", group);
        probe_read_text(root, path, text, sizeof text);
        facts->quota_cores =
            fmin(facts->quota_cores, parse_quota(text)); /* fmin skips what is not known */
        char *slash = strrchr(group, '/');
        if (slash == NULL)
            break;
        *slash = '\0';
    }
}

/* 1 when a mains supply is there and off, 0 when one is on. */
static void read_battery(const char *root, struct host_facts *facts)
{
    char folder[PATH_BYTES_MAX], path[PATH_BYTES_MAX], text[FILE_BYTES_MAX];
    const struct dirent *entry;
    snprintf(folder, sizeof folder, "%s/sys/class/power_supply", root);
    DIR *entries = opendir(folder);
    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        snprintf(path, sizeof path, "/sys/class/power_supply/%.200s/type", entry->d_name);
        probe_read_text(root, path, text, sizeof text);
        if (strncmp(text, "Mains", 5) != 0)
            continue;
        snprintf(path, sizeof path, "/sys/class/power_supply/%.200s/online", entry->d_name);
        probe_read_text(root, path, text, sizeof text);
        double online = parse_number(text);
        if (online == 1 || (online == 0 && isnan(facts->on_battery)))
            facts->on_battery = 1 - online;
    }
    if (entries != NULL)
        closedir(entries);
}

static void read_boost(const char *root, struct host_facts *facts)
{
    char text[FILE_BYTES_MAX];
    probe_read_text(root, CPU "intel_pstate/no_turbo", text, sizeof text);
    if (isnan(facts->boost))
        facts->boost = 1 - parse_number(text);
}

static void read_idle(const char *root, struct host_facts *facts)
{
    char path[PATH_BYTES_MAX], text[FILE_BYTES_MAX];
    for (int state = 0; state < 16; state++) {
        snprintf(path, sizeof path, CPU "cpu0/cpuidle/state%d/latency", state);
        probe_read_text(root, path, text, sizeof text);
        facts->idle_latency_us = fmax(facts->idle_latency_us, parse_number(text));
    }
}

static void read_memory(const char *root, struct host_facts *facts)
{
    char text[FILE_BYTES_MAX];
    probe_read_text(root, "/proc/meminfo", text, sizeof text);
    facts->memory_bytes = parse_field(text, "MemTotal") * 1024;
    facts->memory_available_bytes = parse_field(text, "MemAvailable") * 1024;
    facts->swap_used_bytes =
        (parse_field(text, "SwapTotal") - parse_field(text, "SwapFree")) * 1024;
}

static void read_cpus(const char *root, struct host_facts *facts)
{
    char text[FILE_BYTES_MAX], list[PATH_BYTES_MAX];
    probe_read_text(root, "/proc/self/status", text, sizeof text);
    parse_field_text(text, "Cpus_allowed_list", list, sizeof list);
    facts->cores_allowed = list[0] ? parse_cpu_list(list) : NOT_KNOWN;
    probe_read_text(root, "/proc/cpuinfo", text, sizeof text);
    facts->virtual_machine = parse_cpu_flag(text, "hypervisor");
}

static const struct host_facts NOTHING_KNOWN = {
    .load_1min = NOT_KNOWN,
    .running = NOT_KNOWN,
    .pressure_cpu = NOT_KNOWN,
    .pressure_memory = NOT_KNOWN,
    .pressure_io = NOT_KNOWN,
    .steal_share = NOT_KNOWN,
    .autogroup = NOT_KNOWN,
    .autogroup_nice = NOT_KNOWN,
    .nice = NOT_KNOWN,
    .quota_cores = NOT_KNOWN,
    .cores = NOT_KNOWN,
    .cores_allowed = NOT_KNOWN,
    .cores_isolated = NOT_KNOWN,
    .smt_active = NOT_KNOWN,
    .virtual_machine = NOT_KNOWN,
    .numa_nodes = NOT_KNOWN,
    .boost = NOT_KNOWN,
    .on_battery = NOT_KNOWN,
    .idle_latency_us = NOT_KNOWN,
    .memory_bytes = NOT_KNOWN,
    .memory_available_bytes = NOT_KNOWN,
    .swap_used_bytes = NOT_KNOWN,
    .aslr = NOT_KNOWN,
    .tick_hz = NOT_KNOWN,
    .perf_paranoid = NOT_KNOWN,
    .counters = NOT_KNOWN,
};

void facts_read_moment(const char *root, struct host_facts *ret_facts)
{
    char text[FILE_BYTES_MAX];
    *ret_facts = NOTHING_KNOWN;
    probe_read_text(root, "/proc/loadavg", text, sizeof text);
    parse_load(text, &ret_facts->load_1min, &ret_facts->running);
    read_numbers(root, MOMENT_NUMBERS, ret_facts);
    read_words(root, MOMENT_WORDS, ret_facts);
    read_steal(root, ret_facts);
    read_quota(root, ret_facts);
    read_battery(root, ret_facts);
}

void facts_read(const char *root, struct host_facts *ret_facts)
{
    facts_read_moment(root, ret_facts);
    read_numbers(root, NUMBERS, ret_facts);
    read_words(root, WORDS, ret_facts);
    read_boost(root, ret_facts);
    read_idle(root, ret_facts);
    read_memory(root, ret_facts);
    read_cpus(root, ret_facts);
}

/* Opened and closed at once: which would count is all that is asked. */
static void ask_counters(struct host_facts *facts)
{
    struct counters counters;
    size_t length = 0;
    counters_open(0, &counters);
    facts->counters = counters.files[COUNTER_CYCLES] >= 0;
    for (int id = 0; id < COUNTER_COUNT; id++) {
        int written =
            counters.files[id] < 0
                ? 0
                : snprintf(facts->counters_there + length, sizeof facts->counters_there - length,
                           "%s%s", length > 0 ? ", " : "", counter_name((enum counter_id)id));
        if (length + (size_t)written < sizeof facts->counters_there)
            length += (size_t)written;
    }
    counters_close(&counters);
}

void facts_ask(struct host_facts *facts)
{
    struct timespec tick;
    facts->nice = getpriority(PRIO_PROCESS, 0);
    ask_counters(facts);
    /* The coarse clock moves once a tick, and says so. */
    if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) == 0 && tick.tv_sec == 0 && tick.tv_nsec > 0)
        facts->tick_hz = 1e9 / (double)tick.tv_nsec;
}
