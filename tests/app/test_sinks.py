#!/usr/bin/python3
"""Outputs that fail or wait: each is on its own, the others are complete, and the exit code tells."""
import json
import os
import resource
import signal
import subprocess
import threading
import time

import harness

FRAMES = 60
LIMIT = 6000  # bytes
OPENMP_FILE = 1024  # what clang's OpenMP writes as it starts


def limit_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))


def close_all(process):
    process.kill()
    process.wait()
    for stream in process.stdout, process.stderr:
        if stream:
            stream.close()


class Outputs(harness.Case):
    def setUp(self):
        super().setUp()
        self.clip = harness.make_clip(self.path("clip.mkv"), frames=FRAMES, size="160x120")
        self.lines, self.recording, self.stats = self.path("out.jsonl"), self.path("out.mkv"), self.path("stats.json")

    def check_lines(self, count=FRAMES):
        frames = self.json_lines(self.lines)
        self.assertEqual([frame["frame"] for frame in frames], list(range(count)))

    def check_recording(self, path=None):
        self.assert_same_times(harness.probe_times(path or self.recording), harness.probe_times(self.clip))

    def check_stats(self, frames=FRAMES):
        with open(self.stats, encoding="utf-8") as file:
            self.assertEqual(json.load(file)["frames"], frames)

    def begin(self, *arguments, **options):
        process = self.start("--headless", *harness.FAST, self.clip, *arguments, **options)
        self.addCleanup(close_all, process)
        return process


class Full(Outputs):
    """/dev/full, a limit on the size of files, and a file system that is full."""

    def test_a_recording_to_a_full_disk(self):
        os.symlink("/dev/full", self.path("full.mkv"))
        for path in "/dev/full", self.path("full.mkv"):
            self.fail_with(1, f"{path}: No space left on device", run=self.headless(
                self.clip, "-o", path, "--json", self.lines, "--stats", self.stats))
            self.check_lines()
            self.check_stats()

    def test_lines_to_a_full_disk(self):
        self.fail_with(1, "/dev/full: No space left on device", run=self.headless(
            self.clip, "--json", "/dev/full", "-o", self.recording, "--stats", self.stats))
        self.check_recording()
        self.check_stats()

    def test_statistics_to_a_full_disk(self):
        self.fail_with(1, "/dev/full: No space left on device", run=self.headless(
            self.clip, "--json", self.lines, "-o", self.recording, "--stats", "/dev/full"))
        self.check_recording()
        self.check_lines()

    def test_standard_output_to_a_full_disk(self):
        for option in "--json", "-o", "--stats":
            others = [name for name in ("--json", "-o", "--stats") if name != option]
            paths = {"--json": self.lines, "-o": self.recording, "--stats": self.stats}
            with open("/dev/full", "wb") as full:
                run = self.headless(self.clip, option, "-", *(word for name in others for word in (name, paths[name])),
                                    stdout=full)
            self.fail_with(1, "standard output: No space left on device", run=run)
            for name, check in ("--json", self.check_lines), ("-o", self.check_recording), ("--stats", self.check_stats):
                if name != option:
                    check()

    def test_a_limit_that_only_the_lines_exceed(self):
        """In the middle of a line: whatever came before is whole."""
        if harness.sanitized("tsan"):
            self.skipTest("the thread sanitizer does not run with files so small")
        picture = self.path("in.png")
        harness.ffmpeg("-i", self.clip, "-frames:v", "1", picture)
        run = self.headless(picture, "--loop", "--frames", "500", "--json", self.lines, "-o", "/dev/null", "--stats",
                            self.stats, preexec_fn=limit_files)
        self.fail_with(1, f"{self.lines}: File too large", run=run)
        self.check_stats(500)
        with open(self.lines, encoding="utf-8") as file:
            whole, _, _ = file.read().rpartition("\n")
        self.assertGreater(len(whole), LIMIT // 2)
        for line in whole.splitlines():
            json.loads(line)

    def test_a_limit_that_only_the_recording_exceeds(self):
        if harness.sanitized("tsan"):
            self.skipTest("the thread sanitizer does not run with files so small")
        self.fail_with(1, f"{self.recording}: File too large", run=self.headless(
            self.clip, "--frames", "20", "-o", self.recording, "--json", self.lines, "--stats", self.stats,
            preexec_fn=limit_files))
        self.check_lines(20)
        self.check_stats(20)

    def test_statistics_that_do_not_fit(self):
        """What was there stays, as nothing better takes its place."""
        if harness.sanitized("tsan"):
            self.skipTest("the thread sanitizer does not run with files so small")
        before = "what an earlier run found\n"
        self.write("stats.json", before.encode())
        clips = [self.path(f"{number}.mkv") for number in range(8)]
        for clip in clips:
            os.link(self.clip, clip)
        fits = self.path("fits.json")
        self.headless(*clips, "--frames", "2", "--stats", fits)
        self.assertGreater(os.path.getsize(fits), OPENMP_FILE)
        names = os.listdir(self.folder)
        run = self.headless(*clips, "--frames", "2", "--stats", self.stats, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (OPENMP_FILE, OPENMP_FILE)))
        self.fail_with(1, "File too large", run=run)
        self.assertIn(self.stats, run.stderr)
        with open(self.stats, encoding="utf-8") as file:
            self.assertEqual(file.read(), before)
        self.assertEqual(sorted(os.listdir(self.folder)), sorted(names))

    def test_one_of_several_recordings(self):
        """Its input goes on for the other outputs, as do all other inputs."""
        other = self.path("other.mkv")
        os.link(self.clip, other)
        os.symlink("/dev/full", self.path("seen-clip.mkv"))
        self.fail_with(1, "seen-clip.mkv: No space left on device", run=self.headless(
            self.clip, other, "-o", self.path("seen-{source}.mkv"), "--json", self.lines))
        self.check_recording(self.path("seen-other.mkv"))
        sources = [frame["source"] for frame in self.json_lines(self.lines)]
        self.assertEqual((sources.count("clip"), sources.count("other")), (FRAMES, FRAMES))

    def test_when_all_have_failed_the_run_ends(self):
        """Nobody would see what an endless run detects."""
        run = self.headless(self.clip, "--loop", "--json", "/dev/full", "-o", "/dev/full")
        self.assertEqual(run.code, 1)
        self.assertEqual(sorted(run.stderr.splitlines()), ["lookout: /dev/full: No space left on device",
                                                           "lookout: cannot write /dev/full: No space left on device"])


class Pipes(Outputs):
    def test_a_closed_standard_output_ends_quietly(self):
        """As head closes it, with the other outputs complete up to there."""
        process = self.begin("--loop", "--json", "-", "-o", self.recording, "--stats", self.stats)
        with harness.Deadline(process, 60):
            process.stdout.readline()
            process.stdout.close()
            self.assertEqual(process.wait(), 0)
        self.assertEqual(process.stderr.read(), b"")
        self.assertGreaterEqual(len(harness.probe_times(self.recording)), 1)
        with open(self.stats, encoding="utf-8") as file:
            self.assertGreaterEqual(json.load(file)["frames"], 1)
        process = self.begin("--loop", "-o", "-", "--json", self.lines)
        with harness.Deadline(process, 60):
            process.stdout.read(100)
            process.stdout.close()
            self.assertEqual(process.wait(), 0)
        self.assertEqual(process.stderr.read(), b"")
        self.assertGreaterEqual(len(self.json_lines(self.lines)), 1)

    def test_a_named_pipe_whose_reader_leaves(self):
        """Is an output that has failed, unlike standard output."""
        fifo = self.path("pipe.mkv")
        os.mkfifo(fifo)
        process = self.begin("-o", fifo, "--json", self.lines)
        with harness.Deadline(process, 60):
            with open(fifo, "rb") as reader:
                reader.read(100)
            code = process.wait()
        self.assertEqual(code, 1)
        self.assertRegex(process.stderr.read().decode(), r"\Alookout: [^\n]*pipe.mkv: Broken pipe\n\Z")
        self.check_lines()

    def test_a_slow_reader_gets_everything(self):
        """Of a clip nothing is dropped: the run waits, and the other outputs with it."""
        process = self.begin("-t", "0", "--json", "-", "-o", self.recording)
        with harness.Deadline(process, 60):
            while harness.unread(process.stdout) < 50000:
                self.assertIsNone(process.poll())
            harness.wait_until_idle(process)
            text = process.stdout.read().decode()
            self.assertEqual(process.wait(), 0)
        self.assertEqual([frame["frame"] for frame in self.json_lines(text)], list(range(FRAMES)))
        self.check_recording()

    def test_a_reader_that_comes_late(self):
        fifo = self.path("pipe.mkv")
        os.mkfifo(fifo)
        process = self.begin("-o", fifo, "--json", self.lines)
        harness.wait_until_idle(process)
        self.assertIsNone(process.poll())
        copy = self.path("copy.mkv")
        with harness.Deadline(process, 60), open(copy, "wb") as file:
            subprocess.run(["cat", fifo], stdout=file, check=True, timeout=60)
            self.assertEqual(process.wait(), 0)
        self.check_recording(copy)
        self.check_lines()

    def test_two_outputs_wait_and_a_third_does_not(self):
        """A reader for each pipe in turn, the second only once the first has everything it can have."""
        fifos = [self.path("lines"), self.path("pipe.mkv")]
        for fifo in fifos:
            os.mkfifo(fifo)
        process = self.begin("--json", fifos[0], "-o", fifos[1], "--stats", self.stats)
        harness.wait_until_idle(process)
        read = {}

        def reader(fifo):
            with open(fifo, "rb") as file:
                read[fifo] = file.read()
        threads = [threading.Thread(target=reader, args=(fifo,), daemon=True) for fifo in fifos]
        with harness.Deadline(process, 60):
            threads[0].start()
            harness.wait_until_idle(process)
            threads[1].start()
            self.assertEqual(process.wait(), 0)
        for thread in threads:
            thread.join(60)
        self.assertEqual(len(self.json_lines(read[fifos[0]].decode())), FRAMES)
        self.check_recording(self.write("copy.mkv", read[fifos[1]]))
        self.check_stats()

    def test_many_pipes_without_readers_end_together(self):
        """The time that is left to each output after a signal is the same half second."""
        clips = [self.path(f"{i:02}.mkv") for i in range(40)]
        for clip in clips:
            os.link(self.clip, clip)
            os.mkfifo(clip.replace(".mkv", ".seen.mkv"))
        process = self.start("--headless", *harness.FAST, "-j1", *clips, "--json", self.lines, "-o",
                             self.path("{source}.seen.mkv"))
        self.addCleanup(close_all, process)
        with harness.Deadline(process, 60):
            while not os.path.exists(self.lines) or os.path.getsize(self.lines) < 40 * 4 * 150:
                self.assertIsNone(process.poll())
                time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        with harness.Deadline(process, 15):  # one after another they would take 20 seconds
            self.assertEqual(process.wait(), 143)


if __name__ == "__main__":
    harness.main()
