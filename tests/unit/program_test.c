/* What a program file is, from made-up heads of files.
 * The layout of a head is that of the System V ABI, chapters 4 and 5. */
#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <string.h>

#include "harness.h"
#include "probe/program.h"

TEST(only_an_elf_file_with_an_interpreter_is_dynamic)
{
    struct {
        ElfW(Ehdr) header;
        ElfW(Phdr) segments[2];
    } file = {0};
    const unsigned char *bytes = (const unsigned char *)&file;
    memcpy(file.header.e_ident, ELFMAG, SELFMAG);
    file.header.e_ident[EI_CLASS] = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
    file.header.e_phoff = sizeof file.header;
    file.header.e_phentsize = sizeof *file.segments;
    file.header.e_phnum = 2;
    CHECK(!program_bytes_are_dynamic(bytes, sizeof file));
    file.segments[1].p_type = PT_INTERP;
    CHECK(program_bytes_are_dynamic(bytes, sizeof file));
    CHECK(!program_bytes_are_dynamic(bytes, sizeof file - 1));
    file.header.e_phoff = SIZE_MAX;
    CHECK(!program_bytes_are_dynamic(bytes, sizeof file));
    CHECK(!program_bytes_are_dynamic((const unsigned char *)"#!/bin/sh", 9));
    CHECK(!program_is_dynamic("no-such-program"));
    CHECK(!program_is_dynamic("/dev/null"));
}

TEST_MAIN
