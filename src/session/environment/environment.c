/* Facts of the machine and of the modules in one text.  Only shared objects are asked how they were
 * compiled: a program that speaks the protocol may be a script.
 * Invariant: a module is named once, however many benchmarks it has. */
#include "session/environment/environment.h"

#include <string.h>

#include "base/text.h"
#include "probe/environment/producer.h"
#include "probe/environment/snapshot.h"

enum { FACTS_BYTES_MAX = 1 << 20 };

static void add_modules(const benchmark_vec *benchmarks, struct buf *out)
{
    char flags[PRODUCER_TEXT_MAX];
    for (size_t i = 0; i < benchmarks->count; i++) {
        const char *module = benchmarks->items[i].module;
        /* Benchmarks of one module follow each other. */
        bool known = i > 0 && strcmp(benchmarks->items[i - 1].module, module) == 0;
        BUF_AUTO name;
        buf_init(&name, 4096);
        buf_printf(&name, "compiled_%s", text_file_name(module));
        if (!known && name.status == ASSAY_OK && producer_read(module, flags))
            snapshot_add(name.text, flags, out);
    }
}

assay_status environment_snapshot(const struct catalog *catalog, struct arena *arena,
                                  struct environment *environment)
{
    BUF_AUTO facts;
    buf_init(&facts, FACTS_BYTES_MAX);
    snapshot_read("", &facts);
    snapshot_ask(&facts);
    add_modules(&catalog->benchmarks, &facts);
    TRY(facts.status);
    environment->facts = arena_copy(arena, facts.text);
    return environment->facts ? ASSAY_OK : ASSAY_ERR_MEMORY;
}
