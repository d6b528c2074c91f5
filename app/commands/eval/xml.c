#include "app/commands/eval/xml.h"

#include <stdint.h>
#include <string.h>

static XmlEvent fail(const XmlReader *reader, Error *error, const char *reason)
{
    error_set(error, "%s:%d: %s", reader->label, reader->line, reason);
    return XML_ERROR;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name_byte(char c, bool first)
{
    unsigned char byte = (unsigned char)c;
    if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' || byte == ':' ||
        byte >= 0x80)
        return true;
    return !first && ((byte >= '0' && byte <= '9') || byte == '-' || byte == '.');
}

/* Advances by count bytes, counting lines. */
static void skip(XmlReader *reader, size_t count)
{
    for (const char *end = reader->at + count; reader->at < end; reader->at++)
        reader->line += *reader->at == '\n';
}

/* The only NUL is the one behind the text; every loop that searches for another character ends there. */
static bool skip_spaces(XmlReader *reader)
{
    const char *from = reader->at;
    while (is_space(*reader->at))
        skip(reader, 1);
    return reader->at > from;
}

static bool begins(const XmlReader *reader, const char *with)
{
    size_t length = strlen(with);
    return (size_t)(reader->end - reader->at) >= length && !memcmp(reader->at, with, length);
}

/* Moves behind the next `mark`. */
static int skip_behind(XmlReader *reader, const char *mark, const char *what, Error *error)
{
    size_t length = strlen(mark);
    const char *found = memmem(reader->at, (size_t)(reader->end - reader->at), mark, length);
    if (!found)
        return fail(reader, error, what);
    skip(reader, (size_t)(found - reader->at) + length);
    return 0;
}

/* Skips a document type to its '>', with the brackets, strings and comments in it. */
static int skip_document_type(XmlReader *reader, Error *error)
{
    static const char unfinished[] = "<!DOCTYPE without its '>'";
    for (int depth = 0; reader->at < reader->end;) {
        char c = *reader->at;
        const char quote[2] = {c, 0};
        if (begins(reader, "<!--")) {
            if (skip_behind(reader, "-->", unfinished, error))
                return -1;
            continue;
        }
        skip(reader, 1);
        if ((c == '"' || c == '\'') && skip_behind(reader, quote, unfinished, error))
            return -1;
        if (c == '<' || c == '[')
            depth++;
        if (c == '>' || c == ']')
            depth--;
        if (depth == 0)
            return 0;
    }
    return fail(reader, error, unfinished);
}

static XmlName read_name(XmlReader *reader)
{
    XmlName name = {reader->at, 0};
    while (is_name_byte(reader->at[name.length], name.length == 0))
        name.length++;
    reader->at += name.length;
    return name;
}

static int skip_attribute(XmlReader *reader, Error *error)
{
    if (!read_name(reader).length)
        return fail(reader, error, "a tag without its '>'");
    skip_spaces(reader);
    char quote = 0;
    if (*reader->at == '=') {
        skip(reader, 1);
        skip_spaces(reader);
        quote = *reader->at;
    }
    if (quote != '"' && quote != '\'')
        return fail(reader, error, "an attribute that is not name=\"value\"");
    skip(reader, 1);
    while (*reader->at && *reader->at != quote && *reader->at != '<')
        skip(reader, 1);
    if (*reader->at != quote)
        return fail(reader, error, "an attribute without its second quote");
    skip(reader, 1);
    return 0;
}

/* Starts collecting text at the current position. */
static void restart_value(XmlReader *reader)
{
    reader->value = reader->value_end = reader->at;
}

/* At '<' and a name. */
static XmlEvent read_start_tag(XmlReader *reader, Error *error)
{
    skip(reader, 1);
    XmlName name = read_name(reader);
    if (!name.length)
        return fail(reader, error, "'<' that begins no tag");
    if (reader->depth == XML_MAX_DEPTH)
        return fail(reader, error, "elements are nested too deeply");
    for (;;) {
        bool spaced = skip_spaces(reader);
        if (*reader->at == '>' || begins(reader, "/>"))
            break;
        if (!spaced)
            return fail(reader, error, "a tag without its '>'");
        if (skip_attribute(reader, error))
            return XML_ERROR;
    }
    reader->empty = *reader->at == '/';
    skip(reader, reader->empty ? 2 : 1);
    reader->path[reader->depth++] = name;
    reader->started = true;
    restart_value(reader);
    return XML_START;
}

static void finish_value(XmlReader *reader)
{
    while (reader->value_end > reader->value && is_space(reader->value_end[-1]))
        reader->value_end--;
    *reader->value_end = 0; /* over what has been read: the end tag at the latest */
    while (is_space(*reader->value))
        reader->value++;
}

/* Fails with an error in the innermost open element. */
static XmlEvent fail_within(const XmlReader *reader, Error *error, const char *reason)
{
    const XmlName open = reader->path[reader->depth - 1];
    error_set(error, "%s:%d: %s within <%.*s>", reader->label, reader->line, reason,
              open.length < 60 ? (int)open.length : 60, open.text);
    return XML_ERROR;
}

/* At "</". */
static XmlEvent read_end_tag(XmlReader *reader, Error *error)
{
    const XmlName open = reader->path[reader->depth - 1];
    skip(reader, 2);
    XmlName name = read_name(reader);
    skip_spaces(reader);
    if (name.length != open.length || memcmp(name.text, open.text, name.length) || *reader->at != '>')
        return fail_within(reader, error, "another tag ends");
    skip(reader, 1);
    finish_value(reader);
    reader->ended = true;
    return XML_END;
}

static void put_bytes(XmlReader *reader, const char *bytes, size_t count)
{
    memmove(reader->value_end, bytes, count);
    reader->value_end += count;
}

static void put_codepoint(XmlReader *reader, uint32_t codepoint)
{
    char bytes[4];
    size_t count = codepoint < 0x80 ? 1 : codepoint < 0x800 ? 2 : codepoint < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = count; i-- > 1; codepoint >>= 6)
        bytes[i] = (char)(0x80 | (codepoint & 0x3f));
    bytes[0] = (char)(leads[count] | codepoint);
    put_bytes(reader, bytes, count);
}

/* The number in &#N; or &#xN; between its '#' and ';'; 0 for what is none or no character. */
static uint32_t parse_reference(const char *text, size_t length)
{
    uint32_t base = 10, codepoint = 0;
    if (length && *text == 'x') {
        base = 16;
        text++, length--;
    }
    for (size_t i = 0; i < length; i++) {
        char c = text[i] | 0x20; /* lower case of a letter; digits have that bit */
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                                                : 16;
        if (digit >= base)
            return 0;
        codepoint = codepoint * base + digit;
        if (codepoint > 0x10ffff)
            return 0;
    }
    bool surrogate = codepoint >= 0xd800 && codepoint <= 0xdfff;
    bool control = codepoint < 0x20 && codepoint != '\t' && codepoint != '\n' && codepoint != '\r';
    return surrogate || control ? 0 : codepoint;
}

/* At '&': puts what it stands for, which is shorter than the reference. */
static int read_reference(XmlReader *reader, Error *error)
{
    static const struct {
        const char *name;
        char character;
    } entities[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        if (!begins(reader, entities[i].name))
            continue;
        put_bytes(reader, &entities[i].character, 1);
        skip(reader, strlen(entities[i].name));
        return 0;
    }
    if (!begins(reader, "&#"))
        return fail(reader, error, "an entity that is not known here; XML has &lt; &gt; &amp; &quot; &apos;");
    size_t length = strcspn(reader->at + 2, ";<");
    uint32_t codepoint = reader->at[2 + length] == ';' ? parse_reference(reader->at + 2, length) : 0;
    if (!codepoint)
        return fail(reader, error, "a character reference that names no character");
    skip(reader, length + 3);
    put_codepoint(reader, codepoint);
    return 0;
}

/* Text to the next '<'. Outside of the root only spaces may be. */
static int read_text(XmlReader *reader, Error *error)
{
    while (reader->at < reader->end && *reader->at != '<') {
        if (!reader->depth && !is_space(*reader->at))
            return fail(reader, error, "text outside of the root element; expected XML");
        if (*reader->at == '&') {
            if (read_reference(reader, error))
                return -1;
            continue;
        }
        put_bytes(reader, reader->at, 1);
        skip(reader, 1);
    }
    return 0;
}

/* At "<![CDATA[". */
static int read_character_data(XmlReader *reader, Error *error)
{
    skip(reader, 9);
    char *from = reader->at;
    if (skip_behind(reader, "]]>", "<![CDATA[ without its ]]>", error))
        return -1;
    put_bytes(reader, from, (size_t)(reader->at - from) - 3);
    return 0;
}

int xml_open(XmlReader *reader, char *text, size_t size, const char *label, Error *error)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    *reader = (XmlReader){.label = label, .line = 1, .at = text, .end = text + size};
    text[size] = 0;
    if (strlen(text) != size)
        return fail(reader, error, "a NUL byte; expected XML in UTF-8");
    if (begins(reader, byte_order_mark))
        reader->at += sizeof byte_order_mark - 1;
    restart_value(reader);
    return 0;
}

/* What stands between the last tag and the next: 1 where that tag is there, 0 at the end of the file, -1 with
 * error. */
static int seek_tag(XmlReader *reader, Error *error)
{
    for (;;) {
        int failed = read_text(reader, error);
        if (failed || reader->at == reader->end)
            return failed;
        if (begins(reader, "<!--")) {
            skip(reader, 4);
            failed = skip_behind(reader, "-->", "a comment without its -->", error);
        } else if (begins(reader, "<?")) {
            failed = skip_behind(reader, "?>", "<? without its ?>", error);
        } else if (begins(reader, "<![CDATA[") && reader->depth) {
            failed = read_character_data(reader, error);
        } else if (begins(reader, "<!DOCTYPE") && !reader->started) {
            failed = skip_document_type(reader, error);
        } else {
            return 1;
        }
        if (failed)
            return -1;
    }
}

XmlEvent xml_next(XmlReader *reader, Error *error)
{
    if (reader->ended) {
        reader->ended = false;
        reader->depth--;
        restart_value(reader);
    }
    if (reader->empty) {
        reader->empty = false;
        reader->ended = true;
        reader->value = "";
        return XML_END;
    }
    int found = seek_tag(reader, error);
    if (found < 0)
        return XML_ERROR;
    if (!found && reader->depth)
        return fail_within(reader, error, "the file ends");
    if (!found)
        return reader->started ? XML_DONE : fail(reader, error, "no element; expected XML");
    if (begins(reader, "</") && reader->depth)
        return read_end_tag(reader, error);
    if (reader->started && !reader->depth)
        return fail(reader, error, "a tag behind the root element");
    return read_start_tag(reader, error);
}

bool xml_is(const XmlReader *reader, const char *path)
{
    for (int i = 0; i < reader->depth; i++) {
        const XmlName name = reader->path[i];
        if (strncmp(path, name.text, name.length))
            return false;
        path += name.length;
        if (*path != (i + 1 < reader->depth ? '/' : 0))
            return false;
        path++;
    }
    return reader->depth > 0;
}
