/* Reads the head of a program file: its program headers lie directly behind the ELF header in every
 * file that a linker makes, so one page is enough; what lies elsewhere counts as not dynamic.
 * Source: System V ABI, chapter 4 and 5 (ELF header, program header, PT_INTERP). */
#include "probe/program.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD_BYTES = 4096, PATH_BYTES = 4096 };

bool program_bytes_are_dynamic(const unsigned char *bytes, size_t count)
{
    ElfW(Ehdr) header;
    const unsigned char own_class = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
    if (count < sizeof header || memcmp(bytes, ELFMAG, SELFMAG) != 0 ||
        bytes[EI_CLASS] != own_class)
        return false;
    memcpy(&header, bytes, sizeof header);
    if (header.e_phentsize != sizeof(ElfW(Phdr)))
        return false;
    for (size_t i = 0; i < header.e_phnum; i++) {
        ElfW(Phdr) segment;
        if (header.e_phoff > count || (count - header.e_phoff) / sizeof segment <= i)
            return false;
        memcpy(&segment, bytes + header.e_phoff + i * sizeof segment, sizeof segment);
        if (segment.p_type == PT_INTERP)
            return true;
    }
    return false;
}

static bool file_is_dynamic(const char *path)
{
    unsigned char head[HEAD_BYTES];
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return false;
    ssize_t got = read(file, head, sizeof head);
    close(file);
    return got > 0 && program_bytes_are_dynamic(head, (size_t)got);
}

bool program_is_dynamic(const char *name)
{
    const char *folders = getenv("PATH");
    char path[PATH_BYTES];
    if (strchr(name, '/') != NULL)
        return file_is_dynamic(name);
    for (folders = folders ? folders : "/bin:/usr/bin"; *folders != '\0';) {
        int length = (int)strcspn(folders, ":");
        int written =
            snprintf(path, sizeof path, "%.*s%s%s", length, folders, length > 0 ? "/" : "./", name);
        if (written < PATH_BYTES && access(path, X_OK) == 0)
            return file_is_dynamic(path);
        folders += length + (folders[length] == ':');
    }
    return false;
}
