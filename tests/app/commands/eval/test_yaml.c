#include "app/commands/eval/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static Error error;

/* What a file says of keys a and b, as "a=scalar b-item b.key=value"; NULL with error. */
static const char *read_bytes(const char *text, size_t size)
{
    static const char *const keys[] = {"a", "b", NULL};
    static char told[1024];
    size_t length = 0;
    Yaml yaml;
    error = (Error){0};
    int failed = yaml_parse(&yaml, text, size, keys, "x.yaml", &error);
    told[0] = 0;
    for (int i = 0; i < yaml.count; i++) {
        const YamlEntry *entry = &yaml.entries[i];
        length +=
            (size_t)snprintf(told + length, sizeof told - length, "%s%s%s%s%s%s", i ? " " : "", entry->key,
                             entry->kind == YAML_MAP_ITEM ? "." : "", entry->item ? entry->item : "",
                             entry->kind == YAML_LIST_ITEM ? "-" : "=", entry->value);
    }
    yaml_destroy(&yaml);
    return failed ? NULL : told;
}

static void tells(const char *text, const char *expected)
{
    const char *told = read_bytes(text, strlen(text));
    if (!told)
        fail_msg("%s", error.message);
    assert_string_equal(told, expected);
}

static void refuses(const char *text, const char *expected)
{
    if (read_bytes(text, strlen(text)))
        fail_msg("'%s' is taken", text);
    if (!strstr(error.message, expected))
        fail_msg("'%s' does not tell '%s'", error.message, expected);
}

static void scalars(void **state)
{
    (void)state;
    tells("a: one two  # comment\nb: x#y", "a=one two b=x#y");
    tells("a: 'it''s # 1'\nb: \"say \\\"hi\\\" \\\\ \\/\"\r\n", "a=it's # 1 b=say \"hi\" \\ /");
    tells("'a' : http://x/y:z\n\"b\": -1\n", "a=http://x/y:z b=-1");
    tells("\xef\xbb\xbf%YAML 1.2\n---\n# comment\n\na:\tx\n...\nnot: [yaml", "a=x");
    tells("a:\nb: # nothing\n", "");
    tells("", "");
    tells("a: x", "a=x");
    tells("a: \"\"\n", "a=");
}

static void lists(void **state)
{
    (void)state;
    tells("a:\n  - x y\n\n  # comment\n  - 'z'  # more\nb:\n- u\n- v\n", "a-x y a-z b-u b-v");
    tells("a: [x, 'y, z' , \"]\"]\nb: []\n", "a-x a-y, z a-]");
    tells("a: [ # comment\n  x,  # one\n# two\n y,\n]\nb: [u]", "a-x a-y b-u");
}

static void maps(void **state)
{
    (void)state;
    tells("a:\n  0: person\n  1: cell phone # comment\nb: {0: x, 'k': \"y\"}\n",
          "a.0=person a.1=cell phone b.0=x b.k=y");
    tells("a: {}\nb: {0: x,\n  1:\n y}\n", "b.0=x b.1=y");
}

static void other_keys(void **state)
{
    (void)state;
    tells("c: {deep: {er: [1, 2]}}\nd: |\n  a: code\n\n  more & more: *\n\te\nl:\n- a: 1\n  b: 2\n- x\n"
          "m: [1,\n  2\n]\nn: &anchor\n  k: !tag v\na: x\n",
          "a=x");
}

static void what_is_not_read(void **state)
{
    (void)state;
    refuses("\n\na: |\n  text\n", "x.yaml:3: a form of YAML that is not read here");
    refuses("a: &x 1\n", "x.yaml:1: a form of YAML that is not read here");
    refuses("a: *x\n", "a form of YAML that is not read here");
    refuses("a:\n  - - x\n", "x.yaml:2: a form of YAML that is not read here");
    refuses("a:\n  - [x]\n", "x.yaml:2: a form of YAML that is not read here");
    refuses("a: [[x]]\n", "a form of YAML that is not read here");
    refuses("a:\n  k: {x: y}\n", "a form of YAML that is not read here");
    refuses("a:\n  - k: v\n", "x.yaml:2: more than a value");
    refuses("a:\n  k:\n    - v\n", "x.yaml:2: a value is missing");
    refuses("a: x: y\n", "more than a value");
    refuses("a: 'x' y\n", "more than a value");
    refuses("a: one\n  two\n", "x.yaml:2: unexpected indentation");
    refuses("a:\n  - x\n    - y\n", "x.yaml:3: unexpected indentation");
    refuses("a: \"\\n\"\n", "an escape that is not known here");
    refuses("a: \"\\", "an escape that is not known here");
}

static void damage(void **state)
{
    (void)state;
    refuses("hello\n", "x.yaml:1: expected key: value");
    refuses("a:x\n", "expected key: value");
    refuses("- x\n", "x.yaml:1: a form of YAML");
    refuses(": x\n", "a value is missing");
    refuses("  a: x\n", "x.yaml:1: unexpected indentation");
    refuses("a: x\na: y\n", "x.yaml:2: this key is there twice");
    refuses("a: 'x\nb: y'\n", "x.yaml:1: a quote that is not closed on its line");
    refuses("a: 'x''", "a quote that is not closed on its line");
    refuses("a: [x\nb: y\n", "x.yaml:2: expected ',' or the closing bracket");
    refuses("a: [x", "a bracket is not closed");
    refuses("a: [x,", "a value is missing");
    refuses("a: [x,,y]", "a form of YAML that is not read here");
    refuses("a: [x}\n", "expected ',' or the closing bracket");
    refuses("a: {x}\n", "expected key: value");
    refuses("a: {x: }\n", "a form of YAML that is not read here");
    refuses("a: [x] y\n", "more than a value");
    refuses("a:\n  x\n", "x.yaml:2: expected key: value");
    refuses("a:\n  - \n", "x.yaml:2: a value is missing");
    assert_null(read_bytes("a: x\0y", 6));
    assert_non_null(strstr(error.message, "a NUL byte"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars),
        cmocka_unit_test(lists),
        cmocka_unit_test(maps),
        cmocka_unit_test(other_keys),
        cmocka_unit_test(what_is_not_read),
        cmocka_unit_test(damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
