/* Reading /proc/PID through a descriptor of the folder.
 *
 * Why a descriptor and not a path: numbers of processes come again.  A folder that was opened
 * belongs to the process that had the number then; once that one is collected every read below it
 * fails.  The CPU clock is asked for by number, so it is read first: when the folder still answers
 * afterwards, the number was still its.
 * Invariant: what a kernel does not offer, or does not let us see, is NAN and never 0. */
#include "probe/watch/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "probe/parse.h"

enum { TEXT_MAX = 8192 };

static const struct process_facts NOTHING = {NOT_KNOWN, NOT_KNOWN, NOT_KNOWN, NOT_KNOWN,
                                             NOT_KNOWN, NOT_KNOWN, NOT_KNOWN, NOT_KNOWN,
                                             NOT_KNOWN, NOT_KNOWN, NOT_KNOWN, NOT_KNOWN};

/* The file's text, "" when it cannot be read. */
static void read_text(const struct process_probe *probe, const char *name, char text[TEXT_MAX])
{
    int file = openat(probe->folder, name, O_RDONLY | O_CLOEXEC);
    ssize_t got, length = 0;
    while (file >= 0 && length < TEXT_MAX - 1 &&
           (got = read(file, text + length, (size_t)(TEXT_MAX - 1 - length))) > 0)
        length += got;
    if (file >= 0)
        close(file);
    text[length] = '\0';
}

static bool read_stat(const struct process_probe *probe, struct process_stat *ret_stat)
{
    char text[TEXT_MAX];
    read_text(probe, "stat", text);
    return parse_process_stat(text, ret_stat) && ret_stat->state != 'Z' && ret_stat->state != 'X';
}

assay_status process_open(pid_t pid, struct process_probe *ret_probe)
{
    char path[64];
    struct process_stat stat;
    snprintf(path, sizeof path, "/proc/%ld", (long)pid);
    *ret_probe = (struct process_probe){open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), pid, 0};
    if (ret_probe->folder < 0 || !read_stat(ret_probe, &stat)) {
        process_close(ret_probe);
        return ASSAY_ERR_NOT_FOUND;
    }
    ret_probe->start_ticks = stat.start_ticks;
    return ASSAY_OK;
}

void process_close(struct process_probe *probe)
{
    if (probe->folder >= 0)
        close(probe->folder);
    probe->folder = -1;
}

/* Since Linux 6.2 the folder's size is their number; before, it is 0 and they are counted. */
static double count_descriptors(const struct process_probe *probe)
{
    struct stat facts;
    double count = 0;
    int folder = openat(probe->folder, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return NOT_KNOWN;
    if (fstat(folder, &facts) == 0 && facts.st_size > 0) {
        close(folder);
        return (double)facts.st_size;
    }
    DIR *entries = fdopendir(folder);
    if (entries == NULL) {
        close(folder);
        return NOT_KNOWN;
    }
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(entries);
    return count;
}

static double cpu_ns(pid_t pid)
{
    clockid_t clock;
    struct timespec spent;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &spent) != 0)
        return NOT_KNOWN;
    return (double)spent.tv_sec * 1e9 + (double)spent.tv_nsec;
}

static void read_io(const struct process_probe *probe, struct process_facts *facts)
{
    char text[TEXT_MAX];
    read_text(probe, "io", text);
    facts->read_bytes = parse_field(text, "rchar");
    facts->written_bytes = parse_field(text, "wchar");
    facts->storage_read_bytes = parse_field(text, "read_bytes");
    facts->storage_written_bytes = parse_field(text, "write_bytes");
}

void process_read(const struct process_probe *probe, struct process_facts *ret_facts)
{
    struct process_stat stat;
    *ret_facts = NOTHING;
    if (probe->folder < 0)
        return;
    double clock_ns = cpu_ns(probe->pid);
    if (!read_stat(probe, &stat) || stat.start_ticks != probe->start_ticks)
        return;
    *ret_facts = (struct process_facts){
        .rss_bytes = stat.rss_pages * (double)sysconf(_SC_PAGESIZE),
        .threads = stat.threads,
        .fds = count_descriptors(probe),
        .page_faults = stat.minor_faults + stat.major_faults,
        .major_faults = stat.major_faults,
        .user_ticks = stat.user_ticks,
        .system_ticks = stat.system_ticks,
        .cpu_ns = clock_ns,
    };
    read_io(probe, ret_facts);
}

double process_pss_bytes(const struct process_probe *probe)
{
    char text[TEXT_MAX];
    if (probe->folder < 0)
        return NOT_KNOWN;
    read_text(probe, "smaps_rollup", text);
    return parse_field(text, "Pss") * 1024;
}
