/* Reading /proc and /sys.  Why not uname() and sysconf() alone: the CPU's name, the governor and
 * stolen time stand only there.  Invariant: every file is optional; a container may hide any of
 * them. */
#include "probe/machine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "probe/clock.h"
#include "probe/parse.h"

void probe_read_text(const char *root, const char *path, char *text, size_t size)
{
    char full[4096];
    size_t length = 0;
    int written = snprintf(full, sizeof full, "%s%s", root, path);
    FILE *file = written < (int)sizeof full ? fopen(full, "re") : NULL;
    if (file != NULL) {
        length = fread(text, 1, size - 1, file);
        fclose(file);
    }
    text[length] = '\0';
}

/* The first line of `path` that starts with `key`, from behind the first ':' or '='; "" without
 * one. */
static void read_line(const char *path, const char *key, char *value, size_t size)
{
    char line[512];
    value[0] = '\0';
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    while (value[0] == '\0' && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, key, strlen(key)) != 0)
            continue;
        const char *start = key[0] ? strpbrk(line, ":=") : NULL;
        start = start ? start + 1 : line;
        start += strspn(start, " \t\"");
        snprintf(value, size, "%.*s", (int)strcspn(start, "\"\n"), start);
    }
    fclose(file);
}

static double clock_cost_ns(void)
{
    enum { READS = 20000 };
    int64_t began = clock_now_ns(), now = began;
    for (int i = 0; i < READS; i++)
        now = clock_now_ns();
    return (double)(now - began) / READS;
}

assay_status machine_describe(struct arena *arena, struct environment *environment)
{
    char text[512];
    struct utsname name;
    double load = -1;
    uname(&name);
    environment->hostname = arena_copy(arena, name.nodename);
    environment->kernel = arena_printf(arena, "%s %s %s", name.sysname, name.release, name.machine);
    read_line("/proc/cpuinfo", "model name", text, sizeof text);
    environment->cpu = arena_copy(arena, text[0] ? text : name.machine);
    read_line("/etc/os-release", "PRETTY_NAME", text, sizeof text);
    environment->os = arena_copy(arena, text);
    read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "", text, sizeof text);
    environment->governor = arena_copy(arena, text);
    environment->cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    environment->memory_bytes = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    environment->clock_ns = clock_cost_ns();
    environment->load_1min = getloadavg(&load, 1) == 1 ? load : -1;
    environment->steal_ratio = -1;
    return environment->hostname && environment->kernel && environment->cpu && environment->os &&
                   environment->governor
               ? ASSAY_OK
               : ASSAY_ERR_MEMORY;
}

struct machine_ticks machine_ticks_now(void)
{
    struct machine_ticks ticks = {0};
    char line[512] = "";
    FILE *file = fopen("/proc/stat", "re");
    if (file == NULL)
        return ticks;
    bool got = fgets(line, sizeof line, file) != NULL && parse_ticks(line, &ticks);
    fclose(file);
    return got ? ticks : (struct machine_ticks){0};
}
