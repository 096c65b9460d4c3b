/* Compiler and flags of an ELF file.  Why strings and not a DWARF reader: DW_AT_producer is a
 * string of .debug_str in what gcc and clang write, and the only one that starts with the
 * compiler's name. Invariant: every offset is checked against the file's size before it is used. */
#include "probe/environment/producer.h"

#include <ctype.h>
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct span {
    const uint8_t *bytes;
    size_t size;
};

/* The part of `whole` at `offset`, empty when it is not all there. */
static struct span part_of(struct span whole, uint64_t offset, uint64_t size)
{
    if (offset > whole.size || size > whole.size - offset)
        return (struct span){whole.bytes, 0};
    return (struct span){whole.bytes + offset, (size_t)size};
}

static bool read_header(struct span file, Elf64_Ehdr *ret_header)
{
    const uint16_t one = 1;
    uint8_t low;
    memcpy(&low, &one, 1);
    if (file.size < sizeof *ret_header || memcmp(file.bytes, ELFMAG, SELFMAG) != 0 ||
        file.bytes[EI_CLASS] != ELFCLASS64 ||
        file.bytes[EI_DATA] != (low ? ELFDATA2LSB : ELFDATA2MSB))
        return false;
    memcpy(ret_header, file.bytes, sizeof *ret_header);
    return ret_header->e_shentsize == sizeof(Elf64_Shdr);
}

static bool read_section(struct span file, const Elf64_Ehdr *header, size_t index,
                         Elf64_Shdr *ret_section)
{
    const struct span at =
        part_of(part_of(file, header->e_shoff, (uint64_t)header->e_shnum * sizeof *ret_section),
                index * sizeof *ret_section, sizeof *ret_section);
    if (at.size != sizeof *ret_section)
        return false;
    memcpy(ret_section, at.bytes, sizeof *ret_section);
    return true;
}

/* The bytes of the section called `name`; empty without one, and when they are compressed. */
static struct span find_section(struct span file, const Elf64_Ehdr *header, const char *name)
{
    Elf64_Shdr names, section;
    const size_t length = strlen(name) + 1;
    if (!read_section(file, header, header->e_shstrndx, &names))
        return (struct span){0};
    const struct span texts = part_of(file, names.sh_offset, names.sh_size);
    for (size_t i = 0; i < header->e_shnum && read_section(file, header, i, &section); i++) {
        const struct span own = part_of(texts, section.sh_name, length);
        if (own.size == length && memcmp(own.bytes, name, length) == 0)
            return section.sh_type == SHT_NOBITS || (section.sh_flags & SHF_COMPRESSED) != 0
                       ? (struct span){0}
                       : part_of(file, section.sh_offset, section.sh_size);
    }
    return (struct span){0};
}

/* Appends a string of `text`, which has room for PRODUCER_TEXT_MAX bytes. */
static void append(char *text, const uint8_t *start, size_t length)
{
    size_t used = strlen(text);
    if (used > 0 && used < PRODUCER_TEXT_MAX - 1)
        text[used++] = ' ';
    for (size_t i = 0; i < length && used < PRODUCER_TEXT_MAX - 1; i++)
        text[used++] = isprint(start[i]) ? (char)start[i] : '?';
    text[used] = '\0';
}

static bool is_compiler(const uint8_t *start, size_t length)
{
    static const char *const NAMES[] = {"GNU C", "clang version", "Debian clang", "Ubuntu clang"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (length > strlen(NAMES[i]) && memcmp(start, NAMES[i], strlen(NAMES[i])) == 0)
            return true;
    return false;
}

/* Of strings with a NUL behind each: all of them, or the first that names a compiler. */
static void take_strings(struct span strings, bool all, char *text)
{
    for (size_t at = 0; at < strings.size;) {
        const uint8_t *start = strings.bytes + at;
        const uint8_t *end = memchr(start, '\0', strings.size - at);
        if (end == NULL)
            return;
        size_t length = (size_t)(end - start);
        if (length > 0 && (all || is_compiler(start, length))) {
            append(text, start, length);
            if (!all)
                return;
        }
        at += length + 1;
    }
}

bool producer_parse(const uint8_t *bytes, size_t size, char text[PRODUCER_TEXT_MAX])
{
    const struct span file = {bytes, size};
    Elf64_Ehdr header;
    text[0] = '\0';
    if (!read_header(file, &header))
        return false;
    take_strings(find_section(file, &header, ".GCC.command.line"), true, text);
    if (text[0] == '\0')
        take_strings(find_section(file, &header, ".debug_str"), false, text);
    return text[0] != '\0';
}

bool producer_read(const char *path, char text[PRODUCER_TEXT_MAX])
{
    struct stat info;
    bool found = false;
    text[0] = '\0';
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0 && fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode) &&
        info.st_size > 0) {
        size_t size = (size_t)info.st_size;
        void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (bytes != MAP_FAILED) {
            found = producer_parse(bytes, size, text);
            munmap(bytes, size);
        }
    }
    if (descriptor >= 0)
        close(descriptor);
    return found;
}
