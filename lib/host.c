/* assay-host: the process that runs benchmark code, driven by `assay` over descriptors 3 and 4.
 *
 * Why a process of its own: a crash, a hang or a leak of a benchmark must cost one row, not the
 * run. Why not stdin and stdout: a benchmark may print; what it prints must not be taken for an
 * answer. `assay-host --keep [PROGRAM]` puts a keeper above the host (leftovers/keep.h), which is
 * this program or another one that speaks the protocol. Linked without -rdynamic, so that no symbol
 * of ours can stand in for one of a module's. Invariant: it ends when its input ends, and in the
 * midst of a body when the driver dies. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "leftovers/keep.h"
#include "model/protocol.h"
#include "serve.h"

/* Hosts end by SIGKILL, which no counter survives: what was covered is saved before each answer. */
#ifdef COUNTS_COVERAGE
void __gcov_dump(void);
void __gcov_reset(void);
static void save_coverage(void)
{
    __gcov_dump();
    __gcov_reset();
}
#else
static void save_coverage(void)
{
}
#endif

enum { DESCRIPTOR_IN = 3, DESCRIPTOR_OUT = 4 };

static int serve_all(void)
{
    static char line[PROTOCOL_LINE_MAX];
    static struct serve serve;
    FILE *in = fdopen(DESCRIPTOR_IN, "r");
    serve.out = fdopen(DESCRIPTOR_OUT, "w");
    if (in == NULL || serve.out == NULL) {
        fprintf(stderr, "assay-host: started by hand? `assay run MODULE` starts it\n");
        return 3;
    }
    while (!serve.has_quit && fgets(line, sizeof line, in) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        serve_line(&serve, line);
        save_coverage();
        fflush(serve.out);
    }
    serve_end(&serve);
    return 0;
}

int main(int argc, char **argv)
{
    bool kept = argc > 1 && strcmp(argv[1], "--keep") == 0;
    if (kept)
        keep_host();
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a body that hangs must not spoil later measurements */
    if (!kept)
        return serve_all();
    /* Also for ourselves: what a fork inherited would be in the peak of its memory. */
    char *itself[] = {argv[0], NULL}, **program = argc > 2 ? argv + 2 : itself;
    execvp(argc > 2 ? program[0] : "/proc/self/exe", program);
    fprintf(stderr, "cannot start '%s': %s\n", program[0], strerror(errno));
    return 127;
}
