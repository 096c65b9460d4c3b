/* Shared objects from memory to the shifter: whatever is in them it stays inside its image, and
 * what it makes can be shifted as far as headers go: within bounds, in whole pages, none twice. */
#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "elf/shift.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

/* Pages of one segment follow those of the one before. */
static void check_image(const struct shifted *shifted)
{
    Elf64_Ehdr header;
    uint64_t end = 0;
    require(shifted->length >= SHIFT_MAX && shifted->alignment >= SHIFT_UNIT);
    memcpy(&header, shifted->bytes, sizeof header);
    require(header.e_phoff + header.e_phnum * sizeof(Elf64_Phdr) <= SHIFT_MAX);
    for (size_t i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr segment;
        memcpy(&segment, shifted->bytes + header.e_phoff + i * sizeof segment, sizeof segment);
        if (segment.p_type != PT_LOAD)
            continue;
        require(segment.p_offset == segment.p_vaddr && segment.p_vaddr % SHIFT_MAX == 0);
        require(segment.p_vaddr >= end && segment.p_filesz <= segment.p_memsz);
        require(segment.p_filesz == 0 || segment.p_offset + segment.p_filesz <= shifted->length);
        end = segment.p_vaddr + segment.p_memsz;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct shifted shifted;
    BUF_AUTO error;
    buf_init(&error, 4096);
    size_t delta = size % 2 ? 0 : size % SHIFT_MAX / SHIFT_UNIT * SHIFT_UNIT;
    assay_status status = shift_image(data, size, delta, &shifted, &error);
    if (status == ASSAY_OK) {
        check_image(&shifted);
        free(shifted.bytes);
    } else {
        require(status == ASSAY_ERR_MEMORY || error.length > 0);
    }
    return 0;
}
