#!/usr/bin/python3
"""The main job: every frame once and in order, into JSON lines and recordings."""
import json
import os
import pty
import re
import signal
import subprocess
import time

import harness


class Clips(harness.Case):
    def check_clip(self, clip, *options):
        """JSON lines and recording agree with what ffprobe sees in the clip."""
        recording, lines = self.path("out.mkv"), self.path("out.jsonl")
        self.succeed(clip, "-o", recording, "--json", lines, *options)
        expected = harness.probe_times(clip)
        frames = self.json_lines(lines)
        self.assertEqual([frame["frame"] for frame in frames], list(range(len(expected))))
        self.assert_same_times([frame["time"] for frame in frames], expected)
        self.assert_same_times(harness.probe_times(recording), expected)
        return frames

    def test_a_clip(self):
        clip = harness.make_clip(self.path("clip.mp4"), frames=40)
        for frame in self.check_clip(clip, "-t", "0.02"):
            self.assertEqual(sorted(frame), sorted(["frame", "time", "width", "height", "alpha", "size",
                                                    "inference_ms", "detections"]))
            self.assertEqual((frame["width"], frame["height"], frame["alpha"], frame["size"]), (320, 240, 0.25, 128))
            self.assertGreater(frame["inference_ms"], 0)
            scores = [detection["score"] for detection in frame["detections"]]
            self.assertEqual(scores, sorted(scores, reverse=True))
            for detection in frame["detections"]:
                self.assertGreaterEqual(detection["score"], 0.02)
                x, y, width, height = detection["box"]
                self.assertTrue(0 <= x and 0 <= y and width > 0 and height > 0, detection)
                self.assertTrue(x + width <= 320.001 and y + height <= 240.001, detection)

    def test_variable_rate_and_other_containers(self):
        clip = self.path("clip.mkv")
        harness.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=160x120:rate=30", "-vf",
                       "setpts='N/30/TB+floor(N/5)*0.2/TB'", "-fps_mode", "vfr", "-frames:v", "25", clip)
        self.check_clip(clip)

    def test_shared_clips(self):
        for name in ("bottle-detection.mp4", "car-detection.mp4", "webcam-signing.mkv"):
            with self.subTest(name):
                clip = harness.shared("clips", name)
                # a part, so that it takes seconds: a copy keeps the original timestamps
                part = self.path("part-" + name)
                harness.ffmpeg("-i", clip, "-t", "3", "-c", "copy", "-an", "-copyts", part)
                self.check_clip(part)

    def test_the_signing_person_is_found(self):
        clip = harness.shared("clips", "webcam-signing.mkv")
        run = self.run_program("--headless", clip, "--json", "-", "--frames", "30")
        frames = self.json_lines(run.stdout)
        with_person = [frame for frame in frames if any(d["class"] == "person" for d in frame["detections"])]
        self.assertGreater(len(with_person), len(frames) // 2)


class Inputs(harness.Case):
    def test_y4m_on_a_pipe(self):
        clip = self.path("clip.y4m")
        harness.make_clip(clip, frames=12, codec=())
        feeder = subprocess.Popen(["cat", clip], stdout=subprocess.PIPE)
        run = self.succeed("-", "--json", "-", stdin=feeder.stdout)
        feeder.stdout.close()
        self.assertEqual(feeder.wait(), 0)
        frames = self.json_lines(run.stdout)
        self.assert_same_times([frame["time"] for frame in frames], [i / 25 for i in range(12)])

    def test_y4m_on_stdout(self):
        clip = harness.make_clip(self.path("clip.mkv"), frames=7)
        out = self.path("out.y4m")
        with open(out, "wb") as file:
            run = self.headless(clip, "-o", "-", stdout=file)
        self.assertEqual((run.code, run.stderr), (0, ""))
        self.assertEqual(len(harness.probe_times(out)), 7)

    def test_pictures(self):
        for suffix in ("jpg", "png"):
            picture = self.path("in." + suffix)
            harness.ffmpeg("-f", "lavfi", "-i", "testsrc=size=321x241", "-frames:v", "1", "-pix_fmt",
                           "yuvj420p" if suffix == "jpg" else "rgb24", picture)
            out = self.path("out." + suffix)
            run = self.succeed(picture, "-o", out, "--json", "-")
            frames = self.json_lines(run.stdout)
            self.assertEqual([(f["frame"], f["width"], f["height"]) for f in frames], [(0, 321, 241)])
            self.assertEqual(len(harness.probe_times(out)), 1)

    def test_a_directory_of_pictures(self):
        os.mkdir(self.path("pictures"))
        harness.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=200x100", "-frames:v", "5", self.path("pictures", "%d.png"))
        self.write("pictures/notes.txt", b"not a picture")
        run = self.succeed(self.path("pictures"), "--json", "-")
        self.assert_same_times([frame["time"] for frame in self.json_lines(run.stdout)], [i / 25 for i in range(5)])

    def test_plain_names(self):
        for name in ("12:30.mp4", "%d.mp4", "-odd.mp4", "info"):
            harness.make_clip(self.path("made.mp4"), frames=2)
            os.rename(self.path("made.mp4"), self.path(name))
            run = self.succeed("--json", "-", "--", name, cwd=self.folder)
            self.assertEqual(len(self.json_lines(run.stdout)), 2)


class Options(harness.Case):
    def setUp(self):
        super().setUp()
        self.clip = harness.make_clip(self.path("clip.mkv"), frames=6)

    def lines(self, *options, code=0):
        run = self.headless(self.clip, "--json", "-", *options)
        self.assertEqual(run.code, code, run.stderr)
        return self.json_lines(run.stdout)

    def test_threshold(self):
        self.assertTrue(all(not frame["detections"] for frame in self.lines("-t", "1")))
        everything = self.lines("-t", "0", "--max-detections", "300", "--frames", "1")[0]["detections"]
        self.assertGreater(len(everything), 20)
        middle = everything[len(everything) // 2]["score"]
        some = self.lines("-t", str(middle), "--max-detections", "300", "--frames", "1")[0]["detections"]
        self.assertTrue(all(d["score"] >= middle - 1e-4 for d in some))
        self.assertLess(len(some), len(everything))

    def test_max_detections(self):
        everything = self.lines("-t", "0", "--frames", "1")[0]["detections"]
        three = self.lines("-t", "0", "--frames", "1", "--max-detections", "3")[0]["detections"]
        self.assertEqual(three, everything[:3])

    def test_classes(self):
        found = self.lines("-t", "0", "--classes", "cup, tv", "--frames", "2")
        names = {d["class"] for frame in found for d in frame["detections"]}
        self.assertTrue(names and names <= {"cup", "tv"}, names)
        self.fail_with(2, "no class 'unicorn'", run=self.headless(self.clip, "--classes", "cup,unicorn"))
        self.fail_with(2, "no class ''", run=self.headless(self.clip, "--classes", "cup,"))

    def test_frames_and_loop(self):
        self.assertEqual(len(self.lines("--frames", "4")), 4)
        looped = self.lines("--loop", "--frames", "15")
        self.assertEqual([frame["frame"] for frame in looped], list(range(15)))
        self.assert_same_times([frame["time"] for frame in looped], [i / 25 for i in range(15)])

    def test_loop_of_a_picture(self):
        picture = self.path("in.png")
        harness.ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64", "-frames:v", "1", picture)
        run = self.succeed(picture, "--loop", "--frames", "10", "--json", "-", "-o", self.path("out.mkv"))
        self.assert_same_times([frame["time"] for frame in self.json_lines(run.stdout)], [i / 25 for i in range(10)])
        self.assertEqual(len(harness.probe_times(self.path("out.mkv"))), 10)

    def test_realtime(self):
        begin = time.monotonic()
        self.lines("--loop", "--frames", "26", "--realtime")
        self.assertGreaterEqual(time.monotonic() - begin, 1.0)

    def test_weights_by_name_and_environment(self):
        file = os.path.join(harness.MODELS, "lookout-0.50.safetensors")
        run = self.run_program("--headless", "--size", "128", self.clip, "-m", file, "--json", "-", "--frames", "1")
        self.assertEqual(self.json_lines(run.stdout)[0]["alpha"], 0.5)
        self.fail_with(2, "option --alpha", run=self.headless(self.clip, "-m", file))
        self.environment["LOOKOUT_MODELS"] = harness.MODELS
        self.assertEqual(self.lines("--frames", "1")[0]["alpha"], 0.25)
        self.environment["LOOKOUT_MODELS"] = self.path("nowhere")
        self.fail_with(1, "nowhere", run=self.headless(self.clip))
        os.mkdir(self.path("empty"))
        self.fail_with(1, "there is no lookout-0.25.safetensors in this directory",
                       run=self.headless(self.clip, "-m", self.path("empty")))

    def test_statistics(self):
        stats = self.path("stats.json")
        lines = self.lines("--stats", stats, "-t", "0.02", "-o", self.path("out.mkv"))
        with open(stats, encoding="utf-8") as file:
            summary = json.load(file)
        self.assertEqual(summary["frames"], 6)
        counts = {}
        for frame in lines:
            for detection in frame["detections"]:
                counts[detection["class"]] = counts.get(detection["class"], 0) + 1
        self.assertEqual(summary["detections"], counts)
        times = sorted(frame["inference_ms"] for frame in lines)
        self.assertTrue(times[0] * 0.99 <= summary["inference_ms"]["median"] <= times[-1] * 1.01)
        self.assertGreater(summary["peak_rss_mb"], 5)
        self.assertGreater(summary["fps"], 0)

    def test_progress(self):
        run = self.succeed(self.clip, "--progress", "--loop", "--realtime", "--frames", "60")
        self.assertRegex(run.stderr, r"(?m)^lookout: frame \d+/60  \d+\.\d fps  eta 0:0\d$")
        self.assertRegex(run.stderr, r"(?m)^lookout: 60 frames in ")
        self.assertTrue(all(line.startswith("lookout: ") for line in run.stderr.splitlines()))
        self.assertEqual(self.succeed(self.clip).stderr, "")

    def test_verbose(self):
        run = self.succeed(self.clip, "-v", "-o", self.path("out.mkv"))
        for expected in ("alpha 0.25", "kernels on", "recorded as ", "median ms a frame: read"):
            self.assertIn(expected, run.stderr)


class Signals(harness.Case):
    def check_signal(self, number, code):
        clip = harness.make_clip(self.path("clip.mkv"), frames=50)
        lines, recording = self.path("out.jsonl"), self.path("out.mkv")
        process = self.start("--headless", *harness.FAST, clip, "--loop", "--realtime", "--json", lines, "-o", recording)
        with harness.Deadline(process, 60):
            while not os.path.exists(lines) or os.path.getsize(lines) < 2000:
                time.sleep(0.02)
                self.assertIsNone(process.poll())
            process.send_signal(number)
            _, err = process.communicate()
        self.assertEqual((process.returncode, err), (code, b""))
        frames = self.json_lines(lines)
        self.assertEqual([frame["frame"] for frame in frames], list(range(len(frames))))
        self.assert_same_times(harness.probe_times(recording), [frame["time"] for frame in frames])

    def test_interrupt(self):
        self.check_signal(signal.SIGINT, 130)

    def test_terminate(self):
        self.check_signal(signal.SIGTERM, 143)

    def test_hang_up(self):
        self.check_signal(signal.SIGHUP, 129)

    def test_what_the_parent_ignores_stays_ignored(self):
        clip = harness.make_clip(self.path("clip.mkv"), frames=5)
        def ignore():
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        process = self.start("--headless", *harness.FAST, clip, "--loop", "--json", "-", preexec_fn=ignore)
        with harness.Deadline(process, 60):
            process.stdout.readline()
            process.send_signal(signal.SIGHUP)
            for _ in range(2000):  # more than a pipe holds
                self.assertTrue(process.stdout.readline())
            process.send_signal(signal.SIGTERM)
            process.communicate()
        self.assertEqual(process.returncode, 143)

    def test_a_silent_pipe_can_be_interrupted(self):
        clip = harness.make_clip(self.path("clip.y4m"), frames=3, codec=())
        process = self.start("--headless", *harness.FAST, "-", "--json", "-", stdin=subprocess.PIPE)
        with harness.Deadline(process, 60):
            with open(clip, "rb") as file:
                process.stdin.write(file.read())
            process.stdin.flush()
            for _ in range(3):
                json.loads(process.stdout.readline())
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(), 130)
            self.assertEqual(process.stderr.read(), b"")
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()

    def test_waiting_for_a_first_frame_can_be_interrupted(self):
        process = self.start("--headless", *harness.FAST, "-", "--json", self.path("out.jsonl"), stdin=subprocess.PIPE)
        with harness.Deadline(process, 60):
            process.stdin.write(b"YUV4MPEG2 W64 H64 F25:1 C420jpeg\n")
            process.stdin.flush()
            while harness.unread(process.stdin):
                time.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate()
        self.assertEqual((process.returncode, err), (143, b""))
        self.assertFalse(os.path.exists(self.path("out.jsonl")))

    def test_a_signal_while_a_picture_is_decoded_damages_nothing(self):
        picture = harness.make_clip(self.path("0.jpg"), frames=1, size="6000x4000", codec=())
        for i in range(1, 5):
            os.link(picture, self.path(f"{i}.jpg"))
        for arguments in (self.folder,), (picture, "--loop"):
            process = self.start("--headless", *harness.FAST, *arguments, "--json", "-")
            with harness.Deadline(process, 60):
                process.stdout.readline()
                time.sleep(0.03)  # the next picture is half decoded
                process.send_signal(signal.SIGINT)
                _, err = process.communicate()
            self.assertEqual((process.returncode, err), (130, b""))

    def test_a_second_signal_ends_at_once(self):
        clip = harness.make_clip(self.path("clip.mkv"), frames=50)
        process = self.start("--headless", *harness.FAST, clip, "--loop", "-t", "0", "--json", "-")
        with harness.Deadline(process, 60):
            process.stdout.read(1)
            time.sleep(1)  # nobody reads: the pipe is full, the frame cannot be finished
            process.send_signal(signal.SIGINT)
            time.sleep(0.5)
            self.assertIsNone(process.poll())
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(), -signal.SIGTERM)
        process.stdout.close()
        process.stderr.close()


class Terminal(harness.Case):
    def test_one_line_is_rewritten(self):
        clip = harness.make_clip(self.path("clip.mkv"), frames=30)
        self.environment["TERM"] = "xterm"
        primary, secondary = pty.openpty()
        process = subprocess.Popen([harness.PROGRAM, "--headless", *harness.FAST, clip, "--realtime"],
                                   env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=secondary)
        os.close(secondary)
        seen = b""
        with harness.Deadline(process, 60):
            while True:
                try:
                    part = os.read(primary, 4096)
                except OSError:  # how the end of a terminal is told
                    break
                if not part:
                    break
                seen += part
            self.assertEqual(process.wait(), 0)
        os.close(primary)
        shown = re.findall(rb"\rlookout: frame \d+/30  [\d.]+ fps  eta 0:0\d\x1b\[K", seen)
        self.assertTrue(3 <= len(shown) <= 8, seen)
        self.assertRegex(seen, rb"\r\x1b\[Klookout: 30 frames in [^\n]+\n(\r\x1b\[Klookout: [^\n]+\n)+\Z")


class Memory(harness.Case):
    def test_peak_on_a_large_clip(self):
        if harness.sanitized():
            self.skipTest("a sanitizer needs memory of its own")
        clip = harness.make_clip(self.path("clip.mp4"), frames=40, size="1920x1080", rate=30,
                                 codec=("-c:v", "libx264", "-preset", "veryfast"))
        run = self.run_program("--headless", clip, "-o", self.path("out.mkv"), "--json", self.path("out.jsonl"))
        self.assertEqual(run.code, 0, run.stderr)
        print(f"peak memory {run.peak_kb / 1024:.0f} MB")
        self.assertLess(run.peak_kb, 250 * 1024)


if __name__ == "__main__":
    harness.main()
