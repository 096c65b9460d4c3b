/* A module that goes wrong in the ways that a run must survive. */
#define ASSAY_SUITE "trouble"
#include <assay.h>
#include <stdlib.h>
#include <unistd.h>

ASSAY_BENCH(crash) { ASSAY_LOOP(b) abort(); }
ASSAY_BENCH(hang) { ASSAY_LOOP(b) pause(); }
ASSAY_BENCH(garbage) { ASSAY_LOOP(b) assay_keep(write(4, "hey\n", 4)); }
ASSAY_BENCH(removed) { ASSAY_LOOP(b) {} }
ASSAY_BENCH(wrong) { assay_fail(b, "got <%d>, want 5", 2 + 2); ASSAY_LOOP(b) {} }
ASSAY_BENCH(absent) { assay_skip(b, "no engine"); ASSAY_LOOP(b) {} }
