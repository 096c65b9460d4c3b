/* The new file is the memory image of the old one: file offset = address, so that any layout of
 * segments becomes one of pages.  Where a shift lets two segments meet in one page, the page gets
 * the rights of both; that is why PT_GNU_RELRO goes, which would take rights away from such a page.
 *
 *     old   | headers text ... | data |            addresses from 0
 *     new   | headers | delta | headers text ... | data |
 *
 * Order: parse -> lay out -> addresses (dynamic section, symbols, relocations) -> pages -> headers.
 * Invariants: 1. every read and write of the image goes through at(), which knows its bounds;
 * 2. what is not understood is refused by name, since a missed address would be a wrong jump. */
#include "shift.h"

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES ((uint64_t)SHIFT_MAX)
#define GAP_BYTES_MAX ((uint64_t)64 << 20) /* that segments may leave between each other */
#define SPAN_BYTES_MAX ((uint64_t)1 << 30) /* with zeroed data */
enum { HEADERS_MAX = 64 };
#define TAG_RELRSZ 35 /* absent from elf.h before glibc 2.36 */
#define TAG_RELR 36
#define TAG_RELRENT 37

struct image {
    const unsigned char *file;
    size_t file_length;
    struct buf *error;
    Elf64_Ehdr header;
    Elf64_Phdr segments[HEADERS_MAX];
    uint64_t shift; /* what is added to every address */
    unsigned char *bytes;
    uint64_t length; /* of bytes: up to the end of what is in the file */
    uint64_t span;   /* up to the end of zeroed data */
    uint64_t alignment;
};

/* `count` bytes at an address of the new image; NULL when they are not all in it. */
static unsigned char *at(const struct image *image, uint64_t address, uint64_t count)
{
    bool inside = address <= image->length && count <= image->length - address;
    return inside ? image->bytes + address : NULL;
}

static assay_status refuse(const struct image *image, const char *reason)
{
    return buf_error(image->error, ASSAY_ERR_PARSE, "%s", reason);
}

static bool in_file(const struct image *image, uint64_t offset, uint64_t count)
{
    return offset <= image->file_length && count <= image->file_length - offset;
}

static assay_status read_headers(struct image *image)
{
    Elf64_Ehdr *header = &image->header;
    if (!in_file(image, 0, sizeof *header))
        return refuse(image, "it is cut off");
    memcpy(header, image->file, sizeof *header);
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return refuse(image, "it is no ELF file");
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
        header->e_machine != EM_X86_64 || header->e_type != ET_DYN)
        return refuse(image, "only shared objects for x86-64 can be");
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum > HEADERS_MAX)
        return refuse(image, "its program headers are unusual");
    uint64_t count = header->e_phnum * sizeof(Elf64_Phdr);
    if (!in_file(image, header->e_phoff, count))
        return refuse(image, "it is cut off");
    memcpy(image->segments, image->file + header->e_phoff, count);
    return ASSAY_OK;
}

static void want_alignment(struct image *image, uint64_t alignment)
{
    if (alignment > image->alignment)
        image->alignment = alignment;
}

/* What the sections of data ask for; code asks for nothing that its speed alone would not miss. */
static assay_status read_alignment(struct image *image)
{
    const Elf64_Ehdr *header = &image->header;
    uint64_t count = header->e_shnum;
    image->alignment = SHIFT_UNIT;
    if (count == 0 || header->e_shentsize != sizeof(Elf64_Shdr))
        return refuse(image, "without section headers nobody knows how its data is aligned");
    if (!in_file(image, header->e_shoff, count * sizeof(Elf64_Shdr)))
        return refuse(image, "it is cut off");
    for (uint64_t i = 0; i < count; i++) {
        Elf64_Shdr section;
        memcpy(&section, image->file + header->e_shoff + i * sizeof section, sizeof section);
        if ((section.sh_flags & SHF_ALLOC) != 0 && (section.sh_flags & SHF_EXECINSTR) == 0)
            want_alignment(image, section.sh_addralign);
    }
    for (size_t i = 0; i < header->e_phnum; i++)
        if (image->segments[i].p_type == PT_TLS)
            want_alignment(image, image->segments[i].p_align);
    if ((image->alignment & (image->alignment - 1)) != 0)
        return refuse(image, "the alignment of its data is no power of two");
    return image->alignment <= PAGE_BYTES
               ? ASSAY_OK
               : refuse(image, "its data wants to be aligned to more than a page");
}

static assay_status check_delta(const struct image *image, uint64_t delta)
{
    if (delta < SHIFT_MAX && delta % image->alignment == 0)
        return ASSAY_OK;
    return buf_error(image->error, ASSAY_ERR_ARGUMENT,
                     "its data is aligned to %llu, and a shift is a multiple of that below %d",
                     (unsigned long long)image->alignment, SHIFT_MAX);
}

/* Finds how large the image becomes, in the file and in memory. */
static assay_status measure_span(struct image *image)
{
    uint64_t in_file_end = 0, in_memory_end = 0;
    for (size_t i = 0; i < image->header.e_phnum; i++) {
        const Elf64_Phdr *segment = &image->segments[i];
        if (segment->p_type != PT_LOAD)
            continue;
        if (!in_file(image, segment->p_offset, segment->p_filesz) ||
            segment->p_filesz > segment->p_memsz)
            return refuse(image, "a segment is larger than the file");
        if (segment->p_vaddr > SPAN_BYTES_MAX || segment->p_memsz > SPAN_BYTES_MAX)
            return refuse(image, "it spans more than 1 GiB");
        uint64_t file_end = segment->p_vaddr + segment->p_filesz;
        uint64_t memory_end = segment->p_vaddr + segment->p_memsz;
        in_file_end = file_end > in_file_end ? file_end : in_file_end;
        in_memory_end = memory_end > in_memory_end ? memory_end : in_memory_end;
    }
    if (in_file_end == 0)
        return refuse(image, "it has no segments");
    if (in_file_end > image->file_length + GAP_BYTES_MAX)
        return refuse(image, "its segments lie too far apart");
    image->length = image->shift + in_file_end;
    image->span = image->shift + in_memory_end;
    return ASSAY_OK;
}

static assay_status lay_out(struct image *image)
{
    TRY(measure_span(image));
    image->bytes = image->length > 0 ? calloc(1, image->length) : NULL;
    if (image->bytes == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < image->header.e_phnum; i++) {
        const Elf64_Phdr *segment = &image->segments[i];
        if (segment->p_type == PT_LOAD)
            memcpy(image->bytes + image->shift + segment->p_vaddr, image->file + segment->p_offset,
                   segment->p_filesz);
    }
    return ASSAY_OK;
}

/* The dynamic section: a table of tags that ends with DT_NULL. */
static assay_status find_dynamic(const struct image *image, uint64_t *ret_address,
                                 uint64_t *ret_count)
{
    for (size_t i = 0; i < image->header.e_phnum; i++) {
        const Elf64_Phdr *segment = &image->segments[i];
        if (segment->p_type != PT_DYNAMIC)
            continue;
        if (segment->p_vaddr > SPAN_BYTES_MAX ||
            at(image, image->shift + segment->p_vaddr, segment->p_filesz) == NULL)
            return refuse(image, "its dynamic section lies outside of it");
        *ret_address = image->shift + segment->p_vaddr;
        *ret_count = segment->p_filesz / sizeof(Elf64_Dyn);
        return ASSAY_OK;
    }
    return refuse(image, "it has no dynamic section");
}

enum tag_kind { TAG_VALUE, TAG_ADDRESS, TAG_UNKNOWN };

static enum tag_kind kind_of_tag(int64_t tag)
{
    static const int64_t ADDRESSES[] = {
        DT_PLTGOT,      DT_HASH,        DT_STRTAB, DT_SYMTAB,   DT_RELA,       DT_INIT,
        DT_FINI,        DT_JMPREL,      TAG_RELR,  DT_GNU_HASH, DT_INIT_ARRAY, DT_FINI_ARRAY,
        DT_TLSDESC_GOT, DT_TLSDESC_PLT, DT_VERSYM, DT_VERDEF,   DT_VERNEED};
    static const int64_t VALUES[] = {
        DT_NEEDED,  DT_PLTRELSZ, DT_RELASZ,       DT_RELAENT,      DT_STRSZ,     DT_SYMENT,
        DT_SONAME,  DT_RPATH,    DT_RUNPATH,      DT_SYMBOLIC,     DT_PLTREL,    DT_TEXTREL,
        DT_DEBUG,   DT_BIND_NOW, DT_INIT_ARRAYSZ, DT_FINI_ARRAYSZ, DT_FLAGS,     DT_FLAGS_1,
        TAG_RELRSZ, TAG_RELRENT, DT_RELACOUNT,    DT_VERDEFNUM,    DT_VERNEEDNUM};
    for (size_t i = 0; i < sizeof ADDRESSES / sizeof *ADDRESSES; i++)
        if (ADDRESSES[i] == tag)
            return TAG_ADDRESS;
    for (size_t i = 0; i < sizeof VALUES / sizeof *VALUES; i++)
        if (VALUES[i] == tag)
            return TAG_VALUE;
    return TAG_UNKNOWN;
}

/* Where the tables are, as addresses of the new image; 0: there is none. */
struct tables {
    uint64_t symbols, hash, gnu_hash;
    uint64_t relocations, relocations_bytes;
    uint64_t stubs, stubs_bytes; /* relocations of the procedure linkage table */
    uint64_t relative, relative_bytes;
};

static void keep_tag(struct tables *tables, const Elf64_Dyn *entry)
{
    const struct {
        int64_t tag;
        uint64_t *value;
    } kept[] = {
        {DT_SYMTAB, &tables->symbols},           {DT_HASH, &tables->hash},
        {DT_GNU_HASH, &tables->gnu_hash},        {DT_RELA, &tables->relocations},
        {DT_RELASZ, &tables->relocations_bytes}, {DT_JMPREL, &tables->stubs},
        {DT_PLTRELSZ, &tables->stubs_bytes},     {TAG_RELR, &tables->relative},
        {TAG_RELRSZ, &tables->relative_bytes},
    };
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (kept[i].tag == entry->d_tag)
            *kept[i].value = entry->d_un.d_val;
}

static assay_status shift_dynamic(const struct image *image, struct tables *tables)
{
    uint64_t address = 0, count = 0;
    TRY(find_dynamic(image, &address, &count));
    for (uint64_t i = 0; i < count; i++) {
        Elf64_Dyn entry;
        unsigned char *place = image->bytes + address + i * sizeof entry;
        memcpy(&entry, place, sizeof entry);
        if (entry.d_tag == DT_NULL)
            return ASSAY_OK;
        enum tag_kind kind = kind_of_tag(entry.d_tag);
        if (kind == TAG_UNKNOWN)
            return buf_error(image->error, ASSAY_ERR_PARSE,
                             "its dynamic section has the entry %#llx, which is not understood",
                             (unsigned long long)entry.d_tag);
        if (kind == TAG_ADDRESS)
            entry.d_un.d_ptr += image->shift;
        memcpy(place, &entry, sizeof entry);
        keep_tag(tables, &entry);
    }
    return refuse(image, "its dynamic section has no end");
}

static bool read_words(const struct image *image, uint64_t address, uint32_t *words, size_t count)
{
    const unsigned char *place = at(image, address, count * sizeof *words);
    if (place != NULL)
        memcpy(words, place, count * sizeof *words);
    return place != NULL;
}

/* The GNU hash table holds no count: the last chain of the last bucket ends at the last symbol. */
static bool count_gnu_symbols(const struct image *image, uint64_t address, uint64_t *ret_count)
{
    enum { BUCKETS, FIRST, BLOOM_WORDS, SHIFT, WORDS };
    uint32_t head[WORDS], last = 0, word;
    if (!read_words(image, address, head, WORDS))
        return false;
    uint64_t buckets = address + sizeof head + (uint64_t)head[BLOOM_WORDS] * 8;
    uint64_t chains = buckets + (uint64_t)head[BUCKETS] * 4;
    for (uint64_t i = 0; i < head[BUCKETS]; i++) {
        if (!read_words(image, buckets + i * 4, &word, 1))
            return false;
        last = word > last ? word : last;
    }
    if (last < head[FIRST]) { /* every bucket is empty */
        *ret_count = head[FIRST];
        return true;
    }
    for (uint64_t i = last;; i++) {
        if (!read_words(image, chains + (i - head[FIRST]) * 4, &word, 1))
            return false;
        if ((word & 1) != 0) {
            *ret_count = i + 1;
            return true;
        }
    }
}

static bool count_symbols(const struct image *image, const struct tables *tables,
                          uint64_t *ret_count)
{
    uint32_t head[2]; /* buckets, symbols */
    if (tables->hash != 0 && read_words(image, tables->hash, head, 2)) {
        *ret_count = head[1];
        return true;
    }
    return tables->gnu_hash != 0 && count_gnu_symbols(image, tables->gnu_hash, ret_count);
}

/* Undefined symbols, absolute ones and offsets into thread-local storage are no addresses. */
static bool is_address(const Elf64_Sym *symbol)
{
    return symbol->st_shndx != SHN_UNDEF && symbol->st_shndx != SHN_ABS &&
           ELF64_ST_TYPE(symbol->st_info) != STT_TLS;
}

static assay_status shift_symbols(const struct image *image, const struct tables *tables)
{
    uint64_t count = 0;
    if (!count_symbols(image, tables, &count) ||
        at(image, tables->symbols, count * sizeof(Elf64_Sym)) == NULL)
        return refuse(image, "its symbols cannot be counted");
    for (uint64_t i = 0; i < count; i++) {
        Elf64_Sym symbol;
        unsigned char *place = image->bytes + tables->symbols + i * sizeof symbol;
        memcpy(&symbol, place, sizeof symbol);
        if (is_address(&symbol))
            symbol.st_value += image->shift;
        memcpy(place, &symbol, sizeof symbol);
    }
    return ASSAY_OK;
}

static assay_status shift_relocations(const struct image *image, uint64_t address, uint64_t bytes)
{
    if (at(image, address, bytes) == NULL)
        return refuse(image, "its relocations lie outside of it");
    for (uint64_t i = 0; i < bytes / sizeof(Elf64_Rela); i++) {
        Elf64_Rela relocation;
        unsigned char *place = image->bytes + address + i * sizeof relocation;
        memcpy(&relocation, place, sizeof relocation);
        uint64_t type = ELF64_R_TYPE(relocation.r_info);
        relocation.r_offset += image->shift;
        if (type == R_X86_64_RELATIVE || type == R_X86_64_IRELATIVE)
            relocation.r_addend = (int64_t)((uint64_t)relocation.r_addend + image->shift);
        memcpy(place, &relocation, sizeof relocation);
    }
    return ASSAY_OK;
}

static bool shift_word(const struct image *image, uint64_t address)
{
    uint64_t word;
    unsigned char *place = at(image, address, sizeof word);
    if (place == NULL)
        return false;
    memcpy(&word, place, sizeof word);
    word += image->shift;
    memcpy(place, &word, sizeof word);
    return true;
}

/* The packed table of relative relocations: an even entry is the address of a word that holds an
 * address, an odd one a map of the 63 words behind the last. */
static assay_status shift_relative(const struct image *image, uint64_t table, uint64_t bytes)
{
    uint64_t where = 0;
    bool good = at(image, table, bytes) != NULL;
    for (uint64_t i = 0; good && i < bytes / 8; i++) {
        uint64_t entry;
        unsigned char *place = image->bytes + table + i * 8;
        memcpy(&entry, place, sizeof entry);
        if ((entry & 1) == 0) {
            entry += image->shift;
            memcpy(place, &entry, sizeof entry);
            good = shift_word(image, entry);
            where = entry + 8;
            continue;
        }
        for (uint64_t k = 0; good && k < 63; k++)
            good = (entry >> (k + 1) & 1) == 0 || shift_word(image, where + k * 8);
        where += UINT64_C(63) * 8;
    }
    return good ? ASSAY_OK : refuse(image, "its packed relocations lie outside of it");
}

static assay_status shift_addresses(const struct image *image)
{
    struct tables tables = {0};
    TRY(shift_dynamic(image, &tables));
    if (tables.symbols != 0)
        TRY(shift_symbols(image, &tables));
    if (tables.stubs < tables.relocations + tables.relocations_bytes &&
        tables.relocations < tables.stubs + tables.stubs_bytes)
        return refuse(image, "its relocations overlap");
    TRY(shift_relocations(image, tables.relocations, tables.relocations_bytes));
    TRY(shift_relocations(image, tables.stubs, tables.stubs_bytes));
    return shift_relative(image, tables.relative, tables.relative_bytes);
}

/* The program headers of the new file, as they are made. */
struct new_headers {
    Elf64_Phdr items[PAGE_BYTES / sizeof(Elf64_Phdr)];
    size_t count;
};

static bool add_header(struct new_headers *headers, const Elf64_Phdr *header)
{
    /* The first page holds the ELF header, too. */
    if ((headers->count + 1) * sizeof *header + sizeof(Elf64_Ehdr) > PAGE_BYTES)
        return false;
    headers->items[headers->count++] = *header;
    return true;
}

static bool add_pages(const struct image *image, struct new_headers *headers, uint64_t first,
                      uint64_t end, uint32_t rights)
{
    uint64_t from = first * PAGE_BYTES, to = end * PAGE_BYTES;
    to = to < image->span ? to : image->span;
    uint64_t file_end = to < image->length ? to : image->length;
    const Elf64_Phdr header = {.p_type = PT_LOAD,
                               .p_flags = rights,
                               .p_offset = from,
                               .p_vaddr = from,
                               .p_paddr = from,
                               .p_filesz = file_end > from ? file_end - from : 0,
                               .p_memsz = to - from,
                               .p_align = PAGE_BYTES};
    return add_header(headers, &header);
}

/* The rights of each page, united over the segments that reach into it. */
static void collect_rights(const struct image *image, unsigned char *rights)
{
    rights[0] = PF_R; /* the headers */
    for (size_t i = 0; i < image->header.e_phnum; i++) {
        const Elf64_Phdr *segment = &image->segments[i];
        uint64_t from = image->shift + segment->p_vaddr;
        if (segment->p_type != PT_LOAD || segment->p_memsz == 0)
            continue;
        for (uint64_t page = from / PAGE_BYTES; page * PAGE_BYTES < from + segment->p_memsz; page++)
            rights[page] |= segment->p_flags & (PF_R | PF_W | PF_X);
    }
}

static assay_status add_loads(const struct image *image, struct new_headers *headers)
{
    uint64_t pages = (image->span + PAGE_BYTES - 1) / PAGE_BYTES;
    unsigned char *rights = calloc(pages + 1, 1);
    bool good = rights != NULL;
    if (rights == NULL)
        return ASSAY_ERR_MEMORY;
    collect_rights(image, rights);
    for (uint64_t first = 0, end; good && first < pages; first = end) {
        for (end = first + 1; end < pages && rights[end] == rights[first]; end++)
            ;
        if (rights[first] != 0)
            good = add_pages(image, headers, first, end, rights[first]);
    }
    free(rights);
    return good ? ASSAY_OK : refuse(image, "it has too many segments");
}

/* Segments that are not loaded but looked at: moved, except those that only carry flags. */
static assay_status add_others(const struct image *image, struct new_headers *headers)
{
    for (size_t i = 0; i < image->header.e_phnum; i++) {
        Elf64_Phdr header = image->segments[i];
        if (header.p_type == PT_LOAD || header.p_type == PT_PHDR || header.p_type == PT_NULL ||
            header.p_type == PT_GNU_RELRO)
            continue;
        if (header.p_type != PT_GNU_STACK) {
            header.p_vaddr += image->shift;
            header.p_offset = header.p_paddr = header.p_vaddr;
        }
        if (!add_header(headers, &header))
            return refuse(image, "it has too many segments");
    }
    return ASSAY_OK;
}

static assay_status write_headers(const struct image *image)
{
    struct new_headers headers = {.count = 0};
    Elf64_Ehdr header = image->header;
    TRY(add_loads(image, &headers));
    TRY(add_others(image, &headers));
    header.e_phoff = sizeof header;
    header.e_phnum = (Elf64_Half)headers.count;
    header.e_shoff = 0;
    header.e_shnum = header.e_shstrndx = 0;
    header.e_entry += header.e_entry != 0 ? image->shift : 0;
    memcpy(image->bytes, &header, sizeof header);
    memcpy(image->bytes + sizeof header, headers.items, headers.count * sizeof *headers.items);
    return ASSAY_OK;
}

assay_status shift_image(const unsigned char *file, size_t length, size_t delta,
                         struct shifted *ret_shifted, struct buf *error)
{
    struct image image = {
        .file = file, .file_length = length, .error = error, .shift = PAGE_BYTES + delta};
    TRY(read_headers(&image));
    TRY(read_alignment(&image));
    TRY(check_delta(&image, delta));
    assay_status status = lay_out(&image);
    if (status == ASSAY_OK)
        status = shift_addresses(&image);
    if (status == ASSAY_OK)
        status = write_headers(&image);
    if (status == ASSAY_OK)
        *ret_shifted = (struct shifted){image.bytes, image.length, image.alignment};
    else
        free(image.bytes);
    return status;
}
