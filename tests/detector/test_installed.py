#!/usr/bin/python3
"""The library as others use it: its header in C and C++, and an installed copy that README's example is built against.

Environment: LOOKOUT_SOURCE, LOOKOUT_BUILD, LOOKOUT_CC (the build's C compiler and flags that its objects need)."""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["LOOKOUT_SOURCE"])
BUILD = pathlib.Path(os.environ["LOOKOUT_BUILD"])
CC = shlex.split(os.environ["LOOKOUT_CC"])
WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Werror"]

# What README leaves to the reader: a picture, here one of 640x360 from standard input.
PROGRAM = """{includes}
#include <stdio.h>

int main(void)
{{
    enum {{ width = 640, height = 360 }};
    static uint8_t rgb[width * height * 3];
    if (fread(rgb, 1, sizeof rgb, stdin) != sizeof rgb)
        return 2;
{statements}
    lookout_detector_destroy(detector);
    lookout_model_destroy(model);
    lookout_engine_destroy(engine);
    return 0;
}}
"""


def run(command, **options):
    finished = subprocess.run(command, capture_output=True, **options)
    if finished.returncode != 0:
        raise AssertionError(f"{shlex.join(map(str, command))}: exit status {finished.returncode}\n"
                             f"{finished.stdout.decode()}{finished.stderr.decode()}")
    return finished.stdout.decode()


class Header(unittest.TestCase):
    def compile_alone(self, compiler, standard, language):
        text = b'#include "detector/lookout.h"\n'
        run([*compiler, f"-std={standard}", *WARNINGS, "-fsyntax-only", "-I", SOURCE, "-x", language, "-"], input=text)

    def test_c(self):
        for standard in "c99", "c11":
            with self.subTest(standard):
                self.compile_alone(CC, standard, "c")

    def test_cpp(self):
        compiler = shutil.which("c++") or shutil.which("clang++")
        if not compiler:
            self.skipTest("no C++ compiler")
        self.compile_alone([compiler], "c++17", "c++")


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        run(["meson", "install", "-C", BUILD, "--no-rebuild", "--tags", "devel,runtime", "--destdir", cls.folder])
        found = list(cls.folder.rglob("liblookout.pc"))
        assert len(found) == 1, found
        cls.package = found[0]
        # the file speaks of the final prefix; here that lies in the folder
        prefix = re.search(r"^prefix=(.*)$", cls.package.read_text(), re.M)[1]
        cls.prefix = f"{cls.folder}{prefix}"

    def pkg_config(self, *options):
        return shlex.split(run(["pkg-config", f"--define-variable=prefix={self.prefix}", *options, "liblookout"],
                               env={**os.environ, "PKG_CONFIG_PATH": str(self.package.parent)}))

    def test_readme_example(self):
        section = (SOURCE / "README.md").read_text().split("\n## The library\n")[1]
        example = re.search(r"```c\n(.*?)```", section, re.S)[1].splitlines()
        program = PROGRAM.format(includes="\n".join(line for line in example if line.startswith("#")),
                                 statements="\n".join("    " + line for line in example if not line.startswith("#")))
        source, binary = self.folder / "example.c", self.folder / "example"
        source.write_text(program)
        run([*CC, "-std=c99", *WARNINGS, *self.pkg_config("--cflags"), source, "-o", binary, *self.pkg_config("--libs")])
        picture = run_ffmpeg()
        libraries = self.pkg_config("--variable=libdir")[0]
        found = run([binary], input=picture, cwd=SOURCE / "models", env={**os.environ, "LD_LIBRARY_PATH": libraries})
        self.assertIn("keyboard", found)

    def test_only_the_public_names_are_exported(self):
        library = next(self.folder.rglob("liblookout.so"))
        names = [line.split()[-1] for line in run(["nm", "-D", "--defined-only", library]).splitlines()]
        declared = set(re.findall(r"\b(lookout_\w+)\(", (SOURCE / "detector/lookout.h").read_text()))
        self.assertEqual({name for name in names if not name.startswith("_")}, declared)

    def test_no_static_library(self):
        # it would have all names of the internals, without a prefix
        self.assertEqual(list(self.folder.rglob("*.a")), [])


def run_ffmpeg():
    """The first frame of the sample clip, 640x360 RGB."""
    return subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", SOURCE / "assets/sample.mp4", "-frames:v", "1",
                           "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], check=True, capture_output=True).stdout


if __name__ == "__main__":
    unittest.main()
