#!/usr/bin/python3
"""The window, on a screen without hardware: what is seen is what the JSON lines say, and keys do what they promise."""
import os
import re
import signal
import subprocess
import time

import screen
from screen import harness, until

SAMPLE = os.path.join(harness.SOURCE, "assets", "sample.mp4")
# the colours of statistics: values and names
WHITE, SOFT = (255, 255, 255), (158, 190, 222)


def class_colours(program):
    """R, G, B of every class: drawing_colour() of vision/draw.c."""
    info = subprocess.run([program, "info"], check=True, stdout=subprocess.PIPE, text=True).stdout
    names = re.search(r"^classes +((?:.*,\n)*.*)$", info, re.M).group(1)
    colours = {}
    for index, name in enumerate(re.split(r",\s+", names)):
        hue = (0.36 + index * 0.6180339887498949) % 1
        saturation, value = ((0.85, 1), (0.6, 1), (0.95, 0.8))[index % 3]
        ramps = [max(0, min(k, 4 - k, 1)) for k in ((offset + hue * 6) % 6 for offset in (5, 3, 1))]
        colours[name] = tuple(round(255 * value * (1 - saturation * ramp)) for ramp in ramps)
    return colours


def outline(detection, scale=1, left=0, top=0):
    """The middle of a box's lines, which are two pixels wide and inside of it, as seen at that place and scale."""
    x, y, width, height = detection["box"]
    x1, y1, x2, y2 = (2 * round(edge / 2) for edge in (x, y, x + width, y + height))
    places = [(x, y) for x in range(x1 + 1, x2) for y in (y1 + 1, y2 - 1)]
    places += [(x, y) for y in range(y1 + 1, y2) for x in (x1 + 1, x2 - 1)]
    return [(int(left + x * scale), int(top + y * scale)) for x, y in places]


class WindowCase(harness.Case):
    def setUp(self):
        super().setUp()
        self.screen = screen.Screen()
        self.addCleanup(self.screen.close)
        self.environment.update(DISPLAY=self.screen.display, SDL_VIDEODRIVER="x11")
        self.environment.pop("WAYLAND_DISPLAY", None)
        screen.leave_libraries_alone(self.environment)
        self.lines_path = self.path("out.jsonl")

    def open(self, *arguments, **options):
        """Starts the program; its window is there when this returns."""
        self.process = self.start(*arguments, "--json", self.lines_path, cwd=self.folder, **options)
        self.addCleanup(self.process.stderr.close)
        self.addCleanup(self.process.stdout.close)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)
        self.window = self.screen.window_of(self.process)

    def ended(self):
        """The program's exit code, with nothing said."""
        with harness.Deadline(self.process, screen.PATIENCE):
            _, said = self.process.communicate()
        return self.process.returncode, said.decode()

    def lines(self):
        if not os.path.exists(self.lines_path):
            return []
        with open(self.lines_path, encoding="utf-8") as file:
            return [harness.json.loads(line) for line in file if line.endswith("\n")]

    def newest(self):
        """A line of a frame that was not there before."""
        before = len(self.lines())
        return until(lambda: self.lines()[before:], "another frame")[-1]

    def until_line(self, condition, what):
        return until(lambda: [line for line in self.lines()[-1:] if condition(line)], what)[-1]

    def until_title(self, part):
        until(lambda: part in self.screen.title(self.window), f"'{part}' in the title")

    def look(self):
        return self.screen.look(self.window)

    def moving_clip(self, frames=100):
        return harness.make_clip(self.path("clip.mp4"), frames=frames, size="320x240")

    def still_clip(self):
        """Some seconds of one picture, whose boxes are the same in every frame."""
        picture, clip = self.path("still.png"), self.path("still.mkv")
        harness.ffmpeg("-i", SAMPLE, "-vf", r"select=eq(n\,40)", "-frames:v", "1", picture)
        harness.ffmpeg("-loop", "1", "-framerate", "25", "-i", picture, "-frames:v", "50", "-pix_fmt", "yuv420p",
                       "-c:v", "libx264", "-qp", "0", "-preset", "ultrafast", clip)
        return clip


class WhatIsSeen(WindowCase):
    def inner_boxes(self, line):
        """Boxes that do not touch the picture's edges; the best one is among them, or the test would be weak."""
        boxes = [d for d in line["detections"]
                 if min(d["box"]) > 2 and d["box"][0] + d["box"][2] < 638 and d["box"][1] + d["box"][3] < 358]
        self.assertTrue(boxes)
        return boxes

    def see_boxes(self, line, *place):
        """Boxes in their colours at their places, not a little beside them."""
        best = self.inner_boxes(line)[0]
        colour = class_colours(harness.PROGRAM)[best["class"]]
        until(lambda: self.look().share(outline(best, *place), colour, 24) > 0.8, f"the box of {best}")
        image = self.look()
        for box in self.inner_boxes(line):
            colour = class_colours(harness.PROGRAM)[box["class"]]
            self.assertGreater(image.share(outline(box, *place), colour, 24), 0.4, box)
            beside = dict(box, box=[box["box"][0] + 12, box["box"][1] + 12] + box["box"][2:])
            self.assertLess(image.share(outline(beside, *place), colour, 24), 0.4, box)

    def test_boxes_are_where_they_belong(self):
        self.open(self.still_clip(), "--loop", "-t", "0.4")
        self.assertEqual(self.screen.geometry(self.window)[2:], (640, 360))
        self.until_title("still.mkv - alpha 1, 224")
        self.screen.type("i")
        self.see_boxes(self.newest())

        self.screen.type("f")  # twice as large, with bars
        until(lambda: self.screen.geometry(self.window) == (0, 0, screen.WIDTH, screen.HEIGHT), "a full screen")
        self.see_boxes(self.newest(), 2, 0, 40)
        image = self.look()
        for rows in (range(0, 40), range(760, 800)):
            self.assertEqual(image.share([(x, y) for x in range(0, 1280, 8) for y in rows], (0, 0, 0), 0), 1)
        self.screen.type("f")
        until(lambda: self.screen.geometry(self.window)[2:] == (640, 360), "a window again")

        self.screen.tell("wmctrl", "-i", "-r", self.window, "-e", "0,-1,-1,900,450")
        until(lambda: self.screen.geometry(self.window)[2:] == (900, 450), "another size")
        self.see_boxes(self.newest(), 1.25, 50, 0)
        self.assertEqual(self.look().share([(x, y) for x in range(50) for y in range(0, 450, 8)], (0, 0, 0), 0), 1)

        self.screen.type("[")
        self.until_line(lambda line: line["alpha"] == 0.75, "alpha 0.75")
        until(lambda: self.look().share([(450, 430)], (14, 17, 22), 60) == 0, "the notice to go")
        self.see_boxes(self.newest(), 1.25, 50, 0)
        self.screen.type("q")
        self.assertEqual(self.ended(), (0, ""))

    def test_pixels_that_are_not_square(self):
        clip = self.path("wide.mkv")
        harness.ffmpeg("-f", "lavfi", "-i", "color=c=white:size=320x240:rate=25", "-vf", "setsar=2/1", "-frames:v", "50",
                       clip)
        self.open(clip, "--loop", *harness.FAST)
        self.screen.type("i")
        self.screen.tell("wmctrl", "-i", "-r", self.window, "-e", "0,-1,-1,640,480")

        def stretched():
            image = self.look()
            return ((image.width, image.height) == (640, 480) and
                    image.share([(x, 240) for x in range(10, 630)], WHITE, 12) == 1 and
                    image.share([(x, y) for x in (10, 320, 630) for y in (100, 118, 362, 470)], (0, 0, 0), 0) == 1)
        until(stretched, "a picture of 640x240 in the middle")

    def test_every_matrix_and_range(self):
        """A colour that is known, through SDL's textures and through our own conversion."""
        y, u, v = 120, 90, 170
        for matrix, kr, kb in (("smpte170m", 0.299, 0.114), ("bt709", 0.2126, 0.0722), ("bt2020nc", 0.2627, 0.0593)):
            for colour_range in ("tv", "pc"):
                with self.subTest(matrix=matrix, range=colour_range):
                    clip = self.path(f"{matrix}-{colour_range}.mkv")
                    harness.ffmpeg("-f", "lavfi", "-i", "color=c=black:size=322x242:rate=5,format=yuv420p,"
                                   f"geq=lum={y}:cb={u}:cr={v}", "-frames:v", "20", "-c:v", "ffv1", "-colorspace",
                                   matrix, "-color_range", colour_range, clip)
                    if colour_range == "pc":
                        luma, cb, cr = y / 255, (u - 128) / 255, (v - 128) / 255
                    else:
                        luma, cb, cr = (y - 16) / 219, (u - 128) / 224, (v - 128) / 224
                    red, blue = luma + 2 * (1 - kr) * cr, luma + 2 * (1 - kb) * cb
                    green = (luma - kr * red - kb * blue) / (1 - kr - kb)
                    expected = [round(255 * part) for part in (red, green, blue)]
                    self.open(clip, "--loop", "-t", "0.99", *harness.FAST)
                    until(lambda: self.look().share([(300, 230)], expected, 2) == 1, f"{expected}")
                    self.screen.type("q")
                    self.assertEqual(self.ended(), (0, ""))

    def test_statistics_and_help(self):
        self.open(self.moving_clip(), "--loop", "-t", "0.99")
        until(lambda: len(self.look().where(SOFT, 320, 240)) > 100, "statistics")
        self.screen.type("i")
        until(lambda: not self.look().where(SOFT, 320, 240), "no statistics")
        self.screen.type("?")
        until(lambda: len(self.look().where(SOFT, 320, 240)) > 50, "the help")
        self.assertGreater(len(self.look().where(WHITE, 320, 240)), 800)
        self.screen.type("?")
        until(lambda: not self.look().where(SOFT, 320, 240), "no help")


class Keys(WindowCase):
    def number_rows(self):
        """The letters of the rows of alpha and rho in the statistics, relative to their place."""
        image = self.look()
        names = image.where(SOFT, 250, 200)
        if not names:
            return None
        top, bottom = min(y for _, y in names), max(y for _, y in names)
        pitch = (bottom - top) / 5.8  # six rows, from the first one's ascenders to the last one's base line
        return {place for place in image.where(WHITE, 250, 200) if 1.9 * pitch < place[1] - top < 3.8 * pitch}

    def test_alpha_and_rho(self):
        self.open(self.moving_clip(), "--loop", "-t", "0.99")
        self.until_line(lambda line: (line["alpha"], line["size"]) == (1, 224) and line["frame"] > 30, "the defaults")
        wide = until(self.number_rows, "statistics")
        for keys, alpha, size in (("[", 0.75, 224), ("{", 0.75, 192), ("[[", 0.25, 192), ("{{", 0.25, 128),
                                  ("[{", 0.25, 128), ("}", 0.25, 160), ("]", 0.5, 160), ("]]]}}}}}}", 1, 320), ("{{{", 1, 224)):
            self.screen.type(keys)
            self.until_line(lambda line: (line["alpha"], line["size"]) == (alpha, size), f"alpha {alpha}, size {size}")
            self.until_title(f"clip.mp4 - alpha {alpha}, {size}")
            if (alpha, size) == (0.5, 160):
                narrow = until(lambda: (rows := self.number_rows()) != wide and rows, "other numbers")
        self.assertNotEqual(narrow, wide)
        until(lambda: self.number_rows() == wide, "the first numbers again")
        # none was lost and none was read twice
        frames = [line["frame"] for line in self.lines()]
        self.assertEqual(frames, list(range(len(frames))))
        self.screen.type("q")
        self.assertEqual(self.ended(), (0, ""))

    def test_auto(self):
        self.open(self.moving_clip(), "--loop", *harness.FAST)
        self.screen.type("a")
        self.until_title(", auto")
        self.screen.type("a")
        until(lambda: "auto" not in self.screen.title(self.window), "alpha and rho that are fixed")

    def test_threshold(self):
        self.open(self.still_clip(), "--loop", "-t", "0.5")

        def lowest_scores(low, high):
            scores = [d["score"] for d in self.newest()["detections"]]
            return scores and low <= min(scores) < high
        until(lambda: lowest_scores(0.5, 0.8), "some boxes")
        self.screen.type("++++++")
        until(lambda: lowest_scores(0.8, 1), "surer boxes")
        self.screen.type("-" * 12)
        until(lambda: lowest_scores(0.2, 0.5), "more boxes")

    def test_pause_and_step(self):
        self.open(self.moving_clip(), "--loop", *harness.FAST)
        self.until_line(lambda line: line["frame"] > 3, "some frames")
        self.screen.type("i ")
        self.until_title(" - paused")
        count = until(lambda: self.still_count(), "frames to stop")
        image = self.look()
        for step in (1, 2):
            self.screen.type(".")
            until(lambda: len(self.lines()) == count + step, "one more frame")
            until(lambda: self.look() != image, "its picture")
            self.assertEqual(self.still_count(), count + step)
            image = self.look()
        self.screen.type(" ")
        until(lambda: len(self.lines()) > count + 10, "frames")
        self.assertNotIn("paused", self.screen.title(self.window))

    def still_count(self):
        """The number of frames if neither it nor the picture changes during half a second."""
        count, image = len(self.lines()), self.look()
        time.sleep(0.5)
        return count if (len(self.lines()), self.look()) == (count, image) else 0

    def test_a_german_keyboard(self):
        """Brackets need the right Alt key there, and the question mark is elsewhere."""
        self.screen.tell("setxkbmap", "de")
        self.open(self.moving_clip(), "--loop", "-t", "0.99")
        self.until_title("alpha 1, 224")
        self.screen.type("[")
        self.until_title("alpha 0.75, 224")
        self.screen.type("{")
        self.until_title("alpha 0.75, 192")
        self.screen.type("?")
        until(lambda: len(self.look().where(WHITE, 320, 240)) > 800, "the help")

    def test_shortcuts_of_the_desktop_are_not_ours(self):
        self.open(self.moving_clip(), "--loop", *harness.FAST)
        self.screen.tell("xdotool", "key", "alt+q", "ctrl+q", "super+q")
        self.screen.type("[ ")
        self.until_title(" - paused")
        self.assertIsNone(self.process.poll())

    def test_snapshots_and_a_recording(self):
        self.open(self.still_clip(), "--loop", "-t", "0.4")
        self.newest()
        self.screen.type("s")
        until(lambda: len(self.snapshots()) == 1, "a snapshot")
        self.screen.type("S")
        until(lambda: len(self.snapshots()) == 2, "a second one")
        self.screen.type("r")
        self.until_title(" - recording")
        self.newest()
        self.screen.type("r")
        until(lambda: "recording" not in self.screen.title(self.window), "the recording's end")
        self.screen.type("q")
        code, said = self.ended()
        self.assertEqual(code, 0, said)
        recording, = (name for name in os.listdir(self.folder) if name.startswith("lookout-") and name.endswith(".mkv"))
        self.assertTrue(harness.probe_times(self.path(recording)))
        self.assertEqual(len({self.read_png(name) for name in self.snapshots()}), 2)

    def test_without_standard_files(self):
        """What is said goes nowhere then, and not to the screen's server."""
        for closed in (2,), (0, 1, 2):
            with self.subTest(closed=closed):
                before = len(self.snapshots())
                self.open(self.moving_clip(), "--loop", "-v", *harness.FAST, preexec_fn=lambda: [os.close(d) for d in closed])
                for number in 1, 2:
                    self.newest()
                    self.screen.type("s")
                    until(lambda: len(self.snapshots()) == before + number, "a snapshot")
                self.newest()
                self.screen.type("q")
                self.assertEqual(self.ended(), (0, ""))

    def snapshots(self):
        return sorted(name for name in os.listdir(self.folder) if re.match(r"lookout-[-\d]+\.png$", name))

    def read_png(self, name):
        """A picture's pixels; fails when it is not 640x360."""
        pixels = subprocess.run(["ffmpeg", "-v", "error", "-i", self.path(name), "-f", "rawvideo", "-pix_fmt", "rgb24",
                                 "-"], check=True, stdout=subprocess.PIPE).stdout
        self.assertEqual(len(pixels), 3 * 640 * 360)
        return pixels

    def whole_png(self, name):
        """Its pixels, if it is there and has its end."""
        if not os.path.exists(self.path(name)):
            return None
        with open(self.path(name), "rb") as file:
            return self.read_png(name) if b"IEND" in file.read()[-8:] else None

    def test_a_picture(self):
        picture = self.path("still.png")
        harness.ffmpeg("-i", SAMPLE, "-frames:v", "1", picture)
        self.open(picture, "-t", "0.5", "-o", self.path("first.png"))
        first = until(lambda: self.whole_png("first.png"), "what was asked for, before the window is closed")
        names, saved = set(), []
        for keys in "s", "-------s", "S":
            self.screen.type(keys)
            new, = until(lambda: set(self.snapshots()) - names, "a snapshot")
            saved.append(until(lambda: self.whole_png(new), "all of it"))
            names.add(new)
        self.assertEqual(saved[0], first)
        self.assertEqual(len(set(saved)), 3)
        self.screen.type("[")
        self.until_title("alpha 0.75, 224")
        self.screen.type("q")
        self.assertEqual(self.ended()[0], 0)
        self.assertEqual(len(self.lines()), 1)  # the outputs had it once


class Mosaic(WindowCase):
    """Four inputs of one colour each in a window of 800x600: two rows of two, with two pixels between them."""
    COLOURS = {"red": (253, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 254), "yellow": (254, 255, 0)}
    CENTRES = {"red": (200, 150), "lime": (600, 150), "blue": (200, 450), "yellow": (600, 450)}

    def setUp(self):
        super().setUp()
        clips = []
        for name in self.COLOURS:
            clips.append(self.path(f"{name}.mkv"))
            harness.ffmpeg("-f", "lavfi", "-i", f"color=c={name}:size=320x240:rate=10", "-frames:v", "40", "-pix_fmt",
                           "yuv420p", clips[-1])
        self.open(*clips, "--loop", "-t", "0.99", *harness.FAST)
        self.screen.tell("wmctrl", "-i", "-r", self.window, "-e", "0,-1,-1,800,600")
        until(lambda: self.screen.geometry(self.window)[2:] == (800, 600), "another size")
        self.wait_for_all()

    def has(self, image, name, *places):
        return image.share(places, self.COLOURS[name], 3) == 1

    def wait_for_all(self):
        """Each picture in its place, up to its edges."""
        def seen():
            image = self.look()
            return all(self.has(image, name, (x, y), (x - 190, y), (x + 190, y), (x, y + 140))
                       for name, (x, y) in self.CENTRES.items())
        until(seen, "four pictures")

    def wait_for_one(self, name):
        self.until_title(name)
        until(lambda: self.has(self.look(), name, *self.CENTRES.values(), (790, 590)), f"{name} alone")

    def labels(self, colour):
        """How many pixels of this colour the upper left corner of each picture has."""
        image = self.look()
        return [sum(image[x, y] == colour for x in range(left, left + 300) for y in range(top, top + 50))
                for left, top in ((0, 0), (402, 0), (0, 302), (402, 302))]

    def sources(self):
        """The inputs that the next lines come from, ten of each on average."""
        start, count = len(self.lines()), 10 * len(self.COLOURS)
        lines = until(lambda: len(lines := self.lines()[start:]) > count and lines, "more lines")
        return [name for name in self.COLOURS if any(name in line["source"] for line in lines)]

    def test_names_and_rates(self):
        self.until_title("4 inputs")
        until(lambda: min(self.labels(SOFT)) > 20, "names")
        numbers = until(lambda: min(counts := self.labels(WHITE)) > 100 and counts, "rates")
        self.screen.type("i")
        until(lambda: max(self.labels(SOFT)) == 0, "names only")
        self.assertLess(max(self.labels(WHITE)), min(numbers))
        self.assertGreater(min(self.labels(WHITE)), 20)
        self.screen.type("?")
        until(lambda: len(self.look().where(SOFT, 800, 600)) > 50, "the help")

    def test_one_alone_by_keys(self):
        self.screen.tell("xdotool", "key", "Return")
        self.wait_for_one("red")
        self.screen.tell("xdotool", "key", "Return")
        self.wait_for_all()
        self.screen.type("3")
        self.wait_for_one("blue")
        self.screen.type("2")
        self.wait_for_one("lime")
        self.screen.type("0")
        self.wait_for_all()
        self.screen.type("q")
        self.assertEqual(self.ended(), (0, ""))

    def test_a_click_and_a_key_that_acts_on_one(self):
        self.screen.click(self.window, 600, 450)
        self.wait_for_one("yellow")
        self.screen.type(" ")
        self.until_title("paused")
        until(lambda: self.sources() == ["red", "lime", "blue"], "yellow to stand still and the others to go on")
        self.screen.type(" ")
        until(lambda: self.sources() == list(self.COLOURS), "yellow again")
        self.screen.click(self.window, 20, 20)
        self.wait_for_all()
        self.screen.type("q")
        self.assertEqual(self.ended(), (0, ""))


class TheDisplayGoesAway(WindowCase):
    """Xlib would end the program with files that have no end."""

    def lose_display(self, how=None, line="the display is gone"):
        (how or self.screen.vanish)()
        code, said = self.ended()
        self.assertEqual(code, 1, said)
        self.assertEqual(said.count(line), 1, said)
        return said

    def check_whole(self, recording):
        done = subprocess.run(["ffmpeg", "-v", "error", "-xerror", "-i", recording, "-f", "null", "-"],
                              stderr=subprocess.PIPE, check=True)
        self.assertEqual(done.stderr, b"")
        duration = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0",
                                   recording], check=True, stdout=subprocess.PIPE, text=True).stdout
        self.assertGreater(float(duration), 0)  # is written last: "N/A" in a file without an end

    def test_outputs_are_completed(self):
        recording = self.path("out.mkv")
        self.open(self.moving_clip(), "--loop", "-o", recording, *harness.FAST)
        self.until_line(lambda line: line["frame"] > 5, "some frames")
        said = self.lose_display()
        self.assertEqual(len(said.splitlines()), 1, said)
        self.check_whole(recording)
        self.assertEqual(len(harness.probe_times(recording)), len(self.json_lines(self.lines_path)))

    def test_so_are_recordings_of_the_key(self):
        self.open(self.moving_clip(), self.still_clip(), "--loop", *harness.FAST)
        self.screen.type("r")
        self.until_title(" - recording")
        self.newest()
        self.lose_display()
        recordings = [name for name in os.listdir(self.folder) if name.startswith("lookout-")]
        self.assertEqual(len(recordings), 2)
        for name in recordings:
            self.check_whole(self.path(name))

    def test_the_window_alone(self):
        recording = self.path("out.mkv")
        self.open(self.moving_clip(), "--loop", "-o", recording, *harness.FAST)
        self.until_line(lambda line: line["frame"] > 5, "some frames")
        self.lose_display(lambda: self.screen.tell("xdotool", "windowclose", self.window), "destroyed the window")
        self.check_whole(recording)

    def test_while_nothing_moves(self):
        self.open(self.moving_clip(), "--loop", *harness.FAST)
        self.screen.type(" ")
        self.until_title(" - paused")
        self.lose_display()
        self.json_lines(self.lines_path)


class Ends(WindowCase):
    def close_by(self, how, code=0):
        """Everything that was asked for is complete, however the window is closed."""
        recording = self.path("out.mkv")
        self.open(self.moving_clip(), "--loop", "-o", recording, *harness.FAST)
        self.until_line(lambda line: line["frame"] > 5, "some frames")
        how()
        self.assertEqual(self.ended(), (code, ""))
        self.assertEqual(len(harness.probe_times(recording)), len(self.json_lines(self.lines_path)))

    def test_closed_by_the_window_manager(self):
        self.close_by(lambda: self.screen.tell("wmctrl", "-i", "-c", self.window))

    def test_q(self):
        self.close_by(lambda: self.screen.type("q"))

    def test_escape(self):
        self.close_by(lambda: self.screen.tell("xdotool", "key", "Escape"))

    def test_closed_while_paused(self):
        def pause_and_close():
            self.screen.type(" ")
            self.until_title("paused")
            self.screen.tell("wmctrl", "-i", "-c", self.window)
        self.close_by(pause_and_close)

    def test_signals(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(number):
                self.close_by(lambda: self.process.send_signal(number), code)

    def test_the_end_of_a_clip(self):
        self.open(self.moving_clip(frames=30), *harness.FAST)
        self.assertEqual(self.ended(), (0, ""))
        self.assertEqual(len(self.lines()), 30)

    def test_a_picture_stays(self):
        picture = self.path("still.png")
        harness.ffmpeg("-i", SAMPLE, "-frames:v", "1", picture)
        self.open(picture, *harness.FAST)
        until(self.lines, "its boxes")
        with self.assertRaises(subprocess.TimeoutExpired):
            self.process.wait(1)
        self.screen.type("q")
        self.assertEqual(self.ended(), (0, ""))

    def test_a_damaged_picture_stays_too(self):
        whole = self.path("whole.jpg")
        harness.ffmpeg("-i", SAMPLE, "-frames:v", "1", whole)
        with open(whole, "rb") as file:
            cut = self.write("cut.jpg", file.read()[:-4000])
        self.open(cut, *harness.FAST)
        until(self.lines, "its boxes")
        with self.assertRaises(subprocess.TimeoutExpired):
            self.process.wait(1)
        self.screen.type("q")
        code, said = self.ended()
        self.assertEqual(code, 1)
        self.assertIn("cut.jpg: ends early", said)


class WithoutAScreen(harness.Case):
    def setUp(self):
        super().setUp()
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
            self.environment.pop(name, None)
        screen.leave_libraries_alone(self.environment)

    def test_an_error_names_headless(self):
        self.environment["XDG_RUNTIME_DIR"] = self.folder  # Wayland's library would say that it is missing
        self.fail_with(1, "no display; option --headless", SAMPLE, "--json", self.path("out.jsonl"))
        self.environment["SDL_VIDEODRIVER"] = "x11"
        self.fail_with(1, "--headless", SAMPLE, "--json", self.path("out.jsonl"))
        self.environment["DISPLAY"] = ":987654"
        self.fail_with(1, "--headless", SAMPLE)
        self.assertFalse(os.path.exists(self.path("out.jsonl")))

    def test_headless_does_not_ask_for_one(self):
        self.environment["SDL_VIDEODRIVER"] = "there is none of this name"
        self.succeed(SAMPLE, "--frames", "2", "--json", "-")
        self.fail_with(1, "there is none of this name", SAMPLE, "--frames", "2")


if __name__ == "__main__":
    screen.main()
