#include "app/window/keys.h"

#include <stdio.h>
#include <string.h>

const Key key_table[] = {
    {"q", "q", ACTION_QUIT, 0, "quit"},
    {NULL, "Esc", ACTION_QUIT, 0, NULL},
    {"f", "f", ACTION_FULLSCREEN, 0, "full screen, or a window again"},
    {" ", "Space", ACTION_PAUSE, 0, "pause, or go on"},
    {".", ".", ACTION_STEP, 1, "pause, then one frame at a time"},
    {"s", "s", ACTION_SNAPSHOT, 0, "snapshot, as a PNG file"},
    {"S", "S", ACTION_CLEAN_SNAPSHOT, 0, "snapshot without boxes"},
    {"r", "r", ACTION_RECORD, 0, "start or end a recording"},
    {"[", "[", ACTION_ALPHA_DOWN, 1, "alpha down: a narrower, faster network"},
    {"]", "]", ACTION_ALPHA_UP, 1, "alpha up: a wider, more accurate one"},
    {"{", "{", ACTION_RHO_DOWN, 1, "rho down: a smaller, faster input"},
    {"}", "}", ACTION_RHO_UP, 1, "rho up: a larger, more accurate one"},
    {"a", "a", ACTION_AUTO, 0, "alpha and rho by themselves, or fixed"},
    {"+", "+", ACTION_THRESHOLD_UP, 1, "threshold up: fewer, surer boxes"},
    {"-", "-", ACTION_THRESHOLD_DOWN, 1, "threshold down: more boxes"},
    {"i", "i", ACTION_STATISTICS, 0, "statistics on or off"},
    {"?", "?", ACTION_HELP, 0, "this list"},
};
const int key_count = sizeof key_table / sizeof *key_table;

const Key *key_find(const char *text)
{
    for (int i = 0; i < key_count; i++) {
        const char *typed = key_table[i].text;
        if (text && typed ? !strcmp(text, typed) : text == typed)
            return &key_table[i];
    }
    return NULL;
}

int key_names(int entry, char *names, size_t size)
{
    int length = snprintf(names, size, "%s", key_table[entry].name);
    for (entry++; entry < key_count && !key_table[entry].help; entry++) {
        size_t used = length >= 0 && (size_t)length < size ? (size_t)length : size;
        length += snprintf(names + used, size - used, ", %s", key_table[entry].name);
    }
    return entry;
}
