/* Functions by address out of a symbol table.
 * Why not dladdr: it knows exported symbols only, and takes the one before for whatever lies behind
 * it; a body and its helpers are mostly static.
 * Invariant: every read of the file goes through part(), which knows its bounds. */
#include "elf/symbols.h"

#include <elf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct elf_file {
    const unsigned char *bytes;
    size_t length;
    Elf64_Ehdr header;
};

/* `count` bytes at `offset`; NULL when they are not all in the file. */
static const unsigned char *part(const struct elf_file *file, uint64_t offset, uint64_t count)
{
    bool inside = offset <= file->length && count <= file->length - offset;
    return inside ? file->bytes + offset : NULL;
}

static assay_status read_header(struct elf_file *file)
{
    const unsigned char *bytes = part(file, 0, sizeof file->header);
    if (bytes == NULL)
        return ASSAY_ERR_PARSE;
    memcpy(&file->header, bytes, sizeof file->header);
    const unsigned char *ident = file->header.e_ident;
    bool known = memcmp(ident, ELFMAG, SELFMAG) == 0 && ident[EI_CLASS] == ELFCLASS64 &&
                 ident[EI_DATA] == ELFDATA2LSB;
    return known ? ASSAY_OK : ASSAY_ERR_PARSE;
}

static bool read_section(const struct elf_file *file, uint64_t index, Elf64_Shdr *ret_section)
{
    const Elf64_Ehdr *header = &file->header;
    if (index >= header->e_shnum || header->e_shentsize != sizeof *ret_section)
        return false;
    const uint64_t within = index * sizeof *ret_section;
    const unsigned char *bytes = header->e_shoff <= UINT64_MAX - within
                                     ? part(file, header->e_shoff + within, sizeof *ret_section)
                                     : NULL;
    if (bytes != NULL)
        memcpy(ret_section, bytes, sizeof *ret_section);
    return bytes != NULL;
}

/* The table that says most. */
static bool find_table(const struct elf_file *file, Elf64_Shdr *ret_table)
{
    static const uint32_t WANTED[] = {SHT_SYMTAB, SHT_DYNSYM};
    for (size_t i = 0; i < sizeof WANTED / sizeof *WANTED; i++)
        for (uint64_t s = 0; read_section(file, s, ret_table); s++)
            if (ret_table->sh_type == WANTED[i])
                return true;
    return false;
}

/* NULL unless the name ends inside of its section. */
static const char *name_at(const struct elf_file *file, const Elf64_Shdr *names, uint64_t offset)
{
    const unsigned char *all = part(file, names->sh_offset, names->sh_size);
    if (all == NULL || offset >= names->sh_size)
        return NULL;
    const char *name = (const char *)all + offset;
    return memchr(name, '\0', names->sh_size - offset) != NULL && name[0] != '\0' ? name : NULL;
}

static assay_status add_symbol(const struct elf_file *file, const Elf64_Shdr *names,
                               const Elf64_Sym *symbol, struct symbols *symbols)
{
    const int type = ELF64_ST_TYPE(symbol->st_info);
    const char *name =
        type == STT_FUNC || type == STT_GNU_IFUNC ? name_at(file, names, symbol->st_name) : NULL;
    if (name == NULL || symbol->st_shndx == SHN_UNDEF)
        return ASSAY_OK;
    struct symbol *added = vec_add(&symbols->functions);
    if (added == NULL)
        return ASSAY_ERR_MEMORY;
    *added = (struct symbol){symbol->st_value, symbol->st_size, name};
    return ASSAY_OK;
}

/* Of several names of one function, the one that is the same on every machine comes last. */
static int by_address(const void *a_, const void *b_)
{
    const struct symbol *a = a_, *b = b_;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    if (a->bytes != b->bytes)
        return a->bytes < b->bytes ? -1 : 1;
    return -strcmp(a->name, b->name);
}

assay_status symbols_read(const void *bytes, size_t length, struct symbols *ret_symbols)
{
    struct elf_file file = {.bytes = bytes, .length = length};
    Elf64_Shdr table, names;
    *ret_symbols = (struct symbols){0};
    TRY(read_header(&file));
    if (!find_table(&file, &table))
        return ASSAY_OK; /* stripped of all */
    const unsigned char *rows = part(&file, table.sh_offset, table.sh_size);
    if (rows == NULL || !read_section(&file, table.sh_link, &names))
        return ASSAY_ERR_PARSE;
    for (uint64_t i = 0; i < table.sh_size / sizeof(Elf64_Sym); i++) {
        Elf64_Sym symbol;
        memcpy(&symbol, rows + i * sizeof symbol, sizeof symbol);
        assay_status status = add_symbol(&file, &names, &symbol, ret_symbols);
        if (status != ASSAY_OK) {
            symbols_release(ret_symbols);
            return status;
        }
    }
    if (ret_symbols->functions.count > 0)
        qsort(ret_symbols->functions.items, ret_symbols->functions.count, sizeof(struct symbol),
              by_address);
    return ASSAY_OK;
}

void symbols_release(struct symbols *symbols)
{
    vec_release(&symbols->functions);
}

const struct symbol *symbols_find(const struct symbols *symbols, uint64_t address)
{
    size_t low = 0, high = symbols->functions.count;
    while (low < high) { /* the first that begins behind the address */
        size_t middle = low + (high - low) / 2;
        if (symbols->functions.items[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const struct symbol *found = &symbols->functions.items[low - 1];
    return found->bytes == 0 || address - found->address < found->bytes ? found : NULL;
}
