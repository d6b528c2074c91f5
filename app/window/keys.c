#include "app/window/keys.h"

#include <stdio.h>
#include <string.h>

const Key key_table[] = {
    {"q", "q", "quit", false, "quit"},
    {KEY_ESCAPE, "Esc", "quit", false, NULL},
    {"f", "f", "full-screen", false, "full screen, or a window again"},
    {" ", "Space", "pause", false, "pause, or go on"},
    {".", ".", "step", true, "pause, then one frame at a time"},
    {"s", "s", "snapshot boxes", false, "snapshot, as a PNG file"},
    {"S", "S", "snapshot clean", false, "snapshot without boxes"},
    {"r", "r", "record", false, "start or end a recording"},
    {"[", "[", "alpha down", true, "alpha down: a narrower, faster network"},
    {"]", "]", "alpha up", true, "alpha up: a wider, more accurate one"},
    {"{", "{", "size down", true, "rho down: a smaller, faster input"},
    {"}", "}", "size up", true, "rho up: a larger, more accurate one"},
    {"a", "a", "auto", false, "alpha and rho by themselves, or fixed"},
    {"+", "+", "threshold up", true, "threshold up: fewer, surer boxes"},
    {"-", "-", "threshold down", true, "threshold down: more boxes"},
    {KEY_ENTER, "Enter", "alone toggle", false, "one of several inputs alone, or all again"},
    {"1", "1 to 9", "alone 1", false, "that one of several inputs alone"},
    {"2", NULL, "alone 2", false, NULL},
    {"3", NULL, "alone 3", false, NULL},
    {"4", NULL, "alone 4", false, NULL},
    {"5", NULL, "alone 5", false, NULL},
    {"6", NULL, "alone 6", false, NULL},
    {"7", NULL, "alone 7", false, NULL},
    {"8", NULL, "alone 8", false, NULL},
    {"9", NULL, "alone 9", false, NULL},
    {"0", "0", "alone 0", false, "all inputs"},
    {"i", "i", "statistics", false, "statistics on or off"},
    {"?", "?", "help", false, "this list"},
};
const int key_count = sizeof key_table / sizeof *key_table;

const Key *key_find(const char *text)
{
    for (int i = 0; i < key_count; i++)
        if (!strcmp(text, key_table[i].text))
            return &key_table[i];
    return NULL;
}

int key_names(int entry, char *names, size_t size)
{
    int length = snprintf(names, size, "%s", key_table[entry].name);
    for (entry++; entry < key_count && !key_table[entry].help; entry++) {
        size_t used = length >= 0 && (size_t)length < size ? (size_t)length : size;
        if (key_table[entry].name)
            length += snprintf(names + used, size - used, ", %s", key_table[entry].name);
    }
    return entry;
}
