#include "app/commands/eval/yaml.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct Parser {
    Yaml *yaml;
    const char *label;
    Error *error;
    const char *at; /* the NUL behind the text ends every loop */
    int line;
    bool flow; /* within brackets: over several lines, and , [ ] { } end a scalar */
} Parser;

static int fail(const Parser *parser, const char *problem)
{
    return error_set(parser->error, "%s:%d: %s", parser->label, parser->line, problem);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool ends_line(char c)
{
    return !c || c == '\n';
}

/* The sign of a list's item. */
static bool is_dash(const char *at)
{
    return *at == '-' && (is_blank(at[1]) || ends_line(at[1]));
}

static bool is_bracket(char c)
{
    return c == ',' || c == '[' || c == ']' || c == '{' || c == '}';
}

/* Skips blanks and a comment, which has a blank before it or begins its line. */
static void skip_blanks(Parser *parser, bool at_begin)
{
    while (is_blank(*parser->at))
        parser->at++;
    if (*parser->at == '#' && (at_begin || is_blank(parser->at[-1])))
        parser->at += strcspn(parser->at, "\n");
}

/* Skips to the start of the next line, or to the end of the text. */
static void next_line(Parser *parser)
{
    parser->at += strcspn(parser->at, "\n");
    if (*parser->at) {
        parser->at++;
        parser->line++;
    }
}

/* The same within brackets, where line ends are skipped, too. */
static void skip_flow_blanks(Parser *parser)
{
    skip_blanks(parser, false);
    while (*parser->at == '\n') {
        next_line(parser);
        skip_blanks(parser, true);
    }
}

/* Skips from the start of a line to the start of the first that holds more than a comment. Returns its
 * indentation; -1 at the end of the text. */
static int seek_content(Parser *parser)
{
    for (;;) {
        size_t spaces = strspn(parser->at, " ");
        char first = parser->at[strspn(parser->at, " \t\r")];
        if (!first)
            return -1;
        if (first != '\n' && first != '#')
            return (int)spaces;
        next_line(parser);
    }
}

/* Checks that only blanks or a comment follow a value on its line. */
static int finish_line(Parser *parser)
{
    skip_blanks(parser, false);
    if (!ends_line(*parser->at))
        return fail(parser, "more than a value; quote what has ': ' or begins with a sign");
    next_line(parser);
    return 0;
}

/* A copy of length bytes, or NULL with error. */
static char *copy_text(Parser *parser, const char *text, size_t length)
{
    char *copy = strndup(text, length);
    if (!copy)
        fail(parser, "out of memory");
    return copy;
}

/* At a quote. Returns the string, or NULL with error. */
static char *read_quoted(Parser *parser)
{
    const char quote = *parser->at++;
    char *text = copy_text(parser, parser->at, strcspn(parser->at, "\n")), *out = text;
    while (text) {
        char c = *parser->at;
        if (ends_line(c)) {
            fail(parser, "a quote that is not closed on its line");
            break;
        }
        parser->at++;
        if (c == quote && !(quote == '\'' && *parser->at == quote)) {
            *out = 0;
            return text;
        }
        if (c == '\\' && quote == '"' && *parser->at != '"' && *parser->at != '\\' && *parser->at != '/') {
            fail(parser, "an escape that is not known here; there are \\\" \\\\ and \\/");
            break;
        }
        if (c == quote || (c == '\\' && quote == '"'))
            c = *parser->at++;
        *out++ = c;
    }
    free(text);
    return NULL;
}

/* The ':' behind a key. */
static bool is_colon(const Parser *parser)
{
    char next = parser->at[0] ? parser->at[1] : 0;
    return *parser->at == ':' && (is_blank(next) || ends_line(next) || (parser->flow && is_bracket(next)));
}

/* Reads a string. NULL with error; an empty one without quotes is an error. */
static char *read_scalar(Parser *parser)
{
    const char *begin = parser->at;
    if (*begin == '"' || *begin == '\'')
        return read_quoted(parser);
    if (is_bracket(*begin) || is_dash(begin) || (*begin && strchr("&*!|>@`%?", *begin))) {
        fail(parser, "a form of YAML that is not read here; expected a word, a \"string\", [a, b] or {a: b}");
        return NULL;
    }
    while (!ends_line(*parser->at) && !is_colon(parser) && !(parser->flow && is_bracket(*parser->at)) &&
           !(*parser->at == '#' && parser->at > begin && is_blank(parser->at[-1])))
        parser->at++;
    size_t length = (size_t)(parser->at - begin);
    while (length && is_blank(begin[length - 1]))
        length--;
    if (!length) {
        fail(parser, "a value is missing");
        return NULL;
    }
    return copy_text(parser, begin, length);
}

/* Adds an entry and takes ownership of item and value. */
static int add_entry(Parser *parser, YamlKind kind, const char *key, char *item, char *value, int line)
{
    Yaml *yaml = parser->yaml;
    if (value && yaml->count == yaml->room) {
        int room = yaml->room ? 2 * yaml->room : 64;
        YamlEntry *larger = reallocarray(yaml->entries, (size_t)room, sizeof *larger);
        if (larger) {
            yaml->entries = larger;
            yaml->room = room;
        } else {
            fail(parser, "out of memory");
        }
    }
    if (!value || yaml->count == yaml->room) {
        free(item);
        free(value);
        return -1;
    }
    yaml->entries[yaml->count++] = (YamlEntry){kind, key, item, value, line};
    return 0;
}

/* "item: value" of a map, or the value of a list. */
static int read_item(Parser *parser, YamlKind kind, const char *key)
{
    int line = parser->line;
    char *item = NULL;
    if (kind == YAML_MAP_ITEM) {
        if (!(item = read_scalar(parser)))
            return -1;
        skip_blanks(parser, false);
        if (!is_colon(parser)) {
            free(item);
            return fail(parser, "expected key: value");
        }
        parser->at++;
        if (parser->flow)
            skip_flow_blanks(parser);
        else
            skip_blanks(parser, false);
    }
    return add_entry(parser, kind, key, item, read_scalar(parser), line);
}

/* At '[' or '{'. */
static int read_flow(Parser *parser, const char *key)
{
    YamlKind kind = *parser->at == '[' ? YAML_LIST_ITEM : YAML_MAP_ITEM;
    char close = *parser->at == '[' ? ']' : '}';
    parser->at++;
    skip_flow_blanks(parser);
    while (*parser->at != close) {
        if (read_item(parser, kind, key))
            return -1;
        skip_flow_blanks(parser);
        if (*parser->at == ',') {
            parser->at++;
            skip_flow_blanks(parser);
        } else if (*parser->at != close) {
            return fail(parser,
                        *parser->at ? "expected ',' or the closing bracket" : "a bracket is not closed");
        }
    }
    parser->at++;
    return 0;
}

/* The indented lines below a key, or the list below it, which need not be indented. */
static int read_block(Parser *parser, const char *key)
{
    int indentation = seek_content(parser);
    bool is_list = indentation >= 0 && is_dash(parser->at + indentation);
    if (indentation <= 0 && !is_list)
        return 0; /* a key without a value */
    for (int next = indentation; next == indentation; next = seek_content(parser)) {
        if (is_dash(parser->at + indentation) != is_list)
            break;
        parser->at += indentation + is_list;
        skip_blanks(parser, false);
        if (read_item(parser, is_list ? YAML_LIST_ITEM : YAML_MAP_ITEM, key) || finish_line(parser))
            return -1;
    }
    return 0;
}

static int read_value(Parser *parser, const char *key)
{
    skip_blanks(parser, false);
    if (ends_line(*parser->at)) {
        next_line(parser);
        return read_block(parser, key);
    }
    if (*parser->at == '[' || *parser->at == '{') {
        parser->flow = true;
        int failed = read_flow(parser, key);
        parser->flow = false;
        return failed ? -1 : finish_line(parser);
    }
    int line = parser->line;
    return add_entry(parser, YAML_SCALAR, key, NULL, read_scalar(parser), line) ? -1 : finish_line(parser);
}

/* Skips the value of a key that was not asked for. */
static void skip_value(Parser *parser)
{
    do
        next_line(parser);
    while (seek_content(parser) > 0 || *parser->at == '\t' || is_dash(parser->at) || *parser->at == ']' ||
           *parser->at == '}');
}

/* The pointer in keys to the same text, or NULL. */
static const char *find_key(const char *const *keys, const char *text)
{
    while (*keys && strcmp(*keys, text) != 0)
        keys++;
    return *keys;
}

static bool has_key(const Yaml *yaml, const char *key)
{
    for (int i = 0; i < yaml->count; i++)
        if (yaml->entries[i].key == key)
            return true;
    return false;
}

/* At the begin of a line. */
static int read_pair(Parser *parser, const char *const *keys)
{
    char *text = read_scalar(parser);
    if (!text)
        return -1;
    const char *key = find_key(keys, text);
    free(text);
    skip_blanks(parser, false);
    if (!is_colon(parser))
        return fail(parser, "expected key: value");
    parser->at++;
    if (key && has_key(parser->yaml, key))
        return fail(parser, "this key is there twice");
    if (key)
        return read_value(parser, key);
    skip_value(parser);
    return 0;
}

int yaml_parse(Yaml *yaml, const char *text, size_t size, const char *const *keys, const char *label,
               Error *error)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    Parser parser = {.yaml = yaml, .label = label, .error = error, .at = text, .line = 1};
    *yaml = (Yaml){0};
    if (strlen(text) != size)
        return fail(&parser, "a NUL byte; expected YAML in UTF-8");
    if (!strncmp(text, byte_order_mark, 3))
        parser.at += 3;
    for (int indentation; (indentation = seek_content(&parser)) >= 0;) {
        if (!strncmp(parser.at, "...", 3))
            break;
        if (!strncmp(parser.at, "---", 3) || *parser.at == '%') {
            next_line(&parser); /* the begin of the document, a directive */
        } else if (indentation > 0 || *parser.at == '\t') {
            return fail(&parser, "unexpected indentation");
        } else if (read_pair(&parser, keys)) {
            return -1;
        }
    }
    return 0;
}

void yaml_destroy(Yaml *yaml)
{
    for (int i = 0; i < yaml->count; i++) {
        free(yaml->entries[i].item);
        free(yaml->entries[i].value);
    }
    free(yaml->entries);
    *yaml = (Yaml){0};
}
