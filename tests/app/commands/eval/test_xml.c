#include "app/commands/eval/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static Error error;

/* What a file tells, as "<a <b b=text> a=>": starts by name, ends by name and text. NULL with error. */
static const char *events(const char *text, size_t size)
{
    static char told[1024];
    char copy[4096];
    XmlReader reader;
    size_t length = 0;
    assert_true(size < sizeof copy);
    memcpy(copy, text, size);
    told[0] = 0;
    error = (Error){0};
    if (xml_open(&reader, copy, size, "x.xml", &error))
        return NULL;
    for (;;) {
        XmlEvent event = xml_next(&reader, &error);
        if (event == XML_ERROR)
            return NULL;
        if (event == XML_DONE)
            return told;
        const XmlName name = reader.path[reader.depth - 1];
        if (event == XML_START)
            length +=
                (size_t)snprintf(told + length, sizeof told - length, "<%.*s ", (int)name.length, name.text);
        else
            length += (size_t)snprintf(told + length, sizeof told - length, "%.*s=%s> ", (int)name.length,
                                       name.text, reader.value);
    }
}

static void tells(const char *text, const char *expected)
{
    const char *told = events(text, strlen(text));
    if (!told)
        fail_msg("%s", error.message);
    assert_string_equal(told, expected);
}

static void refuses_bytes(const char *text, size_t size, const char *expected)
{
    if (events(text, size))
        fail_msg("'%s' is taken", text);
    if (!strstr(error.message, expected))
        fail_msg("'%s' does not tell '%s'", error.message, expected);
}

static void refuses(const char *text, const char *expected)
{
    refuses_bytes(text, strlen(text), expected);
}

static void elements(void **state)
{
    (void)state;
    tells("<a/>", "<a a=> ");
    tells("<a></a>", "<a a=> ");
    tells("<a><b> one two\n</b><b-2.x>3</b-2.x ></a>\n", "<a <b b=one two> <b-2.x b-2.x=3> a=> ");
    tells("<a>outer<b>inner</b>rest</a>", "<a <b b=inner> a=rest> ");
    tells("<a>outer<b/></a>", "<a <b b=> a=> ");
    tells("<a\n b='1>2' c = \"it's\"><d e=\"\"/></a>", "<a <d d=> a=> ");
    tells("<\xc3\xa4>\xc3\xb6</\xc3\xa4>", "<\xc3\xa4 \xc3\xa4=\xc3\xb6> ");
}

static void what_is_skipped(void **state)
{
    (void)state;
    tells("\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- <x> -->\n"
          "<!DOCTYPE a [<!ELEMENT a (b)> <!-- ]> --> <!ENTITY e \"]>\">]>\n<a/><!-- end --><?p?>\n",
          "<a a=> ");
    tells("<a>1<!-- <b> & -->2<?p <c> ?>3</a>", "<a a=123> ");
}

static void text(void **state)
{
    (void)state;
    tells("<a>&lt;&amp;&gt;&quot;&apos;</a>", "<a a=<&>\"'> ");
    tells("<a>&#65;&#x42;&#xe4;&#x20AC;&#x1F600;</a>", "<a a=AB\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80> ");
    tells("<a>1<![CDATA[<b>&amp;]]]>2</a>", "<a a=1<b>&amp;]2> ");
    tells("<a> > ]] </a>", "<a a=> ]]> ");
}

static void paths(void **state)
{
    (void)state;
    char copy[] = "<a><b><c/></b></a>";
    XmlReader reader;
    assert_int_equal(xml_open(&reader, copy, strlen(copy), "x.xml", &error), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(xml_next(&reader, &error), XML_START);
    assert_true(xml_is(&reader, "a/b/c"));
    assert_false(xml_is(&reader, "a/b"));
    assert_false(xml_is(&reader, "a/b/c/d"));
    assert_false(xml_is(&reader, "a/b/cc"));
    assert_false(xml_is(&reader, "b/c"));
    assert_int_equal(xml_next(&reader, &error), XML_END);
    assert_true(xml_is(&reader, "a/b/c"));
    assert_int_equal(xml_next(&reader, &error), XML_END);
    assert_true(xml_is(&reader, "a/b"));
}

static void damage(void **state)
{
    (void)state;
    refuses("", "x.xml:1: no element");
    refuses("\n\n<!-- -->", "x.xml:3: no element");
    refuses("hello", "x.xml:1: text outside of the root element");
    refuses("<a/>hello", "text outside of the root element");
    refuses("<a/>\n<b/>", "x.xml:2: a tag behind the root element");
    refuses("</a>", "x.xml:1: '<' that begins no tag");
    refuses("<a>\n<b></a>", "x.xml:2: another tag ends within <b>");
    refuses("<aa></a>", "another tag ends within <aa>");
    refuses("<a></aa>", "another tag ends within <a>");
    refuses("<a>\n", "x.xml:2: the file ends within <a>");
    refuses("<a", "a tag without its '>'");
    refuses("<a b", "an attribute that is not name=\"value\"");
    refuses("<a b=1>", "an attribute that is not name=\"value\"");
    refuses("<a b='1", "an attribute without its second quote");
    refuses("<a b='1'c='2'/>", "a tag without its '>'");
    refuses("<a>1 < 2</a>", "'<' that begins no tag");
    refuses("<a>&nbsp;</a>", "an entity that is not known here");
    refuses("<a>&</a>", "an entity that is not known here");
    refuses("<a>&#0;</a>", "a character reference that names no character");
    refuses("<a>&#xd800;</a>", "a character reference that names no character");
    refuses("<a>&#x110000;</a>", "a character reference that names no character");
    refuses("<a>&#99999999999999999999;</a>", "a character reference that names no character");
    refuses("<a>&#6a;</a>", "a character reference that names no character");
    refuses("<a>&#65</a>", "a character reference that names no character");
    refuses("<a><!-- </a>", "a comment without its -->");
    refuses("<a><![CDATA[ </a>", "<![CDATA[ without its ]]>");
    refuses("<?xml <a/>", "<? without its ?>");
    refuses("<!DOCTYPE a [<a/>", "<!DOCTYPE without its '>'");
    refuses("<!DOCTYPE a \"><a/>", "<!DOCTYPE without its '>'");
    refuses("<a><!DOCTYPE a></a>", "'<' that begins no tag");
    refuses_bytes("<a>\0</a>", 8, "a NUL byte");
}

static void depth(void **state)
{
    (void)state;
    char deep[8 * XML_MAX_DEPTH] = "";
    for (int i = 0; i < XML_MAX_DEPTH; i++)
        strcat(deep, "<a>");
    for (int i = 0; i < XML_MAX_DEPTH; i++)
        strcat(deep, "</a>");
    assert_non_null(events(deep, strlen(deep)));
    memmove(deep + 3, deep, strlen(deep) + 1);
    refuses(deep, "elements are nested too deeply");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements), cmocka_unit_test(what_is_skipped), cmocka_unit_test(text),
        cmocka_unit_test(paths),    cmocka_unit_test(damage),          cmocka_unit_test(depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
