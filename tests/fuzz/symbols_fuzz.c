/* Files from memory to the reader of symbols: whatever is in them, names end inside of the file,
 * functions are in order, and each is found at its own address. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "elf/symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct symbols symbols;
    if (symbols_read(data, size, &symbols) != ASSAY_OK)
        return 0;
    for (size_t i = 0; i < symbols.functions.count; i++) {
        const struct symbol *symbol = &symbols.functions.items[i];
        const char *end = (const char *)data + size;
        require(symbol->name >= (const char *)data && symbol->name < end);
        require(memchr(symbol->name, '\0', (size_t)(end - symbol->name)) != NULL);
        require(i == 0 || symbol->address >= symbol[-1].address);
        const struct symbol *found = symbols_find(&symbols, symbol->address);
        require(found == NULL || found->address <= symbol->address);
    }
    symbols_release(&symbols);
    return 0;
}
