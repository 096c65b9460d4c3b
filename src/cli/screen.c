/* Asks the environment and the terminal.  Why not setlocale and nl_langinfo: the programs here stay
 * in the C locale, so that a number looks the same everywhere; the name of the locale says enough.
 * Widths out of all reason are held to what tables can be laid out for. */
#include "cli/screen.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS_MIN = 80, COLUMNS_MAX = 240, COLUMNS_USUAL = 80 };

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value != NULL ? value : "";
}

static unsigned held(unsigned long columns)
{
    if (columns < COLUMNS_MIN)
        return COLUMNS_MIN;
    return columns > COLUMNS_MAX ? COLUMNS_MAX : (unsigned)columns;
}

/* 0: it does not say. */
static unsigned columns_of(int descriptor)
{
    struct winsize size = {0};
    if (isatty(descriptor) != 1)
        return 0;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return COLUMNS_USUAL;
    return held(size.ws_col);
}

static unsigned columns(void)
{
    char *end;
    const char *text = variable("COLUMNS");
    const unsigned long said = strtoul(text, &end, 10);
    if (text[0] >= '1' && text[0] <= '9' && *end == '\0')
        return held(said);
    return columns_of(STDOUT_FILENO);
}

static bool is_utf8(void)
{
    static const char *const NAMES[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *locale = "";
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES && locale[0] == '\0'; i++)
        locale = variable(NAMES[i]);
    const char *charset = strchr(locale, '.');
    return charset != NULL && (strncasecmp(charset, ".utf-8", strlen(".utf-8")) == 0 ||
                               strncasecmp(charset, ".utf8", strlen(".utf8")) == 0);
}

static bool is_dumb(void)
{
    return strcmp(variable("TERM"), "dumb") == 0;
}

static bool wants_colour(enum colour_choice choice)
{
    if (choice != COLOUR_AUTO)
        return choice == COLOUR_ALWAYS;
    return isatty(STDOUT_FILENO) == 1 && !is_dumb() && variable("NO_COLOR")[0] == '\0';
}

struct paper screen_paper(enum colour_choice choice)
{
    return (struct paper){columns(), is_utf8(), wants_colour(choice)};
}

bool screen_rewrites_stderr(void)
{
    return isatty(STDERR_FILENO) == 1 && !is_dumb();
}

unsigned screen_stderr_columns(void)
{
    const unsigned said = columns_of(STDERR_FILENO);
    return said > 0 ? said : COLUMNS_USUAL;
}
