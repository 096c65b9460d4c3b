/* Facts of the machine as text.  Why text and not fields: nothing computes with them; they are
 * shown, and set beside those of another run.  A new fact is a row of a table here. Invariant:
 * every file is optional. */
#include "probe/environment/snapshot.h"

#include <dirent.h>
#include <gnu/libc-version.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/parse.h"

enum { FILE_BYTES_MAX = 16384, PATH_BYTES_MAX = 512, VALUE_BYTES_MAX = 200, CACHES_MAX = 8 };
#define CPU "/sys/devices/system/cpu/"

void snapshot_add(const char *name, const char *value, struct buf *out)
{
    if (value[0] == '\0')
        return;
    buf_printf(out, "%s: ", name);
    for (; *value != '\0'; value++)
        buf_putc(out, *value >= ' ' && *value < 0x7F ? *value : '?');
    buf_putc(out, '\n');
}

/* The first line of a file. */
static void add_line(const char *root, const char *name, const char *path, struct buf *out)
{
    char text[FILE_BYTES_MAX];
    probe_read_text(root, path, text, sizeof text);
    text[strcspn(text, "\n")] = '\0';
    snapshot_add(name, text, out);
}

static const struct {
    const char *name, *path;
} LINES[] = {
    {"smt", CPU "smt/control"},
    {"cores_online", CPU "online"},
    {"cores_isolated", CPU "isolated"},
    {"numa_nodes", "/sys/devices/system/node/online"},
    {"frequency_driver", CPU "cpu0/cpufreq/scaling_driver"},
    {"turbo", CPU "cpufreq/boost"},
    {"turbo_off", CPU "intel_pstate/no_turbo"},
    {"aslr", "/proc/sys/kernel/randomize_va_space"},
    {"clock_source", "/sys/devices/system/clocksource/clocksource0/current_clocksource"},
    {"kernel_version", "/proc/sys/kernel/version"},
};

static void add_processor(const char *root, struct buf *out)
{
    char text[FILE_BYTES_MAX], value[VALUE_BYTES_MAX];
    probe_read_text(root, "/proc/cpuinfo", text, sizeof text);
    /* Its keys have a tab before the colon. */
    const char *line = strstr(text, "\nmicrocode");
    if (line != NULL && (line = strchr(line, ':')) != NULL) {
        parse_word(line + 1, value, sizeof value);
        snapshot_add("microcode", value, out);
    }
    probe_read_text(root, "/sys/kernel/mm/transparent_hugepage/enabled", text, sizeof text);
    parse_chosen(text, value, sizeof value);
    snapshot_add("transparent_huge_pages", value, out);
}

static void add_caches(const char *root, struct buf *out)
{
    char path[PATH_BYTES_MAX], text[FILE_BYTES_MAX], level[8], type[32], size[32], name[64];
    for (int i = 0; i < CACHES_MAX; i++) {
        snprintf(path, sizeof path, CPU "cpu0/cache/index%d/level", i);
        probe_read_text(root, path, text, sizeof text);
        parse_word(text, level, sizeof level);
        snprintf(path, sizeof path, CPU "cpu0/cache/index%d/type", i);
        probe_read_text(root, path, text, sizeof text);
        parse_word(text, type, sizeof type);
        snprintf(path, sizeof path, CPU "cpu0/cache/index%d/size", i);
        probe_read_text(root, path, text, sizeof text);
        parse_word(text, size, sizeof size);
        snprintf(name, sizeof name, "cache_l%s_%s", level, type);
        if (level[0] != '\0')
            snapshot_add(name, size, out);
    }
}

static int keep_entry(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strlen(entry->d_name) < 64;
}

static void add_mitigations(const char *root, struct buf *out)
{
    char folder[PATH_BYTES_MAX], path[PATH_BYTES_MAX], name[96];
    struct dirent **entries = NULL;
    snprintf(folder, sizeof folder, "%s" CPU "vulnerabilities", root);
    int count = scandir(folder, &entries, keep_entry, alphasort);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, CPU "vulnerabilities/%.63s", entries[i]->d_name);
        snprintf(name, sizeof name, "mitigation_%.63s", entries[i]->d_name);
        add_line(root, name, path, out);
        free(entries[i]);
    }
    free(entries);
}

static bool exists(const char *root, const char *path)
{
    char full[PATH_BYTES_MAX];
    snprintf(full, sizeof full, "%s%s", root, path);
    return access(full, F_OK) == 0;
}

/* Whose machine it is: what a hypervisor calls itself, and whether we live in a container. */
static void add_surroundings(const char *root, struct buf *out)
{
    static const struct {
        const char *word, *name;
    } GROUPS[] = {{"kubepods", "kubernetes"}, {"docker", "docker"}, {"lxc", "lxc"}};
    char text[FILE_BYTES_MAX];
    const char *container = exists(root, "/.dockerenv")          ? "docker"
                            : exists(root, "/run/.containerenv") ? "podman"
                                                                 : "";
    probe_read_text(root, "/proc/cpuinfo", text, sizeof text);
    bool is_virtual = parse_cpu_flag(text, "hypervisor") == 1;
    if (exists(root, "/sys/hypervisor/type"))
        add_line(root, "hypervisor", "/sys/hypervisor/type", out);
    else if (is_virtual && exists(root, "/sys/class/dmi/id/sys_vendor"))
        add_line(root, "hypervisor", "/sys/class/dmi/id/sys_vendor", out);
    else if (is_virtual)
        snapshot_add("hypervisor", "yes", out);
    probe_read_text(root, "/proc/1/cgroup", text, sizeof text);
    for (size_t i = 0; i < sizeof GROUPS / sizeof *GROUPS && container[0] == '\0'; i++)
        if (strstr(text, GROUPS[i].word) != NULL)
            container = GROUPS[i].name;
    snapshot_add("container", container, out);
}

void snapshot_read(const char *root, struct buf *out)
{
    add_processor(root, out);
    for (size_t i = 0; i < sizeof LINES / sizeof *LINES; i++)
        add_line(root, LINES[i].name, LINES[i].path, out);
    add_caches(root, out);
    add_mitigations(root, out);
    add_surroundings(root, out);
}

void snapshot_ask(struct buf *out)
{
    char text[32];
    snprintf(text, sizeof text, "%ld", sysconf(_SC_PAGESIZE));
    snapshot_add("page_bytes", text, out);
    snapshot_add("libc", gnu_get_libc_version(), out);
}
