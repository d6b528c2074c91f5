#!/usr/bin/python3
"""lookout eval: the files that it writes, and what becomes of those that were there."""
import math
import os
import re
import resource
import shutil
import signal
import subprocess
import xml.etree.ElementTree

import harness
from small_set import POINT, Eval


class Outputs(Eval):
    def test_the_plot(self):
        def rename(coco):
            coco["categories"][0]["name"] = "throne"
        coco = self.make_set(change=rename, name="a & b <c>\x1b\udcff")
        run = self.run_program("eval", *POINT, self.path("a & b <c>\x1b\udcff"), "--json", "-", "--plot",
                               self.path("plot.svg"))
        self.assertEqual(run.code, 0, run.stderr)
        root = xml.etree.ElementTree.parse(self.path("plot.svg")).getroot()
        self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
        texts = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
        for category in coco["categories"][1:]:
            self.assertIn(category["name"], texts)
        self.assertTrue(any("a & b <c>?? at alpha 1" in text for text in texts), texts)
        curves = list(root.iter("{http://www.w3.org/2000/svg}polyline"))
        self.assertGreater(len(curves), len(coco["categories"]))
        for element in root.iter():
            for name in ("x", "y", "x1", "x2", "y1", "y2", "width", "height"):
                value = element.get(name, "0")
                self.assertTrue(value == "100%" or math.isfinite(float(value)), (element.tag, name, value))

    def test_several_points_go_to_the_lines_only(self):
        self.make_set()
        for option in ("--detections", "--plot"):
            run = self.fail_with(2, f"option {option}: holds the results of one point", "eval", "-a", "0.25", "--size", "all",
                                 self.path("photos"), option, self.path("out"))
            self.assertEqual(run.stdout, "")
            self.assertFalse(os.path.exists(self.path("out")))

    def test_inputs_are_not_overwritten(self):
        self.make_set()
        weights = self.path("mine.safetensors")
        shutil.copy(os.path.join(harness.MODELS, "lookout-0.25.safetensors"), weights)
        os.symlink(self.path("photos.json"), self.path("link"))
        picture = self.path("photos", "frame-3.png")
        for option in ("--json", "--detections", "--plot"):
            for path in (weights, self.path("photos.json"), self.path("link"), picture):
                with self.subTest(option=option, path=path):
                    size = os.path.getsize(path)
                    self.fail_with(2, "would be overwritten", "eval", "--size", "128", "-m", weights,
                                   self.path("photos"), option, path)
                    self.assertEqual(os.path.getsize(path), size)
        self.fail_with(2, "would be overwritten", "eval", *harness.FAST, self.path("photos"), "--json",
                       self.path("same"), "--plot", self.path("same"))
        before = self.read("photos.json")
        for arguments in ([], ["--json", "-"]):
            with open(self.path("photos.json"), "ab") as file:
                run = self.run_program("eval", *harness.FAST, self.path("photos"), *arguments, stdout=file)
            self.fail_with(2, "would be overwritten by the output standard output", run=run)
            self.assertEqual(self.read("photos.json"), before)

    def test_files_are_replaced_whole(self):
        self.make_set()
        old = self.write("line.json", b"old\n" * 100000)
        os.chmod(old, 0o640)
        os.symlink("line.json", self.path("other.json"))
        run = self.run_program("eval", *harness.FAST, self.path("photos"), "--json", self.path("other.json"))
        self.assertEqual(run.code, 0, run.stderr)
        self.assertTrue(os.path.islink(self.path("other.json")))
        self.assertEqual(len(self.json_lines(old)), 1)
        self.assertEqual(os.stat(old).st_mode & 0o777, 0o640)
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith(".")], [])

    def test_a_full_disk_leaves_the_old_file(self):
        if harness.sanitized("tsan"):
            self.skipTest("the thread sanitizer does not start with files so small")
        self.make_set()
        kept = self.write("found.json", b"kept\n")
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (10000, 10000))
        run = self.run_program("eval", *harness.FAST, self.path("photos"), "--detections", kept, preexec_fn=limit)
        self.fail_with(1, "File too large", run=run)
        self.assertEqual(self.read("found.json"), "kept\n")
        self.assertEqual(sorted(os.listdir(self.folder)), ["found.json", "photos", "photos.json"])

    def test_failures(self):
        self.make_set()
        self.fail_with(1, "no/such", "eval", *harness.FAST, self.path("photos"), "--json", self.path("no/such"))
        self.fail_with(1, "No space left", "eval", *harness.FAST, self.path("photos"), "--plot", "/dev/full")
        with open("/dev/full", "wb") as full:
            run = self.run_program("eval", *harness.FAST, self.path("photos"), stdout=full)
            self.fail_with(1, "No space left", run=run)
        self.fail_with(1, "nofile", "eval", self.path("photos"), "-m", self.path("nofile"))
        self.fail_with(2, "x87", "eval", self.path("photos"), "--isa", "x87")
        self.fail_with(2, "eval needs a DATASET", "eval")
        self.fail_with(2, "--alpha", "eval", "-a", "1,0.25", self.path("photos"), "-m",
                       os.path.join(harness.MODELS, "lookout-0.25.safetensors"))

    def test_nobody_reads(self):
        self.make_set()
        process = self.start("eval", *harness.FAST, self.path("photos"))
        process.stdout.close()
        with harness.Deadline(process, 60):
            err = process.stderr.read()
            process.wait()
        process.stderr.close()
        self.assertEqual((process.returncode, err), (0, b""))

    def test_sigint_leaves_nothing(self):
        def repeat(coco):
            coco["images"] += [dict(coco["images"][0], id=10 + i) for i in range(20000)]
        self.make_set(change=repeat)
        kept = self.write("line.json", b"kept\n")
        process = self.start("eval", "--isa", "c", self.path("photos"), "--json", kept, "--plot", self.path("plot.svg"),
                             "--progress")
        with harness.Deadline(process, 120):
            first = process.stderr.readline()
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate()
        self.assertRegex(first, rb"^lookout: picture \d+/20005  [\d.]+ a second  eta \d+:\d\d\n$")
        self.assertEqual((process.returncode, out), (130, b""))
        self.assertEqual(self.read("line.json"), "kept\n")
        self.assertEqual(sorted(os.listdir(self.folder)), ["line.json", "photos", "photos.json"])


    def test_waiting_for_a_reader_can_be_interrupted(self):
        self.make_set()
        os.mkfifo(self.path("fifo"))
        for option in ("--json", "--detections", "--plot"):
            process = self.start("eval", *harness.FAST, self.path("photos"), option, self.path("fifo"))
            with harness.Deadline(process, 60):
                harness.wait_until_idle(process)
                process.send_signal(signal.SIGINT)
                out, err = process.communicate()
            self.assertEqual((process.returncode, out, err), (130, b"", b""))


class Tables(Eval):
    def test_documents(self):
        """models/measure.py writes what eval measured where the markers are, and nothing else."""
        self.make_set()
        (line,), _ = self.evaluate(self.path("photos"))
        marked = "before\n<!-- accuracy: {} -->\nold\n<!-- accuracy: end -->\nafter\n"
        self.write("both.md", (marked.format("points") + marked.format("classes")).encode())
        self.write("none.md", b"nothing\n")
        command = [os.path.join(harness.MODELS, "measure.py"), "--program", harness.PROGRAM, "--name", "5 frames",
                   "--beyond", "256", self.path("photos"), "--documents"]
        run = subprocess.run([*command, self.path("both.md"), self.path("none.md")], stderr=subprocess.PIPE, text=True,
                             check=False)
        self.assertEqual((run.returncode, "none.md has no <!-- accuracy" in run.stderr), (1, True), run.stderr)
        self.assertEqual(self.read("none.md"), "nothing\n")
        self.assertIn("\nold\n", self.read("both.md"))
        subprocess.run([*command, self.path("both.md")], check=True, env=self.environment)
        text = self.read("both.md")
        self.assertNotIn("\nold\n", text)
        self.assertEqual(re.findall("before|after|accuracy: [a-z]+", text),
                         ["before", "accuracy: points", "accuracy: end", "after", "before", "accuracy: classes",
                          "accuracy: end", "after"])
        figures = f"{100 * line['ap']:.1f} / {100 * line['ap50']:.1f}"
        self.assertRegex(text, rf"\n\| 1 \| [\d./ ]+ \| {re.escape(figures)} \|")
        self.assertRegex(text, r"\n\| 0\.25( \| [\d.]+ / [\d.]+){5} \|\n")
        self.assertIn("5 frames, alpha 1 at size 224", text)
        laptop = line["classes"]["laptop"]
        self.assertIn(f"\n| laptop | {laptop['truth']} | {100 * laptop['ap']:.1f} |", text)


if __name__ == "__main__":
    harness.main()
