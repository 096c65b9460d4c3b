/* Numbers with a unit, from text and to text.  Pure: no I/O, no allocation, no globals; the decimal
 * point is that of the C locale, which the programs here never leave.
 *
 * The unit of a metric names its family: "ns" durations, "B" amounts of memory, "B/s" data rates,
 * "1/s" counts per second.  Any other unit ("", "allocs", "ratio") is a plain number. */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include "base/status.h"

enum { QUANTITY_TEXT_MAX = 48 };

/* Value of a text such as "1.5 ms", "2 GiB", "3 GB/s", "12 M/s" or "100", in `unit`.
 *
 * unit       unit of the result and thereby the family: "ns", "B", "B/s", "1/s" or any other.
 * ret_value  a finite number, written only on ASSAY_OK; negative when the text is.
 *
 * The number is decimal, with an optional exponent; blanks around it and before the unit are
 * allowed.  A number alone counts in `unit`, except that a duration other than 0 needs its unit:
 * whether "50" means ns or ms is not ours to guess.
 *
 * ASSAY_ERR_PARSE  no number, an unknown unit, a unit of another family, or too large for a double.
 */
ASSAY_USE_RESULT assay_status quantity_parse(const char *text, const char *unit, double *ret_value);

/* What quantity_parse wants for `unit`, for messages: "a duration such as 50 ms",
 * "an amount of memory such as 2 GiB", "a number". */
const char *quantity_wanted(const char *unit);

/* Writes `value`, which is in `unit`, in the largest unit of its family that leaves at least 1
 * before the point, and returns `text`.  Durations have 4 significant digits ("1.234 us"), other
 * families 3 ("4.00 KiB", "1.23 GB/s", "12.3 M/s"); a plain number is printed as it is when whole,
 * else with 4 digits, and its unit follows ("3 allocs").  0, NaN and infinities keep the smallest
 * unit: "0 ns", "nan B", "-inf /s".  A longer text is cut at QUANTITY_TEXT_MAX - 1 bytes. */
char *quantity_format(double value, const char *unit, char text[QUANTITY_TEXT_MAX]);

/* The same for a duration in nanoseconds: "123.4 ns", "12.34 ms". */
char *quantity_format_ns(double ns, char text[QUANTITY_TEXT_MAX]);

#endif
