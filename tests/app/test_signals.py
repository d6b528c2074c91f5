#!/usr/bin/python3
"""Ctrl-C and its like: the first signal ends a run at once, whatever waits, and leaves whole files; a second one kills."""
import os
import resource
import signal
import time

import harness

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
# one after another, each a few times
NUMBERS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGTERM]
PROMPT = 20  # seconds that no end may take on a busy machine
LIMIT = 4000  # bytes


def limit_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))


def catches(process, number):
    """Whether a process has a handler for a signal."""
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
        caught = next(line for line in file if line.startswith("SigCgt:")).split()[1]
    return int(caught, 16) >> (number - 1) & 1 == 1


class Signals(harness.Case):
    def setUp(self):
        super().setUp()
        self.clip = harness.make_clip(self.path("clip.mkv"), frames=50, size="160x120")

    def run_until(self, is_reached, *arguments, **options):
        """Starts a run of the endless clip, and returns it once it is where the signal is to meet it."""
        process = self.start("--headless", *harness.FAST, "-j1", self.clip, "--loop", *arguments, **options)
        self.addCleanup(self.close, process)
        with harness.Deadline(process, 60):
            while not is_reached(process):
                self.assertIsNone(process.poll())
                time.sleep(0.01)
        return process

    @staticmethod
    def close(process):
        process.kill()
        process.wait()
        for stream in process.stdin, process.stdout, process.stderr:
            if stream:
                stream.close()

    def end(self, process, number):
        """Sends the signal; returns what the program said."""
        process.send_signal(number)
        with harness.Deadline(process, PROMPT):
            self.assertEqual(process.wait(), CODES[number])
        return process.stderr.read().decode()

    def has_lines(self, path, count=5):
        return lambda _: os.path.exists(path) and os.path.getsize(path) > count * 100

    def check_lines(self, path):
        frames = self.json_lines(path)
        self.assertEqual([frame["frame"] for frame in frames], list(range(len(frames))))
        return frames

    def test_in_the_middle_of_a_clip(self):
        lines, recording, stats = self.path("out.jsonl"), self.path("out.mkv"), self.path("stats.json")
        for number in NUMBERS:
            process = self.run_until(self.has_lines(lines), "--json", lines, "-o", recording, "--stats", stats)
            self.assertEqual(self.end(process, number), "")
            frames = self.check_lines(lines)
            self.assertEqual(self.json_lines(stats)[0]["frames"], len(frames))
            self.assert_same_times(harness.probe_times(recording), [frame["time"] for frame in frames])
            for path in lines, recording, stats:
                os.remove(path)
            self.assertEqual(os.listdir(self.folder), ["clip.mkv"])

    def test_while_output_waits_for_a_reader(self):
        """Of a pipe: with nothing else to do, and with lines that go on until the clip waits."""
        fifo, lines = self.path("out.mkv"), self.path("out.jsonl")
        os.mkfifo(fifo)
        for number in NUMBERS:
            process = self.run_until(lambda process: True, "-o", fifo, "--json", lines)
            harness.wait_until_idle(process)
            self.end(process, number)
            self.check_lines(lines)

    def test_while_a_reader_of_the_recording_stalls(self):
        fifo, lines = self.path("out.mkv"), self.path("out.jsonl")
        os.mkfifo(fifo)
        for number in NUMBERS:
            reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
            process = self.run_until(lambda process: True, "-o", fifo, "--json", lines)
            harness.wait_until_idle(process)
            self.end(process, number)
            os.close(reader)
            self.check_lines(lines)

    def test_while_a_reader_of_the_lines_stalls(self):
        recording = self.path("out.mkv")
        for number in NUMBERS:
            process = self.run_until(lambda process: harness.unread(process.stdout) > 50000, "-t", "0", "--json", "-",
                                     "-o", recording)
            harness.wait_until_idle(process)
            self.end(process, number)
            self.assertGreaterEqual(len(harness.probe_times(recording)), 1)
            os.remove(recording)

    def test_while_statistics_wait(self):
        """A run that has ended otherwise, but for somebody to read its statistics."""
        fifo, lines = self.path("stats.json"), self.path("out.jsonl")
        os.mkfifo(fifo)
        for number in NUMBERS:
            process = self.run_until(lambda process: True, "--frames", "3", "--json", lines, "--stats", fifo)
            harness.wait_until_idle(process)
            self.end(process, number)
            self.assertEqual(len(self.check_lines(lines)), 3)

    def test_while_an_input_waits(self):
        """For the writer of a pipe, before anything else is there."""
        fifo, lines = self.path("in.y4m"), self.path("out.jsonl")
        os.mkfifo(fifo)
        for number in NUMBERS:
            process = self.start("--headless", *harness.FAST, fifo, "--json", lines)
            self.addCleanup(self.close, process)
            harness.wait_until_idle(process)
            self.assertEqual(self.end(process, number), "")
            self.assertFalse(os.path.exists(lines))

    def test_what_the_parent_ignores_stays_ignored(self):
        """As nohup does, and a shell without job control for what runs in the background."""
        for number in CODES:
            for other in [other for other in CODES if other != number]:
                process = self.run_until(lambda process: harness.unread(process.stdout) > 0, "--json", "-",
                                         preexec_fn=lambda: signal.signal(number, signal.SIG_IGN))
                process.send_signal(number)
                with harness.Deadline(process, 60):
                    for _ in range(1000):  # more than a pipe holds
                        self.assertTrue(process.stdout.readline())
                self.end(process, other)

    def test_the_limit_on_a_files_size(self):
        """Is an error like a full disk, and no signal: SIGXFSZ would kill."""
        lines, recording = self.path("out.jsonl"), self.path("out.mkv")
        for limited in "--json", "-o":
            for _ in NUMBERS:
                path = lines if limited == "--json" else recording
                run = self.headless("-j1", self.clip, limited, path, "--stats", "/dev/null", preexec_fn=limit_files)
                self.fail_with(1, f"{path}: File too large", run=run)
                self.assertLessEqual(os.path.getsize(path), LIMIT)

    def test_a_second_signal_kills(self):
        """Where somebody does not wait for what the first one leaves time for."""
        for first, second in zip(NUMBERS, NUMBERS[2:] + NUMBERS[:2]):
            for _ in range(20):  # the run may end before the second one is there
                process = self.run_until(lambda process: harness.unread(process.stdout) > 50000, "-t", "0", "--json", "-")
                harness.wait_until_idle(process)
                process.send_signal(first)
                while catches(process, second):
                    time.sleep(0.001)
                process.send_signal(second)
                with harness.Deadline(process, PROMPT):
                    code = process.wait()
                if code == -second:
                    break
                self.assertEqual(code, CODES[first])
            self.assertEqual(code, -second)


if __name__ == "__main__":
    harness.main()
