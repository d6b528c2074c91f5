/* Numbers and strings, the same in every locale. */
#ifndef LOOKOUT_BASE_TEXT_H
#define LOOKOUT_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* A decimal number with '.', optionally with an exponent, and nothing around it. Returns 0, or -1 for
 * anything else: empty, trailing characters, NaN, infinity, hexadecimal. */
int text_to_number(const char *text, double *value);
/* A decimal integer with nothing around it. Returns 0, or -1 for anything else or out of int64_t. */
int text_to_integer(const char *text, int64_t *value);

/* Longest output of text_put_number(), the final NUL included. */
#define TEXT_NUMBER_SIZE 32
/* Writes value rounded to `decimals` (1..9) places, without trailing zeros but with at least one digit after
 * the point ("5.0", "0.033"), and a NUL. Returns the length. Infinity and NaN become "null", as in JSON. */
int text_put_number(char text[TEXT_NUMBER_SIZE], double value, int decimals);

/* Replaces by '?' what could move the cursor of a terminal or colour it: C0 controls, DEL, C1 controls in
 * UTF-8. */
void text_make_printable(char *text);

/* Edits (insertion, deletion, substitution, exchange of neighbours) from a to b: Damerau-Levenshtein, optimal
 * string alignment. Strings longer than 64 bytes are infinitely far: INT_MAX. */
int text_distance(const char *a, const char *b);

/* Reads one character and advances past it; U+FFFD for a byte that is not UTF-8; 0, without advancing, at the
 * end. */
uint32_t text_next(const char **utf8);

#endif
