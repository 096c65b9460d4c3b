/* Why a table of its own: what is shown first should be what most come for, and that is seen best
 * where all commands stand under each other.
 * Invariant: the first example of a command is the most common use of it; tests hold each option in
 * here against the command's own. */
#include "cli/examples.h"

#include <string.h>

enum { MEANING_COLUMN = 40 };

const struct example EXAMPLES[] = {
    {"run", "", "all suites of the project, quickly"},
    {"run", " cart 'vector/*_large'", "one suite, and some benchmarks of another"},
    {"run", " ./cart_bench.so", "one module, no project needed"},
    {"run", " --profile standard", "longer, for numbers to publish"},
    {"run", " cart --save-baseline main", "and keep the run to measure against"},
    {"list", "", "everything that can be run"},
    {"list", " cart --ids", "ids only, for scripts"},
    {"show", "", "the latest run again"},
    {"show", " cart/total:n=64", "one benchmark closely: samples and statistics"},
    {"show", " main", "the run of a baseline, a commit or a label"},
    {"summary", " > PERFORMANCE.md", "the latest run as a page of the project"},
    {"time", " 'sort a.txt' 'sort -u a.txt'", "which of two is faster"},
    {"time", " --warmup 3 --prepare 'rm -f out' 'make out'", "warm runs, each from the start"},
    {"time", " -P n 1 4 'xz -T{n} -kc big'", "once for each value of a parameter"},
    {"compare", " ./old_bench.so ./new_bench.so", "two builds, side by side"},
    {"compare", " HEAD", "the working tree against the last commit"},
    {"compare", " main latest", "stored numbers of a baseline and of the latest run"},
    {"compare", " --by engine text", "the values of a parameter"},
    {"gate", " --baseline main", "fail when it is slower than the baseline"},
    {"gate", " --baseline main --fail 5 cart", "one suite, with a limit of 5 %"},
    {"gate", " --targets", "hold the bounds of targets.yaml"},
    {"audit", " --quick", "the claims of audits/, two seconds each"},
    {"audit", " --verify benchmark-results/audit-1", "is the evidence what it says?"},
    {"baseline", " save main", "the latest run, as 'main'"},
    {"baseline", "", "what there is"},
    {"history", "", "the newest runs"},
    {"history", " cart/total:n=64", "one benchmark over all of them"},
    {"trend", " cart", "steps and drifts of a suite"},
    {"trend", " cart/total:n=64 --svg total.svg", "one series, drawn"},
    {"watch", " --at 03:00 --hook ./tell", "each night; call ./tell when it is worse"},
    {"doctor", "", "how noisy is it here, and what helps?"},
    {"doctor", " ./cart_bench.so", "the same with benchmarks of yours"},
    {"serve", "", "open http://127.0.0.1:8077"},
    {"init", " suite cart", "a suite: benchmark, Makefile, bounds, page"},
    {"init", " bench total --language python", "one benchmark"},
    {"completions", " bash > ~/.local/share/bash-completion/completions/assay", "for this user"},
    {"import", " results.json", "what another tool measured; see --list-formats"},
    {"export", " --format openmetrics", "the latest run, for Prometheus"},
    {"export", " gate.json --format junit", "what 'assay gate --json' printed"},
    {"ci", " github", "a workflow that gates each pull request"},
    {"ci", " comment gate.json --dry-run", "what would be said on the pull request"},
    {NULL, NULL, NULL},
};

void examples_help(const char *command, struct buf *out)
{
    const char *title = "examples:\n";
    for (const struct example *example = EXAMPLES; example->command != NULL; example++) {
        if (strcmp(example->command, command) != 0)
            continue;
        BUF_AUTO head;
        buf_init(&head, 256);
        buf_printf(&head, "  assay %s%s", command, example->line);
        buf_printf(out, "%s%-*s", title, MEANING_COLUMN, head.text);
        if (head.length >= MEANING_COLUMN)
            buf_printf(out, "\n%*s", MEANING_COLUMN, "");
        buf_wrap(out, example->meaning, MEANING_COLUMN);
        title = "";
    }
    if (title[0] == '\0')
        buf_putc(out, '\n');
}
