/* assay: finds the command in the table, runs it, says its error once, exits with its code. */
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "report/report.h"
#include "session/run.h"

#define STATUS_ROW(name, code, text, exit_code) [-(code)] = {text, exit_code},
static const struct {
    const char *text;
    int exit_code;
} STATUSES[] = {ASSAY_STATUSES(STATUS_ROW)};

static assay_status run(const struct session_request *request, struct run *run)
{
    assay_status status = session_run(request, run);
    report_text(run, stdout);
    printf("run %s: see benchmark-results/%s/report.html\n", run->id, run->id);
    return status;
}

static assay_status show(const struct session_request *request, struct run *run)
{
    struct store *store = request->store;
    TRY(store->ops->load(store, request->operands[0] ? request->operands[0] : "latest", run));
    report_text(run, stdout);
    return ASSAY_OK;
}

static const struct command {
    const char *name, *usage;
    assay_status (*run)(const struct session_request *request, struct run *run);
} COMMANDS[] = {
    {"run", "[OPTIONS] MODULE...  measure benchmarks and keep every result", run},
    {"show", "[RUN]               show a stored run (the latest)", show},
};

static int help(FILE *out, int exit_code)
{
    for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
        fprintf(out, "assay %s %s\n", COMMANDS[i].name, COMMANDS[i].usage);
    fprintf(out, "\n  --launches N    fresh processes a benchmark (5)\n"
                 "  --samples N     samples per launch (what fits into 0.1 s)\n"
                 "  --time-limit S  seconds after which a launch is ended (60)\n\n"
                 "exit codes: 0 good, 2 usage, 3 environment or a failed benchmark\n");
    return exit_code;
}

/* False: an unknown option or a number that is none. */
static bool parse_options(int argc, char **argv, struct session_request *request)
{
    static const struct option ROWS[] = {
        {"launches", 1, NULL, 0}, {"samples", 1, NULL, 1}, {"time-limit", 1, NULL, 2}, {0}};
    double *const numbers[] = {&request->plan.launches, &request->plan.samples,
                               &request->plan.limit_seconds};
    for (int option; (option = getopt_long(argc, argv, "", ROWS, NULL)) != -1;) {
        double number = option == '?' ? 0 : strtod(optarg, NULL);
        if (!(number >= 1 && number <= 10000))
            return false;
        *numbers[option] = number;
    }
    request->operands = argv + optind;
    return true;
}

static int execute(const struct command *command, struct session_request *request)
{
    struct run run = {0};
    const char *where = getenv("ASSAY_STORE");
    assay_status status = store_open(where ? where : ".assay/history.db", &request->store);
    if (status == ASSAY_OK)
        status = command->run(request, &run);
    if (fflush(stdout) != 0)
        status = ASSAY_ERR_IO;
    if (status != ASSAY_OK)
        fprintf(stderr, "assay: %s: %s %s\n", command->name, STATUSES[-status].text,
                request->store ? request->store->error : "");
    if (request->store != NULL)
        request->store->ops->close(request->store);
    run_release(&run);
    return STATUSES[-status].exit_code;
}

int main(int argc, char **argv)
{
    struct session_request request = {.plan = {5, 0, 0.1, 0.05, 0.0003, 60}};
    char host[PATH_MAX] = "";
    if (readlink("/proc/self/exe", host, sizeof host - sizeof "-host") > 0)
        request.host_program = strcat(host, "-host"); /* it lies beside us */
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2 || !parse_options(argc - 1, argv + 1, &request))
        return help(stderr, 2);
    for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
        if (strcmp(argv[1], COMMANDS[i].name) == 0)
            return execute(&COMMANDS[i], &request);
    return strcmp(argv[1], "--help") == 0 ? help(stdout, 0) : help(stderr, 2);
}
