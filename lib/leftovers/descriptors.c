/* Counting what a benchmark leaves open: once before its setup, once after its teardown.
 * Invariant: the look itself is not in the count. */
#include "descriptors.h"

#include <dirent.h>
#include <stddef.h>

int descriptors_count(void)
{
    DIR *open = opendir("/proc/self/fd");
    const struct dirent *entry;
    int count = 0;
    while (open != NULL && (entry = readdir(open)) != NULL)
        count += entry->d_name[0] != '.';
    if (open != NULL)
        closedir(open);
    return count > 0 ? count - 1 : 0;
}
