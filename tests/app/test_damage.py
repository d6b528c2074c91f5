#!/usr/bin/python3
"""What goes wrong gets one line, the right exit code, and leaves what is good."""
import json
import os
import shutil
import struct
import tempfile

import harness


def read_model(alpha="0.25"):
    with open(os.path.join(harness.MODELS, f"lookout-{alpha}.safetensors"), "rb") as file:
        return file.read()


def header_of(model):
    (length,) = struct.unpack("<Q", model[:8])
    return json.loads(model[8:8 + length]), model[8 + length:]


def pack_model(header, data):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


class Models(harness.Case):
    def test_nothing_of_a_file_reaches_the_terminal_raw(self):
        header, data = header_of(read_model())
        header["__metadata__"]["measured"] = json.dumps({"set": "x\x1b[31m", "\x1b[31m192": {"ap": 0.3, "ap50": 0.4},
                                                          "224": {"ap": 0.1, "ap50": 0.2}})
        run = self.run_program("info", self.write("model.safetensors", pack_model(header, data)))
        self.assertEqual(run.code, 0, run.stderr)
        self.assertRegex(run.stdout, r"measured on +x\?\[31m\n +AP 10.00 %, AP50 20.00 % at size 224\nlicence")
        self.assertNotIn("\x1b", run.stdout)


class Inputs(harness.Case):
    def fail_headless(self, expected, *arguments):
        run = self.fail_with(1, expected, run=self.headless(*arguments))
        self.assertEqual(run.stdout, "")

    def test_no_output_without_a_frame(self):
        text = self.write("text.mp4", b"This is not a clip.\n" * 100)
        empty = self.write("empty.mkv", b"")
        os.mkdir(self.path("folder"))
        for clip in (text, empty, self.path("missing.mp4"), self.path("folder")):
            with self.subTest(clip):
                self.fail_headless(os.path.basename(clip), clip, "-o", self.path("out.mkv"), "--json",
                                   self.path("out.jsonl"), "--stats", self.path("stats.json"))
                for name in ("out.mkv", "out.jsonl", "stats.json"):
                    self.assertFalse(os.path.exists(self.path(name)), name)

    def test_empty_pipe(self):
        self.fail_headless("", "-", "--json", self.path("out.jsonl"))
        self.assertFalse(os.path.exists(self.path("out.jsonl")))

    def test_a_truncated_clip(self):
        clip = harness.make_clip(self.path("whole.mkv"), frames=60)
        with open(clip, "rb") as file:
            content = file.read()
        cut = self.write("cut.mkv", content[:len(content) // 2])
        recording, lines = self.path("out.mkv"), self.path("out.jsonl")
        self.fail_headless("cut.mkv", cut, "-o", recording, "--json", lines)
        frames = self.json_lines(lines)
        self.assertTrue(5 < len(frames) < 60, len(frames))
        self.assert_same_times(harness.probe_times(recording), [frame["time"] for frame in frames])

    def test_a_truncated_pipe(self):
        clip = harness.make_clip(self.path("clip.y4m"), frames=5, codec=())
        with open(clip, "rb") as file:
            content = file.read()
        with open(self.write("cut.y4m", content[:-1000]), "rb") as file:
            run = self.headless("-", "--json", "-", stdin=file)
        self.fail_with(1, "", run=run)
        self.assertEqual(len(self.json_lines(run.stdout)), 4)

    def test_an_impossible_frame_rate(self):
        frame = b"FRAME\n" + bytes(64 * 64 * 3 // 2)
        pipe = self.write("slow.y4m", b"YUV4MPEG2 W64 H64 F1:2147483647 C420jpeg\n" + 9 * frame)
        with open(pipe, "rb") as file:
            run = self.headless("-", "--json", "-", stdin=file)
        self.assertEqual((run.code, run.stderr), (0, ""))
        times = [line["time"] for line in self.json_lines(run.stdout)]
        self.assertEqual(len(times), 9)
        self.assertEqual(times, sorted(set(times)))

    def test_a_pipe_of_something_else(self):
        self.write("notes.txt", b"no pictures\n")
        for name in self.path("notes.txt"), "/dev/null":
            with open(name, "rb") as file:
                self.fail_with(1, "standard input: is not y4m, as ffmpeg", run=self.headless("-", "--json", "-", stdin=file))
        folder = os.open(self.folder, os.O_RDONLY)
        self.fail_with(1, "standard input: Is a directory", run=self.headless("-", "--json", "-", stdin=folder))
        os.close(folder)


class Outputs(harness.Case):
    def setUp(self):
        super().setUp()
        self.clip = harness.make_clip(self.path("clip.mkv"), frames=30)

    def test_a_full_disk(self):
        self.fail_with(1, "/dev/full", run=self.headless(self.clip, "-o", "/dev/full"))
        self.fail_with(1, "/dev/full", run=self.headless(self.clip, "--json", "/dev/full"))
        self.fail_with(1, "/dev/full", run=self.headless(self.clip, "--stats", "/dev/full"))
        with open("/dev/full", "wb") as full:
            self.fail_with(1, "standard output", run=self.headless(self.clip, "--json", "-", stdout=full))

    def test_an_output_that_fails_leaves_the_other(self):
        self.fail_with(1, "/dev/full", run=self.headless(self.clip, "--json", "/dev/full", "-o", self.path("out.mkv")))
        self.assertGreaterEqual(len(harness.probe_times(self.path("out.mkv"))), 1)

    def test_unwritable_paths(self):
        for option in ("-o", "--json", "--stats"):
            self.fail_with(1, "nowhere", run=self.headless(self.clip, option, self.path("nowhere", "out.mkv")))
            self.fail_with(1, self.folder, run=self.headless(self.clip, option, self.folder))

    def test_inputs_are_not_overwritten(self):
        with open(self.clip, "rb") as file:
            before = file.read()
        os.symlink(self.clip, self.path("link.mkv"))
        for option, path in (("-o", self.clip), ("--json", self.clip), ("-o", self.path("link.mkv"))):
            self.fail_with(2, "overwritten", run=self.headless(self.clip, option, path))
        for other in (self.path("a"), self.path("./a"), os.path.relpath(self.path("a"))):
            self.fail_with(2, "overwritten", run=self.headless(self.clip, "-o", self.path("a"), "--json", other))
        with open(self.clip, "rb") as file:
            self.assertEqual(file.read(), before)

    def test_not_under_dev_either(self):
        with tempfile.NamedTemporaryFile(dir="/dev/shm", suffix=".mkv") as copy:
            shutil.copy(self.clip, copy.name)
            self.fail_with(2, "overwritten", run=self.headless(copy.name, "-o", copy.name))
            self.assertEqual(os.path.getsize(copy.name), os.path.getsize(self.clip))
        self.succeed(self.clip, "--frames", "2", "--json", "/dev/null", "-o", "/dev/null", "--stats", "/dev/null")

    def test_outputs_are_checked_before_the_first_frame(self):
        precious = self.path("precious.mkv")
        with open(precious, "w", encoding="ascii") as file:
            file.write("precious")
        for option in ("--json", "--stats"):
            for path in (self.path("none/out"), self.folder):
                self.fail_with(1, path, run=self.headless(self.clip, "--loop", "-o", precious, option, path))
        self.assertEqual(os.path.getsize(precious), len("precious"))

    def test_a_closed_pipe_is_quiet(self):
        for arguments in (["--json", "-"], ["-o", "-"]):
            process = self.start("--headless", *harness.FAST, self.clip, "--loop", *arguments)
            with harness.Deadline(process, 60):
                self.assertTrue(process.stdout.read(100))
                process.stdout.close()
                self.assertEqual(process.wait(), 0)
            self.assertEqual(process.stderr.read(), b"")
            process.stderr.close()


class Weights(harness.Case):
    def setUp(self):
        super().setUp()
        self.clip = harness.make_clip(self.path("clip.mkv"), frames=2)

    def refuse(self, name, content, expected):
        path = self.write(name, content)
        run = self.fail_with(1, name, run=self.headless(self.clip, "-m", path, "--json", self.path("out.jsonl")))
        self.assertIn(expected, run.stderr)
        self.assertFalse(os.path.exists(self.path("out.jsonl")))

    def test_truncated(self):
        model = read_model()
        for size in (0, 4, 8, 100, len(model) // 2, len(model) - 1):
            self.refuse(f"cut-{size}.safetensors", model[:size], "")

    def test_a_tensor_too_few(self):
        header, data = header_of(read_model())
        last = max((name for name in header if name != "__metadata__"), key=lambda name: header[name]["data_offsets"][1])
        begin = header.pop(last)["data_offsets"][0]
        self.refuse("fewer.safetensors", pack_model(header, data[:begin]), last)

    def test_a_tensor_of_another_shape(self):
        header, data = header_of(read_model())
        header["conv0.weight"]["shape"].reverse()
        self.refuse("shape.safetensors", pack_model(header, data), "conv0.weight")

    def test_an_unchanged_copy_is_taken(self):
        """What makes the others fail is what was changed, not how they were written."""
        path = self.write("copy.safetensors", pack_model(*header_of(read_model())))
        self.succeed(self.clip, "-m", path)

    def test_not_weights(self):
        self.refuse("text.safetensors", b"hello " * 50, "")
        self.fail_with(1, "missing", run=self.headless(self.clip, "-m", self.path("missing")))
        self.fail_with(1, "null", run=self.headless(self.clip, "-m", "/dev/null"))


if __name__ == "__main__":
    harness.main()
