#!/usr/bin/python3
"""Usage errors, help, version, config file, man page and completions."""
import os
import re
import shutil
import subprocess

import harness

GENERATED = os.environ.get("LOOKOUT_GENERATED", "")


def option_names(text):
    return re.findall(r"^\s+(?:-\w, )?--([a-z0-9-]+)", text, re.M)


class Usage(harness.Case):
    def test_usage_errors(self):
        still = harness.make_clip(self.path("still.jpg"), frames=1, codec=())
        for arguments, expected in (
                (["devices", "clip.mp4"], "devices takes no INPUT"),
                (["--headless", "--loop"], "a camera has no end"),
                (["--headless", "--loop", "a", "-"], "standard input cannot start again"),
                (["--headless", "-", "a", "-"], "only one input can be standard input"),
                (["--headless", "a", "b", "-o", "c.mkv"], "name them with {source}"),
                (["--headless", *["a"] * 65], "more than 64 inputs"),
                (["info", "a", "b"], "both 'a' and 'b' are given"),
                (["eval", "a", "b"], "both 'a' and 'b' are given"),
                (["--headless", "--treshold", "1", "a"], "did you mean --threshold?"),
                (["--headless", "--json", "-", "-o", "-", "a"], "only one of"),
                (["--headless", "-t", "nan", "a"], "'nan' is not a number from 0 to 1"),
                (["--headless", "-j", "65", "a"], "from 1 to 64"),
                (["--headless", "--size", "225", "a"], "320, 288, 256, 224, 192, 160, 128"),
                (["--headless", "a", "-o"], "needs a value"),
                (["--headless", "--isa", "x87", "a"], "x87"),
                (["--headless", "--config", "nofile.conf", "a"], "nofile.conf"),
                (["--camera-format", "H264"], "'H264' is not known; there are YUYV, "),
                (["--headless", still, "-o", "x.avi"], "unknown suffix .avi; known are .mkv, "),
                (["--headless", still, "--loop", "-o", "x.jpg"], "x.jpg: holds a single picture"),
                (["info", "--headless"], "info"),
                (["info", "x\x1b[31m\ny", "z\r"], "both 'x?[31m?y' and 'z?' are given"),
                (["info", "-m", "a", "b"], "both 'a' and 'b' are given")):
            with self.subTest(arguments=arguments):
                run = self.fail_with(2, expected, *arguments)
                self.assertEqual(run.stdout, "")

    def test_help_lists_options(self):
        run = self.run_program("--help")
        self.assertEqual((run.code, run.stderr), (0, ""))
        names = option_names(run.stdout)
        for name in ("output", "json", "headless", "alpha", "rho", "size", "model", "threshold", "classes", "stats"):
            self.assertIn(name, names)
        self.assertEqual(self.run_program("-h").stdout, run.stdout)

    def test_version(self):
        run = self.run_program("--version")
        self.assertEqual((run.code, run.stderr), (0, ""))
        self.assertRegex(run.stdout, r"\Alookout \d+\.\d+\.\d+\n")
        self.assertRegex(run.stdout, r"instruction sets: c\b")

    def test_a_full_disk_is_told(self):
        with open("/dev/full", "wb") as full:
            for arguments in (["--help"], ["--version"], ["info", "-a", "0.25"]):
                self.fail_with(1, "No space left", run=self.run_program(*arguments, stdout=full))

    def test_config_file(self):
        os.mkdir(self.path("lookout"))
        clip = harness.make_clip(self.path("clip.mkv"), frames=3)
        self.write("lookout/lookout.conf", b"# mine\nheadless = yes\r\nalpha=0.25\nsize = 160\n")
        run = self.run_program(clip, "--json", "-")
        self.assertEqual(run.code, 0, run.stderr)
        self.assertEqual({(line["size"], line["alpha"]) for line in self.json_lines(run.stdout)}, {(160, 0.25)})
        run = self.run_program(clip, "--json", "-", "--size", "128")
        self.assertEqual({line["size"] for line in self.json_lines(run.stdout)}, {128})
        other = self.write("other.conf", b"size=192\n")
        run = self.run_program(clip, "--headless", "-a0.25", "--json", "-", "--config", other)
        self.assertEqual({line["size"] for line in self.json_lines(run.stdout)}, {192})
        self.write("lookout/lookout.conf", b"headless = yes\nsize = 7\n")
        self.fail_with(2, "lookout.conf:2: option --size: '7'", clip)

    def test_inputs_of_the_config_file(self):
        clip = harness.make_clip(self.path("clip.mkv"), frames=3)
        os.mkdir(self.path("lookout"))

        def classes(text, *arguments):
            """Those that are found with this config file."""
            self.write("lookout/lookout.conf", text.encode())
            run = self.run_program("--headless", *harness.FAST, "--json", "-", *arguments)
            self.assertEqual(run.code, 0, run.stderr)
            lines = self.json_lines(run.stdout)
            self.assertEqual(len(lines), 3)
            return {found["class"] for line in lines for found in line["detections"]}
        section = f"threshold=0\n[input door]\npath={clip}\n"
        everything = classes(section)
        self.assertGreater(len(everything), 1)
        self.assertEqual(classes(section + "threshold=1\n"), set())
        self.assertEqual(classes(section + "threshold=1\n", "door"), set())
        self.assertEqual(classes(section + "threshold=1\n", clip), everything)
        self.assertEqual(classes(section + "classes=cup\n"), {"cup"})
        self.write("lookout/lookout.conf", b"[input door]\nclasses=cup\n")
        self.fail_with(2, "lookout.conf:1: [input door] has no path", clip)
        self.write("lookout/lookout.conf", f"[input door]\npath={clip}\nclasses=nothing\n".encode())
        self.fail_with(2, "no class 'nothing'", "--headless")


class Info(harness.Case):
    def test_totals(self):
        run = self.run_program("info", "-a", "0.5", "--size", "160")
        self.assertEqual((run.code, run.stderr), (0, ""))
        self.assertRegex(run.stdout, r"total\s+96,011,776\s+1,540,684\n")
        self.assertRegex(run.stdout, r"total\s+2,028\n")
        self.assertRegex(run.stdout, r"block2\.depthwise\s+depthwise 3x3\s+2\s+80x80x32\s+40x40x32")

    def test_the_papers_table(self):
        run = self.run_program("info", "-a", "0.25")
        rows = re.findall(r"^(1\.0|0\.75|0\.5|0\.25) +(\d+) +(\d+) +([\d.]+)$", run.stdout, re.M)
        self.assertEqual(rows, [("1.0", "224", "569", "4.2"), ("0.75", "224", "325", "2.6"),
                                ("0.5", "224", "149", "1.3"), ("0.25", "224", "41", "0.5"),
                                ("1.0", "192", "418", "4.2"), ("1.0", "160", "291", "4.2"),
                                ("1.0", "128", "186", "4.2")])
        named = self.run_program("info", os.path.join(harness.MODELS, "lookout-0.25.safetensors"))
        self.assertEqual(named.code, 0, named.stderr)
        self.assertNotIn("The paper", named.stdout)

    def test_errors(self):
        self.fail_with(1, "nofile", "info", "nofile")
        self.fail_with(2, "--alpha", "info", "-a", "1", os.path.join(harness.MODELS, "lookout-0.25.safetensors"))


class Generated(harness.Case):
    """The man page and the completions know every option of --help."""

    def setUp(self):
        super().setUp()
        if not os.path.isdir(GENERATED):
            self.skipTest("no folder of generated files given")
        self.names = option_names(self.run_program("--help").stdout)
        self.assertGreater(len(self.names), 10)

    def read(self, name):
        with open(os.path.join(GENERATED, name), encoding="utf-8") as file:
            return file.read()

    def test_man_page_lists_options(self):
        text = self.read("lookout.1").replace("\\-", "-")
        for name in self.names:
            self.assertRegex(text, rf"--{name}\b")

    def test_man_page_is_clean(self):
        path = os.path.join(GENERATED, "lookout.1")
        if shutil.which("mandoc"):
            command = ["mandoc", "-T", "lint", "-W", "warning", path]
        elif shutil.which("groff"):
            command = ["groff", "-man", "-ww", "-z", path]
        else:
            self.skipTest("neither mandoc nor groff")
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        self.assertEqual((run.returncode, run.stdout), (0, ""))

    def test_readme_has_the_tables(self):
        with open(os.path.join(harness.SOURCE, "README.md"), encoding="utf-8") as file:
            readme = file.read()
        for name in ("options.md", "keys.md"):
            self.assertIn("\n" + self.read(name) + "\n", readme, f"README.md: take this table from assets/{name} of the build")

    def test_man_page_has_the_tables(self):
        text = self.read("lookout.1")
        self.assertNotIn("@", text)
        self.assertRegex(text, r"\A\.TH LOOKOUT 1 \d{4}-\d\d-\d\d \"lookout \d+\.\d+\.\d+\"")
        for expected in (".B lookout eval\\fR [options] DATASET\n", ".TP\n.B lookout devices\n", ".TP 8\n.B q, Esc\nquit.\n"):
            self.assertIn(expected, text)

    def complete(self, *words):
        """What bash offers after these words."""
        script = f"""
            . '{GENERATED}/lookout'
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
            _lookout lookout "${{COMP_WORDS[COMP_CWORD]}}"
            printf '%s\\n' "${{COMPREPLY[@]}}" """
        run = subprocess.run(["bash", "-c", script, "bash", "lookout", *words], cwd=self.folder, text=True, check=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(run.stderr, "")
        return run.stdout.split("\n")[:-1]

    def test_bash_completes(self):
        self.write("my clip.mkv", b"")
        self.assertEqual(sorted(self.complete("--")), sorted("--" + name for name in self.names))
        self.assertEqual(self.complete("--thr"), ["--threshold", "--threads"])
        self.assertEqual(self.complete("--alpha", ""), ["1", "0.75", "0.5", "0.25", "auto"])
        self.assertEqual(self.complete("--size", "=", "1"), ["192", "160", "128"])
        self.assertEqual(self.complete("--size", "="), ["320", "288", "256", "224", "192", "160", "128"])
        self.assertEqual(self.complete("-o", "my"), ["my clip.mkv"])
        self.assertEqual(self.complete("--headless", "m"), ["my clip.mkv"])
        self.assertEqual(self.complete("in"), ["info"])

    def test_other_shells(self):
        for shell, name in (("zsh", "_lookout"), ("fish", "lookout.fish")):
            text = self.read(name)
            for option in self.names:
                self.assertRegex(text, rf"--{option}\b" if shell == "zsh" else rf"-l {option}\b")
            if shutil.which(shell):
                subprocess.run([shell, "-n", os.path.join(GENERATED, name)], check=True)

    def test_fish_completes(self):
        if not shutil.which("fish"):
            self.skipTest("no fish")
        script = f"source '{GENERATED}/lookout.fish'; complete -C 'lookout --alpha '"
        run = subprocess.run(["fish", "--no-config", "-c", script], text=True, check=True, stdout=subprocess.PIPE,
                             env=dict(self.environment, HOME=self.folder))
        self.assertEqual(sorted(line.split("\t")[0] for line in run.stdout.split("\n")[:-1]),
                         ["0.25", "0.5", "0.75", "1", "auto"])


if __name__ == "__main__":
    harness.main()
