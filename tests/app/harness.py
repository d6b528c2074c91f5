"""What the command line tests share: running the program, clips made by ffmpeg, files of ../shared."""
import fcntl
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MODELS = os.path.join(SOURCE, "models")
PROGRAM = os.path.abspath(os.environ.get("LOOKOUT_PROGRAM", os.path.join(SOURCE, "build", "lookout")))
SHARED = os.environ.get("LOOKOUT_SHARED", os.path.join(os.path.dirname(SOURCE), "shared"))
# what costs little where the result does not matter
FAST = ["-a", "0.25", "--size", "128"]
SKIPPED = 77

# A background job starts with SIGINT ignored, nohup's with SIGHUP, which the programs that are tested would inherit and
# rightly keep.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGTERM, signal.SIG_DFL)


def shared(*parts):
    """Path of a file in ../shared; skips the test where it is absent."""
    path = os.path.join(SHARED, *parts)
    if not os.path.exists(path):
        raise unittest.SkipTest(f"{path} is not there")
    return path


def sanitized(*names):
    """Whether the program is a build with one of these sanitizers, "asan" or "tsan"; without names, with any. They need
    more memory and time, and tsan does not start under every limit."""
    with open(PROGRAM, "rb") as file:
        content = file.read()
    return any(f"__{name}_init".encode() in content for name in names or ("asan", "tsan"))


def ffmpeg(*arguments, **options):
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments], check=True, **options)


def make_clip(path, frames=20, size="320x240", rate=25, codec=("-c:v", "libx264", "-preset", "ultrafast")):
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}", "-frames:v", str(frames), "-pix_fmt", "yuv420p",
           *codec, path)
    return path


def probe_times(path):
    """Presentation times of a clip's frames in seconds, as ffprobe decodes them."""
    text = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
                           "frame=best_effort_timestamp_time", "-of", "csv=p=0", path], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return [float(line.split(",")[0]) for line in text.split()]


def unread(pipe):
    """Bytes in a pipe that its reader has not taken yet."""
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]


def wait_until_idle(process):
    """Returns when a process has used no processor for a while: it waits for somebody. Fails after a minute."""
    used, idle, end = None, 0, time.monotonic() + 60
    while idle < 10:
        assert time.monotonic() < end, "the program does not come to rest"
        with open(f"/proc/{process.pid}/stat", encoding="utf-8") as file:
            now = file.read().rsplit(")", 1)[1].split()[11:13]  # in user mode, in the kernel
        idle = idle + 1 if now == used else 0
        used = now
        time.sleep(0.05)


class Finished:
    """A run of the program: exit code, output, and what it said."""

    def __init__(self, code, stdout, stderr, peak_kb):
        self.code, self.stdout, self.stderr, self.peak_kb = code, stdout, stderr, peak_kb


class Case(unittest.TestCase):
    """A folder of its own, and no config file or weights but those a test gives."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="lookout-cli-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.environment = dict(os.environ, XDG_CONFIG_HOME=self.folder, LC_ALL="C.UTF-8", TERM="dumb")
        self.environment.pop("LOOKOUT_MODELS", None)
        self.environment.setdefault("ASAN_OPTIONS", "detect_leaks=1")

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)
        return self.path(name)

    def start(self, *arguments, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen([PROGRAM, *arguments], stdout=options.pop("stdout", subprocess.PIPE),
                                stderr=subprocess.PIPE, env=self.environment, **options)

    def run_program(self, *arguments, timeout=120, **options):
        """Runs the program to its end."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            options.setdefault("stdin", subprocess.DEVNULL)
            process = subprocess.Popen([PROGRAM, *arguments], stdout=options.pop("stdout", out), stderr=err,
                                       env=self.environment, **options)
            with Deadline(process, timeout):
                _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            return Finished(process.returncode, out.read().decode(), err.read().decode("utf-8", "replace"),
                            usage.ru_maxrss)

    def headless(self, *arguments, **options):
        return self.run_program("--headless", *FAST, *arguments, **options)

    def succeed(self, *arguments, **options):
        run = self.headless(*arguments, **options)
        self.assertEqual(run.code, 0, run.stderr)
        return run

    def fail_with(self, code, expected, *arguments, run=None, **options):
        """The program ends with that code and one line that tells `expected`."""
        run = run or self.run_program(*arguments, **options)
        self.assertEqual(run.code, code, run.stderr)
        self.assertRegex(run.stderr, r"\Alookout: [^\n]+\n\Z")
        self.assertIn(expected, run.stderr)
        return run

    def json_lines(self, path_or_text):
        text = path_or_text
        if os.path.exists(path_or_text):
            with open(path_or_text, encoding="utf-8") as file:
                text = file.read()
        self.assertTrue(text.endswith("\n"), "the last line is not complete")
        return [json.loads(line) for line in text.splitlines()]

    def assert_same_times(self, times, expected):
        self.assertEqual(len(times), len(expected))
        for time, other in zip(times, expected):
            self.assertAlmostEqual(time, other, delta=0.001)


class Deadline:
    """Kills a process that takes too long, so that a hang is a failure."""

    def __init__(self, process, seconds):
        self.timer = threading.Timer(seconds, process.kill)

    def __enter__(self):
        self.timer.start()

    def __exit__(self, *_):
        self.timer.cancel()


def main():
    """Runs a file's tests; exit code 77 when every one of them was skipped."""
    if not shutil.which("ffmpeg") or not shutil.which("ffprobe"):
        print("skipped: ffmpeg and ffprobe are needed to make clips")
        sys.exit(SKIPPED)
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    for test, reason in result.skipped:
        print(f"skipped: {test.id()}: {reason}")
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.testsRun and len(result.skipped) == result.testsRun else 0)
