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
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf/shift.h"

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

static bool write_all(int file, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, bytes, length);
        if (written <= 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

/* The bytes of a module's file, mapped. */
struct contents {
    unsigned char *bytes;
    size_t length;
};

static bool map_contents(int file, struct contents *ret_contents)
{
    struct stat info;
    if (fstat(file, &info) != 0)
        return false;
    size_t length = (size_t)info.st_size;
    void *map = mmap(NULL, length, PROT_READ, MAP_PRIVATE, file, 0);
    if (map == MAP_FAILED)
        return false;
    *ret_contents = (struct contents){map, length};
    return true;
}

static bool map_path(const char *path, struct contents *ret_contents)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool good = file >= 0 && map_contents(file, ret_contents);
    int code = errno;
    if (file >= 0)
        close(file);
    errno = code;
    return good;
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
static bool depends_on_place(const struct contents *contents)
{
    return memmem(contents->bytes, contents->length, "$ORIGIN", 7) != NULL ||
           memmem(contents->bytes, contents->length, "${ORIGIN}", 9) != NULL;
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

/* Writes a temporary file, whose name goes to `copy`. */
static assay_status write_copy(const char *path, const struct contents *contents, bool beside,
                               char copy[PATH_MAX], struct buf *error)
{
    int to = create_copy(path, beside, copy);
    bool good = to >= 0 && write_all(to, contents->bytes, contents->length);
    assay_status status = good ? ASSAY_OK
                               : buf_error(error, ASSAY_ERR_IO, "cannot copy '%s' to '%s': %s",
                                           path, copy, strerror(errno));
    if (to >= 0)
        close(to);
    if (!good && to >= 0)
        unlink(copy);
    return status;
}

static assay_status write_shifted(const struct module_request *request,
                                  const struct contents *contents, char copy[PATH_MAX],
                                  size_t *ret_alignment, struct buf *error)
{
    struct shifted shifted = {NULL, 0, 0};
    BUF_AUTO reason;
    buf_init(&reason, 4096);
    assay_status status =
        shift_image(contents->bytes, contents->length, request->shift, &shifted, &reason);
    if (status != ASSAY_OK)
        return buf_error(error, status, "'%s' cannot be shifted by %zu bytes: %s", request->path,
                         request->shift, reason.length ? reason.text : status_text(status));
    const struct contents moved = {shifted.bytes, shifted.length};
    status = write_copy(request->path, &moved, depends_on_place(contents), copy, error);
    *ret_alignment = shifted.alignment;
    free(shifted.bytes);
    return status;
}

/* Copies the file, shifted or as it is, to a temporary one, whose name is written to `copy`. */
static assay_status copy_file(const struct module_request *request, char copy[PATH_MAX],
                              size_t *ret_alignment, struct buf *error)
{
    struct contents contents = {NULL, 0};
    if (!map_path(request->path, &contents))
        return buf_error(error, ASSAY_ERR_IO, "cannot read '%s': %s", request->path,
                         strerror(errno));
    assay_status status =
        request->shifted
            ? write_shifted(request, &contents, copy, ret_alignment, error)
            : write_copy(request->path, &contents, depends_on_place(&contents), copy, error);
    munmap(contents.bytes, contents.length);
    return status;
}

static assay_status check_table(const char *path, const struct assay_module *table,
                                struct buf *error)
{
    if (table == NULL || table->magic != ASSAY_MAGIC)
        return buf_error(error, ASSAY_ERR_PARSE,
                         "'%s' is no benchmark module: it was not built with assay.h", path);
    if (table->abi < 1 || table->abi > ASSAY_ABI)
        return buf_error(error, ASSAY_ERR_VERSION,
                         "'%s' was built with assay.h of version %u, this host speaks up to %d; "
                         "rebuild it",
                         path, table->abi, ASSAY_ABI);
    if (table->abi > 1 && table->host_bytes > sizeof(struct assay_host))
        return buf_error(error, ASSAY_ERR_VERSION,
                         "'%s' was built with a newer assay.h than this host; rebuild it", path);
    if (table->first == table->last)
        return buf_error(error, ASSAY_ERR_PARSE, "'%s' defines no ASSAY_BENCH", path);
    return ASSAY_OK;
}

/* Those of one line, which a macro makes, stay in the linker's order: the addresses of their
 * pointers tell it. */
struct placed {
    const struct assay_definition *const *at;
};

static int by_place(const void *a_, const void *b_)
{
    const struct placed *a = a_, *b = b_;
    int order = strcmp((*a->at)->file, (*b->at)->file);
    if (order == 0)
        order = ((*a->at)->line > (*b->at)->line) - ((*a->at)->line < (*b->at)->line);
    return order != 0 ? order : (a->at > b->at) - (a->at < b->at);
}

/* How many bytes of a definition the module knows. */
static size_t definition_bytes(const struct assay_module *table)
{
    size_t bytes =
        table->abi == 1 ? offsetof(struct assay_definition, kind) : table->definition_bytes;
    return bytes < sizeof(struct assay_definition) ? bytes : sizeof(struct assay_definition);
}

assay_status module_read(const struct assay_module *table, const char *path,
                         struct module *ret_module, struct buf *error)
{
    TRY(check_table(path, table, error));
    size_t count = (size_t)(table->last - table->first);
    struct placed *placed = calloc(count, sizeof *placed);
    struct assay_definition *definitions = calloc(count, sizeof *definitions);
    for (size_t i = 0; placed != NULL && i < count; i++)
        placed[i].at = &table->first[i];
    if (placed != NULL)
        qsort(placed, count, sizeof *placed, by_place);
    for (size_t i = 0; placed != NULL && definitions != NULL && i < count; i++)
        memcpy(&definitions[i], *placed[i].at, definition_bytes(table));
    bool good = placed != NULL && definitions != NULL;
    free(placed);
    if (!good) {
        free(definitions);
        return ASSAY_ERR_MEMORY;
    }
    *ret_module = (struct module){.table = table, .definitions = definitions, .count = count};
    return ASSAY_OK;
}

void module_release(struct module *module)
{
    free((void *)(uintptr_t)module->definitions);
    module->definitions = NULL;
    module->count = 0;
}

assay_status module_load(const struct module_request *request, struct module *ret_module,
                         struct buf *error)
{
    char temporary[PATH_MAX] = "";
    const char *path = request->path;
    const bool copy = request->copy || request->shifted;
    size_t alignment = 0;
    TRY(check_header(path, error));
    if (copy)
        TRY(copy_file(request, temporary, &alignment, error));
    void *handle = dlopen(copy ? temporary : path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        buf_error(error, ASSAY_ERR_PARSE, "cannot load '%s': %s", path, dlerror());
    if (copy)
        unlink(temporary);
    if (handle == NULL)
        return ASSAY_ERR_PARSE;
    const struct assay_module *table = dlsym(handle, "assay_module");
    TRY(module_read(table, path, ret_module, error));
    ret_module->handle = handle;
    ret_module->alignment = alignment;
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
    for (size_t i = 0; name != NULL && i < module->count; i++)
        if (strcmp(module->definitions[i].name, name) == 0)
            return &module->definitions[i];
    return NULL;
}

const struct assay_definition *module_at(const struct module *module, size_t index)
{
    return index < module->count ? &module->definitions[index] : NULL;
}
