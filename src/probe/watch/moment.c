/* Totals and not averages: the kernel's averages over 10 s say more of the time before a launch
 * than of the launch.
 * Invariant: each file is optional (no PSI before Linux 4.20, none where it is switched off). */
#include "probe/watch/moment.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "probe/parse.h"

enum { TEXT_MAX = 4096, PATH_MAX_BYTES = 512 };

/* The start of the file, "" when it cannot be read. */
static void read_text(const char *root, const char *path, char text[TEXT_MAX])
{
    char full[PATH_MAX_BYTES];
    int written = snprintf(full, sizeof full, "%s%s", root, path);
    int file = written < (int)sizeof full ? open(full, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t got = file >= 0 ? read(file, text, TEXT_MAX - 1) : 0;
    if (file >= 0)
        close(file);
    text[got > 0 ? got : 0] = '\0';
}

void moment_read(const char *root, struct machine_moment *ret_moment)
{
    static const char *const PRESSURES[] = {"/proc/pressure/cpu", "/proc/pressure/memory",
                                            "/proc/pressure/io"};
    char text[TEXT_MAX];
    struct machine_ticks ticks = {NOT_KNOWN, NOT_KNOWN, NOT_KNOWN};
    read_text(root, "/proc/stat", text);
    if (!parse_ticks(text, &ticks))
        ticks = (struct machine_ticks){NOT_KNOWN, NOT_KNOWN, NOT_KNOWN};
    ret_moment->total_ticks = ticks.total;
    ret_moment->steal_ticks = ticks.steal;
    for (int i = 0; i < PRESSURE_COUNT; i++) {
        read_text(root, PRESSURES[i], text);
        ret_moment->waited_us[i] = parse_pressure_total(text);
    }
}

double moment_running(const char *root)
{
    char text[TEXT_MAX];
    double load, running;
    read_text(root, "/proc/loadavg", text);
    parse_load(text, &load, &running);
    return running;
}
