/* Reading JSON: what RFC 8259 says of values, and where a document is wrong. */
#include <math.h>

#include "exchange/read/node.h"
#include "harness.h"

static const struct node *read_good(const char *text, struct arena *arena)
{
    struct node_error error;
    const struct node *root = NULL;
    if (node_read(text, strlen(text), arena, &root, NULL, &error) != ASSAY_OK)
        test_fail(__FILE__, __LINE__, "%s: %zu:%zu: %s", text, error.line, error.column,
                  error.what);
    return root;
}

TEST(values_are_of_their_kinds)
{
    struct arena arena = {0};
    const struct node *root = read_good(
        " {\"a\" : [1, -2.5e2, \"x\", null, true, false, {}, []],\n\t\"b\":\"\"}\r\n", &arena);
    const struct node *list = node_member(root, "a");
    CHECK(node_is_object(root) && node_is_list(list));
    CHECK_EQ(node_count(list), 8);
    CHECK_EQ(node_number(node_item(list, 0)), 1);
    CHECK_EQ(node_number(node_item(list, 1)), -250);
    CHECK_STR(node_text(node_item(list, 2)), "x");
    CHECK(node_is_null(node_item(list, 3)) && node_is_true(node_item(list, 4)));
    CHECK(node_is_false(node_item(list, 5)) && node_is_object(node_item(list, 6)));
    CHECK(node_is_list(node_item(list, 7)) && node_count(node_item(list, 7)) == 0);
    CHECK_STR(node_text(node_member(root, "b")), "");
    CHECK(node_member(root, "c") == NULL && node_item(list, 8) == NULL);
    arena_release(&arena);
}

TEST(what_is_of_another_kind_has_no_value)
{
    struct arena arena = {0};
    const struct node *root = read_good("[\"1\", 1]", &arena);
    CHECK(node_text(node_item(root, 1)) == NULL && node_text(NULL) == NULL);
    CHECK_EQ(node_number(node_item(root, 0)), 0);
    CHECK_EQ(node_count(node_item(root, 0)), 0);
    CHECK(node_member(root, "a") == NULL && node_member(NULL, "a") == NULL);
    arena_release(&arena);
}

/* strtod is correctly rounded, and so must the short way be. */
TEST(numbers_are_those_of_strtod)
{
    static const char *const NUMBERS[] = {"0",
                                          "-0",
                                          "0.1",
                                          "3.27464",
                                          "123456789012345",
                                          "1234567890123456",
                                          "9007199254740993",
                                          "0.123456789012345",
                                          "0.000000000000001",
                                          "179769313486231570000000000000000000000000000000000000",
                                          "1.7976931348623157e308",
                                          "5e-324",
                                          "1E+2",
                                          "2.2250738585072014e-308"};
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        struct arena arena = {0};
        const double wanted = strtod(NUMBERS[i], NULL);
        const double got = node_number(read_good(NUMBERS[i], &arena));
        CHECK(memcmp(&got, &wanted, sizeof got) == 0);
        arena_release(&arena);
    }
}

TEST(escapes_become_what_they_mean)
{
    struct arena arena = {0};
    const struct node *root = read_good(
        "{\"\\u0061\": \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\ude00\"}", &arena);
    CHECK_STR(node_text(node_member(root, "a")),
              "\"\\/\b\f\n\r\t\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    arena_release(&arena);
}

/* Members in the order of the document; objects within may have the same names. */
TEST(members_keep_their_order)
{
    struct arena arena = {0};
    const struct node *root = read_good("{\"b\":{\"a\":1,\"b\":2},\"a\":{\"b\":3}}", &arena);
    const char *const wanted[] = {"b", "a"};
    size_t count = 0;
    for (NODE_MEMBERS(member, root)) {
        CHECK(count < 2);
        CHECK_STR(member->key, wanted[count++]);
    }
    CHECK_EQ(count, 2);
    arena_release(&arena);
}

TEST(what_is_wrong_is_told_with_its_place)
{
    static const struct {
        const char *text;
        size_t line, column;
        const char *what;
    } CASES[] = {
        {"", 1, 1, "it ends too early"},
        {"[1,\n 2", 2, 3, "it ends too early"},
        {"[1,]", 1, 4, "invalid token"},
        {"[NaN]", 1, 2, "invalid token near 'NaN'"},
        {"[01]", 1, 2, "invalid token near '01'"},
        {"[1.]", 1, 2, "invalid token near '1.'"},
        {"[+1]", 1, 2, "invalid token near '+1'"},
        {"[1e]", 1, 2, "invalid token near '1e'"},
        {"[1e999]", 1, 2, "a number that is too large near '1e999'"},
        {"[tru]", 1, 2, "invalid token near 'tru'"},
        {"[1 2]", 1, 4, "wants ',' near '2'"},
        {"[1] 2", 1, 5, "wants the end of the text near '2'"},
        {"{\"a\" 1}", 1, 6, "wants ':' near '1'"},
        {"{a: 1}", 1, 2, "wants a name in quotes near 'a:'"},
        {"{\"a\": 1,}", 1, 9, "wants a name in quotes"},
        {"{\"a\": 1,\n \"b\": {\"a\": 2},\n \"a\": 3}", 3, 2,
         "a member that is there twice near '\"a\":'"},
        {"{\"a\": 1, \"\\u0061\": 3}", 1, 10, "a member that is there twice near '\"\\u0061\":'"},
        {"[\"a\nb\"]", 1, 4, "a control character in a text"},
        {"[\"a\\x\"]", 1, 4, "invalid escape near '\\x\"'"},
        {"[\"\\u0000\"]", 1, 3, "invalid escape near '\\u0000\"'"},
        {"[\"\\ud83d\"]", 1, 3, "invalid escape near '\\ud83d\"'"},
        {"[\"\\ude00\"]", 1, 3, "invalid escape near '\\ude00\"'"},
        {"[\"a\xff\"]", 1, 4, "bytes that are no UTF-8"},
        {"[\"abc", 1, 6, "it ends too early"},
        {"[\"abc\\", 1, 7, "it ends too early"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct arena arena = {0};
        struct node_error error = {0};
        const struct node *root = NULL;
        /* Exactly as long, so that a byte behind the end is noticed. */
        const size_t length = strlen(CASES[i].text);
        char *text = malloc(length + 1);
        CHECK(text != NULL);
        memcpy(text, CASES[i].text, length);
        text[length] = '1';
        CHECK_EQ(node_read(text, length, &arena, &root, NULL, &error), ASSAY_ERR_PARSE);
        CHECK(root == NULL);
        CHECK_STR(error.what, CASES[i].what);
        CHECK_EQ(error.line, CASES[i].line);
        CHECK_EQ(error.column, CASES[i].column);
        free(text);
        arena_release(&arena);
    }
}

TEST(reading_may_stop_behind_the_first_value)
{
    struct arena arena = {0};
    struct node_error error;
    const struct node *root;
    const char *rest, *text = "{\"a\": 1}; more";
    CHECK_EQ(node_read(text, strlen(text), &arena, &root, &rest, &error), ASSAY_OK);
    CHECK_STR(rest, "; more");
    arena_release(&arena);
}

TEST(levels_have_an_end)
{
    enum { TOO_DEEP = NODE_DEPTH_MAX + 1 };
    static char text[2 * TOO_DEEP];
    struct arena arena = {0};
    struct node_error error;
    const struct node *root;
    memset(text, '[', TOO_DEEP);
    memset(text + TOO_DEEP, ']', TOO_DEEP);
    CHECK_EQ(node_read(text + 1, 2 * NODE_DEPTH_MAX, &arena, &root, NULL, &error), ASSAY_OK);
    CHECK_EQ(node_read(text, sizeof text, &arena, &root, NULL, &error), ASSAY_ERR_PARSE);
    CHECK_EQ(error.column, TOO_DEEP);
    arena_release(&arena);
}

/* More names than the table begins with. */
TEST(an_object_may_have_many_members)
{
    struct arena arena = {0};
    BUF_AUTO text;
    buf_init(&text, 1 << 20);
    for (int i = 0; i < 5000; i++)
        buf_printf(&text, "%s\"member%d\": %d", i > 0 ? "," : "{", i, i);
    buf_puts(&text, "}");
    const struct node *root = read_good(text.text, &arena);
    CHECK_EQ(root->count, 5000);
    CHECK_EQ(node_number(node_member(root, "member4999")), 4999);
    arena_release(&arena);
}

TEST_MAIN
