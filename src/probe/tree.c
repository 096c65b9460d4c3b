/* Walking down from a process by /proc/PID/task/TID/children, which costs a few reads a process
 * where scanning all of /proc would cost milliseconds.  A kernel without that file shows the root
 * alone.  Invariant: processes may come and go while we look; nothing here depends on it. */
#include "probe/tree.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TREE_MAX = 1024, PATH_BYTES = 320 };

struct tree {
    pid_t pids[TREE_MAX];
    size_t count;
};

static void add_children(const char *path, struct tree *tree)
{
    int pid;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    while (tree->count < TREE_MAX && fscanf(file, "%d", &pid) == 1)
        tree->pids[tree->count++] = pid;
    fclose(file);
}

/* Any thread may have forked. */
static void add_children_of(pid_t pid, struct tree *tree)
{
    char path[PATH_BYTES];
    struct dirent *entry;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    while (threads != NULL && (entry = readdir(threads)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)pid, entry->d_name);
        add_children(path, tree);
    }
    if (threads != NULL)
        closedir(threads);
}

pid_t tree_child(pid_t pid)
{
    struct tree tree = {.count = 0};
    add_children_of(pid, &tree);
    return tree.count > 0 ? tree.pids[0] : pid;
}

static double rss_bytes(pid_t pid)
{
    char path[PATH_BYTES];
    double pages = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%*s %lf", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * (double)sysconf(_SC_PAGESIZE);
}

/* Each page shared with n processes counts as 1/n; where it is not told, all of it. */
static double pss_bytes(pid_t pid)
{
    char path[PATH_BYTES], line[256];
    double kib = -1;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && kib < 0 && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "Pss: %lf kB", &kib) != 1)
            kib = -1;
    if (file != NULL)
        fclose(file);
    return kib < 0 ? rss_bytes(pid) : kib * 1024;
}

bool tree_is_larger(pid_t root, double limit_bytes)
{
    struct tree tree = {{root}, 1};
    double sum = 0, shared = 0;
    for (size_t i = 0; i < tree.count; i++) {
        add_children_of(tree.pids[i], &tree);
        sum += rss_bytes(tree.pids[i]);
    }
    if (sum <= limit_bytes || tree.count == 1)
        return sum > limit_bytes;
    for (size_t i = 0; i < tree.count; i++)
        shared += pss_bytes(tree.pids[i]);
    return shared > limit_bytes;
}
