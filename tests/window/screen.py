"""A screen of its own for the window tests: an X server without hardware, a window manager, a keyboard, and eyes."""
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "app"))
import harness  # noqa: E402  (found by the line above)

TOOLS = ("Xvfb", "openbox", "wmctrl", "xdotool", "xwininfo", "setxkbmap")
WIDTH, HEIGHT = 1280, 800
PATIENCE = 120 if harness.sanitized() else 30


def until(condition, what):
    """Waits until something is seen, and returns it: X tells no other program when a window has been drawn."""
    deadline = time.monotonic() + PATIENCE
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain: {what}")
        time.sleep(0.02)


def leave_libraries_alone(environment):
    """A build that looks for leaks finds some of Mesa and D-Bus, which are not ours."""
    if not harness.sanitized():
        return
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "leaks.supp")
    options = [environment.get("LSAN_OPTIONS"), f"suppressions={path}", "print_suppressions=0"]
    environment.update(LSAN_OPTIONS=":".join(filter(None, options)), SDL_RENDER_DRIVER="software")


class Image:
    """What a part of the screen shows, RGB."""

    def __init__(self, width, height, pixels):
        self.width, self.height, self.pixels = width, height, pixels

    def __getitem__(self, place):
        x, y = place
        offset = 3 * (y * self.width + x)
        return tuple(self.pixels[offset:offset + 3])

    def __eq__(self, other):
        return (self.width, self.height, self.pixels) == (other.width, other.height, other.pixels)

    def share(self, places, colour, tolerance):
        """Of these pixels, those that have about this colour."""
        places = list(places)
        alike = sum(max(abs(a - b) for a, b in zip(self[place], colour)) <= tolerance for place in places)
        return alike / len(places)

    def where(self, colour, right, bottom):
        """The pixels above and left of (right, bottom) that have just this colour."""
        return [(x, y) for y in range(min(bottom, self.height)) for x in range(min(right, self.width))
                if self[x, y] == colour]


class Screen:
    def __init__(self):
        ours, its = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(its), "-screen", "0", f"{WIDTH}x{HEIGHT}x24",
                                        "-nolisten", "tcp", "-noreset"], pass_fds=[its], stderr=subprocess.DEVNULL)
        os.close(its)
        with os.fdopen(ours) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise AssertionError("Xvfb does not start")
        self.display = ":" + number
        self.environment = dict(os.environ, DISPLAY=self.display, SDL_VIDEODRIVER="x11")
        self.environment.pop("WAYLAND_DISPLAY", None)
        self.manager = subprocess.Popen(["openbox", "--sm-disable"], env=self.environment, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        until(lambda: self.ask("wmctrl", "-m"), "a window manager")

    def close(self):
        for process in (self.manager, self.server):
            process.terminate()
            process.wait()

    def ask(self, *command):
        """What a tool says, '' if it fails."""
        done = subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True)
        return done.stdout if done.returncode == 0 else ""

    def tell(self, *command):
        subprocess.run(command, env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def window_of(self, process):
        """The number of a program's window, with the keyboard in it."""
        def find():
            for line in self.ask("wmctrl", "-l", "-p").splitlines():
                number, _, owner, *_ = line.split()
                if int(owner) == process.pid:
                    return number
            if process.poll() is not None:
                raise AssertionError(f"ended with {process.returncode}: {process.stderr.read()}")
            return None
        number = until(find, "a window")
        until(lambda: process.poll() is not None or self.has_keyboard(number), "the keyboard in it")
        return number

    def has_keyboard(self, window):
        """Asks the window manager for it, until it is so."""
        self.ask("wmctrl", "-i", "-a", window)
        focus = self.ask("xdotool", "getwindowfocus").strip()
        return focus and int(focus) == int(window, 16)

    def title(self, window):
        return self.ask("xdotool", "getwindowname", window).strip()

    def geometry(self, window):
        """x, y, width, height."""
        values = dict(line.strip().rsplit(":", 1) for line in self.ask("xwininfo", "-id", window).splitlines()
                      if ": " in line)
        return tuple(int(values[key]) for key in ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height"))

    def type(self, text):
        """On the keyboard, as it is laid out."""
        for character in text:
            self.tell("xdotool", "type", "--delay", "0", character)

    def click(self, window, x, y):
        self.tell("xdotool", "mousemove", "--window", window, str(x), str(y))
        self.tell("xdotool", "click", "1")

    def vanish(self):
        """The server ends without a word to its clients."""
        self.server.kill()
        self.server.wait()

    def look(self, window):
        x, y, width, height = self.geometry(window)
        pixels = subprocess.run(
            ["ffmpeg", "-v", "error", "-nostdin", "-f", "x11grab", "-draw_mouse", "0", "-video_size",
             f"{width}x{height}", "-i", f"{self.display}+{x},{y}", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt",
             "rgb24", "-"], env=self.environment, check=True, stdout=subprocess.PIPE).stdout
        return Image(width, height, pixels)


def need_tools():
    """Ends as skipped where a tool is missing."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        print(f"skipped: {', '.join(missing)} not found; 'scripts/install-deps lab' has them")
        sys.exit(harness.SKIPPED)


def main():
    need_tools()
    harness.main()
