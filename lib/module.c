/* Loading modules with dlopen.
 *
 * Why look into the ELF header first: dlopen's texts for a wrong file ("invalid ELF header") do not
 * say what to do.  Why RTLD_LOCAL and no -rdynamic: each module resolves its names in itself first
 * after the host's own libraries, so two versions of one component stay apart
 * (tests/unit/pair_test.c proves it). Not RTLD_DEEPBIND: it would hide malloc interposers from the
 * module. Invariant: a module once loaded stays until the process ends. */
#include "module.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE_HERE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE_HERE EM_AARCH64
#elif defined(__riscv)
#define MACHINE_HERE EM_RISCV
#elif defined(__i386__)
#define MACHINE_HERE EM_386
#else
#define MACHINE_HERE EM_NONE
#endif

static const char *machine_name(unsigned machine)
{
    switch (machine) {
    case EM_X86_64:
        return "x86-64";
    case EM_AARCH64:
        return "aarch64";
    case EM_RISCV:
        return "RISC-V";
    case EM_386:
        return "i386";
    case EM_ARM:
        return "ARM";
    default:
        return "another architecture";
    }
}

/* Whether the section table, which linkers put last, lies inside the file: the dynamic linker maps
 * what the header promises and crashes where it is not there. */
static bool is_whole(const ElfW(Ehdr) * header, off_t file_bytes)
{
    const unsigned char class_here = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
    uint64_t end = header->e_shoff + (uint64_t)header->e_shnum * header->e_shentsize;
    return header->e_ident[EI_CLASS] != class_here || end <= (uint64_t)file_bytes;
}

static assay_status check_header(const char *path, struct buf *error)
{
    ElfW(Ehdr) header = {0};
    struct stat info = {0};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 || fstat(file, &info) != 0 ? -1 : read(file, &header, sizeof header);
    int code = errno;
    if (file >= 0)
        close(file);
    if (got < 0)
        return buf_error(error, ASSAY_ERR_IO, "cannot read '%s': %s", path, strerror(code));
    if (got < (ssize_t)sizeof(Elf32_Ehdr) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return buf_error(error, ASSAY_ERR_PARSE, "'%s' is no benchmark module: not a shared object",
                         path);
    if (MACHINE_HERE != EM_NONE && header.e_machine != MACHINE_HERE)
        return buf_error(error, ASSAY_ERR_PARSE, "'%s' is built for %s, this host is %s", path,
                         machine_name(header.e_machine), machine_name(MACHINE_HERE));
    if (header.e_type != ET_DYN)
        return buf_error(error, ASSAY_ERR_PARSE,
                         "'%s' is no shared object; build it with -shared -fPIC", path);
    if (!is_whole(&header, info.st_size))
        return buf_error(error, ASSAY_ERR_PARSE, "'%s' is cut off; build it again", path);
    return ASSAY_OK;
}

static bool copy_bytes(int from, int to)
{
    char chunk[65536];
    ssize_t got;
    while ((got = read(from, chunk, sizeof chunk)) > 0)
        if (write(to, chunk, (size_t)got) != got)
            return false;
    return got == 0;
}

/* Length of the word for "the module's own folder" that the text starts with; 0 when it does not.
 */
static size_t origin_length(const char *text, size_t length)
{
    static const char *const words[] = {"$ORIGIN", "${ORIGIN}"};
    for (size_t i = 0; i < 2; i++)
        if (length >= strlen(words[i]) && strncmp(text, words[i], strlen(words[i])) == 0)
            return strlen(words[i]);
    return 0;
}

/* Whether the file may look for libraries relative to its own folder: its copy must lie there, too.
 */
static bool depends_on_place(int file)
{
    struct stat info;
    if (fstat(file, &info) != 0 || info.st_size == 0)
        return false;
    size_t length = (size_t)info.st_size;
    void *map = mmap(NULL, length, PROT_READ, MAP_PRIVATE, file, 0);
    if (map == MAP_FAILED)
        return false;
    bool found =
        memmem(map, length, "$ORIGIN", 7) != NULL || memmem(map, length, "${ORIGIN}", 9) != NULL;
    munmap(map, length);
    return found;
}

static int create_copy(const char *path, bool beside, char copy[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    int folder_length = slash ? (int)(slash - path) : 1;
    int length = beside ? snprintf(copy, PATH_MAX, "%.*s/.assay-module-XXXXXX", folder_length,
                                   slash ? path : ".")
                        : snprintf(copy, PATH_MAX, "/tmp/assay-module-XXXXXX");
    if (length < PATH_MAX)
        return mkostemp(copy, O_CLOEXEC);
    errno = ENAMETOOLONG;
    return -1;
}

/* Copies the file to a temporary one, whose name is written to `copy`. */
static assay_status copy_file(const char *path, char copy[PATH_MAX], struct buf *error)
{
    int from = open(path, O_RDONLY | O_CLOEXEC);
    int to = from < 0 ? -1 : create_copy(path, depends_on_place(from), copy);
    bool good = to >= 0 && copy_bytes(from, to);
    assay_status status = good ? ASSAY_OK
                               : buf_error(error, ASSAY_ERR_IO, "cannot copy '%s' to '%s': %s",
                                           path, copy, strerror(errno));
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    if (!good && to >= 0)
        unlink(copy);
    return status;
}

static assay_status check_table(const char *path, const struct assay_module *table,
                                struct buf *error)
{
    if (table == NULL || table->magic != ASSAY_MAGIC)
        return buf_error(error, ASSAY_ERR_PARSE,
                         "'%s' is no benchmark module: it was not built with assay.h", path);
    if (table->abi != ASSAY_ABI)
        return buf_error(error, ASSAY_ERR_VERSION,
                         "'%s' was built with assay.h of version %u, this host speaks %d; rebuild "
                         "it",
                         path, table->abi, ASSAY_ABI);
    if (table->first == table->last)
        return buf_error(error, ASSAY_ERR_PARSE, "'%s' defines no ASSAY_BENCH", path);
    return ASSAY_OK;
}

assay_status module_load(const char *path, bool copy, struct module *ret_module, struct buf *error)
{
    char temporary[PATH_MAX] = "";
    TRY(check_header(path, error));
    if (copy)
        TRY(copy_file(path, temporary, error));
    void *handle = dlopen(copy ? temporary : path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        buf_error(error, ASSAY_ERR_PARSE, "cannot load '%s': %s", path, dlerror());
    if (copy)
        unlink(temporary);
    if (handle == NULL)
        return ASSAY_ERR_PARSE;
    const struct assay_module *table = dlsym(handle, "assay_module");
    TRY(check_table(path, table, error));
    *ret_module = (struct module){handle, table};
    return ASSAY_OK;
}

static const struct link_map *map_of(const struct module *module)
{
    struct link_map *map = NULL;
    return dlinfo(module->handle, RTLD_DI_LINKMAP, &map) == 0 ? map : NULL;
}

static const char *dynamic_text(const struct link_map *map, const ElfW(Dyn) * entry)
{
    for (const ElfW(Dyn) *d = map->l_ld; d->d_tag != DT_NULL; d++)
        if (d->d_tag == DT_STRTAB)
            return (const char *)d->d_un.d_ptr + entry->d_un.d_val;
    return "";
}

/* Whether a folder of this search path holds the library; $ORIGIN is the module's own folder. */
static bool is_in_path(const struct link_map *map, const char *path, const char *library)
{
    const char *slash = strrchr(map->l_name, '/');
    for (size_t length; *path != '\0'; path += length + (path[length] == ':')) {
        char file[PATH_MAX];
        length = strcspn(path, ":");
        size_t skip = origin_length(path, length);
        snprintf(file, sizeof file, "%.*s%.*s/%s", skip && slash ? (int)(slash - map->l_name) : 0,
                 map->l_name, (int)(length - skip), path + skip, library);
        if (length > 0 && access(file, F_OK) == 0)
            return true;
    }
    return false;
}

/* Whether the module names search paths of its own that lead to the library. */
static bool finds_own(const struct link_map *map, const char *library)
{
    for (const ElfW(Dyn) *d = map->l_ld; d->d_tag != DT_NULL; d++)
        if ((d->d_tag == DT_RPATH || d->d_tag == DT_RUNPATH) &&
            is_in_path(map, dynamic_text(map, d), library))
            return true;
    return false;
}

static bool needs(const struct link_map *map, const char *library)
{
    for (const ElfW(Dyn) *d = map->l_ld; d->d_tag != DT_NULL; d++)
        if (d->d_tag == DT_NEEDED && strcmp(dynamic_text(map, d), library) == 0)
            return true;
    return false;
}

/* Whether the library of this file name was loaded from one of the system's folders. */
static bool is_system_library(const struct link_map *any, const char *library)
{
    while (any->l_prev != NULL)
        any = any->l_prev;
    for (; any != NULL; any = any->l_next) {
        const char *slash = strrchr(any->l_name, '/');
        if (slash != NULL && strcmp(slash + 1, library) == 0)
            return strncmp(any->l_name, "/lib", 4) == 0 || strncmp(any->l_name, "/usr/lib", 8) == 0;
    }
    return true; /* the dynamic linker itself */
}

assay_status module_check_apart(const struct module *a, const struct module *b, struct buf *error)
{
    const struct link_map *map_a = map_of(a), *map_b = map_of(b);
    if (a->handle == b->handle)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "both sides are the same file, which one process loads once; load a copy");
    if (map_a == NULL || map_b == NULL)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "cannot tell the modules' libraries apart");
    for (const ElfW(Dyn) *d = map_b->l_ld; d->d_tag != DT_NULL; d++) {
        if (d->d_tag != DT_NEEDED)
            continue;
        const char *library = dynamic_text(map_b, d);
        bool own = finds_own(map_a, library) || finds_own(map_b, library);
        if (!needs(map_a, library) || (is_system_library(map_b, library) && !own))
            continue;
        if (strncmp(library, "libc.", 5) == 0 || strncmp(library, "libm.", 5) == 0 ||
            strncmp(library, "ld-linux", 8) == 0)
            continue;
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "both modules need '%s', which one process loads once: both would run the "
                         "same code; link it statically",
                         library);
    }
    return ASSAY_OK;
}

const struct assay_definition *module_find(const struct module *module, const char *name)
{
    const struct assay_definition *const *d = module->table->first;
    for (; d < module->table->last; d++)
        if (name != NULL && strcmp((*d)->name, name) == 0)
            return *d;
    return NULL;
}

static bool comes_before(const struct assay_definition *a, const struct assay_definition *b)
{
    int order = strcmp(a->file, b->file);
    return order != 0 ? order < 0 : a->line < b->line;
}

const struct assay_definition *module_at(const struct module *module, size_t index)
{
    const struct assay_definition *const *first = module->table->first;
    for (const struct assay_definition *const *d = first; d < module->table->last; d++) {
        size_t before = 0;
        for (const struct assay_definition *const *e = first; e < module->table->last; e++)
            before += e != d && (comes_before(*e, *d) || (!comes_before(*d, *e) && e < d));
        if (before == index)
            return *d;
    }
    return NULL;
}
