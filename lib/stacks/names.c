/* From addresses to names.  Each address is looked for once, each file read once.
 * Why offsets of beginnings where a file was stripped: the unwinder's tables still know where a
 * function begins, so that samples of one function stay one frame. */
#include "stacks/names.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unwind.h>

#define ANONYMOUS "[anonymous code]"
#define ITSELF "/proc/self/exe"
#define HOST_NAME "assay-host"
enum { KNOWN_PLACES_MIN = 1024 };
#define FILE_BYTES_MAX ((off_t)4 << 30)

static const char *file_of(const char *path)
{
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;
    return slash != NULL ? slash + 1 : path;
}

struct listing {
    struct names *names;
    bool is_full;
};

static int add_object(struct dl_phdr_info *info, size_t size, void *context)
{
    struct listing *listing = context;
    struct names *names = listing->names;
    struct object object = {.base = info->dlpi_addr, .low = UINT64_MAX};
    const bool is_host = names->objects.count == 0; /* the program itself comes first */
    (void)size;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        const uint64_t from = info->dlpi_addr + part->p_vaddr;
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
            continue;
        object.low = from < object.low ? from : object.low;
        object.high = from + part->p_memsz > object.high ? from + part->p_memsz : object.high;
    }
    object.path = arena_copy(&names->arena, is_host ? ITSELF : info->dlpi_name);
    object.file = is_host ? HOST_NAME : file_of(object.path);
    struct object *added = object.file != NULL ? vec_add(&names->objects) : NULL;
    listing->is_full = added == NULL;
    if (added != NULL)
        *added = object;
    return listing->is_full;
}

static struct object *object_of(const struct names *names, uint64_t address)
{
    for (size_t i = 0; i < names->objects.count; i++)
        if (address >= names->objects.items[i].low && address < names->objects.items[i].high)
            return &names->objects.items[i];
    return NULL;
}

/* Modules in C++ bring the library that knows their names. */
static void find_demangler(struct names *names)
{
    void *library = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_NOLOAD);
    void *found = library != NULL ? dlsym(library, "__cxa_demangle") : NULL;
    memcpy(&names->demangle, &found, sizeof found); /* ISO C knows no such cast */
    if (library != NULL)
        dlclose(library); /* the module holds it */
}

assay_status names_open(struct names *ret_names)
{
    struct listing listing = {ret_names, false};
    *ret_names = (struct names){0};
    dl_iterate_phdr(add_object, &listing);
    if (listing.is_full) {
        names_close(ret_names);
        return ASSAY_ERR_MEMORY;
    }
    const void *in_libc = dlsym(RTLD_DEFAULT, "abort");
    struct object *libc = object_of(ret_names, (uint64_t)(uintptr_t)in_libc);
    if (libc != NULL)
        libc->is_ours = true;
    if (ret_names->objects.count > 0)
        ret_names->objects.items[0].is_ours = true;
    find_demangler(ret_names);
    return ASSAY_OK;
}

/* A file that cannot be read (the kernel's own has none) names nothing. */
static void read_object(struct object *object)
{
    struct stat info;
    object->is_read = true;
    int file = open(object->path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    if (fstat(file, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 &&
        info.st_size < FILE_BYTES_MAX) {
        void *bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, file, 0);
        object->bytes = bytes != MAP_FAILED ? bytes : NULL;
        object->length = (size_t)info.st_size;
    }
    close(file);
    if (object->bytes != NULL &&
        symbols_read(object->bytes, object->length, &object->symbols) != ASSAY_OK)
        object->symbols = (struct symbols){0};
}

static bool may_stand(unsigned char c)
{
    return c >= ' ' && c != 127;
}

/* A name as it may stand in a folded stack, whose frames ';' parts. */
static const char *keep_name(struct names *names, const char *name)
{
    char kept[FRAME_NAME_MAX + 4];
    size_t length = 0;
    while (*name == ' ')
        name++;
    for (; name[length] != '\0' && length < FRAME_NAME_MAX; length++)
        kept[length] = (char)(!may_stand((unsigned char)name[length]) ? '?'
                              : name[length] == ';'                   ? ':'
                                                                      : name[length]);
    const char *end = name[length] != '\0' ? "..." : "";
    while (length > 0 && kept[length - 1] == ' ')
        length--;
    memcpy(kept + length, end, strlen(end) + 1);
    return arena_copy(&names->arena, kept);
}

static const char *keep_symbol(struct names *names, const char *symbol)
{
    int status = -1;
    char *readable = names->demangle != NULL && strncmp(symbol, "_Z", 2) == 0
                         ? names->demangle(symbol, NULL, NULL, &status)
                         : NULL;
    const char *kept = keep_name(names, readable != NULL ? readable : symbol);
    free(readable);
    return kept;
}

static const char *name_in(struct names *names, struct object *object, uint64_t address)
{
    Dl_info known;
    char text[FRAME_NAME_MAX];
    if (!object->is_read)
        read_object(object);
    const struct symbol *symbol = symbols_find(&object->symbols, address - object->base);
    if (symbol != NULL)
        return keep_symbol(names, symbol->name);
    void *at = (void *)(uintptr_t)address;
    if (object->bytes == NULL && dladdr(at, &known) != 0 && known.dli_sname != NULL)
        return keep_symbol(names, known.dli_sname);
    const uint64_t begin = (uint64_t)(uintptr_t)_Unwind_FindEnclosingFunction(at);
    const bool is_inside = begin >= object->low && begin <= address;
    snprintf(text, sizeof text, "%.150s+0x%llx", object->file,
             (unsigned long long)((is_inside ? begin : address) - object->base));
    return keep_name(names, text);
}

static size_t place_of(const struct names *names, uint64_t address)
{
    size_t place = (size_t)((address * 0x9e3779b97f4a7c15u) >> 20) & (names->known_places - 1);
    while (names->known[place].name != NULL && names->known[place].address != address)
        place = (place + 1) & (names->known_places - 1);
    return place;
}

static bool grow(struct names *names)
{
    const struct known_name *old = names->known;
    const size_t old_places = names->known_places;
    if (names->known_count * 2 < old_places)
        return true;
    const size_t places = old_places ? old_places * 2 : KNOWN_PLACES_MIN;
    struct known_name *known = calloc(places, sizeof *known);
    if (known == NULL)
        return false;
    names->known = known;
    names->known_places = places;
    for (size_t i = 0; i < old_places; i++)
        if (old[i].name != NULL)
            known[place_of(names, old[i].address)] = old[i];
    free((void *)(uintptr_t)old);
    return true;
}

const char *names_of(struct names *names, uint64_t address)
{
    if (!grow(names))
        return NULL;
    struct known_name *known = &names->known[place_of(names, address)];
    if (known->name != NULL)
        return known->name;
    struct object *object = object_of(names, address);
    const char *name = object != NULL ? name_in(names, object, address) : ANONYMOUS;
    if (name != NULL) {
        *known = (struct known_name){address, name};
        names->known_count++;
    }
    return name;
}

bool names_is_ours(const struct names *names, uint64_t address)
{
    const struct object *object = object_of(names, address);
    return object != NULL && object->is_ours;
}

void names_close(struct names *names)
{
    for (size_t i = 0; i < names->objects.count; i++) {
        struct object *object = &names->objects.items[i];
        symbols_release(&object->symbols);
        if (object->bytes != NULL)
            munmap((void *)(uintptr_t)object->bytes, object->length);
    }
    vec_release(&names->objects);
    free(names->known);
    arena_release(&names->arena);
    *names = (struct names){0};
}
