#include "base/text.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

int text_to_integer(const char *text, int64_t *value)
{
    const bool negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    if (!*text)
        return -1;
    int64_t sum = 0;
    for (; *text; text++) {
        if (!is_digit(*text) || __builtin_mul_overflow(sum, (int64_t)10, &sum) ||
            __builtin_add_overflow(sum, (int64_t)(*text - '0'), &sum))
            return -1;
    }
    *value = negative ? -sum : sum;
    return 0;
}

int text_to_number(const char *text, double *value)
{
    const bool negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    /* 18 digits fit an integer; more would not change the double that is nearest by more than its last bit */
    int64_t digits = 0, exponent = 0;
    bool seen = false;
    for (bool after_point = false; is_digit(*text) || (*text == '.' && !after_point); text++) {
        if (*text == '.') {
            after_point = true;
            continue;
        }
        seen = true;
        if (digits < 100000000000000000) {
            digits = 10 * digits + (*text - '0');
            exponent -= after_point;
        } else {
            exponent += !after_point;
        }
    }
    if (!seen)
        return -1;
    if (*text == 'e' || *text == 'E') {
        int64_t written;
        if (text_to_integer(text + 1, &written) || written < -999 || written > 999)
            return -1;
        exponent += written;
    } else if (*text) {
        return -1;
    }
    double power = pow(10.0, (double)llabs(exponent));
    double magnitude = exponent < 0 ? (double)digits / power : digits ? (double)digits * power : 0;
    if (!isfinite(magnitude))
        return -1;
    *value = negative ? -magnitude : magnitude;
    return 0;
}

int text_put_number(char text[TEXT_NUMBER_SIZE], double value, int decimals)
{
    int64_t scale = 1;
    for (int i = 0; i < decimals; i++)
        scale *= 10;
    double scaled = fabs(value) * (double)scale;
    if (!isfinite(scaled)) {
        memcpy(text, "null", 5);
        return 4;
    }
    int64_t units = scaled < 9e18 ? llround(scaled) : (int64_t)9e18;
    int length = snprintf(text, TEXT_NUMBER_SIZE, "%s%" PRId64 ".%0*" PRId64, value < 0 && units ? "-" : "",
                          units / scale, decimals, units % scale);
    while (text[length - 1] == '0' && text[length - 2] != '.')
        length--;
    text[length] = 0;
    return length;
}

void text_make_printable(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c; c++) {
        if (*c < 0x20 || *c == 0x7f)
            *c = '?';
        else if (*c == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f)
            c[0] = c[1] = '?';
    }
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

int text_distance(const char *a, const char *b)
{
    enum { LONGEST = 64 };
    size_t a_length = strlen(a), b_length = strlen(b);
    if (a_length > LONGEST || b_length > LONGEST)
        return INT_MAX;
    /* rows of the matrix of distances between prefixes: the one before the last, the last, this one */
    int rows[3][LONGEST + 1];
    int *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        last[j] = before[j] = (int)j;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = (int)i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = smaller(last[j - 1] + (a[i - 1] != b[j - 1]), smaller(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = smaller(row[j], before[j - 2] + 1);
        }
        int *reused = before;
        before = last;
        last = row;
        row = reused;
    }
    return last[b_length];
}

uint32_t text_next(const char **utf8)
{
    const uint8_t *byte = (const uint8_t *)*utf8;
    if (byte[0] == 0)
        return 0;
    (*utf8)++;
    if (byte[0] < 0x80)
        return byte[0];

    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    int length = byte[0] >= 0xF0 && byte[0] < 0xF8 ? 4 : byte[0] >= 0xE0 ? 3 : 2;
    if (byte[0] < 0xC0 || byte[0] >= 0xF8)
        return 0xFFFD;
    uint32_t codepoint = byte[0] & (0x7F >> length);
    for (int i = 1; i < length; i++) {
        if ((byte[i] & 0xC0) != 0x80)
            return 0xFFFD;
        codepoint = codepoint << 6 | (byte[i] & 0x3F);
    }
    if (codepoint < smallest[length] || codepoint > 0x10FFFF || (codepoint >= 0xD800 && codepoint < 0xE000))
        return 0xFFFD;
    *utf8 += length - 1;
    return codepoint;
}
