/* assay serve: the store in a browser, live.
 * Why nobody but this machine is let in without a token: a store tells of machines, commits and
 * branches. */
#include <stdlib.h>
#include <string.h>

#include "cli/common.h"
#include "cli/stop.h"
#include "report/values/json_values.h"
#include "serve/http/server.h"

struct serve_options {
    struct common_options common;
    const char *address, *port, *token;
};

#define OPTION(field) offsetof(struct serve_options, field)
static const struct option_row ROWS[] = {
    {"port", 'p', "N", "listen on this port (default: 8077; 0: any that is free)", OPTION_TEXT,
     OPTION(port)},
    {"address", 'a', "ADDRESS", "listen on this address (default: 127.0.0.1)", OPTION_TEXT,
     OPTION(address)},
    {"token", 0, "TOKEN",
     "what readers must know; any address but a loopback one needs it (or set ASSAY_SERVE_TOKEN, "
     "which other users of the machine cannot read)",
     OPTION_TEXT, OPTION(token)},
    COMMON_ROWS(struct serve_options),
    OPTION_END,
};

struct serving {
    struct cli *cli;
    bool json;
};

static assay_status tell_url(void *context, const char *url)
{
    const struct serving *serving = context;
    BUF_AUTO out;
    buf_init(&out, 8192);
    if (serving->json) {
        json_t *document = json_object();
        report_json_member(&document, "schema", json_string("assay.serve/1"));
        report_json_member(&document, "url", report_json_text(url));
        TRY(report_json_write(document, &out));
    } else {
        buf_printf(&out, "serving at %s until Ctrl-C\n", url);
    }
    return cli_print(serving->cli, &out);
}

static assay_status read_port(const char *text, unsigned *ret_port, struct buf *error)
{
    enum { PORT = 8077, PORT_MAX = 65535 };
    char *end;
    *ret_port = PORT;
    if (text == NULL)
        return ASSAY_OK;
    bool is_number = strspn(text, "0123456789") == strlen(text) && strlen(text) <= 5;
    unsigned long port = strtoul(text, &end, 10);
    if (!is_number || end == text || port > PORT_MAX)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "option '--port' wants a whole number from 0 to %d, not '%s'", PORT_MAX,
                         text);
    *ret_port = (unsigned)port;
    return ASSAY_OK;
}

static assay_status serve_from(struct cli *cli, const struct serve_options *options,
                               const struct workplace *workplace)
{
    struct serving serving = {cli, options->common.json};
    const char *token = options->token != NULL ? options->token : getenv("ASSAY_SERVE_TOKEN");
    struct serve_request request = {
        .address = options->address != NULL ? options->address : "127.0.0.1",
        .token = token != NULL && token[0] != '\0' ? token : NULL,
        .store = workplace->store,
        .claims = &workplace->claims,
        .stop = &stop_count,
        .ready = tell_url,
        .context = &serving,
    };
    TRY(read_port(options->port, &request.port, &cli->error));
    stop_on_signals(1);
    return serve_run(&request, &cli->error);
}

static assay_status serve(struct cli *cli, int argc, char **argv)
{
    struct serve_options options = {0};
    struct workplace workplace = {0};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    TRY(cli_check_operands(cli, argv + first, argc - first, 0));
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = serve_from(cli, &options, &workplace);
    workplace_release(&workplace);
    return status;
}

const struct command command_serve = {
    "serve",
    "",
    "show the store in a browser, with a JSON API",
    "Pages of runs, trends and comparisons, a JSON API below /api/v1, OpenMetrics at\n"
    "/metrics and a stream of events at /events (docs/serve.md). It reads the store and\n"
    "never writes to it, and is reached from this machine alone unless told otherwise.\n",
    ROWS,
    serve,
};
