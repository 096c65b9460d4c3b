/* Places for stores under test: files in the test's folder, or databases of a server that
 * tests/cli/postgres.py started.
 * Databases have the process's number in their names: each test is a process of its own. */
#include "store_places.h"

#include <ctype.h>
#include <sqlite3.h>
#include <stdint.h>
#include <unistd.h>

#include "harness.h"

enum { PLACES_MAX = 64, PLACE_LENGTH = 512 };

/* The text called `name` among those that were asked for; `is_new` when it was not. */
static char *known_place(const char *name, bool *is_new)
{
    static char names[PLACES_MAX][64], places[PLACES_MAX][PLACE_LENGTH];
    static int count;
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) {
            *is_new = false;
            return places[i];
        }
    CHECK(count < PLACES_MAX);
    snprintf(names[count], sizeof names[count], "%s", name);
    *is_new = true;
    return places[count++];
}

static const char *file_place(const char *name)
{
    bool is_new;
    char *place = known_place(name, &is_new);
    snprintf(place, PLACE_LENGTH, "%s/%s.db", test_folder(), name);
    return place;
}

static void file_forget(const char *where)
{
    static const char *const ENDS[] = {"", "-wal", "-shm", "-runs"};
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        char path[PLACE_LENGTH + 8];
        snprintf(path, sizeof path, "%s%s", where, ENDS[i]);
        unlink(path);
    }
}

static void file_execute(const char *where, const char *sql)
{
    sqlite3 *db = NULL;
    CHECK(sqlite3_open(where, &db) == SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        test_fail(__FILE__, __LINE__, "%s: %s", sql, sqlite3_errmsg(db));
    CHECK(sqlite3_close(db) == SQLITE_OK);
}

static void *file_lock(const char *where)
{
    sqlite3 *db = NULL;
    CHECK(sqlite3_open(where, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL) == SQLITE_OK);
    return db;
}

static void file_unlock(void *lock)
{
    CHECK(sqlite3_exec(lock, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(lock);
}

static const struct store_places FILES = {"sqlite",     file_place, file_forget,
                                          file_execute, file_lock,  file_unlock};

#if WITH_POSTGRES
#include <libpq-fe.h>

static const char WORD[] = "DATABASE";

/* The server's address with a database's name in it. */
static void address_of(const char *database, char place[PLACE_LENGTH])
{
    const char *pattern = getenv("ASSAY_TEST_POSTGRES"), *word = strstr(pattern, WORD);
    CHECK(word != NULL);
    snprintf(place, PLACE_LENGTH, "%.*s%s%s", (int)(word - pattern), pattern, database,
             word + strlen(WORD));
}

static PGconn *connected(const char *where)
{
    PGconn *connection = PQconnectdb(where);
    if (PQstatus(connection) != CONNECTION_OK)
        test_fail(__FILE__, __LINE__, "%s", PQerrorMessage(connection));
    return connection;
}

static void ask(PGconn *connection, const char *sql)
{
    PGresult *result = PQexec(connection, sql);
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        test_fail(__FILE__, __LINE__, "%s: %s", sql, PQerrorMessage(connection));
    PQclear(result);
}

static void server_execute(const char *where, const char *sql)
{
    PGconn *connection = connected(where);
    ask(connection, "SET client_min_messages = error; SET search_path = assay");
    ask(connection, sql);
    PQfinish(connection);
}

static const char *server_place(const char *name)
{
    bool is_new;
    char *place = known_place(name, &is_new), database[64], text[128], all[PLACE_LENGTH];
    if (!is_new)
        return place;
    snprintf(database, sizeof database, "t%d_%s", (int)getpid(), name);
    snprintf(text, sizeof text, "CREATE DATABASE \"%s\"", database);
    address_of("postgres", all);
    server_execute(all, text);
    address_of(database, place);
    return place;
}

static void server_forget(const char *where)
{
    server_execute(where, "DROP SCHEMA IF EXISTS assay CASCADE");
}

static void *server_lock(const char *where)
{
    PGconn *connection = connected(where);
    ask(connection, "BEGIN; LOCK TABLE assay.store IN ACCESS EXCLUSIVE MODE");
    return connection;
}

static void server_unlock(void *lock)
{
    ask(lock, "COMMIT");
    PQfinish(lock);
}

static const struct store_places SERVER = {"postgresql",   server_place, server_forget,
                                           server_execute, server_lock,  server_unlock};
#else
static const struct store_places SERVER = {0};
#endif

const struct store_places *store_places(void)
{
    const struct store_places *places = getenv("ASSAY_TEST_POSTGRES") ? &SERVER : &FILES;
    if (places->place == NULL)
        SKIP("built without libpq (package libpq-dev)");
    return places;
}

const char *store_place(const char *name)
{
    return store_places()->place(name);
}
