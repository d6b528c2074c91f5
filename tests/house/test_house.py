#!/usr/bin/python3
"""The house is as CONTRIBUTING.md says: who includes whom, where functions are, how long files are."""
import os
import tempfile
import unittest

import house

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class House(unittest.TestCase):
    def test_rules(self):
        tree = house.Tree(SOURCE)
        self.assertGreater(len(tree.in_rooms()), 100)
        for rule in house.RULES:
            with self.subTest(rule=rule.__name__):
                self.assertEqual("\n".join(rule(tree)), "")


class Rules(unittest.TestCase):
    """Each rule sees what breaks it, in a tree of a few files, and nothing else."""

    def check(self, rule, files, *expected):
        with tempfile.TemporaryDirectory() as root:
            for path, text in files.items():
                os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                    file.write(text)
            found = list(rule(house.Tree(root)))
        self.assertEqual(len(found), len(expected), found)
        for sentence, part in zip(found, expected):
            self.assertIn(part, sentence)

    def test_folder_circles(self):
        files = {"vision/frame.h": "", "vision/draw/draw.c": '#include "vision/frame.h"\n', "vision/draw/font.h": ""}
        self.check(house.folder_circles, files)
        files["vision/frame.c"] = '#include "vision/draw/font.h"\n'
        self.check(house.folder_circles, files, "folder circle vision, vision/draw: ")

    def test_longer_circles(self):
        files = {f"app/{here}/x.h": f'#include "app/{there}/x.h"\n' for here, there in ("ab", "bc", "cd", "db")}
        files |= {"app/a/y.h": "", "app/d/y.h": '# include "app/a/y.h"\n'}
        self.check(house.folder_circles, files, "app/a, app/b, app/c, app/d")
        self.check(house.file_circles, files, "app/b/x, app/c/x, app/d/x")

    def test_file_circles(self):
        files = {"base/a.h": "", "base/a.c": '#include "base/a.h"\n#include "base/b.h"\n', "base/b.h": ""}
        self.check(house.file_circles, files)
        files["base/b.c"] = '#include "base/b.h"\n#include "a.h"\n'
        self.check(house.file_circles, files, "file circle base/a, base/b: base/a.c includes base/b.h; base/b.c")

    def test_arrows(self):
        headers = ("base/b.h", "detector/lookout.h", "detector/plan/plan.h", "vision/v.h", "scene/s.h", "app/run/r.h",
                   "app/sinks/s.h", "app/window/w.h", "app/options/o.h", "app/commands/eval/e.h")
        below = {"base/b.h", "detector/lookout.h", "vision/v.h", "scene/s.h"}
        allowed = {
            "base/x.c": {"base/b.h"},
            "detector/x.c": {"detector/lookout.h", "detector/plan/plan.h"},
            "vision/x.c": {"base/b.h", "vision/v.h"},
            "scene/x.c": {"base/b.h", "scene/s.h"},
            "app/run/x.c": below | {"app/run/r.h"},
            "app/sinks/x.c": below | {"app/run/r.h", "app/sinks/s.h"},
            "app/window/x.c": below | {"app/run/r.h", "app/window/w.h"},
            "app/options/x.c": below | {"app/run/r.h", "app/sinks/s.h", "app/window/w.h", "app/options/o.h"},
            "app/commands/x.c": set(headers) - {"detector/plan/plan.h"},
            "app/main.c": set(headers) - {"detector/plan/plan.h"},
        }
        for path, expected in allowed.items():
            for header in headers:
                with self.subTest(path=path, header=header):
                    files = {header: "" for header in headers} | {path: f'#include "{header}"\n'}
                    self.check(house.forbidden_arrows, files,
                               *([] if header in expected else [f"{path} includes {header}"]))

    def test_headers(self):
        def check(files, *expected):
            self.check(house.headers_without_source, files, *expected)
        declaration = ("/* of int g(void); */\n__attribute__((format(printf, 1, 2))) extern int\n"
                       "f(const char *text,\n  ...) __attribute__((nonnull));\n")
        definition = "int f(const char *text, ...)\n{\n    if (1) { g(); }\n}\n"
        call = "int g(void)\n{\n    return f(\"{\");\n}\n"
        check({"base/a.h": declaration, "base/a.c": definition, "base/b.h": ""})
        check({"base/a.h": declaration, "base/a.c": call, "base/b.h": "", "base/b.c": definition},
              "base/a.h declares f, not defined in base/a.c")
        check({"base/a.h": declaration, "base/b.h": "", "base/b.c": definition}, "f, not defined in a .c of its name")
        # the face of a folder
        check({"detector/lookout.h": declaration, "detector/plan/a.h": "", "detector/plan/a.c": definition})
        check({"detector/lookout.h": declaration, "base/a.c": definition}, "detector/lookout.h declares f")
        kernels = {"detector/kernels/kernels.h": declaration, "detector/kernels/simd_x.h": declaration,
                   "detector/kernels/c.c": definition}
        check(kernels)
        check(kernels | {"detector/kernels/other.h": ""}, "detector/kernels/kernels.h declares f")
        # types and inline code
        check({"base/a.h": "typedef int F(int);\nstruct S {\n    int (*f)(void);\n};\nextern int x;\n"
                           "static inline int g(void)\n{\n    return '}' + '\"';\n}\n",
               "base/b.h": '#define X(a) \\\n    int a(void);\n_Static_assert(sizeof(int) == 4, "f(");\n'
                           "enum { A = B(1) };\n"})
        wrapped = f'#ifdef __cplusplus\nextern "C" {{\n#endif\n{declaration}#ifdef __cplusplus\n}}\n#endif\n'
        check({"base/a.h": wrapped, "base/b.h": ""}, "base/a.h declares f")

    def test_lengths(self):
        self.check(house.long_files, {"base/a.c": "\n" * 500, "tests/base/test_a.py": "\n" * 700, "models/a.py": "\n"})
        self.check(house.long_files,
                   {"base/a.c": "\n" * 501, "tests/base/test_a.py": "\n" * 701, "models/a.py": "\n" * 501},
                   "base/a.c has 501", "models/a.py has 501", "tests/base/test_a.py has 701")

    def test_guards(self):
        good = "/* what */\n#ifndef LOOKOUT_BASE_A_B_H\n#define LOOKOUT_BASE_A_B_H\n#endif\n"
        self.check(house.wrong_guards, {"base/a_b.h": good, "detector/kernels/simd_x.h": ""})
        self.check(house.wrong_guards, {"base/b.h": good, "tests/c.h": ""}, "LOOKOUT_BASE_B_H", "LOOKOUT_TESTS_C_H")

    def test_unbuilt(self):
        files = {"app/meson.build": "'run/x.c'", "app/run/x.c": "", "tests/a/test_x.c": "", "tests/a/test_y.py": "",
                 "tests/a/helper.py": "", "tests/a/meson.build": "# it's x\nforeach name : ['x']\n'test_y.py'"}
        self.check(house.unbuilt_files, files)
        files |= {"app/run/y.c": "", "tests/a/test_z.c": ""}
        self.check(house.unbuilt_files, files, "app/run/y.c", "tests/a/test_z.c")
        # what is between 'test_' and the suffix stands for a test only
        self.check(house.unbuilt_files, {"app/meson.build": "dependency('x')", "app/run/x.c": "", "app/run/test_x.c": ""},
                   "app/run/test_x.c", "app/run/x.c")

    def test_documents(self):
        files = {"base/a.c": "", "app/meson.build": "", "docs/a.md": "", "README.md": "`base/gone.c`",
                 "CONTRIBUTING.md": "`base/a.c`, `base/`, `app`, `base/NAME.c`, `base/<isa>.c`, `a.c`, `1 / 224`, `{source}`,\n"
                                    "`--json FILE`, `build/lookout`, `/dev/video0`, [a](docs/a.md), [b](https://a/b)"}
        self.check(house.missing_paths, files)
        files["docs/a.md"] = "`base/a.h` `vision/` `app/NAME.c` `b.c` `.ci/run` [a](../base/b.c)"
        self.check(house.missing_paths, files, "docs/a.md names base/a.h,", "vision/", "app/NAME.c", "b.c", ".ci/run",
                   "base/b.c")


if __name__ == "__main__":
    unittest.main()
