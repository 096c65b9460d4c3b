/* Fixture files: a header of 64 bytes (so that the data is aligned to 64), then the data.
 *
 * The file's name is a hash of suite, key and seed; the header holds length and checksum, so that a
 * file that was cut off by a full disk or a power cut is built again rather than measured.
 * Invariant: a file under its final name was written whole and renamed. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"

#define FIXTURE_MAGIC 0x3158494659415353u /* "SSAYFIX1" */

struct header {
    uint64_t magic, bytes, checksum;
    uint64_t reserved[5];
};
_Static_assert(sizeof(struct header) == 64, "the data behind it is aligned to 64");

/* A mapping, in the list of all of this process until its last holder lets go. */
struct fixture {
    struct fixture *next;
    const struct header *map;
    size_t map_bytes;
    uint64_t name; /* hash of suite, key and seed */
    unsigned holders;
};
static struct fixture *mapped;

static void fail(struct open_bench *bench, const char *act, const char *path)
{
    bench->bench.host->fail(&bench->bench, "fixture: cannot %s '%s': %s", act, path,
                            strerror(errno));
}

/* A 64-bit mixing hash, one multiplication a word: it finds damage, not attackers. */
static uint64_t checksum(uint64_t hash, const unsigned char *data, size_t bytes)
{
    for (; bytes >= 8; bytes -= 8, data += 8) {
        uint64_t word;
        memcpy(&word, data, sizeof word);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    for (; bytes > 0; bytes--, data++)
        hash = (hash ^ *data) * 0x100000001b3u;
    return hash;
}

/* A module without ASSAY_SUITE is told apart by its source file.  The NULs are hashed too, so that
 * suite "a" with key "bc" and suite "ab" with key "c" are two. */
static uint64_t name_of(const struct open_bench *bench, const char *key)
{
    const struct assay_definition *definition = bench->definition;
    const char *suite = definition->suite ? definition->suite : definition->file;
    uint64_t hash = checksum(bench->seed + 1, (const unsigned char *)suite, strlen(suite) + 1);
    return checksum(hash, (const unsigned char *)key, strlen(key) + 1);
}

static const struct header *hold(struct open_bench *bench, struct fixture *fixture)
{
    struct fixture **held = vec_add(&bench->fixtures);
    if (held == NULL)
        return NULL;
    *held = fixture;
    fixture->holders++;
    return fixture->map;
}

/* The fixture of this name as mapped before: a body that asks for it does so in each slot, and the
 * other side of a pair reads the very same pages. */
static const struct header *find_mapped(struct open_bench *bench, uint64_t name)
{
    for (size_t i = 0; i < bench->fixtures.count; i++)
        if (bench->fixtures.items[i]->name == name)
            return bench->fixtures.items[i]->map;
    for (struct fixture *fixture = mapped; fixture != NULL; fixture = fixture->next)
        if (fixture->name == name)
            return hold(bench, fixture);
    return NULL;
}

static void drop(struct fixture *fixture)
{
    struct fixture **link = &mapped;
    if (--fixture->holders > 0)
        return;
    while (*link != fixture)
        link = &(*link)->next;
    *link = fixture->next;
    munmap((void *)(uintptr_t)fixture->map, fixture->map_bytes);
    free(fixture);
}

/* Maps the file and checks it; NULL when it is absent or damaged. */
static const struct header *map_file(struct open_bench *bench, uint64_t name, const char *path)
{
    struct stat info;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return NULL;
    bool plausible = fstat(file, &info) == 0 && info.st_size >= (off_t)sizeof(struct header);
    void *map =
        plausible ? mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
    close(file);
    if (map == MAP_FAILED)
        return NULL;
    const struct header *header = map;
    const unsigned char *data = (const unsigned char *)map + sizeof *header;
    bool sound = header->magic == FIXTURE_MAGIC &&
                 header->bytes == (size_t)info.st_size - sizeof *header &&
                 checksum(0, data, header->bytes) == header->checksum;
    struct fixture *fixture = sound ? malloc(sizeof *fixture) : NULL;
    if (fixture == NULL) {
        munmap(map, (size_t)info.st_size);
        return NULL;
    }
    *fixture = (struct fixture){mapped, header, (size_t)info.st_size, name, 1};
    mapped = fixture;
    header = hold(bench, fixture);
    drop(fixture); /* the map's own hold: what nobody could hold is gone again */
    return header;
}

void fixture_put(struct open_bench *bench, const void *data, size_t bytes)
{
    if (bench->fixture_file == NULL) {
        bench->bench.host->fail(&bench->bench, "assay_fixture_put outside of a fixture's builder");
        return;
    }
    bench->fixture_length += bytes;
    if (fwrite(data, 1, bytes, bench->fixture_file) != bytes)
        fail(bench, "write", "the fixture");
}

/* Writes the header of a finished file, whose data is read back for the checksum. */
static bool write_header(struct open_bench *bench)
{
    struct header header = {.magic = FIXTURE_MAGIC, .bytes = bench->fixture_length};
    size_t bytes = sizeof header + bench->fixture_length;
    if (fflush(bench->fixture_file) != 0)
        return false;
    unsigned char *map =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(bench->fixture_file), 0);
    if (map == MAP_FAILED)
        return false;
    header.checksum = checksum(0, map + sizeof header, bench->fixture_length);
    memcpy(map, &header, sizeof header);
    munmap(map, bytes);
    return true;
}

/* Makes the folder and those above it; what fails shows when the file is created. */
static void make_folders(const char *folder)
{
    char path[4096];
    snprintf(path, sizeof path, "%s", folder);
    for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    mkdir(path, 0777);
}

static void build_file(struct open_bench *bench, const char *path, assay_builder *build)
{
    char part[4200];
    struct header blank = {0};
    make_folders(bench->fixtures_folder);
    snprintf(part, sizeof part, "%s.%d.part", path, (int)getpid());
    bench->fixture_file = fopen(part, "w+e");
    bench->fixture_length = 0;
    if (bench->fixture_file == NULL) {
        fail(bench, "create", part);
        return;
    }
    bool good = fwrite(&blank, sizeof blank, 1, bench->fixture_file) == 1;
    build(&bench->bench);
    good = good && bench->outcome == OUTCOME_OK && write_header(bench);
    good = fclose(bench->fixture_file) == 0 && good;
    bench->fixture_file = NULL;
    if (!good || rename(part, path) != 0) {
        fail(bench, "write", part);
        unlink(part);
    }
}

static const struct header *map_or_build(struct open_bench *bench, uint64_t name,
                                         assay_builder *build)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%016" PRIx64 ".fixture", bench->fixtures_folder, name);
    const struct header *header = map_file(bench, name, path);
    if (header != NULL)
        return header;
    build_file(bench, path, build);
    if (bench->outcome == OUTCOME_OK && (header = map_file(bench, name, path)) == NULL)
        fail(bench, "read back", path);
    return header;
}

const void *fixture_open(struct open_bench *bench, const char *key, assay_builder *build,
                         size_t *ret_bytes)
{
    uint64_t name = name_of(bench, key);
    if (bench->fixture_file != NULL) {
        bench->bench.host->fail(&bench->bench, "assay_fixture inside of a fixture's builder");
        return NULL;
    }
    const struct header *header = find_mapped(bench, name);
    if (header == NULL)
        header = map_or_build(bench, name, build);
    if (header == NULL)
        return NULL;
    *ret_bytes = header->bytes;
    return header + 1;
}

void fixtures_close(struct open_bench *bench)
{
    for (size_t i = 0; i < bench->fixtures.count; i++)
        drop(bench->fixtures.items[i]);
    vec_release(&bench->fixtures);
}
