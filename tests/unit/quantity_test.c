/* Quantities and texts of src/base: values worked by hand, both directions, and what is refused. */
#include "base/quantity.h"
#include "base/text.h"
#include "harness.h"

static double parsed(const char *text, const char *unit)
{
    double value = -12345;
    if (quantity_parse(text, unit, &value) != ASSAY_OK)
        test_fail(__FILE__, __LINE__, "'%s' is refused in '%s'", text, unit);
    return value;
}

static bool refused(const char *text, const char *unit)
{
    double value = -12345;
    bool refusal = quantity_parse(text, unit, &value) == ASSAY_ERR_PARSE;
    return refusal && value == -12345;
}

static const char *written(double value, const char *unit)
{
    static char texts[8][QUANTITY_TEXT_MAX];
    static size_t next;
    return quantity_format(value, unit, texts[next++ % 8]);
}

TEST(durations_are_read_in_each_unit)
{
    CHECK_EQ(parsed("1 ns", "ns"), 1);
    CHECK_EQ(parsed("1.5 us", "ns"), 1500);
    CHECK_EQ(parsed("1.5 ms", "ns"), 1500000);
    CHECK_EQ(parsed("2 s", "ns"), 2e9);
    CHECK_EQ(parsed("2min", "ns"), 120e9);
    CHECK_EQ(parsed("0.5 h", "ns"), 1800e9);
    CHECK_EQ(parsed("3 \xc2\xb5s", "ns"), 3000);
    CHECK_EQ(parsed("3 \xce\xbcs", "ns"), 3000);
}

TEST(a_duration_without_its_unit_is_refused_unless_it_is_0)
{
    CHECK_EQ(parsed("0", "ns"), 0);
    CHECK(refused("50", "ns"));
}

TEST(memory_is_read_in_binary_and_decimal_units)
{
    CHECK_EQ(parsed("2 GiB", "B"), 2147483648.0);
    CHECK_EQ(parsed("1 kB", "B"), 1000);
    CHECK_EQ(parsed("1.5 KiB", "B"), 1536);
    CHECK_EQ(parsed("100", "B"), 100);
    CHECK_EQ(parsed("100B", "B"), 100);
}

TEST(rates_are_read_with_their_prefix)
{
    CHECK_EQ(parsed("3 GB/s", "B/s"), 3e9);
    CHECK_EQ(parsed("1 KiB/s", "B/s"), 1024);
    CHECK_EQ(parsed("12.5 M/s", "1/s"), 12.5e6);
    CHECK_EQ(parsed("7 1/s", "1/s"), 7);
    CHECK_EQ(parsed("7", "1/s"), 7);
}

TEST(plain_numbers_may_repeat_their_unit)
{
    CHECK_EQ(parsed("100", ""), 100);
    CHECK_EQ(parsed("-1.5e2", ""), -150);
    CHECK_EQ(parsed("3 allocs", "allocs"), 3);
    CHECK(refused("3 frees", "allocs"));
    CHECK(refused("3 ms", ""));
}

TEST(blanks_around_number_and_unit_do_not_matter)
{
    CHECK_EQ(parsed("  1.5 \t ms  ", "ns"), 1500000);
    CHECK_EQ(parsed("+2 s", "ns"), 2e9);
    CHECK_EQ(parsed("-2 s", "ns"), -2e9);
    CHECK_EQ(parsed(".5 s", "ns"), 5e8);
}

TEST(what_is_no_quantity_is_refused)
{
    static const char *const texts[] = {
        "",      " ",      "ms",      "one ms", "1 2 ms",  "1,5 ms",  "nan",
        "inf",   "-inf s", "0x10 ms", "1e ms",  "1e400 s", "1e308 h", "- 1 s",
        "--1 s", "1 MS",   "1 GiB",   "1 m s",  ".",       "+",       "1.2.3 s"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!refused(texts[i], "ns"))
            test_fail(__FILE__, __LINE__, "'%s' is taken", texts[i]);
}

TEST(durations_are_written_with_4_digits)
{
    char text[QUANTITY_TEXT_MAX];
    CHECK_STR(quantity_format_ns(1234, text), "1.234 us");
    CHECK_STR(quantity_format_ns(12.34e6, text), "12.34 ms");
    CHECK_STR(quantity_format_ns(123.4, text), "123.4 ns");
    CHECK_STR(quantity_format_ns(1, text), "1.000 ns");
    CHECK_STR(quantity_format_ns(0.25, text), "0.2500 ns");
    CHECK_STR(quantity_format_ns(3600e9, text), "3600 s");
    CHECK_STR(quantity_format_ns(-1234, text), "-1.234 us");
}

TEST(a_value_that_rounds_up_to_the_next_unit_is_written_in_it)
{
    CHECK_STR(written(999.96, "ns"), "1.000 us");
    CHECK_STR(written(999.94, "ns"), "999.9 ns");
    CHECK_STR(written(999999999, "ns"), "1.000 s");
    CHECK_STR(written(9.9996, "ns"), "10.00 ns");
    CHECK_STR(written(1023.7 * 1024, "B"), "1.00 MiB");
    CHECK_STR(written(1023.2 * 1024, "B"), "1023 KiB");
    CHECK_STR(written(-999.96, "ns"), "-1.000 us");
}

TEST(memory_and_rates_are_written_with_3_digits)
{
    CHECK_STR(written(4096, "B"), "4.00 KiB");
    CHECK_STR(written(512, "B"), "512 B");
    CHECK_STR(written(1.234e9, "B/s"), "1.23 GB/s");
    CHECK_STR(written(12.3e6, "1/s"), "12.3 M/s");
    CHECK_STR(written(5, "1/s"), "5 /s");
    CHECK_STR(written(2.5, "1/s"), "2.50 /s");
}

TEST(plain_numbers_are_written_as_they_are)
{
    CHECK_STR(written(3, "allocs"), "3 allocs");
    CHECK_STR(written(123456, ""), "123456");
    CHECK_STR(written(0.98765, "ratio"), "0.9877 ratio");
    CHECK_STR(written(1234.5, ""), "1234"); /* to even, as printf rounds */
}

TEST(zero_nan_and_infinity_keep_the_smallest_unit)
{
    CHECK_STR(written(0, "ns"), "0 ns");
    CHECK_STR(written(-0.0, "B"), "0 B");
    CHECK_STR(written((double)NAN, "B"), "nan B");
    CHECK_STR(written(-(double)NAN, "ns"), "nan ns");
    CHECK_STR(written(-(double)INFINITY, "1/s"), "-inf /s");
    CHECK_STR(written((double)INFINITY, "B/s"), "inf B/s");
    CHECK_STR(written((double)NAN, ""), "nan");
}

TEST(extreme_values_stay_within_the_text)
{
    CHECK_STR(written(1e300, "ns"), "1e+291 s");
    CHECK_STR(written(1e-9, "ns"), "1e-09 ns");
    CHECK_STR(written(-1.7976931348623157e308, ""), "-1.798e+308");
    char text[QUANTITY_TEXT_MAX];
    quantity_format(1, "a unit that is far too long for any table that anybody would ever print",
                    text);
    CHECK_EQ(strlen(text), QUANTITY_TEXT_MAX - 1);
}

TEST(what_is_written_is_read_as_the_same_value_within_its_digits)
{
    static const char *const units[] = {"ns", "B", "B/s", "1/s", "", "allocs"};
    char text[QUANTITY_TEXT_MAX];
    for (size_t i = 0; i < 720; i++) {
        const char *unit = units[i / 120];
        double value = 0.0123 * pow(1.37, (double)(i % 120)); /* up to 3e14 */
        CHECK_NEAR(parsed(quantity_format(value, unit, text), unit), value, 0.006);
        CHECK_NEAR(parsed(quantity_format(-value, unit, text), unit), -value, 0.006);
    }
}

TEST(messages_know_what_each_family_wants)
{
    CHECK_STR(quantity_wanted("ns"), "a duration such as 50 ms");
    CHECK_STR(quantity_wanted("B"), "an amount of memory such as 2 GiB");
    CHECK_STR(quantity_wanted("allocs"), "a number");
}

/* kitten -> sitting is the textbook pair: two replaced, one inserted. */
TEST(distance_counts_edits)
{
    CHECK_EQ(text_distance("kitten", "sitting"), 3);
    CHECK_EQ(text_distance("sitting", "kitten"), 3);
    CHECK_EQ(text_distance("", "abc"), 3);
    CHECK_EQ(text_distance("abc", ""), 3);
    CHECK_EQ(text_distance("abc", "abc"), 0);
    CHECK_EQ(text_distance("lanches", "launches"), 1);
}

/* ca -> abc is 3 and not 2: what was swapped is not edited again (optimal string alignment). */
TEST(neighbours_that_are_swapped_are_one_edit)
{
    CHECK_EQ(text_distance("acbd", "abcd"), 1);
    CHECK_EQ(text_distance("--prot", "--port"), 1);
    CHECK_EQ(text_distance("abcd", "badc"), 2);
    CHECK_EQ(text_distance("ca", "abc"), 3);
    CHECK_EQ(text_distance("ab", "ba"), 1);
}

TEST(distance_of_a_very_long_word_is_bounded_by_its_length)
{
    char word[102] = "";
    memset(word, 'a', 100);
    CHECK_EQ(text_distance(word, "a"), 100);
    CHECK_EQ(text_distance("a", word), 100);
    word[TEXT_WORD_MAX] = '\0';
    CHECK_EQ(text_distance(word, "a"), TEXT_WORD_MAX - 1);
}

TEST(the_nearest_word_is_near_or_none)
{
    static const char *const words[] = {"launches", "warmup", "seed", "a"};
    CHECK_STR(text_nearest("lanches", words, 4), "launches");
    CHECK_STR(text_nearest("warm_up", words, 4), "warmup");
    CHECK_STR(text_nearest("sead", words, 4), "seed");
    CHECK(text_nearest("completely", words, 4) == NULL);
    CHECK(text_nearest("b", words, 4) == NULL);
    CHECK(text_nearest("", words, 4) == NULL);
    CHECK(text_nearest("seed", words, 0) == NULL);
}

TEST(globs_match_whole_texts)
{
    CHECK(text_glob("text/*", "text/levenshtein:unit=char"));
    CHECK(text_glob("*", ""));
    CHECK(text_glob("**a**", "a"));
    CHECK(text_glob("a?c", "abc"));
    CHECK(text_glob("*ab*ab", "abxabab"));
    CHECK(text_glob("", ""));
    CHECK(text_glob("[a]", "[a]"));
    CHECK(!text_glob("", "a"));
    CHECK(!text_glob("a", ""));
    CHECK(!text_glob("a?c", "ac"));
    CHECK(!text_glob("text/*", "vector/text/x"));
    CHECK(!text_glob("*ab", "aba"));
    CHECK(!text_glob("?", ""));
}

/* A recursive matcher needs more than 10^15 steps for this one. */
TEST(a_glob_of_many_stars_does_not_blow_up)
{
    char pattern[64 * 2 + 2] = "", text[20001] = "";
    for (size_t i = 0; i < 64; i++)
        memcpy(pattern + 2 * i, "*a", 3);
    memcpy(pattern + 128, "b", 2);
    memset(text, 'a', sizeof text - 1);
    CHECK(!text_glob(pattern, text));
    text[sizeof text - 2] = 'b';
    CHECK(text_glob(pattern, text));
}

/* Unicode 15.0, table 3-7, at and beside each border. */
TEST(utf8_follows_the_table_of_the_standard)
{
    static const char *const good[] = {"",
                                       "abc",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xe1\x80",
                                      "\xe1\x80\x41",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        CHECK(text_is_utf8(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK(!text_is_utf8(bad[i], strlen(bad[i])));
    CHECK(text_is_utf8("a\0b", 3));
    CHECK_EQ(text_utf8_prefix("ab\xc3\xa4\xff", 5), 4);
}

TEST(a_shown_text_is_short_and_harmless)
{
    char shown[TEXT_SHOWN_MAX], text[200] = "";
    CHECK_STR(text_shown("a\033[2Jb\n", shown), "a?[2Jb?");
    CHECK_STR(text_shown("", shown), "");
    memset(text, 'x', 100);
    CHECK_EQ(strlen(text_shown(text, shown)), 63);
    CHECK_STR(shown + 58, "xx...");
    memset(text, 'x', 59);
    memcpy(text + 59, "\xc3\xa4zzzz", 7); /* byte 60 is inside the a-umlaut */
    CHECK_STR(text_shown(text, shown) + 57, "xx...");
}

TEST_MAIN
